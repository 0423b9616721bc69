#include "antiphon/providers/llm/registry.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/traced_model.hpp"

namespace antiphon {

namespace {

constexpr std::string_view example = "openai/gpt-4.1-mini";

std::string_view provider_of(std::string_view model) { return model.substr(0, model.find('/')); }

[[noreturn]] void refuse_none() {
  throw Error(ErrorKind::configuration, fmt::format("no model is configured; this line under `defaults:` sets one:  model: {}", example))
      .with_hint(fmt::format("or set ANTIPHON_MODEL={}; without a key, rules answer: model: rules/FILE", example));
}

}  // namespace

ModelSettings ModelSettings::merged_over(const ModelSettings& below) const {
  ModelSettings merged = *this;
  if (model.empty()) merged.model = below.model, merged.directory = below.directory;
  // An address and a key belong to their provider: another one's model must not inherit them.
  if (provider_of(merged.model) == provider_of(below.model) || below.model.empty()) {
    if (merged.base_url.empty()) merged.base_url = below.base_url;
    if (merged.key.empty()) merged.key = below.key;
    if (!merged.price && merged.model == below.model) merged.price = below.price;
  }
  if (!merged.temperature) merged.temperature = below.temperature;
  if (!merged.max_tokens) merged.max_tokens = below.max_tokens;
  for (const auto& [name, value] : below.extra)
    if (!merged.extra.contains(name)) merged.extra.emplace(name, value);
  return merged;
}

void ModelRegistry::add(std::string provider, Provider entry) { providers_.insert_or_assign(std::move(provider), std::move(entry)); }

const ModelRegistry::Provider& ModelRegistry::find(const ModelSettings& settings) const {
  if (settings.empty()) refuse_none();
  const auto name = std::string(provider_of(settings.model));
  const auto it = providers_.find(name);
  if (it != providers_.end() && settings.model.size() > name.size()) return it->second;
  std::vector<std::string> known;
  for (const auto& [provider, entry] : providers_) known.push_back(provider);
  const auto all = "known: " + join(known, ", ");
  if (settings.model.find('/') == std::string::npos)
    throw Error(ErrorKind::configuration, fmt::format("the model {} names no provider; {}", quote(settings.model), all))
        .with_hint(fmt::format("write PROVIDER/MODEL, such as {}, or rules/FILE for a file of rules",
                               it != providers_.end() ? name + "/NAME" : "openai/" + settings.model));
  const auto meant = nearest(name, known);
  throw Error(ErrorKind::configuration, fmt::format("the model {} names an unknown provider {}{}; {}", quote(settings.model), quote(name),
                                                    meant ? fmt::format(" (did you mean {}?)", quote(*meant)) : "", all))
      .with_hint("any server that speaks OpenAI's protocol works as openai/NAME with `base_url`, a file of rules as rules/FILE");
}

std::unique_ptr<LanguageModel> ModelRegistry::open(const ModelSettings& settings, const ModelContext& context) const {
  auto model = find(settings).make(settings, context);
  return context.spans ? std::make_unique<TracedModel>(std::move(model), context.spans) : std::move(model);
}

void ModelRegistry::check(const ModelSettings& settings) const {
  if (const auto& provider = find(settings); provider.check) provider.check(settings);
}

std::optional<Price> ModelRegistry::price(const ModelSettings& settings) const {
  if (settings.price) return settings.price;
  const auto& provider = find(settings);
  return provider.price ? provider.price(settings) : std::nullopt;
}

ModelRegistry ModelRegistry::replaying() const {
  ModelRegistry registry;
  for (const auto& [name, provider] : providers_)
    registry.add(name, {.make = provider.make, .waits_on_clock_alone = true, .check = {}, .price = provider.price});
  return registry;
}

bool ModelRegistry::waits_on_clock_alone(const ModelSettings& settings) const { return find(settings).waits_on_clock_alone; }

}  // namespace antiphon
