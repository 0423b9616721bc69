#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/chat/history.hpp"

namespace antiphon {

/// A tool that a model may call.
struct Tool {
  std::string name;
  std::string description;
  json::value parameters = json::object{{"type", "object"}, {"properties", json::object{}}};  ///< JSON Schema
};

/// Tools, immutable and serialised once: the list is the same in every call of a run.
class ToolSet {
 public:
  ToolSet() = default;
  ToolSet(std::vector<Tool> tools);  // NOLINT: a list of tools is a tool set

  bool empty() const { return !body_; }
  const std::vector<Tool>& tools() const;
  const Tool* find(std::string_view name) const;
  /// The `tools` member of an OpenAI request.
  const std::string& serialized() const;

 private:
  struct Body;
  std::shared_ptr<const Body> body_;
};

struct ToolChoice {
  enum class Mode { automatic, none, required, named } mode = Mode::automatic;
  std::string name;  ///< of the only tool allowed, with `named`
};

/// Who asks, for servers that answer by rules; sent as x-antiphon-… headers to addresses that are no vendor's (contracts.md §7).
struct CallTags {
  std::string thread_id;
  std::string role = "agent";  ///< agent, user, judge or auditor
  int turn = 0;                ///< counts from 1
};

struct ChatRequest {
  std::vector<Message> preamble;  ///< system messages before the history
  History messages;
  ToolSet tools;
  ToolChoice tool_choice;
  std::optional<double> temperature;
  std::optional<int> max_tokens;
  std::optional<json::value> response_schema;  ///< JSON Schema of the answer (structured output)
  CallTags tags;
};

/// What a provider counted; 0 where it says nothing.
struct Usage {
  std::int64_t input_tokens = 0;   ///< all of them, those from a cache included
  std::int64_t output_tokens = 0;  ///< all of them, reasoning included
  std::int64_t calls = 0;
  std::int64_t cached_input_tokens = 0;  ///< of the input: read from the provider's cache
  std::int64_t cache_write_tokens = 0;   ///< of the input: written into it, where the provider tells
  std::int64_t reasoning_tokens = 0;     ///< of the output: thought and not said
  std::int64_t audio_input_tokens = 0;   ///< of the input: sound
  std::int64_t audio_output_tokens = 0;  ///< of the output: sound

  Usage& operator+=(const Usage& other) {
    input_tokens += other.input_tokens, output_tokens += other.output_tokens, calls += other.calls;
    cached_input_tokens += other.cached_input_tokens, cache_write_tokens += other.cache_write_tokens, reasoning_tokens += other.reasoning_tokens;
    audio_input_tokens += other.audio_input_tokens, audio_output_tokens += other.audio_output_tokens;
    return *this;
  }
};

struct ChatResponse {
  Message message;
  std::string finish_reason;  ///< stop, length, tool_calls, content_filter
  Usage usage;
  std::vector<Message> earlier{};  ///< `choices[0].messages`: tool traffic that the server ran itself (contracts.md §5)
  bool from_cassette = false;      ///< recorded earlier (SCN-81)
  bool from_cache = false;         ///< kept from an earlier run (SCN-80)
};

/// One piece of a streamed answer.
struct ChatDelta {
  std::string text;
};

/// A streamed answer: deltas until nullopt, then `response` holds the whole.
class ChatStream {
 public:
  virtual ~ChatStream() = default;
  virtual Task<std::optional<ChatDelta>> next(Deadline deadline) = 0;
  /// Valid after `next` returned nullopt.
  virtual ChatResponse response() const = 0;
};

/// A chat model. An implementation only translates to the vendor's wire; retry, limits, cache and cassette wrap this interface.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  /// @throws Error unauthorized, rate_limited (with retry_after), unavailable, timeout, closed, refused, protocol, invalid_input.
  virtual Task<ChatResponse> complete(ChatRequest request, Deadline deadline) = 0;
  /// Returns when the answer begins.
  virtual Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline deadline) = 0;
  /// `provider/name`, for messages to people.
  virtual const std::string& name() const = 0;
};

}  // namespace antiphon
