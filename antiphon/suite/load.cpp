#include "antiphon/suite/load.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/result/sensitivity.hpp"
#include "antiphon/suite/fingerprint.hpp"

namespace antiphon::suite {

namespace {

// `model: ${ANTIPHON_MODEL:-…}` stands in a suite file, yet a rules file in that variable is relative to the working directory.
Lookup with_rules_of_working_directory(Lookup environment, const std::string& directory) {
  return [environment = std::move(environment), directory](std::string_view name) -> std::optional<std::string> {
    constexpr std::string_view rules = "rules/";
    auto value = environment(name);
    if (!value || name != "ANTIPHON_MODEL" || !value->starts_with(rules)) return value;
    const auto file = std::filesystem::path(value->substr(rules.size()));
    return std::string(rules) + (std::filesystem::absolute(directory) / file).lexically_normal().string();
  };
}

void apply(const Overrides& flags, const ProjectSettings& project, Scenario& scenario) {
  scenario.model = flags.model.merged_over(scenario.model.merged_over(project.model));
  scenario.audit = flags.audit.merged_over(scenario.audit.merged_over(project.audit));
  if (!scenario.seed) scenario.seed = project.seed;
  if (!scenario.clock) scenario.clock = project.clock;
  if (!scenario.cassettes) scenario.cassettes = project.cassettes;
  if (!scenario.cache) scenario.cache = project.cache;
  if (!scenario.labels) scenario.labels = project.labels;
  if (!scenario.kappa_floor) scenario.kappa_floor = project.kappa_floor;
  if (flags.seed) scenario.seed = flags.seed;
  if (flags.clock) scenario.clock = flags.clock;
  if (flags.cassettes) scenario.cassettes = flags.cassettes;
  if (flags.timeout) scenario.timeout = flags.timeout;
  if (flags.max_turns) scenario.max_turns = flags.max_turns;
  add_settings(scenario.fingerprints, scenario);
}

std::vector<SuiteFile> read_all(const std::vector<std::string>& files, const SuiteFileOptions& options) {
  std::vector<Problem> problems;
  std::vector<SuiteFile> suites;
  for (const auto& file : files) {
    try {
      suites.push_back(read_suite(read_document(file), options, problems));
    } catch (const Problems& broken) {
      problems.insert(problems.end(), broken.list().begin(), broken.list().end());
    }
  }
  if (!problems.empty()) throw Problems(std::move(problems));
  return suites;
}

// Gives back all scenarios in order.
std::vector<Scenario> name_uniquely(std::vector<SuiteFile>& suites) {
  std::vector<Scenario> all;
  for (const auto& suite : suites) all.insert(all.end(), suite.scenarios.begin(), suite.scenarios.end());
  make_ids_unique(all);
  auto next = all.begin();
  for (auto& suite : suites)
    for (auto& scenario : suite.scenarios) scenario.id = (next++)->id;
  return all;
}

// Each run is kept whole, from its selection to its result: more of them fill a machine's memory, and no report shows them.
void require_reasonable(const std::vector<SuiteFile>& suites, std::optional<int> times) {
  constexpr std::size_t most_runs = 200'000;
  std::size_t runs = 0;
  for (const auto& suite : suites)
    for (const auto& scenario : suite.scenarios) runs += static_cast<std::size_t>(std::max(times.value_or(scenario.repeats), 1));
  if (runs > most_runs)
    throw Error(ErrorKind::usage, fmt::format("these suites stand for {} runs, repeats counted, and {} are the most at once", runs, most_runs))
        .with_hint("repeat less often, or name fewer suites at a time");
}

// Only suites with something to run start their commands.
void keep_used(LoadedSuites& loaded, std::vector<SuiteFile> suites, const std::set<std::string>& used_ids) {
  for (auto& suite : suites) {
    const bool used = std::any_of(suite.scenarios.begin(), suite.scenarios.end(), [&](const Scenario& each) { return used_ids.contains(each.id); });
    if (!used) continue;
    loaded.setup.insert(loaded.setup.end(), suite.setup.begin(), suite.setup.end());
    suite.scenarios.clear();
    loaded.suites.push_back(std::move(suite));
  }
}

// A flag that changes nothing hides a mistake.
void require_players(const Overrides& flags, const std::vector<Scenario>& scenarios) {
  const auto is_varied = [](const Scenario& scenario) { return scenario.matrix.contains(user_model_variable); };
  if (flags.user_models.empty() || scenarios.empty() || std::any_of(scenarios.begin(), scenarios.end(), is_varied)) return;
  throw Error(ErrorKind::usage, "--user-models changes nothing: no selected scenario has a user with a persona or an agenda")
      .with_hint("fixed lines and recordings are the same under every user model; leave the flag out");
}

}  // namespace

LoadedSuites load_suites(const std::vector<std::string>& paths, const LoadOptions& options) {
  LoadedSuites loaded;
  loaded.project = read_project(options.directory, options.environment);
  const SuiteFileOptions file_options{.environment = with_rules_of_working_directory(options.environment, options.directory),
                                      .commands_allowed = options.allow_commands || loaded.project.allow_commands,
                                      .open_gateway = options.open_gateway,
                                      .user_models = options.overrides.user_models};
  auto suites = read_all(find_suite_files(paths, options.directory), file_options);

  make_suite_names_unique(suites, options.directory);
  // Before ids are made to differ among files: a cassette keeps its name whatever is run beside it.
  for (auto& suite : suites) {
    std::map<std::string, int> times;
    for (auto& scenario : suite.scenarios) {
      const int n = ++times[scenario.id];
      scenario.cassette_file = cassette_path(suite.file, n == 1 ? scenario.id : fmt::format("{} {}", scenario.id, n));
    }
  }
  name_uniquely(suites);
  require_reasonable(suites, options.overrides.repeat);
  for (auto& suite : suites) suite.scenarios = repeated(suite.scenarios, options.overrides.repeat);
  auto all = name_uniquely(suites);  // somebody may have called a scenario "x #2"

  loaded.scenarios = take_shard(select(std::move(all), options.selection), options.shard);
  require_players(options.overrides, loaded.scenarios);
  std::set<std::string> used_ids;
  for (auto& scenario : loaded.scenarios) {
    apply(options.overrides, loaded.project, scenario);
    used_ids.insert(scenario.id);
  }
  keep_used(loaded, std::move(suites), used_ids);
  return loaded;
}

}  // namespace antiphon::suite
