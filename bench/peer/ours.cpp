// bench_peer_ours WORKLOAD …: our side of bench/peer; workload.mjs and workload.py do the same. Prints one line of JSON.
//   scripted TURNS RUNS | models TURNS RUNS AT_ONCE BASE_URL | start
#include <cstdlib>
#include <fstream>

#include <sys/resource.h>

#include "bench/measure.hpp"
#include "bench/rehearsal.hpp"

namespace {

using namespace antiphon;

Task<AgentReply> first_step(AgentInput /*input*/) {
  double resident = 0;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) resident = std::strtod(line.c_str() + 6, nullptr) / 1024;
  const auto used = bench::usage();
  fmt::print("{{\"cpu_s\": {}, \"resident_mb\": {}}}\n", bench::seconds(used.ru_utime) + bench::seconds(used.ru_stime), resident);
  std::fflush(stdout);
  co_return "Your order A-1007 has left our warehouse.";
}

using Agent = Task<AgentReply> (*)(AgentInput);

Scenario scripted(int turns, Agent answer) {
  Scenario scenario;
  scenario.name = "scripted";
  scenario.agent = ParticipantSpec(answer);
  for (int i = 0; i < turns; ++i) {
    scenario.script.push_back(user("where is my parcel? the order number is A-1007"));
    scenario.script.push_back(agent());
  }
  scenario.script.push_back(succeed());
  scenario.max_turns = turns;
  return scenario;
}

void measure(int turns, int jobs, std::vector<Scenario> batch) {
  bench::require_all_passed(run_all({batch.front()}, {.jobs = 1, .seed = 1}), turns);
  const auto count = static_cast<int>(batch.size());
  const bench::Meter meter;
  const auto results = run_all(std::move(batch), {.jobs = jobs, .seed = 1});
  const double cpu = meter.cpu_s(), wall = meter.wall_s();
  bench::require_all_passed(results, turns);
  fmt::print("{{\"cpu_s\": {}, \"wall_s\": {}, \"turns\": {}}}\n", cpu, wall, turns * count);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string workload = argc > 1 ? argv[1] : "";
  const auto number = [&](int i) { return i < argc ? std::atoi(argv[i]) : 1; };
  if (workload == "start")
    run(scripted(1, first_step));
  else if (workload == "scripted")
    measure(number(2), 1, std::vector<Scenario>(static_cast<std::size_t>(number(3)), scripted(number(2), bench::answer_at_once)));
  else if (workload == "models" && argc > 5)
    measure(number(2), number(4), bench::rehearsals(number(3), number(2), bench::stub_model(argv[5])));
  else
    return fmt::print(stderr, "usage: bench_peer_ours scripted TURNS RUNS | models TURNS RUNS AT_ONCE BASE_URL | start\n"), 2;
}
