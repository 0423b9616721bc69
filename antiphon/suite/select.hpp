#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/suite/suite_file.hpp"

namespace antiphon::suite {

/// Which scenarios run (contracts.md §8). What is left empty selects everything.
struct Selection {
  std::vector<std::string> keywords;  ///< -k: part of the name, ignoring case, or `id:…` for exactly that id, of all repeats where it names none; any of them
  std::vector<std::string> tags;      ///< --tag: any of them
  std::vector<std::string> ids;       ///< exactly these, for --failed

  bool empty() const { return keywords.empty() && tags.empty() && ids.empty(); }
};

/// A part of what was selected, for machines that share the work: every `count`-th run, from the `index`-th on.
struct Shard {
  int index = 1;  ///< from 1
  int count = 1;
};

bool matches(const Selection& selection, const Scenario& scenario);

/// `a,b` as it stands behind --tag.
std::vector<std::string> split_tags(std::string_view text);

/// Each scenario as often as it wants to be repeated, or `times` where that is given; `#2` ends the id of the second run.
std::vector<Scenario> repeated(const std::vector<Scenario>& scenarios, std::optional<int> times);

/// May be empty: few runs on many machines leave some without work.
std::vector<Scenario> take_shard(const std::vector<Scenario>& scenarios, Shard shard);

/// Makes ids unique: of several that are equal the later ones get the file, then the line, that they come from.
void make_ids_unique(std::vector<Scenario>& scenarios);

/// Where files share a name of their suite, the later ones get their path beside it, so that results stay apart. Paths below `directory` are
/// shown relative to it.
void make_suite_names_unique(std::vector<SuiteFile>& suites, const std::string& directory);

/// Keeps what matches. @throws Error usage when nothing does, naming what there is.
std::vector<Scenario> select(std::vector<Scenario> scenarios, const Selection& selection);

}  // namespace antiphon::suite
