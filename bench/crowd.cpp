// 1,000 rehearsals at once, ten turns each, every model call taking 200 ms: two calls a turn, so 4.0 s is the floor.
#include "bench/measure.hpp"
#include "bench/rehearsal.hpp"
#include "bench/stub_process.hpp"

#include <sys/resource.h>

int main() {
  using namespace antiphon;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);  // the stub inherits it
  bench::StubProcess stub(200);
  auto batch = bench::rehearsals(1000, 10, bench::stub_model(stub.base_url()));
  const double before = bench::peak_mb();
  const bench::Meter meter;
  const auto results = run_all(std::move(batch), {.jobs = 1000, .seed = 1});
  const double wall = meter.wall_s(), cpu = meter.cpu_s(), user = meter.user_s();
  bench::require_all_passed(results, 10);
  bench::report("1,000 at once, 10 turns, 200 ms a call: wall", fmt::format("{:.2f} s", wall), "5 s");
  bench::report("1,000 at once, 10 turns, 200 ms a call: CPU of the tester", fmt::format("{:.2f} s ({:.2f} in user mode)", cpu, user));
  bench::report("1,000 at once, 10 turns, 200 ms a call: peak memory", fmt::format("{:.0f} MB ({:.0f} before)", bench::peak_mb(), before), "300 MB");
}
