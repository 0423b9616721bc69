#pragma once

#include <map>
#include <string>
#include <utility>

#include "antiphon/agent/participant.hpp"
#include "antiphon/suite/reader.hpp"

namespace antiphon::suite {

/// Users that say a recording again, by file and scenario: many cells of a matrix share one.
using ReplayCache = std::map<std::pair<std::string, std::string>, ParticipantSpec>;

/// What every reading function needs beside its node.
struct ReadContext {
  Reader& reader;
  bool commands_allowed = false;
  ReplayCache* replays = nullptr;  ///< nullptr: each is read anew
};

/// Reports that `what` runs commands and nobody has allowed that.
void report_commands(ReadContext& context, const Node& at, std::string_view what);

}  // namespace antiphon::suite
