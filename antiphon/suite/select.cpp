#include "antiphon/suite/select.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::suite {

namespace {

bool has(const std::vector<std::string>& list, std::string_view text) { return std::find(list.begin(), list.end(), text) != list.end(); }

std::string repeat_id(std::string_view id, int repeat) { return fmt::format("{} #{}", id, repeat); }

bool keyword_matches(const std::string& keyword, const Scenario& scenario) {
  constexpr std::string_view exactly = "id:";
  if (!keyword.starts_with(exactly)) return contains_ignoring_case(scenario.name, keyword);
  const auto id = std::string_view(keyword).substr(exactly.size());
  return scenario.id == id || (scenario.repeat > 1 && scenario.id == repeat_id(id, scenario.repeat));
}

std::string describe_selection(const Selection& selection) {
  std::vector<std::string> parts;
  for (const auto& keyword : selection.keywords) parts.push_back("-k " + quote(keyword));
  if (!selection.tags.empty()) parts.push_back("--tag " + join(selection.tags, ","));
  for (const auto& id : selection.ids) parts.push_back("id " + quote(id));
  return join(parts, ", ");
}

// What could have been asked for, so that the next try hits.
std::string describe_choice(const std::vector<Scenario>& scenarios, const Selection& selection) {
  constexpr std::size_t shown = 8;
  std::set<std::string> choice;
  for (const auto& scenario : scenarios) {
    if (selection.tags.empty())
      choice.insert(quote(scenario.name));
    else
      choice.insert(scenario.tags.begin(), scenario.tags.end());
  }
  if (choice.empty()) return "no scenario has a tag";
  std::vector<std::string> list(choice.begin(), choice.end());
  const bool more = list.size() > shown;
  if (more) list.resize(shown);
  return fmt::format("there {} {}{}", selection.tags.empty() ? "is" : "are the tags", join(list, ", "), more ? ", …" : "");
}

}  // namespace

bool matches(const Selection& selection, const Scenario& scenario) {
  const auto any_tag = [&] { return std::any_of(scenario.tags.begin(), scenario.tags.end(), [&](const auto& tag) { return has(selection.tags, tag); }); };
  const auto any_keyword = [&] {
    return std::any_of(selection.keywords.begin(), selection.keywords.end(), [&](const auto& keyword) { return keyword_matches(keyword, scenario); });
  };
  if (!selection.ids.empty() && !has(selection.ids, scenario.id)) return false;
  if (!selection.tags.empty() && !any_tag()) return false;
  return selection.keywords.empty() || any_keyword();
}

std::vector<std::string> split_tags(std::string_view text) {
  std::vector<std::string> tags;
  for (const auto& part : split(text, ','))
    if (!trim(part).empty()) tags.emplace_back(trim(part));
  return tags;
}

void make_ids_unique(std::vector<Scenario>& scenarios) {
  std::set<std::string> taken;
  for (auto& scenario : scenarios) {
    const auto plain = scenario.id;
    const auto file = std::filesystem::path(scenario.file).filename().string();  // without its folder: ids are the same on every machine
    if (taken.contains(scenario.id)) scenario.id = fmt::format("{} ({})", plain, file);
    if (taken.contains(scenario.id)) scenario.id = fmt::format("{} ({}:{})", plain, file, scenario.line);
    for (int n = 2; taken.contains(scenario.id); ++n) scenario.id = fmt::format("{} ({}:{}, {})", plain, file, scenario.line, n);
    taken.insert(scenario.id);
  }
}

void make_suite_names_unique(std::vector<SuiteFile>& suites, const std::string& directory) {
  std::set<std::string> taken;
  for (auto& suite : suites) {
    if (taken.contains(suite.name)) {
      const auto below = std::filesystem::path(suite.file).lexically_relative(directory).string();
      suite.name = fmt::format("{} ({})", suite.name, below.empty() || below.starts_with("..") ? suite.file : below);
      for (auto& scenario : suite.scenarios) scenario.suite = suite.name;
    }
    taken.insert(suite.name);
  }
}

std::vector<Scenario> repeated(const std::vector<Scenario>& scenarios, std::optional<int> times) {
  std::vector<Scenario> runs;
  for (const auto& scenario : scenarios) {
    const int wanted = times.value_or(scenario.repeats);
    for (int n = 1; n <= wanted; ++n) {
      runs.push_back(scenario);
      runs.back().repeats = wanted, runs.back().repeat = n;
      if (n > 1) runs.back().id = repeat_id(scenario.id, n);
    }
  }
  return runs;
}

std::vector<Scenario> take_shard(const std::vector<Scenario>& scenarios, Shard shard) {
  std::vector<Scenario> part;
  const auto step = static_cast<std::size_t>(shard.count);
  for (auto i = static_cast<std::size_t>(shard.index) - 1; i < scenarios.size(); i += step) part.push_back(scenarios[i]);
  return part;
}

std::vector<Scenario> select(std::vector<Scenario> scenarios, const Selection& selection) {
  std::vector<Scenario> chosen;
  for (const auto& scenario : scenarios)
    if (matches(selection, scenario)) chosen.push_back(scenario);
  if (!chosen.empty() || scenarios.empty()) return chosen;
  throw Error(ErrorKind::usage, fmt::format("no scenario matches {}", describe_selection(selection))).with_hint(describe_choice(scenarios, selection));
}

}  // namespace antiphon::suite
