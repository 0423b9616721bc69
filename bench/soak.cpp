// `bench_soak [VIRTUAL [HTTP]]`: 100,000 rehearsals in virtual time, then 30,000 over HTTP, three turns each, in batches as commands run them. A line
// per 10,000; ends with 1 when memory, open files or threads have grown since the first line. Every batch has a thread pool and connections of its own, so
// what one leaves behind shows.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <malloc.h>

#include "bench/measure.hpp"
#include "bench/rehearsal.hpp"
#include "bench/rules.hpp"
#include "bench/stub_process.hpp"

namespace {

using namespace antiphon;

constexpr int batch_size = 1000, line_every = 10'000, turns = 3;
constexpr double slack_mb = 8;  // allocators keep a little more here and there; a leak of a kilobyte a run shows as 10 MB a line

struct Footprint {
  double resident_mb = 0;
  long files = 0, threads = 0;
};

long entries(const char* folder) { return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()); }

Footprint footprint() {
  malloc_trim(0);
  long ignored = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> ignored >> pages;
  return {static_cast<double>(pages) * 4096 / 1048576, entries("/proc/self/fd"), entries("/proc/self/task")};
}

/// False when it grew.
bool soak(const char* what, int runs, const ModelSettings& model) {
  std::optional<Footprint> first;
  bool same = true;
  const bench::Meter meter;
  for (int done = 0; done < runs;) {
    bench::require_all_passed(run_all(bench::rehearsals(batch_size, turns, model), {.jobs = 64, .seed = static_cast<std::uint64_t>(done + 1)}), turns);
    done += batch_size;
    if (done % line_every != 0 && done < runs) continue;
    const auto now = footprint();
    bench::report(fmt::format("soak, {}: after {}", what, done),
                  fmt::format("{:.1f} MB, {} files, {} threads, {:.0f} s", now.resident_mb, now.files, now.threads, meter.wall_s()));
    if (!first) first = now;
    same = now.resident_mb <= first->resident_mb + slack_mb && now.files <= first->files && now.threads <= first->threads;
  }
  if (!same) fmt::print(stderr, "bench_soak: {}: it has grown\n", what);
  return same;
}

}  // namespace

int main(int argc, char** argv) {
  const int in_virtual_time = argc > 1 ? std::atoi(argv[1]) : 100'000, over_http = argc > 2 ? std::atoi(argv[2]) : 30'000;
  bool same = true;
  {
    const bench::RulesFile rules;
    same = soak("virtual time", in_virtual_time, ModelSettings("rules/" + rules.path())) && same;
  }
  const bench::StubProcess stub(0);
  same = soak("over HTTP", over_http, bench::stub_model(stub.base_url())) && same;
  return same ? 0 : 1;
}
