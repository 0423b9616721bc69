#include "antiphon/result/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr double significance = 0.05;
constexpr std::size_t fewest_for_resampling = 5;  // with fewer scenarios a resampled interval is far too narrow

constexpr std::pair<Change, std::string_view> change_names[] = {{Change::lost, "lost"},          {Change::regressed, "regressed"}, {Change::worse, "worse"},
                                                                {Change::added, "added"},        {Change::better, "better"},       {Change::same, "same"},
                                                                {Change::undecided, "undecided"}};
constexpr std::pair<Tolerated, std::string_view> tolerated_names[] = {{Tolerated::suite, "suite"}, {Tolerated::caller, "caller"},
                                                                      {Tolerated::seed, "seed"},   {Tolerated::jobs, "jobs"},
                                                                      {Tolerated::clock, "clock"}, {Tolerated::missing, "missing"}};

/// All runs of one scenario in one result.
struct Runs {
  std::vector<const ScenarioResult*> list{};

  std::size_t decided() const { return count(RunOutcome::passed) + count(RunOutcome::failed); }
  std::size_t count(RunOutcome outcome) const {
    return static_cast<std::size_t>(std::count_if(list.begin(), list.end(), [&](const auto* run) { return !run->not_run && run->outcome == outcome; }));
  }
  std::optional<Share> share() const {
    const auto n = decided();
    return n ? std::optional(wilson(static_cast<double>(count(RunOutcome::passed)), n)) : std::nullopt;
  }
  bool any_answer() const {
    return std::any_of(list.begin(), list.end(), [](const auto* run) { return !run->answer_s.empty(); });
  }
};

/// The scenarios of a result by the id that repeats share, in order.
struct Side {
  explicit Side(const BatchResult& given) : batch(given) {
    for (const auto& result : given.scenarios) {
      const auto id = without_repeat(result.id, result.repeat);
      const auto [place, is_new] = index.emplace(id, ids.size());
      if (is_new) ids.push_back(id), runs.emplace_back();
      runs[place->second].list.push_back(&result);
    }
  }
  const Runs* find(const std::string& id) const {
    const auto it = index.find(id);
    return it == index.end() ? nullptr : &runs[it->second];
  }

  const BatchResult& batch;
  std::vector<std::string> ids{};
  std::vector<Runs> runs{};
  std::map<std::string, std::size_t> index{};
};

/// Why two results are no pair.
class Refusals {
 public:
  explicit Refusals(const CompareOptions& options) : options_(options) {}

  void add(Tolerated reason, std::string text) {
    if (options_.tolerated.contains(reason)) return;
    for (const auto& [value, name] : tolerated_names)
      if (value == reason && std::find(flags_.begin(), flags_.end(), name) == flags_.end()) flags_.emplace_back(name);
    texts_.push_back(std::move(text));
  }
  void check() const {
    if (texts_.empty()) return;
    throw Error(ErrorKind::usage, fmt::format("these results cannot be compared: {}", join(texts_, "; ")))
        .with_hint(fmt::format("run both the same way, or accept it: --ignore {}", join(flags_, ",")));
  }

 private:
  const CompareOptions& options_;
  std::vector<std::string> flags_{}, texts_{};
};

std::string listed(const std::vector<std::string>& ids) {
  constexpr std::size_t shown = 3;
  std::vector<std::string> some(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(shown, ids.size())));
  for (auto& id : some) id = quote(id);
  return join(some, ", ") + (ids.size() > shown ? fmt::format(" and {} more", ids.size() - shown) : "");
}

bool real_time(const ScenarioResult& run) { return !run.not_run && run.clock == "wall"; }

bool any_in_real_time(const BatchResult& batch) { return std::any_of(batch.scenarios.begin(), batch.scenarios.end(), real_time); }

bool other_caller(const ScenarioResult& a, const ScenarioResult& b) {
  return !a.fingerprints.caller.empty() && !b.fingerprints.caller.empty() && a.fingerprints.caller != b.fingerprints.caller;
}

// A seed matters where the caller draws from it and each side has but one draw: then the luck of the draw is all that differs.
bool needs_the_seed(const Runs& before, const Runs& after) {
  return before.list.front()->fingerprints.draws && (before.list.size() == 1 || after.list.size() == 1);
}

void check_scenarios(const Side& before, const Side& after, Refusals& refusals) {
  std::vector<std::string> callers, drawn, clocks;
  for (const auto& id : before.ids) {
    const auto* other = after.find(id);
    if (!other) continue;
    const auto& own = *before.find(id);
    const auto &a = *own.list.front(), &b = *other->list.front();
    if (other_caller(a, b)) callers.push_back(id);
    if (needs_the_seed(own, *other)) drawn.push_back(id);
    if (!a.not_run && !b.not_run && a.clock != b.clock) clocks.push_back(id);
  }
  if (!callers.empty()) refusals.add(Tolerated::caller, fmt::format("another caller (user, script, model or turns) in {}", listed(callers)));
  if (!drawn.empty() && before.batch.seed != after.batch.seed)
    refusals.add(Tolerated::seed, fmt::format("seeds {} and {}, and the user of {} draws from it", before.batch.seed, after.batch.seed, listed(drawn)));
  if (!clocks.empty()) refusals.add(Tolerated::clock, fmt::format("one in real time and one in virtual time: {}", listed(clocks)));
}

void require_comparable(const Side& before, const Side& after, const CompareOptions& options) {
  Refusals refusals(options);
  const bool shared = std::any_of(before.ids.begin(), before.ids.end(), [&](const auto& id) { return after.find(id) != nullptr; });
  if (!shared) throw Error(ErrorKind::usage, "these results cannot be compared: they have no scenario in common");
  if (before.batch.suite != after.batch.suite)
    refusals.add(Tolerated::suite, fmt::format("other suites, {} and {}", quote(before.batch.suite), quote(after.batch.suite)));
  check_scenarios(before, after, refusals);
  const auto jobs_a = before.batch.jobs, jobs_b = after.batch.jobs;
  if (jobs_a && jobs_b && *jobs_a != *jobs_b && any_in_real_time(before.batch) && any_in_real_time(after.batch))
    refusals.add(Tolerated::jobs, fmt::format("{} and {} at a time in real time", *jobs_a, *jobs_b));
  refusals.check();
}

// By kind alone: what a check wants may be sharpened, and is then another check of the same thing.
std::ptrdiff_t count_evaluated(const std::vector<CheckResult>& checks, std::string_view kind) {
  return std::count_if(checks.begin(), checks.end(), [&](const CheckResult& check) { return check.kind == kind && !check.inconclusive; });
}

// What A had measured and B has not, in words; empty: nothing.
std::string lost(const Runs& before, const Runs* after) {
  if (before.decided() == 0) return {};
  if (!after) return "is not there any more";
  if (after->decided() == 0) {
    const auto& run = *after->list.front();
    return run.not_run ? "was not run" : fmt::format("was decided before and is {} now", to_string(run.outcome));
  }
  if (before.any_answer() && !after->any_answer()) return "its latency is not measured any more";
  if (!after->list.front()->success()) return {};  // a run that is broken off does not reach them all
  const auto& checks = before.list.front()->checks;
  for (const auto& check : checks)
    if (count_evaluated(checks, check.kind) > count_evaluated(after->list.front()->checks, check.kind))
      return fmt::format("its check {} is not evaluated any more", quote(check.kind));
  return {};
}

Change direction(const Share& before, const Share& after, const CompareOptions& options) {
  if (after.value > before.value) return Change::better;
  if (after.value == before.value) return Change::same;
  const bool apart = after.high < before.low && before.value - after.value >= options.least_effect;
  return apart || options.strict ? Change::regressed : Change::worse;
}

ScenarioChange change_of(const std::string& id, const Runs* before, const Runs* after, const CompareOptions& options) {
  ScenarioChange change{.id = id, .change = Change::undecided};
  if (before) change.before = before->share();
  if (after) change.after = after->share();
  if (before) change.why = lost(*before, after);
  if (!before)
    change.change = Change::added;
  else if (!change.why.empty() && (after || !options.tolerated.contains(Tolerated::missing)))
    change.change = Change::lost;
  else if (change.before && change.after)
    change.change = direction(*change.before, *change.after, options);
  if (!after && change.why.empty()) change.why = "is not there any more";
  return change;
}

void test_pairs(const std::vector<const ScenarioChange*>& pairs, const CompareOptions& options, Comparison& comparison) {
  std::vector<double> differences;
  bool single = true;
  for (const auto* pair : pairs) {
    differences.push_back(pair->after->value - pair->before->value);
    single = single && pair->before->n == 1 && pair->after->n == 1;
  }
  if (differences.empty()) return;
  comparison.difference = resampled_mean(differences);
  const bool enough = -comparison.difference.value >= options.least_effect;
  if (single) {
    comparison.test = "mcnemar";
    comparison.p_value = mcnemar_exact(comparison.worse, comparison.better);
    comparison.significant = enough && comparison.p_value < significance;
  } else if (differences.size() >= fewest_for_resampling) {
    comparison.test = "resampling";
    comparison.significant = enough && comparison.difference.high < 0;
  } else {
    comparison.notices.push_back(fmt::format("{} scenarios are too few for a test over scenarios; each is judged by its own intervals", differences.size()));
  }
}

using Calls = std::vector<const std::vector<double>*>;

/// All answers of all calls, sorted once: a draw of calls then only says how often each answer counts, and nothing is sorted ten thousand times.
class Answers {
 public:
  explicit Answers(const Calls& calls) : calls_(calls), times_(calls.size()) {
    for (std::size_t call = 0; call < calls.size(); ++call)
      for (const double value : *calls[call]) sorted_.push_back({value, call});
    std::sort(sorted_.begin(), sorted_.end(), [](const Answer& a, const Answer& b) { return a.value < b.value; });
  }

  /// By nearest rank, of the answers of the drawn calls.
  double percentile(const std::vector<std::size_t>& drawn, std::size_t percent) {
    std::fill(times_.begin(), times_.end(), 0);
    std::size_t total = 0;
    for (const auto call : drawn) ++times_[call], total += calls_[call]->size();
    std::size_t left = (percent * total + 99) / 100;
    for (const auto& answer : sorted_) {
      if (times_[answer.call] >= left) return answer.value;
      left -= times_[answer.call];
    }
    return sorted_.back().value;
  }

 private:
  struct Answer {
    double value;
    std::size_t call;
  };
  const Calls& calls_;
  std::vector<Answer> sorted_{};
  std::vector<std::size_t> times_;
};

Estimate latency_of(const Calls& calls, std::size_t percent) {
  Answers answers(calls);
  return resampled(calls.size(), [&](const std::vector<std::size_t>& drawn) { return answers.percentile(drawn, percent); });
}

// Only scenarios that both sides have measured: otherwise the mix would change the figure.
void compare_latencies(const Side& before, const Side& after, const CompareOptions& options, Comparison& comparison) {
  Calls a, b;
  for (const auto& id : before.ids) {
    const auto *own = before.find(id), *other = after.find(id);
    if (!other || !own->any_answer() || !other->any_answer()) continue;
    for (const auto* run : own->list)
      if (!run->answer_s.empty()) a.push_back(&run->answer_s);
    for (const auto* run : other->list)
      if (!run->answer_s.empty()) b.push_back(&run->answer_s);
  }
  if (a.empty() || b.empty()) return;
  for (const auto& [name, percent] : {std::pair("p50", 50U), std::pair("p95", 95U)}) {
    LatencyChange change{.name = name, .before = latency_of(a, percent), .after = latency_of(b, percent)};
    const double slower = change.after.value - change.before.value;
    change.regressed = change.after.low > change.before.high && slower >= options.least_slowdown_s && slower >= options.least_slowdown * change.before.value;
    comparison.latencies.push_back(change);
  }
}

std::string agent_notice(const Side& before, const Side& after) {
  std::size_t known = 0, other = 0;
  for (const auto& id : before.ids) {
    const auto* there = after.find(id);
    if (!there) continue;
    const auto &a = before.find(id)->list.front()->fingerprints.agent, &b = there->list.front()->fingerprints.agent;
    if (a.empty() || b.empty()) continue;
    ++known;
    if (a != b) ++other;
  }
  if (known == 0) return "whether the agent's settings are the same is not known";
  return other == 0 ? "the agent's settings are the same in both" : fmt::format("the agent's settings differ in {} of {} scenarios", other, known);
}

std::vector<ScenarioChange> gravest_first(const std::vector<ScenarioChange>& changes) {
  std::vector<ScenarioChange> sorted;
  for (const auto& [change, name] : change_names)
    for (const auto& each : changes)
      if (each.change == change) sorted.push_back(each);
  return sorted;
}

json::value share_json(const std::optional<Share>& share) {
  if (!share) return nullptr;
  return {{"value", share->value}, {"interval", json::array{share->low, share->high}}, {"n", share->n}};
}
json::value estimate_json(const Estimate& estimate) { return {{"value", estimate.value}, {"interval", json::array{estimate.low, estimate.high}}}; }

}  // namespace

std::optional<Tolerated> tolerated_from(std::string_view name) {
  for (const auto& [value, text] : tolerated_names)
    if (text == name) return value;
  return std::nullopt;
}

std::string_view to_string(Change change) {
  for (const auto& [value, text] : change_names)
    if (value == change) return text;
  return "same";
}

bool Comparison::regression() const {
  return significant || std::any_of(latencies.begin(), latencies.end(), [](const LatencyChange& change) { return change.regressed; }) ||
         std::any_of(scenarios.begin(), scenarios.end(),
                     [](const ScenarioChange& each) { return each.change == Change::lost || each.change == Change::regressed; });
}

Comparison compare(const BatchResult& before, const BatchResult& after, const CompareOptions& options) {
  const Side a(before), b(after);
  require_comparable(a, b, options);
  Comparison comparison;
  for (const auto& id : a.ids) comparison.scenarios.push_back(change_of(id, a.find(id), b.find(id), options));
  for (const auto& id : b.ids)
    if (!a.find(id)) comparison.scenarios.push_back(change_of(id, nullptr, b.find(id), options));
  std::vector<const ScenarioChange*> pairs;
  for (const auto& change : comparison.scenarios) {
    if (!change.before || !change.after) continue;
    pairs.push_back(&change);
    if (change.after->value < change.before->value) ++comparison.worse;
    if (change.after->value > change.before->value) ++comparison.better;
  }
  comparison.paired = pairs.size();
  test_pairs(pairs, options, comparison);
  compare_latencies(a, b, options, comparison);
  comparison.notices.push_back(agent_notice(a, b));
  comparison.scenarios = gravest_first(comparison.scenarios);
  return comparison;
}

json::object to_json(const Comparison& comparison) {
  json::array scenarios, latencies;
  for (const auto& each : comparison.scenarios)
    scenarios.push_back({{"id", each.id},
                         {"change", to_string(each.change)},
                         {"before", share_json(each.before)},
                         {"after", share_json(each.after)},
                         {"why", each.why.empty() ? json::value(nullptr) : json::value(each.why)}});
  for (const auto& each : comparison.latencies)
    latencies.push_back({{"name", each.name}, {"before", estimate_json(each.before)}, {"after", estimate_json(each.after)}, {"regressed", each.regressed}});
  return {{"schema", "antiphon.comparison/1"},
          {"regression", comparison.regression()},
          {"scenarios", std::move(scenarios)},
          {"paired",
           {{"n", comparison.paired},
            {"worse", comparison.worse},
            {"better", comparison.better},
            {"test", comparison.test.empty() ? json::value(nullptr) : json::value(comparison.test)},
            {"p_value", comparison.test == "mcnemar" ? json::value(comparison.p_value) : json::value(nullptr)},
            {"difference", comparison.paired ? estimate_json(comparison.difference) : json::value(nullptr)},
            {"significant", comparison.significant}}},
          {"latency_s", std::move(latencies)},
          {"notices", json::array(comparison.notices.begin(), comparison.notices.end())}};
}

}  // namespace antiphon
