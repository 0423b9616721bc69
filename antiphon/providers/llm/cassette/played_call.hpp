#pragma once

#include <functional>
#include <memory>

#include "antiphon/providers/llm/cassette/call_text.hpp"
#include "antiphon/providers/llm/cassette/cassette_line.hpp"
#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon {

/// Where an answer that is not asked for anew comes from.
enum class Remembered { cassette, cache };

json::object answer_json(const ChatResponse& response, const Secrets* secrets);
/// @throws Error protocol for what is no answer of a language model.
ChatResponse answer_from(json::object answer, Remembered source);

/// Until `at` of a recorded call has come, where anybody waits for calls of `role` (see `play_whole`). @throws Error timeout at the deadline.
Task<> wait_until(Clock& clock, std::string role, Clock::Time at, Deadline deadline);
/// Throws the call's failure when it came; what nobody answered stays unanswered.
Task<> wait_for_failure(RecordedCall call, Clock& clock, std::string role, Clock::Time began, Deadline deadline);
/// The failure as it may be kept.
std::optional<Error> without_secrets(const std::optional<Error>& failure, const Secrets* secrets);

/// Gives a recorded answer, or throws its failure, after its latency. That passes on the clock where time is virtual. In real time nobody is
/// kept waiting but for the agent: its latency is part of the result.
Task<ChatResponse> play_whole(RecordedCall call, Remembered source, Clock& clock, std::string role, Deadline deadline);
Task<std::unique_ptr<ChatStream>> play_stream(RecordedCall call, Remembered source, Clock& clock, std::string role, Deadline deadline);

/// Asks `model` and gives `keep` the call as it went, whatever became of it; then returns or throws what the model did. `call` names it.
using KeepCall = std::function<void(RecordedCall)>;
Task<ChatResponse> record_whole(LanguageModel* model, ChatRequest request, Deadline deadline, RecordedCall call, KeepCall keep, Clock& clock,
                                const Secrets* secrets);
Task<std::unique_ptr<ChatStream>> record_stream(LanguageModel* model, ChatRequest request, Deadline deadline, RecordedCall call, KeepCall keep, Clock& clock,
                                                const Secrets* secrets);

}  // namespace antiphon
