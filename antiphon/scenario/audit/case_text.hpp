#pragma once

#include <string>
#include <vector>

#include "antiphon/chat/history.hpp"
#include "antiphon/scenario/ledger/case.hpp"

namespace antiphon::audit {

/// What an auditor is told to do, and what the parties are.
std::string instructions(const std::vector<Party>& parties);

/// The run as an auditor reads it: what the user was told, the numbered conversation, verdict, checks, and what the rules said. What was said or
/// written by anybody stands in quotes, one message a line.
std::string case_text(const ledger::Case& run, const History& messages, const Fault& by_rules);

/// The conversation within about `most_bytes`: long texts are cut, then messages in the middle left out, but for those in `cited`.
std::string bounded_transcript(const History& messages, const std::vector<int>& cited, std::size_t most_bytes);

}  // namespace antiphon::audit
