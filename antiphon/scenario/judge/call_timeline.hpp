#pragma once

#include <span>
#include <string>

#include "antiphon/result/call_record.hpp"

namespace antiphon {

/// A call's timeline as a judge reads it: one line per event, `at 1.55 s: agent_start_speaking, 0.36 s after the user stopped`. Of a long one, the middle is
/// left out and counted.
std::string timeline_text(std::span<const VoiceEvent> events);

}  // namespace antiphon
