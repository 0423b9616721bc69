#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/party.hpp"

namespace antiphon {

/// How a run ended (contracts.md §1).
enum class RunOutcome { passed, failed, error, inconclusive };
std::string_view to_string(RunOutcome outcome);
std::optional<RunOutcome> run_outcome_from(std::string_view name);

enum class CriterionStatus { passed, failed, inconclusive };
std::string_view to_string(CriterionStatus status);

/// What one judge of a panel says about a criterion.
struct CriterionVote {
  std::string judge{};
  CriterionStatus status = CriterionStatus::inconclusive;
  std::string reasoning{};
};

/// What a judge says about one criterion (SCN-50b): requirement, reasoning, then status.
struct CriterionResult {
  std::string criterion{};    ///< the sentence as the suite states it
  std::string requirement{};  ///< in the judge's words
  std::string reasoning{};
  CriterionStatus status = CriterionStatus::inconclusive;
  std::vector<int> evidence{};         ///< indices of messages, from 0
  std::optional<Party> party{};        ///< why it stayed undecided, where that is known
  std::vector<CriterionVote> votes{};  ///< of a panel, in the order of its judges
};

/// A judge's answer. The verdict follows from the criteria; `outcome` is given only by custom judges without any.
struct Verdict {
  std::string reasoning{};
  std::vector<CriterionResult> criteria{};
  std::optional<RunOutcome> outcome{};
  bool terminal = false;  ///< ends the run even where it leaves something undecided and nobody had asked for it

  /// failed when a criterion is, else inconclusive when one is (or there are none), else passed.
  RunOutcome decide() const;
};

}  // namespace antiphon
