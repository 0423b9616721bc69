// 1,000 rehearsals whose models are rules that take 200 ms an answer, in virtual time: as fast as the machine computes, twice the same.
#include "antiphon/result/result.hpp"
#include "bench/measure.hpp"
#include "bench/rehearsal.hpp"
#include "bench/rules.hpp"

namespace {

using namespace antiphon;

// What one run drew by chance alone: names of the run, and nothing else.
std::string comparable(const ScenarioResult& result) {
  auto json = to_json(result);
  json.erase("run_id");
  json.erase("thread_id");
  return json::serialize(json);
}

double simulated_s(const std::vector<ScenarioResult>& results) {
  double sum = 0;
  for (const auto& result : results) sum += result.duration_s;
  return sum;
}

}  // namespace

int main() {
  const bench::RulesFile rules;
  const auto batch = bench::rehearsals(1000, 10, ModelSettings("rules/" + rules.path()));
  const bench::Meter meter;
  const auto first = run_all(batch, {.jobs = 1000, .seed = 1});
  const double wall = meter.wall_s(), cpu = meter.cpu_s();
  const auto second = run_all(batch, {.jobs = 1, .seed = 1});
  bench::require_all_passed(first, 10);
  int different = 0;
  for (std::size_t i = 0; i < first.size(); ++i) different += comparable(first[i]) != comparable(second[i]);
  bench::report("1,000 in virtual time, 10 turns, 200 ms a call: wall", fmt::format("{:.2f} s", wall));
  bench::report("1,000 in virtual time: CPU per turn", fmt::format("{:.3f} ms", cpu / 10000 * 1e3));
  bench::report("1,000 in virtual time: simulated", fmt::format("{:.0f} s", simulated_s(first)), "4000 s");
  bench::report("1,000 in virtual time: results that differ, 1,000 at once and one by one", fmt::format("{}", different), "0");
}
