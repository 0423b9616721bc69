#pragma once

#include "antiphon/suite/reader.hpp"

namespace antiphon::suite {

/// What every reading function needs beside its node.
struct ReadContext {
  Reader& reader;
  bool commands_allowed = false;
};

/// Reports that `what` runs commands and nobody has allowed that.
void report_commands(ReadContext& context, const Node& at, std::string_view what);

}  // namespace antiphon::suite
