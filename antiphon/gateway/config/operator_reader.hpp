#pragma once

#include "antiphon/base/document_reader.hpp"
#include "antiphon/gateway/config/gateway_config.hpp"

/// Keys of a configuration that concern whoever runs the gateway. Mistakes go to `reader`.
namespace antiphon::gateway {

/// `log: info`, `log: off`, or `log: {level: info, first_token: 900ms, turn: 2.5s}`.
void read_log(DocumentReader& reader, const Node& node, GatewayConfig& config);
/// `masking: {said_digits: 6, figures: 13, custom: {NAME: PATTERN}}`.
void read_masking(DocumentReader& reader, const Node& node, GatewayConfig& config);
/// `tracing: off`, `tracing: auto` (by the environment), or `tracing: {url, headers}`.
void read_tracing(DocumentReader& reader, const Node& node, GatewayConfig& config);
/// `sessions: {redis: …}`: an address, or `{url, password, resume}`.
void read_redis(DocumentReader& reader, const Node& node, GatewayConfig& config);
/// `simulation: {on_end, run_id, label, instructions, agent_expectations, tags, userdata, mode}`.
void read_simulation(DocumentReader& reader, const Node& node, GatewayConfig& config);
void read_twilio(DocumentReader& reader, const Node& node, GatewayConfig& config);

/// Where a mistake in a key's value is: the value, or that item of it where it is a list; the mapping where the key is not there. Never null; lives as long as
/// `mapping`.
const Node* place_of(const Node& mapping, std::string_view key, std::size_t item = 0);

}  // namespace antiphon::gateway
