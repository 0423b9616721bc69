// 10,000 rehearsals at once in one process, ten turns each: in real time over HTTP (models of 200 ms), then in virtual time by rules.
#include <cstdlib>
#include <fstream>

#include <sys/resource.h>

#include "bench/measure.hpp"
#include "bench/rehearsal.hpp"
#include "bench/rules.hpp"
#include "bench/stub_process.hpp"

namespace {

using namespace antiphon;

constexpr int crowd = 10'000, turns = 10;

void measure(const char* what, const ModelSettings& model, const char* limit) {
  auto batch = bench::rehearsals(crowd, turns, model);
  const double before = bench::peak_mb();
  const bench::Meter meter;
  const auto results = run_all(std::move(batch), {.jobs = crowd, .seed = 1});
  const double wall = meter.wall_s(), cpu = meter.cpu_s();
  bench::require_all_passed(results, turns);
  bench::report(fmt::format("10,000 at once, 10 turns, {}: wall, CPU", what), fmt::format("{:.1f} s, {:.1f} s", wall, cpu));
  bench::report(fmt::format("10,000 at once, 10 turns, {}: peak memory", what), fmt::format("{:.0f} MB ({:.0f} before)", bench::peak_mb(), before), limit);
}

}  // namespace

int main() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);  // the stub inherits it
  {
    const bench::StubProcess stub(200);
    measure("200 ms a call over HTTP", bench::stub_model(stub.base_url()), "1500 MB");
  }
  const bench::RulesFile rules;  // peak memory never falls: it is the larger of both
  measure("in virtual time", ModelSettings("rules/" + rules.path()), "1500 MB");
}
