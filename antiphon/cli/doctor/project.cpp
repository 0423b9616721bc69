#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "antiphon/base/error.hpp"
#include "antiphon/cli/doctor/examine.hpp"
#include "antiphon/cli/local_gateways.hpp"
#include "antiphon/providers/llm/rules/rules_file.hpp"
#include "antiphon/suite/load.hpp"

namespace antiphon::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* group = "here";
constexpr std::size_t most_entries = 20'000;  // a home folder is no project
constexpr std::uintmax_t little_space = std::uintmax_t{100} << 20;

suite::LoadOptions load_options(const Environment& environment) {
  suite::LoadOptions options;
  options.directory = environment.directory;
  options.environment = [&environment](std::string_view name) { return environment.variable(name); };
  options.open_gateway = local_gateways(environment);
  options.allow_commands = true;  // nothing is started: only looked at
  return options;
}

std::string first_of(const std::vector<Problem>& problems) {
  const auto& first = problems.front();
  const auto place = first.where.line > 0 ? fmt::format("{}:{}", first.where.file, first.where.line) : first.where.file;
  return problems.size() == 1 ? fmt::format("{} ({})", first.message, place)
                              : fmt::format("{} mistakes, first: {} ({})", problems.size(), first.message, place);
}

std::vector<Problem> mistakes_in(const std::vector<Scenario>& scenarios, const ModelRegistry& models) {
  std::vector<Problem> problems;
  for (const auto& scenario : scenarios)
    for (auto& [text, place, hint] : find_problems(scenario, models))
      problems.push_back({.message = std::move(text), .where = place, .hint = std::move(hint), .width = 0});
  return problems;
}

Finding suites(const Environment& environment, const std::string& path) {
  Finding finding{.group = group, .name = "suites"};
  const auto fix = fmt::format("antiphon run --dry-run {} shows them all", path);
  try {
    const auto loaded = suite::load_suites({environment.path(path)}, load_options(environment));
    const auto problems = mistakes_in(loaded.scenarios, *ModelRegistry::with_defaults(loaded.project.limits));
    finding.what = fmt::format("{} scenarios in {} files can be run", loaded.scenarios.size(), loaded.suites.size());
    if (!problems.empty()) finding.state = Finding::State::wrong, finding.what = first_of(problems), finding.fix = fix;
  } catch (const Problems& problems) {
    finding.state = Finding::State::wrong, finding.what = first_of(problems.list()), finding.fix = fix;
  } catch (const Error& error) {
    finding.state = error.kind() == ErrorKind::usage ? Finding::State::note : Finding::State::wrong;
    finding.what = error.message(), finding.fix = error.kind() == ErrorKind::usage ? "antiphon init writes a first one" : error.hint();
  }
  return finding;
}

/// Rules files below a folder, and whether there was too much to look through.
struct Walk {
  std::vector<std::string> rules;
  bool cut = false;
};

Walk look_through(const fs::path& folder) {
  Walk walk;
  std::error_code error;
  std::size_t seen = 0;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    if (++seen > most_entries) return {.rules = {}, .cut = true};
    const auto name = at->path().filename().string();
    if (name.starts_with('.')) at.disable_recursion_pending();
    if (name.ends_with(".rules.yaml") || name.ends_with(".rules.yml")) walk.rules.push_back(at->path().string());
  }
  return walk;
}

Finding rules_files(const Walk& walk) {
  Finding finding{.group = group, .name = "rules files", .what = fmt::format("{} can be read", walk.rules.size())};
  for (const auto& file : walk.rules) {
    try {
      rules::read_rules(file);
    } catch (const Problems& problems) {
      finding.state = Finding::State::wrong, finding.what = first_of(problems.list()), finding.fix = "mend that file";
      return finding;
    } catch (const Error& error) {
      finding.state = Finding::State::wrong, finding.what = error.message(), finding.fix = error.hint();
      return finding;
    }
  }
  return finding;
}

// The folder itself need not be there yet: then its nearest parent decides.
fs::path existing_part(fs::path path) {
  std::error_code error;
  while (!fs::exists(path, error) && path.has_parent_path() && path != path.parent_path()) path = path.parent_path();
  return path;
}

std::vector<Finding> output(const Environment& environment, const std::string& folder) {
  const fs::path out = environment.path(folder.empty() ? "antiphon-out" : folder);
  const auto there = existing_part(out);
  std::error_code error;
  Finding writable{.group = group, .name = "output", .what = out.string() + " can be written"};
  if (!fs::is_directory(there, error) || ::access(there.c_str(), W_OK | X_OK) != 0)
    writable = {.group = group,
                .name = "output",
                .state = Finding::State::wrong,
                .what = there.string() + " cannot be written",
                .fix = "name another folder with --out"};
  const auto space = fs::space(there, error);
  Finding disk{.group = group, .name = "disk", .what = error ? "the free space cannot be read" : fmt::format("{} MB free", space.available >> 20)};
  if (!error && space.available < little_space) disk.state = Finding::State::wrong, disk.fix = "make room";
  return {writable, disk};
}

}  // namespace

std::vector<Finding> examine_project(const Environment& environment, const std::string& path) {
  std::vector<Finding> findings;
  std::string out;
  try {
    const auto project = suite::read_project(environment.directory, load_options(environment).environment);
    out = project.out;
  } catch (const Problems& problems) {
    findings.push_back({.group = group, .name = "antiphon.yaml", .state = Finding::State::wrong, .what = first_of(problems.list()), .fix = "mend it"});
  }
  const auto walk = look_through(environment.path(path));
  if (walk.cut) {
    findings.push_back({.group = group,
                        .name = "suites",
                        .state = Finding::State::note,
                        .what = fmt::format("more than {} files here: not looked through", most_entries),
                        .fix = "name the folder of your suites: antiphon doctor FOLDER"});
  } else {
    if (findings.empty()) findings.push_back(suites(environment, path));
    findings.push_back(rules_files(walk));
  }
  for (auto& finding : output(environment, out)) findings.push_back(std::move(finding));
  return findings;
}

}  // namespace antiphon::cli
