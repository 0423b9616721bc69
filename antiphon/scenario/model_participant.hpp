#pragma once

#include <optional>

#include "antiphon/agent/open_model.hpp"

namespace antiphon {

/// Opens the model of a participant: its own settings over the scenario's, calls counted.
/// @throws Error configuration (SCN-43).
inline ModelCaller open_model(const ModelSettings& own, const ParticipantContext& context, std::optional<double> default_temperature) {
  auto settings = own.merged_over(context.default_model);
  if (!settings.temperature) settings.temperature = default_temperature;
  return open_model(std::move(settings), context);
}

/// Ties a spec's clock and its checks before the run to the model that it will end up with.
inline ParticipantSpec on_model(ParticipantSpec spec, ModelSettings own) {
  return spec.with_clock_rule([own](const ModelRegistry& models, const ModelSettings& below) { return models.waits_on_clock_alone(own.merged_over(below)); })
      .with_check([own](const ModelRegistry& models, const ModelSettings& below) { models.check(own.merged_over(below)); })
      .with_price_rule([own](const ModelRegistry& models, const ModelSettings& below) { return models.price(own.merged_over(below)).has_value(); });
}

}  // namespace antiphon
