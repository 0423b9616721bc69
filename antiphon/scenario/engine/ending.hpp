#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/result/result.hpp"

namespace antiphon {

/// How a run came to its end, before checks are looked at.
struct Ending {
  enum class Kind {
    open,       ///< the script is over, nobody decided
    verdict,    ///< a judge decided
    succeeded,  ///< `succeed`
    failed,     ///< `fail`, a thrown assertion, a `check` of the script
    error,      ///< could not be done
  } kind = Kind::open;
  std::string reason;
  std::optional<RunOutcome> verdict;  ///< of a judge that gave no criteria
  std::optional<RunError> error;
  std::optional<int> line;  ///< of the step that ended it

  /// Nothing further may be asked of anybody.
  bool final_word() const { return kind == Kind::verdict || kind == Kind::failed || kind == Kind::error; }
};

/// What the decision rests on.
struct Evidence {
  const Ending& ending;
  const std::vector<CriterionResult>& criteria;  ///< checkpoints included
  const std::vector<CheckResult>& checks;        ///< of the script and of the whole run
  std::vector<bool> broken_for_good;             ///< per check: a measured value breaks it, and nothing later could have mended that
  std::vector<std::string> unsaid;               ///< lines that max_turns cut off
};

struct Decision {
  RunOutcome outcome = RunOutcome::inconclusive;
  std::string reasoning;
};

/// The outcome of a run (contracts.md §1, SCN-18, SCN-31). Pure.
Decision decide(const Evidence& evidence);

}  // namespace antiphon
