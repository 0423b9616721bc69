#pragma once

#include "antiphon/agent/participant.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// A judge and how far it is trusted.
struct ReadJudge {
  ParticipantSpec spec{};
  std::shared_ptr<const LabelBook> labels{};
  std::optional<double> kappa_floor{};
};

/// `labels` and `kappa_floor`, of a judge or of a project's `judge`.
void read_trust(ReadContext& context, Fields& fields, ReadJudge& judge);

/// A list of criteria, or a mapping with `criteria` and model settings. Empty where something was reported.
/// @param criteria_in_script the script asks it about criteria, so that it needs none of its own.
ReadJudge read_judge(ReadContext& context, const Node& node, bool criteria_in_script);

}  // namespace antiphon::suite
