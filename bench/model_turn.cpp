// What a turn with a simulated user and a judge costs us: two model calls over real HTTP to a stub in another process.
#include "bench/measure.hpp"
#include "bench/rehearsal.hpp"
#include "bench/stub_process.hpp"

namespace {

using namespace antiphon;

void measure(int turns, int runs, std::string_view limit) {
  {
    bench::StubProcess warm(0);
    bench::require_all_passed(run_all(bench::rehearsals(8, turns, bench::stub_model(warm.base_url())), {.jobs = 8, .seed = 1}), turns);
  }
  bench::StubProcess stub(0);
  const auto batch = bench::rehearsals(runs, turns, bench::stub_model(stub.base_url()));
  const bench::Meter meter;
  const auto results = run_all(batch, {.jobs = 8, .seed = 1});
  const auto cpu = bench::cpu_per_turn(meter, runs * turns);
  bench::require_all_passed(results, turns);
  const auto counts = stub.stop();
  bench::report(fmt::format("user and judge over HTTP, {} turns: CPU per turn", turns), cpu, limit);
  bench::report(fmt::format("user and judge over HTTP, {} turns: bytes sent per turn", turns),
                fmt::format("{:.0f}", static_cast<double>(counts.bytes_in) / (runs * turns)));
}

}  // namespace

int main() {
  measure(10, 400, "0.15 ms");
  measure(50, 80, "linear in bytes sent");
  measure(200, 20, "linear in bytes sent");
}
