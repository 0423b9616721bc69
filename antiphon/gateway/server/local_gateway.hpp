#pragma once

#include <memory>

#include "antiphon/gateway/config/gateway_config.hpp"
#include "antiphon/net/local_server.hpp"

namespace antiphon::gateway {

/// What local gateways share.
struct LocalGatewayParts {
  std::shared_ptr<const ModelRegistry> models;
  std::shared_ptr<const SpeechRegistry> speech;
  std::shared_ptr<const EmbedderRegistry> embedders;
};

/// A gateway in this process, which nobody else can call (contracts.md §12): the whole of it, HTTP and WebSocket included. What guards a gateway against others
/// (tokens, limits) and what reaches beyond it (Redis, telephones, traces) is left out.
/// @throws Error configuration, Problems as `GatewayServer`.
net::LocalServerSpec local_gateway(GatewayConfig config, LocalGatewayParts parts);

}  // namespace antiphon::gateway
