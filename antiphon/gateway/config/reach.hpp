#pragma once

#include <string>
#include <vector>

#include "antiphon/gateway/config/gateway_config.hpp"

/// What of a configuration reaches beyond this process, and what guards it against others.
namespace antiphon::gateway {

/// The same for a gateway that its own process alone calls: no tokens and limits, no TLS, no Redis, no telephones.
GatewayConfig without_guards(GatewayConfig config);

/// Tools that reach out of this process, by name.
std::vector<std::string> tools_elsewhere(const GatewayConfig& config);

/// Whether a conversation without sound may go on in virtual time: its models, tools, knowledge and checks of PINs wait on our clock alone.
bool waits_on_clock_alone(const GatewayConfig& config, const ModelRegistry& models);
/// The same of a whole call: recogniser, voices and whoever is told of its escalation do, too.
bool waits_on_clock_alone(const GatewayConfig& config, const ModelRegistry& models, const SpeechRegistry& speech);

}  // namespace antiphon::gateway
