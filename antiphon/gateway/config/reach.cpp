#include "antiphon/gateway/config/reach.hpp"

#include <algorithm>
#include <variant>

namespace antiphon::gateway {

namespace {

/// Where the work of a tool is done.
struct IsElsewhere {
  bool operator()(const HttpToolOptions&) const { return true; }
  bool operator()(const McpOptions&) const { return true; }
  bool operator()(const SqlToolOptions&) const { return false; }
  bool operator()(const KnowledgeToolOptions&) const { return false; }
};

bool is_elsewhere(const KnowledgeSettings& knowledge) {
  const auto& embedder = knowledge.embedder.model;
  const bool computes_here = embedder.empty() || embedder == "lexical" || embedder == "minilm" || embedder.starts_with("minilm/");
  return !computes_here || !std::holds_alternative<LocalStoreOptions>(knowledge.store);
}

struct WaitsOnClock {
  const SpeechRegistry& speech;

  bool operator()(const EarChoice& choice) const { return speech.waits_on_clock_alone(choice); }
  bool operator()(const VoiceChoice& choice) const { return speech.waits_on_clock_alone(choice); }
  template <class Stub>
  bool operator()(const Stub&) const {
    return true;
  }
};

}  // namespace

GatewayConfig without_guards(GatewayConfig config) {
  config.access = {};
  config.tls.reset();
  config.per_caller.reset();
  config.per_address.reset();
  config.redis.reset();
  config.twilio.reset();
  return config;
}

std::vector<std::string> tools_elsewhere(const GatewayConfig& config) {
  std::vector<std::string> names;
  for (const auto& tool : config.tools)
    if (std::visit(IsElsewhere{}, tool.options)) names.push_back(tool.name);
  return names;
}

bool waits_on_clock_alone(const GatewayConfig& config, const ModelRegistry& models) {
  const auto waits = [&models](const ModelProvider& provider) {
    const auto* settings = std::get_if<ModelSettings>(&provider);
    return !settings || models.waits_on_clock_alone(*settings);
  };
  return std::ranges::all_of(config.providers.models, waits) && tools_elsewhere(config).empty() && !std::holds_alternative<HttpPinOptions>(config.pin) &&
         !(config.knowledge && is_elsewhere(*config.knowledge));
}

bool waits_on_clock_alone(const GatewayConfig& config, const ModelRegistry& models, const SpeechRegistry& speech) {
  const WaitsOnClock waits{speech};
  const auto waits_too = [&waits](const auto& provider) { return std::visit(waits, provider); };
  return std::ranges::all_of(config.providers.ears, waits_too) && std::ranges::all_of(config.providers.voices, waits_too) &&
         waits_on_clock_alone(config, models) && !config.webhook;
}

}  // namespace antiphon::gateway
