#pragma once

#include <map>
#include <optional>
#include <string>

#include "antiphon/providers/llm/rules/match.hpp"

namespace antiphon::rules {

/// The tool that a rule's `criteria` fill: the forced one, else `finish_test`, else the first with a list of criteria; nullptr: none.
const Tool* verdict_tool(const ChatRequest& request);

/// Arguments of `finish_test` (contracts.md §6): a status for each criterion of the tool's schema, by its text (the property's
/// description, or the default of its `requirement`), its key, or `default`; one that the rule names in no way is left out. The evidence is
/// the newest agent message, where the transcript numbers its lines.
json::value fill_verdict(const Tool& tool, const std::map<std::string, std::string>& statuses, const Input& input);

/// The number of the newest agent message in a transcript whose lines look like `[3] assistant: …`, `3. agent: …`.
std::optional<std::int64_t> newest_agent_index(std::string_view transcript);

}  // namespace antiphon::rules
