#pragma once

#include <string>
#include <string_view>

#include "antiphon/providers/llm/rules/match.hpp"

namespace antiphon::rules {

/// What a rules file answers, before any of it is waited for or sent.
struct Answer {
  ChatResponse response;
  Duration latency{0};
  std::optional<Fault> fault;
};

/// Answers one request and carries out the rule's `set` on `state`. Pure but for `state` and the two streams; no I/O, no waiting.
///
/// A request for structured output (`response_schema`) whose rule replies no JSON gets a value filled in by the schema.
/// @throws Error invalid_input when no rule matches, showing file and input.
Answer answer(const RulesFile& file, const ChatRequest& request, std::string_view model, State& state, RandomStream& choice, RandomStream& timing);

/// Text in pieces, as a streamed answer arrives: each word with the blanks after it.
std::vector<std::string> pieces_of(std::string_view text);

}  // namespace antiphon::rules
