#pragma once

#include <memory>

#include "antiphon/report/terminal.hpp"
#include "antiphon/result/events.hpp"

namespace antiphon {

/// Tells conversations on `terminal.out` as they happen (SCN-73): what is said, tool calls, verdicts. Thread safe.
/// @param prefixed each line names its scenario.
std::shared_ptr<EventSink> transcript_sink(const Terminal& terminal, bool prefixed);

}  // namespace antiphon
