#pragma once

#include <string>
#include <vector>

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/result/verdict.hpp"

namespace antiphon {

/// `finish_test` for these criteria (contracts.md §6): per criterion requirement, reasoning, status, evidence, in this order.
Tool finish_test_tool(const std::vector<std::string>& criteria);
/// `continue_test` and `make_verdict`: nothing to fill in, so that no verdict slips in before it is asked for.
std::vector<Tool> decision_tools();

/// What a judge's call of `finish_test` says.
struct ParsedVerdict {
  Verdict verdict;                   ///< a criterion without an answer is inconclusive, party judge
  std::vector<std::string> missing;  ///< criteria without an answer
};

/// Reads the arguments of `finish_test`. Answers are matched by key, never by position (SCN-53); JSON inside a string is read once more.
/// @param messages how many there are: evidence must point at one of them.
/// @throws Error protocol for what the tool does not allow, saying what and where; Error invalid_input for evidence that does not exist.
ParsedVerdict parse_verdict(const ToolCall& call, const std::vector<std::string>& criteria, std::size_t messages);

}  // namespace antiphon
