// What a turn costs us when the judge reads structure alone and looks something up each time: three model calls over real HTTP, spans recorded.
#include "bench/measure.hpp"
#include "bench/rehearsal.hpp"
#include "bench/stub_process.hpp"

namespace {

using namespace antiphon;

std::vector<Scenario> looking(int count, int turns, const std::string& base_url) {
  auto list = bench::rehearsals(count, turns, bench::stub_model(base_url));
  for (auto& scenario : list) scenario.judge = judge_agent({.criteria = {"polite", "answers"}, .token_threshold = 200});
  return list;
}

}  // namespace

int main() {
  constexpr int turns = 50, runs = 80;
  {
    bench::StubProcess warm(0, "discover");
    bench::require_all_passed(run_all(looking(8, turns, warm.base_url()), {.jobs = 8, .seed = 1}), turns);
  }
  bench::StubProcess stub(0, "discover");
  const auto batch = looking(runs, turns, stub.base_url());
  const bench::Meter meter;
  const auto results = run_all(batch, {.jobs = 8, .seed = 1});
  const auto cpu = bench::cpu_per_turn(meter, runs * turns);
  bench::require_all_passed(results, turns);
  const auto counts = stub.stop();
  const double per_turn = 1.0 / (runs * turns);
  bench::report("judge with discovery over HTTP, 50 turns: CPU per turn", cpu, "0.3 ms");
  bench::report("judge with discovery over HTTP, 50 turns: calls and bytes sent per turn",
                fmt::format("{:.2f}, {:.0f}", static_cast<double>(counts.requests) * per_turn, static_cast<double>(counts.bytes_in) * per_turn));
}
