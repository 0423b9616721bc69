#pragma once

#include "antiphon/result/agreement.hpp"
#include "antiphon/scenario/scenario.hpp"

namespace antiphon {

/// A verdict with how well its judge agrees with people beside each criterion that they labelled. Below the floor the judge abstains: the criterion
/// is inconclusive because of the judge, with what it had said in `judged`; with fewer labels than `least_labels_for_floor`, and where kappa is
/// undefined, it does not. A verdict that decided still ends the run. Pure.
Verdict trusted(Verdict verdict, const LabelBook& labels, const JudgeMark& judge, std::optional<double> floor);

/// Does so with every verdict of the scenario's judge, and writes down who the judge is. For a scenario whose settings are complete.
void settle_judge(Scenario& scenario);

}  // namespace antiphon
