#include "antiphon/scenario/judge/panel.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/scenario/engine/background.hpp"
#include "antiphon/scenario/judge/judge_mark.hpp"
#include "antiphon/scenario/judge/make_judge.hpp"

namespace antiphon {

namespace {

// Samples are to differ where the judge is unsure and to agree where it is not. Self-consistency (Wang et al. 2022, arXiv:2203.11171) found its answers
// to be as good at any temperature from 0.5 to 0.7 and took 0.7; every provider allows it.
constexpr double sampling_temperature = 0.7;

struct Member {
  std::string name{};
  std::unique_ptr<Participant> judge{};
  std::optional<Verdict> verdict{};
};

class Panel final : public Participant {
 public:
  Panel(const PanelOptions& options, const ParticipantContext& context) : rule_(options.decide), runtime_(context.runtime) {
    std::multiset<std::string> names;
    for (const auto& spec : options.judges) names.insert(spec.name());
    std::size_t number = 0;
    for (const auto& spec : options.judges) {
      ++number;
      auto own = context;
      own.stream += fmt::format(" judge {}", number);  // each draws for itself
      members_.push_back({names.count(spec.name()) > 1 ? fmt::format("{} {}", spec.name(), number) : spec.name(), spec.make(own)});
    }
  }

  Task<AgentReply> call(AgentInput input) override {
    for (auto& member : members_) member.verdict.reset();
    const bool forced = input.judgment_request || input.last_turn;
    co_await ask_those_without_verdict(input);
    const auto willing = static_cast<std::size_t>(std::count_if(members_.begin(), members_.end(), [](const Member& m) { return m.verdict.has_value(); }));
    if (!forced && !enough(willing)) co_return AgentReply();
    if (!forced && willing < members_.size()) {
      input.judgment_request = JudgmentRequest{};
      co_await ask_those_without_verdict(input);
    }
    co_return verdict();
  }

  void rolled_back(std::size_t size) override {
    for (auto& member : members_) member.judge->rolled_back(size);
  }
  Task<> close() override {
    for (auto& member : members_) co_await member.judge->close();
  }
  std::optional<Party> awaited() const override {
    for (const auto& member : members_)
      if (const auto party = member.judge->awaited()) return party;
    return std::nullopt;
  }

 private:
  bool enough(std::size_t willing) const { return rule_ == PanelRule::unanimous ? willing == members_.size() : 2 * willing > members_.size(); }

  /// Calls under way at the same time.
  struct Round {
    std::vector<std::pair<Member*, std::unique_ptr<Background>>> asked{};
    std::exception_ptr failure{};  ///< the first: one vote is missing for good, and the others need not go on

    void fail(std::exception_ptr why) {
      if (failure) return;
      failure = std::move(why);
      for (auto& [member, call] : asked) call->stop();
    }
  };

  static Task<AgentReply> ask(Task<AgentReply> call, std::shared_ptr<Round> round) {
    try {
      co_return co_await std::move(call);
    } catch (...) {
      round->fail(std::current_exception());
      throw;
    }
  }

  // Whatever happens, no call outlives it: a member that goes on would be one whose panel is gone.
  Task<> ask_those_without_verdict(AgentInput input) {
    const auto round = std::make_shared<Round>();
    for (std::size_t i = 0; i < members_.size() && !round->failure; ++i)  // one may fail before the next is asked
      if (auto& member = members_[i]; !member.verdict)
        round->asked.emplace_back(&member, std::make_unique<Background>(runtime_.executor, runtime_.clock, i, ask(member.judge->call(input), round)));
    for (auto& [member, call] : round->asked) {
      try {
        member->verdict = (co_await call->join()).verdict();
      } catch (...) {
        round->fail(std::current_exception());
      }
    }
    if (round->failure) std::rethrow_exception(round->failure);
  }

  // Of one that was asked for its verdict and gave none: it leaves undecided whatever the others decide.
  Verdict abstention() const {
    Verdict verdict{.reasoning = "gave no verdict", .criteria = {}};
    std::map<std::string, int> have;
    for (const auto& member : members_) {
      if (!member.verdict) continue;
      std::map<std::string, int> times;
      for (const auto& criterion : member.verdict->criteria)
        if (++times[criterion.criterion] > have[criterion.criterion]) {
          ++have[criterion.criterion];
          verdict.criteria.push_back({.criterion = criterion.criterion, .reasoning = "gave no verdict", .party = Party::judge});
        }
    }
    if (verdict.criteria.empty()) verdict.outcome = RunOutcome::inconclusive;
    return verdict;
  }

  AgentReply verdict() const {
    std::vector<PanelVote> votes;
    bool terminal = false;
    for (const auto& member : members_) {
      votes.push_back({member.name, member.verdict ? *member.verdict : abstention()});
      terminal = terminal || votes.back().verdict.terminal;
    }
    auto verdict = count_votes(votes, rule_);
    verdict.terminal = terminal;
    return verdict;
  }

  PanelRule rule_;
  Runtime& runtime_;
  std::vector<Member> members_;
};

// A criterion that several have is one. A panel that nobody can tell criteria of is asked all the same, as its members would be.
std::optional<std::vector<std::string>> criteria_of(const std::vector<ParticipantSpec>& judges) {
  std::vector<std::string> all;
  bool told = true;
  for (const auto& judge : judges) {
    told = told && judge.criteria();
    for (const auto& criterion : judge.criteria().value_or(std::vector<std::string>{}))
      if (std::find(all.begin(), all.end(), criterion) == all.end()) all.push_back(criterion);
  }
  return all.empty() && !told ? std::nullopt : std::optional(std::move(all));
}

}  // namespace

ParticipantSpec judge_panel(PanelOptions options) {
  const auto judges = std::make_shared<const std::vector<ParticipantSpec>>(options.judges);
  auto criteria = criteria_of(*judges);
  const auto rule = options.decide == PanelRule::unanimous ? "unanimous" : "majority";
  auto spec = ParticipantSpec(
                  "judge panel", [options = std::move(options)](const ParticipantContext& context) { return std::make_unique<Panel>(options, context); }, true)
                  .with_clock_rule([judges](const ModelRegistry& models, const ModelSettings& below) {
                    return std::all_of(judges->begin(), judges->end(), [&](const auto& judge) { return judge.waits_on_clock_alone(models, below); });
                  })
                  .with_check([judges](const ModelRegistry& models, const ModelSettings& below) {
                    if (judges->empty()) throw Error(ErrorKind::configuration, "the panel has no judges").with_hint("give it two or more");
                    for (const auto& judge : *judges) judge.check(models, below);
                  })
                  .with_price_rule([judges](const ModelRegistry& models, const ModelSettings& below) {
                    return std::all_of(judges->begin(), judges->end(), [&](const auto& judge) { return judge.price_is_known(models, below); });
                  })
                  .with_mark([judges, rule](const ModelSettings& below) {
                    std::vector<JudgeMark> marks;
                    for (const auto& judge : *judges) marks.push_back(judge.mark(below));
                    return panel_mark(marks, rule);
                  });
  return criteria ? spec.with_criteria(std::move(*criteria)) : spec;
}

ParticipantSpec judge_samples(JudgeOptions options, int samples, PanelRule decide) {
  PanelOptions panel{.judges = {}, .decide = decide};
  const auto judge = make_judge(std::move(options), sampling_temperature).named("sample");
  for (int i = 0; i < samples; ++i) panel.judges.push_back(judge);
  return judge_panel(std::move(panel));
}

}  // namespace antiphon
