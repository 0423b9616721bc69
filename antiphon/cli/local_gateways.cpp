#include "antiphon/cli/local_gateways.hpp"

#include <algorithm>
#include <map>
#include <variant>

#include "antiphon/gateway/server/local_gateway.hpp"

namespace antiphon::cli {

namespace {

bool runs_commands(const gateway::GatewayConfig& config) {
  return std::ranges::any_of(config.tools, [](const gateway::ToolSettings& tool) {
    const auto* mcp = std::get_if<gateway::McpOptions>(&tool.options);
    return mcp && mcp->url.empty();
  });
}

/// Each configuration is read once, however many scenarios name it.
class LocalGateways {
 public:
  explicit LocalGateways(const Environment& environment) : environment_(environment) {}

  suite::LocalAgent open(const std::string& file) {
    if (const auto known = known_.find(file); known != known_.end()) return known->second;
    auto config = gateway::read_gateway_config(file, [this](std::string_view name) { return environment_.variable(name); },
                                               {.models = parts_.models, .speech = parts_.speech});
    suite::LocalAgent agent{.runs_commands = runs_commands(config)};
    agent.server = gateway::local_gateway(std::move(config), parts_);
    return known_.emplace(file, std::move(agent)).first->second;
  }

 private:
  const Environment& environment_;
  gateway::LocalGatewayParts parts_{
      .models = ModelRegistry::with_defaults(), .speech = SpeechRegistry::with_defaults(), .embedders = std::make_shared<EmbedderRegistry>()};
  std::map<std::string, suite::LocalAgent> known_;
};

}  // namespace

suite::OpenGateway local_gateways(const Environment& environment) {
  return [gateways = std::make_shared<LocalGateways>(environment)](const std::string& file) { return gateways->open(file); };
}

}  // namespace antiphon::cli
