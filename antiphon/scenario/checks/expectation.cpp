#include "antiphon/scenario/checks/expectation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon {

namespace {

constexpr std::size_t shown_words = 60;

class Expected {
 public:
  Expected(const ExpectedTurn& expected, const CheckScope& scope)
      : expected_(expected), scope_(scope), call_(*scope.call), said_(call_.utterances.at(expected.utterance)) {
    result_.kind = "expect";
    result_.line = expected.line;
    const auto at = voice::voice_start(said_);
    result_.expected = json::object{{"expect", to_string(expected.expect)}, {"at_s", to_seconds(at)}};
    if (!said_.text.empty()) result_.expected.get_object()["said"] = cut(said_.text, shown_words);
    checks::place(result_, scope, at, said_.message);
  }

  CheckResult decide() && {
    if (!said_.sent) {
      undecided(Party::harness, "the call ended before it");
    } else {
      switch (expected_.expect) {
        case Expectation::respond: respond(); break;
        case Expectation::stop: stop(); break;
        case Expectation::ignore: ignore(); break;
      }
    }
    return std::move(result_);
  }

 private:
  void undecided(Party party, std::string why) { checks::leave_undecided(result_, party, std::move(why)); }
  void found(bool passed, json::object what) {
    result_.passed = passed;
    result_.found = std::move(what);
  }
  voice::Reaction reaction() const { return voice::reaction_to(call_, *scope_.measures, expected_.utterance); }
  Duration listened() const { return reaction().listened; }

  void respond() {
    const auto entry = std::ranges::find(scope_.measures->user_turns, expected_.utterance, &UserTurnEntry::utterance);
    if (entry == scope_.measures->user_turns.end()) return undecided(Party::harness, "it was no turn that could be answered");
    if (entry->premature && entry->outcome != UserTurnOutcome::answered)
      return undecided(Party::simulated_user, "our user began in a pause of the agent's, and the agent went on");
    json::object what{{"outcome", to_string(entry->outcome)}};
    if (entry->latency_s) what["latency_s"] = *entry->latency_s;
    switch (entry->outcome) {
      case UserTurnOutcome::answered:
      case UserTurnOutcome::folded: return found(true, std::move(what));
      case UserTurnOutcome::overlapped: return found(false, std::move(what));
      case UserTurnOutcome::held: return what["waited_s"] = to_seconds(listened()), found(false, std::move(what));
      case UserTurnOutcome::silent: return undecided(Party::harness, "nothing was voiced in it");
      case UserTurnOutcome::not_sent: return undecided(Party::harness, "the call ended before it");
      case UserTurnOutcome::undecided: break;
    }
    if (call_.agent_closed) return what["hung_up"] = true, found(false, std::move(what));
    undecided(Party::harness, fmt::format("the call went on for {:.2f} s only", to_seconds(listened())));
  }

  void stop() {
    const auto cut_in = std::ranges::find(call_.interruptions, expected_.utterance, &Interruption::utterance);
    if (cut_in == call_.interruptions.end()) return stop(voice::spoke_on(call_, said_));
    const auto stopped = voice::stop_of(*cut_in);
    if (!stopped || !voice::is_on_time(*cut_in)) return undecided(Party::harness, checks::why_it_does_not_count(*cut_in));
    found(!stopped->censored, {{"stop_s", to_seconds(stopped->after)}, {"censored", stopped->censored}});
  }

  void stop(std::optional<Duration> on) {
    if (!on) return undecided(Party::harness, "the agent was not speaking then");
    const bool censored = *on > stop_window;
    found(!censored, {{"stop_s", to_seconds(std::min(*on, stop_window))}, {"censored", censored}});
  }

  void ignore() {
    const auto came = reaction();
    const auto ignored = came.ignored();
    if (!ignored) return undecided(Party::harness, why_nobody_knows(came));
    if (came.spoke_on) return found(*ignored, {{"spoke_on_s", to_seconds(*came.spoke_on)}});
    if (*ignored) return found(true, {{"silent_for_s", to_seconds(came.listened)}});
    found(false, {{"answered_after_s", to_seconds(*came.answered_after)}});
  }

  static std::string why_nobody_knows(const voice::Reaction& came) {
    if (!came.spoke_on) return fmt::format("our user listened for {:.2f} s only", to_seconds(came.listened));
    if (!came.said_all) return fmt::format("the call was over before the agent had been silent for {:g} s", to_seconds(stop_silence));
    return fmt::format("the agent's turn was complete {:.2f} s after our user began: whether it stopped for that cannot be told", to_seconds(*came.spoke_on));
  }

  const ExpectedTurn& expected_;
  const CheckScope& scope_;
  const CallRecord& call_;
  const UserUtterance& said_;
  CheckResult result_;
};

}  // namespace

CheckResult evaluate(const ExpectedTurn& expected, const CheckScope& scope) { return Expected(expected, scope).decide(); }

}  // namespace antiphon
