#pragma once

#include <optional>

#include "antiphon/agent/participant.hpp"
#include "antiphon/providers/llm/model_caller.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon {

/// Opens the model of a participant: its own settings over the scenario's, calls counted.
/// @throws Error configuration (SCN-43).
inline ModelCaller open_model(const ModelSettings& own, const ParticipantContext& context, std::optional<double> default_temperature) {
  auto settings = own.merged_over(context.default_model);
  const ModelContext where{.runtime = context.runtime,
                           .http = context.http,
                           .seed = context.seed,
                           .scenario_id = context.scenario_id + context.stream,
                           .concurrency = context.concurrency,
                           .spans = context.spans};
  auto model = context.models.open(settings, where);
  if (!settings.temperature) settings.temperature = default_temperature;
  const auto price = context.models.price(settings);
  return ModelCaller(std::move(model), std::move(settings), context.meter, price);
}

/// Ties a spec's clock and its checks before the run to the model that it will end up with.
inline ParticipantSpec on_model(ParticipantSpec spec, ModelSettings own) {
  return spec.with_clock_rule([own](const ModelRegistry& models, const ModelSettings& below) { return models.waits_on_clock_alone(own.merged_over(below)); })
      .with_check([own](const ModelRegistry& models, const ModelSettings& below) { models.check(own.merged_over(below)); })
      .with_price_rule([own](const ModelRegistry& models, const ModelSettings& below) { return models.price(own.merged_over(below)).has_value(); });
}

}  // namespace antiphon
