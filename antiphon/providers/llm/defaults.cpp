#include "antiphon/providers/llm/anthropic/anthropic.hpp"
#include "antiphon/providers/llm/gemini/gemini.hpp"
#include "antiphon/providers/llm/limit.hpp"
#include "antiphon/providers/llm/openai/azure.hpp"
#include "antiphon/providers/llm/openai/openai.hpp"
#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/providers/llm/retry.hpp"
#include "antiphon/providers/llm/rules/rules_cache.hpp"
#include "antiphon/providers/llm/rules/rules_model.hpp"
#include "antiphon/providers/llm/wire/http_model.hpp"

namespace antiphon {

namespace {

std::unique_ptr<LanguageModel> with_retries(std::unique_ptr<LanguageModel> model, const ModelContext& context) {
  return std::make_unique<RetryingModel>(std::move(model), context.runtime.clock, context.seed, context.scenario_id);
}

std::unique_ptr<const wire::Wire> wire_of(wire::Protocol protocol, const wire::Endpoint& endpoint, const ModelSettings& settings) {
  switch (protocol) {
    case wire::Protocol::chat_completions: break;
    case wire::Protocol::azure: return openai::azure_wire(endpoint, settings);
    case wire::Protocol::messages: return std::make_unique<anthropic::AnthropicWire>(endpoint, settings);
    case wire::Protocol::generate_content: return std::make_unique<gemini::GeminiWire>(endpoint, settings);
  }
  return std::make_unique<openai::OpenAiWire>(endpoint, settings);
}

std::unique_ptr<LanguageModel> vendor_model(const wire::Vendor& vendor, const ModelSettings& settings, const ModelContext& context) {
  auto endpoint = wire::resolve(vendor, settings);
  auto wire = wire_of(vendor.protocol, endpoint, settings);
  return std::make_unique<wire::HttpModel>(settings.model, std::move(endpoint), std::move(wire), context.http, context.runtime.clock);
}

void add_vendors(ModelRegistry& registry, const std::shared_ptr<const ProviderLimits>& limits) {
  for (const auto& vendor : wire::vendors()) {
    const auto make = [&vendor, limits](const ModelSettings& settings, const ModelContext& context) {
      auto model = vendor_model(vendor, settings, context);
      // Inside the retries: who waits for the next try occupies no place.
      if (auto limit = limits->of(std::string(vendor.name), context.concurrency))
        model = std::make_unique<LimitedModel>(std::move(model), std::move(limit), context.runtime.clock);
      return with_retries(std::move(model), context);
    };
    // Another server may ask for anything, whatever its models are called.
    const auto price = [&vendor](const ModelSettings& settings) {
      if (vendor.key_variables[0].empty()) return std::optional(Price{});
      return wire::goes_to_vendor(vendor, settings) ? list_price(settings.model) : std::nullopt;
    };
    registry.add(std::string(vendor.name),
                 {.make = make, .check = [&vendor](const ModelSettings& settings) { wire::resolve(vendor, settings); }, .price = price});
  }
}

// No limit on calls: it would let one run's timing depend on another's.
void add_rules(ModelRegistry& registry) {
  const auto cache = std::make_shared<rules::RulesCache>();
  const auto make = [cache](const ModelSettings& settings, const ModelContext& context) {
    auto model =
        std::make_unique<rules::RulesModel>(cache->get(rules::rules_path(settings)), settings.model, context.runtime.clock, context.seed, context.scenario_id);
    return with_retries(std::move(model), context);
  };
  registry.add("rules", {.make = make,
                         .waits_on_clock_alone = true,
                         .check = [cache](const ModelSettings& settings) { cache->get(rules::rules_path(settings)); },
                         .price = [](const ModelSettings&) { return std::optional(Price{}); }});
}

}  // namespace

std::shared_ptr<const ModelRegistry> ModelRegistry::with_defaults(std::map<std::string, int> limits) {
  return with_defaults(std::make_shared<const ProviderLimits>(std::move(limits)));
}

std::shared_ptr<const ModelRegistry> ModelRegistry::with_defaults(std::shared_ptr<const ProviderLimits> limits) {
  auto registry = std::make_shared<ModelRegistry>();
  add_vendors(*registry, limits);
  add_rules(*registry);
  return registry;
}

}  // namespace antiphon
