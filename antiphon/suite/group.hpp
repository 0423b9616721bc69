#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/simulated_case.hpp"
#include "antiphon/suite/reader.hpp"

namespace antiphon::suite {

/// One scenario of a group.
struct GroupEntry {
  std::shared_ptr<const SimulatedCase> simulated;
  Location where, instructions, expectations;  ///< of the entry, and of its texts
};

/// A scenario group as LiveKit's tools write it (contracts.md §13): no suite, but what a suite's scenario takes in with `group: FILE`.
struct Group {
  std::string name;
  std::vector<GroupEntry> entries;
};

/// `name`, and `scenarios` of `label`, `instructions`, `agent_expectations`, `tags`, `userdata`; any other key is a mistake. `${…}` stays as it is.
/// @returns what could be read; mistakes are reported.
Group read_group(Reader& reader, const Node& root);

/// Makes a suite's scenario, variables not yet expanded, the one of the entry: its name, its tags, its user's persona, one more criterion of its judge. What of
/// it cannot be is reported.
void take_entry(Reader& reader, const GroupEntry& entry, Node& scenario);

}  // namespace antiphon::suite
