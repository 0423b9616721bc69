// What a turn costs that needs no model: fixed lines of the user, an agent in this process.
#include "bench/measure.hpp"
#include "bench/rehearsal.hpp"

namespace {

using namespace antiphon;

Scenario scripted(int turns) {
  Scenario scenario;
  scenario.name = "scripted";
  scenario.agent = ParticipantSpec(bench::answer_at_once);
  for (int i = 0; i < turns; ++i) {
    scenario.script.push_back(user("where is my parcel? the order number is A-1007"));
    scenario.script.push_back(agent());
  }
  scenario.script.push_back(succeed());
  scenario.max_turns = turns;
  return scenario;
}

Scenario proceeding(int turns) {
  Scenario scenario;
  scenario.name = "proceed";
  scenario.agent = ParticipantSpec(bench::answer_at_once);
  scenario.user = scripted_user(std::vector<std::string>(static_cast<std::size_t>(turns), "where is my parcel? the order number is A-1007"));
  scenario.script = {proceed(), succeed()};
  return scenario;
}

void measure(const char* what, Scenario (*make)(int), int turns) {
  const int runs = 40000 / turns;
  const std::vector<Scenario> batch(static_cast<std::size_t>(runs), make(turns));
  bench::require_all_passed(run_all(std::vector<Scenario>(batch.begin(), batch.begin() + std::max(runs / 10, 1)), {.jobs = 1}), turns);  // warm
  const bench::Meter meter;
  const auto results = run_all(batch, {.jobs = 1});
  const double cpu = meter.cpu_s();
  bench::require_all_passed(results, turns);
  bench::report(fmt::format("{}, {} turns: CPU per turn", what, turns), fmt::format("{:.4f} ms", cpu / (runs * turns) * 1e3), "0.01 ms");
}

}  // namespace

int main() {
  for (const int turns : {20, 200, 2000}) measure("scripted turn", scripted, turns);
  for (const int turns : {20, 2000}) measure("scripted user and proceed", proceeding, turns);
}
