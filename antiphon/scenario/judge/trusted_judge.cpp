#include "antiphon/scenario/judge/trusted_judge.hpp"

#include <fmt/format.h>

namespace antiphon {

namespace {

class TrustedJudge final : public Participant {
 public:
  TrustedJudge(std::unique_ptr<Participant> judge, std::shared_ptr<const LabelBook> labels, JudgeMark mark, std::optional<double> floor)
      : judge_(std::move(judge)), labels_(std::move(labels)), mark_(std::move(mark)), floor_(floor) {}

  Task<AgentReply> call(AgentInput input) override {
    auto reply = co_await judge_->call(std::move(input));
    if (!reply.verdict()) co_return reply;
    co_return trusted(*reply.verdict(), *labels_, mark_, floor_);
  }
  std::vector<Message> take_partial() override { return judge_->take_partial(); }
  Task<> close() override { return judge_->close(); }
  void rolled_back(std::size_t size) override { judge_->rolled_back(size); }
  std::optional<Party> awaited() const override { return judge_->awaited(); }
  json::object report(const History& messages) const override { return judge_->report(messages); }
  Brief brief() const override { return judge_->brief(); }

 private:
  std::unique_ptr<Participant> judge_;
  std::shared_ptr<const LabelBook> labels_;
  JudgeMark mark_;
  std::optional<double> floor_;
};

constexpr double rounding = 1e-9;  // 0.4 of verdicts is 0.4

bool is_below_floor(const JudgeAgreement& agreement) {
  return agreement.floor && agreement.kappa && agreement.n >= least_labels_for_floor && *agreement.kappa < *agreement.floor - rounding;
}

void abstain(CriterionResult& criterion) {
  const auto& agreement = *criterion.agreement;
  auto reason = fmt::format("the judge agrees with people only κ = {} (n = {}) here, below the floor {}; it said {}", two_digits(*agreement.kappa), agreement.n,
                            *agreement.floor, to_string(criterion.status));
  if (!criterion.reasoning.empty()) reason += ": " + criterion.reasoning;
  criterion.judged = criterion.status;
  criterion.status = CriterionStatus::inconclusive;
  criterion.party = Party::judge;
  criterion.reasoning = std::move(reason);
}

}  // namespace

Verdict trusted(Verdict verdict, const LabelBook& labels, const JudgeMark& judge, std::optional<double> floor) {
  const auto before = verdict.decide();
  for (auto& criterion : verdict.criteria) {
    criterion.agreement = labels.agreement(criterion.criterion, judge);
    if (!criterion.agreement) continue;
    criterion.agreement->floor = floor;
    if (criterion.status != CriterionStatus::inconclusive && is_below_floor(*criterion.agreement)) abstain(criterion);
  }
  if (before != RunOutcome::inconclusive && verdict.decide() == RunOutcome::inconclusive) verdict.terminal = true;
  return verdict;
}

void settle_judge(Scenario& scenario) {
  if (!scenario.judge) return;
  scenario.fingerprints.judge = scenario.judge.mark(scenario.model);
  if (!scenario.labels || scenario.labels->labels().empty()) return;
  scenario.judge =
      scenario.judge.around([labels = scenario.labels, mark = scenario.fingerprints.judge, floor = scenario.kappa_floor](std::unique_ptr<Participant> judge) {
        return std::make_unique<TrustedJudge>(std::move(judge), labels, mark, floor);
      });
}

}  // namespace antiphon
