#pragma once

#include "antiphon/agent/participant.hpp"
#include "antiphon/providers/llm/model_caller.hpp"
#include "antiphon/providers/llm/remembered_model.hpp"

namespace antiphon {

/// Opens the model that a participant uses, whatever its part: answered by cassette and cache where they know, counted and paid for.
/// @throws Error configuration (SCN-43).
inline ModelCaller open_model(ModelSettings settings, const ParticipantContext& context) {
  const ModelContext where{.runtime = context.runtime,
                           .http = context.http,
                           .seed = context.seed,
                           .scenario_id = context.scenario_id + context.stream,
                           .concurrency = context.concurrency,
                           .spans = context.spans};
  auto model = open_remembered(context.models, settings, where, context.memory);
  const auto price = context.models.price(settings);
  return ModelCaller(std::move(model), std::move(settings), context.meter, price);
}

}  // namespace antiphon
