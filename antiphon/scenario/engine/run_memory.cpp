#include "antiphon/scenario/engine/run_memory.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace antiphon {

namespace {

// One file per run: repeats are apart, attempts of one repeat are together.
std::string path_of(const Scenario& scenario, const std::string& id) {
  if (scenario.cassette_file.empty()) return cassette_path(scenario.file, id);
  if (scenario.repeat == 1) return scenario.cassette_file;
  auto path = std::filesystem::path(scenario.cassette_file);
  const auto ending = path.extension().string();
  return path.replace_extension(fmt::format(".{}{}", scenario.repeat, ending)).string();
}

std::string configuration_of(const Scenario& scenario, const std::string& id) {
  json::object all{{"id", json::string(id)},
                   {"description", json::string(scenario.description)},
                   {"model", json::string(scenario.model.model)},
                   {"extra", scenario.model.extra},
                   {"min_turns", scenario.min_turns},
                   {"tools", scenario.tools}};
  if (scenario.max_turns) all["max_turns"] = *scenario.max_turns;
  if (scenario.seed) all["seed"] = *scenario.seed;
  if (scenario.model.temperature) all["temperature"] = *scenario.model.temperature;
  if (scenario.model.max_tokens) all["max_tokens"] = *scenario.model.max_tokens;
  return json_text(all);
}

}  // namespace

RunMemory::RunMemory(const Scenario& scenario, const std::string& id, std::uint64_t seed, const std::string& cache_folder)
    : seed_(scenario.seed.value_or(seed)) {
  try {
    const auto mode = scenario.cassettes.value_or(CassetteMode::off);
    if (mode != CassetteMode::off)
      calls_.cassette =
          std::make_shared<Cassette>(CassetteOptions{.path = path_of(scenario, id), .mode = mode, .scenario_id = id, .attempt = scenario.attempt});
    if (calls_.cassette && !scenario.seed) seed_ = calls_.cassette->seed().value_or(seed_);
  } catch (const Error& error) {
    failure_ = error;
  }
  if (scenario.cache.value_or("").empty()) return;
  calls_.cache = std::make_shared<RunCache>(CallCache(cache_folder),
                                            fmt::format("{}\n{}\n{}\n{}", *scenario.cache, configuration_of(scenario, id), scenario.repeat, scenario.attempt),
                                            *scenario.cache);
}

}  // namespace antiphon
