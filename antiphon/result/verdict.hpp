#pragma once

#include <cstddef>
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
std::optional<CriterionStatus> criterion_status_from(std::string_view name);

/// Which judge gave a verdict: equal marks, the same instructions to the same model (docs/labels.md). Empty for a judge that is a function.
struct JudgeMark {
  std::string hash{};
  std::string model{};  ///< for people; of a panel, all of them
};

/// How well a judge agrees with people on one criterion, by their labels (SCN-103).
struct JudgeAgreement {
  std::size_t n = 0;                 ///< verdicts that people labelled
  std::size_t agreed = 0;            ///< of these
  std::optional<double> kappa{};     ///< Cohen's, -1..1; nullopt where it is undefined
  double low = 0, high = 0;          ///< its 95 % interval
  std::optional<double> floor{};     ///< of kappa, below which the judge abstains; nullopt: none was asked for
  std::size_t of_another_judge = 0;  ///< labelled verdicts that other models or instructions gave: they say nothing about this one
};
/// With fewer labels no floor silences a judge: its kappa would be luck.
inline constexpr std::size_t least_labels_for_floor = 20;
/// "0.62", "−0.05".
std::string two_digits(double number);
/// "κ 0.62 (0.41 to 0.83), n = 34", or why there is none.
std::string sentence(const JudgeAgreement& agreement);

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
  std::vector<int> evidence{};                ///< indices of messages, from 0
  std::optional<Party> party{};               ///< why it stayed undecided, where that is known
  std::vector<CriterionVote> votes{};         ///< of a panel, in the order of its judges
  std::optional<JudgeAgreement> agreement{};  ///< with people, where they labelled verdicts on it
  std::optional<CriterionStatus> judged{};    ///< what the judge said, where it agrees with people too little to be heard

  /// The judge's own word, heard or not.
  CriterionStatus verdict() const { return judged.value_or(status); }
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
