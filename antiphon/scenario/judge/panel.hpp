#pragma once

#include <string>
#include <vector>

#include "antiphon/scenario/judge/judge.hpp"

namespace antiphon {

/// What a panel takes for its answer; anything else is inconclusive.
enum class PanelRule {
  majority,   ///< what more than half of the votes say
  unanimous,  ///< what all of them say
};

/// Several judges as one (SCN-56). All are asked at the same time; each criterion is decided by the votes of those that have it. While the
/// conversation goes on the panel decides once as many of its members want to as its rule asks for; then the others must decide, too. Votes stay in the result.
struct PanelOptions {
  std::vector<ParticipantSpec> judges{};
  PanelRule decide = PanelRule::majority;
};
ParticipantSpec judge_panel(PanelOptions options);

/// A panel of one judge asked several times over. Its temperature is 0.7 where nobody says otherwise: at 0 all samples would be the same.
ParticipantSpec judge_samples(JudgeOptions options, int samples, PanelRule decide = PanelRule::majority);

/// The verdict of one member.
struct PanelVote {
  std::string judge{};
  Verdict verdict{};
};
/// What they come to together. Pure.
Verdict count_votes(const std::vector<PanelVote>& votes, PanelRule rule);

}  // namespace antiphon
