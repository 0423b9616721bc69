// Rehearsals of ten turns answered from cassettes, one core: reading the files, finding every call, playing the conversation.
#include <filesystem>
#include <fstream>

#include "antiphon/base/ids.hpp"
#include "antiphon/result/result.hpp"
#include "bench/measure.hpp"
#include "bench/rehearsal.hpp"

namespace {

using namespace antiphon;
namespace fs = std::filesystem;

constexpr int count = 2000, turns = 10;
constexpr std::string_view rules =
    "rules:\n"
    "  - {when: {offers_tool: finish_test}, latency: 200ms, criteria: {default: passed}}\n"
    "  - {when: {offers_tool: continue_test}, latency: 200ms, tool_calls: [{name: continue_test}]}\n"
    "  - {when: {role: user}, latency: 200ms, reply: [\"where is it? order A-1007\", \"and when will it be here?\", \"ok, and who brings it?\"]}\n";

std::vector<Scenario> taped(std::vector<Scenario> scenarios, const fs::path& folder, CassetteMode mode) {
  for (auto& scenario : scenarios) scenario.file = (folder / "suite.yaml").string(), scenario.cassettes = mode;
  return scenarios;
}

std::uintmax_t bytes_below(const fs::path& folder) {
  std::uintmax_t sum = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) sum += entry.file_size();
  return sum;
}

}  // namespace

int main() {
  const auto folder = fs::temp_directory_path() / make_id("bench");
  fs::create_directories(folder);
  std::ofstream(folder / "bench.rules.yaml") << rules;
  const auto all = bench::rehearsals(count, turns, ModelSettings("rules/" + (folder / "bench.rules.yaml").string()));
  run_all(taped(all, folder, CassetteMode::record), {.jobs = 1, .seed = 1});
  const auto bytes = bytes_below(folder / "cassettes");
  const bench::Meter meter;
  const auto results = run_all(taped(all, folder, CassetteMode::replay), {.jobs = 1});
  const double wall = meter.wall_s(), cpu = meter.cpu_s();
  fs::remove_all(folder);
  bench::require_all_passed(results, turns);
  bench::report("replaying cassettes, 10 turns, one core: scenarios per second of CPU", fmt::format("{:.0f}", count / cpu), "at least 2000");
  bench::report("replaying cassettes, 10 turns, one core: scenarios per second of wall time", fmt::format("{:.0f}", count / wall));
  bench::report("cassette of 10 turns, user and judge", fmt::format("{:.0f} kB", static_cast<double>(bytes) / count / 1000));
}
