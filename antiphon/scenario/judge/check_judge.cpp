#include "antiphon/scenario/judge/check_judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/engine/blame.hpp"

namespace antiphon {

namespace {

CriterionResult criterion_of(const CheckResult& result) {
  CriterionResult criterion{.criterion = fmt::format("{} {}", result.kind, preview(result.expected, 80)), .reasoning = result.passed ? "" : result.sentence()};
  criterion.status = result.passed ? CriterionStatus::passed : result.inconclusive ? CriterionStatus::inconclusive : CriterionStatus::failed;
  if (result.message) criterion.evidence = {*result.message};
  criterion.party = result.inconclusive;
  return criterion;
}

class CheckJudge final : public Participant {
 public:
  explicit CheckJudge(std::shared_ptr<const std::vector<Check>> checks) : checks_(std::move(checks)) {}

  Task<AgentReply> call(AgentInput input) override {
    if (input.judgment_request && input.judgment_request->criteria)
      throw Error(ErrorKind::configuration, "a judge that decides by checks cannot decide the sentences of a checkpoint")
          .with_party(Party::harness)
          .with_hint("use `check` steps there, or a judge with a model");
    const auto report = input.state->user_report();
    const CheckScope scope{.messages = input.messages,
                           .timings = input.state->timings(),
                           .answer_s = input.state->answer_s(),
                           .turns = input.state->current_turn(),
                           .user_report = report};
    Verdict verdict;
    bool broken = false;
    for (const auto& check : *checks_) {
      const auto result = evaluate(check, scope);
      broken = broken || broken_for_good(check, result);
      verdict.criteria.push_back(criterion_of(result));
    }
    if (!broken && !input.judgment_request && !input.last_turn) co_return AgentReply();
    const auto held = std::count_if(verdict.criteria.begin(), verdict.criteria.end(), [](const auto& c) { return c.status == CriterionStatus::passed; });
    verdict.reasoning = fmt::format("{} of {} checks held", held, verdict.criteria.size());
    co_return verdict;
  }

 private:
  std::shared_ptr<const std::vector<Check>> checks_;
};

}  // namespace

ParticipantSpec check_judge(std::vector<Check> checks) {
  std::vector<std::string> kinds;
  for (const auto& check : checks) kinds.emplace_back(check.kind());
  const auto shared = std::make_shared<const std::vector<Check>>(std::move(checks));
  return ParticipantSpec(
             "check judge", [shared](const ParticipantContext&) { return std::make_unique<CheckJudge>(shared); }, true)
      .with_criteria(std::move(kinds))
      .with_check([shared](const ModelRegistry&, const ModelSettings&) {
        for (const auto& check : *shared) {
          validate(check);
          if (std::holds_alternative<SimilarCheck>(check.what))
            throw Error(ErrorKind::configuration, "a judge that decides by checks cannot compare meanings (similar)").with_hint("put it under `checks:`");
          if (is_about_a_call(check))
            throw Error(ErrorKind::configuration, fmt::format("a judge that decides by checks cannot measure a call ({})", check.kind()))
                .with_hint("put it under `checks:`");
        }
      });
}

}  // namespace antiphon
