#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon::checks {

namespace {

struct CutIn {
  const Interruption* interruption;
  const UserUtterance* utterance;
  std::optional<voice::CutInStop> stop;  ///< nullopt: it never came about
  bool on_time = true;

  bool counts() const { return stop && on_time; }
};

// Those that the agent should have stopped for.
std::vector<CutIn> cut_ins(const CallRecord& call) {
  std::vector<CutIn> list;
  for (const auto& each : call.interruptions) {
    const auto* utterance = each.utterance < call.utterances.size() ? &call.utterances[each.utterance] : nullptr;
    if (!utterance || (each.achieved && utterance->expect == Expectation::ignore)) continue;
    list.push_back({.interruption = &each, .utterance = utterance, .stop = voice::stop_of(each), .on_time = voice::is_on_time(each)});
  }
  return list;
}

std::string seconds(const std::optional<Duration>& time) { return time ? fmt::format("{:.2f} s", to_seconds(*time)) : "never"; }

json::object times_of(const CutIn& cut) {
  json::object object{{"outcome", cut.interruption->outcome}};
  if (cut.interruption->intended) object["intended_s"] = to_seconds(*cut.interruption->intended);
  if (cut.interruption->achieved) object["achieved_s"] = to_seconds(*cut.interruption->achieved);
  return object;
}

/// What they came to together.
struct Outcome {
  const CutIn* longest = nullptr;  ///< of those that count: the one after which the agent spoke on longest
  const CutIn* missed = nullptr;   ///< the first that does not count
  std::size_t n = 0, censored = 0;
};

Outcome outcome_of(const std::vector<CutIn>& all) {
  const auto spoke_on = [](const CutIn& cut) { return std::pair(cut.stop->censored, cut.stop->after); };
  Outcome outcome;
  for (const auto& cut : all) {
    if (!cut.counts()) {
      if (!outcome.missed) outcome.missed = &cut;
      continue;
    }
    ++outcome.n, outcome.censored += cut.stop->censored ? 1 : 0;
    if (!outcome.longest || spoke_on(cut) > spoke_on(*outcome.longest)) outcome.longest = &cut;
  }
  return outcome;
}

json::value expectation(const InterruptionCheck& check) {
  json::object expected;
  if (check.stops_within) expected["stops_within"] = to_seconds(*check.stops_within);
  if (check.count) expected["count"] = *check.count;
  return expected;
}

void leave_undecided(CheckResult& result, const CheckScope& scope, const CutIn& cut) {
  checks::leave_undecided(result, Party::harness, why_it_does_not_count(*cut.interruption));
  result.found.get_object()["cut_in"] = times_of(cut);
  place(result, scope, cut.interruption->achieved.value_or(cut.utterance->start), cut.utterance->message);
}

}  // namespace

std::string why_it_does_not_count(const Interruption& cut_in) {
  const auto times = fmt::format("meant for {}, came at {}", seconds(cut_in.intended), seconds(cut_in.achieved));
  if (voice::stop_of(cut_in)) return fmt::format("our cut-in was off by more than 0.1 s: {}", times);
  if (cut_in.achieved) return fmt::format("the agent had stopped before our cut-in: {}", times);
  if (!cut_in.missed.empty()) return cut_in.missed;
  return cut_in.outcome == "nothing_heard" ? "the agent did not begin to speak in time to be cut into" : "the agent's turn was over before our cut-in";
}

CheckResult evaluate(const InterruptionCheck& check, const CheckScope& scope) {
  CheckResult result{.expected = expectation(check)};
  if (!scope.call) return result;
  const auto all = cut_ins(*scope.call);
  const auto [longest, missed, n, censored] = outcome_of(all);
  if (longest) {
    result.found = json::object{{"stop_s", to_seconds(longest->stop->after)}, {"n", n}, {"censored", censored}};
    place(result, scope, *longest->interruption->achieved, longest->utterance->message);
    if (check.stops_within && (longest->stop->censored || longest->stop->after > *check.stops_within)) return result;
  }
  if (missed)
    leave_undecided(result, scope, *missed);
  else if (!longest)
    checks::leave_undecided(result, Party::harness, "our user cut in nowhere");
  else if (check.count && n != static_cast<std::size_t>(*check.count))
    checks::leave_undecided(result, Party::harness, fmt::format("our user cut in {} {}", n, n == 1 ? "time" : "times"));
  else
    result.passed = true;
  return result;
}

}  // namespace antiphon::checks
