#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon::openai {

/// Reads the body of a chat completion.
///
/// Members of the message that say nothing (`refusal: null`, `tool_calls: []`) are dropped, because servers refuse them when the message
/// is sent back; everything else stays.
/// @throws Error protocol, quoting what came; unavailable where the body is an error object in spite of status 200.
ChatResponse parse_response(std::string_view body);

/// The text of an error body in any of the shapes that servers use, at most 500 bytes.
std::string error_message(std::string_view body);

/// Puts streamed chunks (`chat.completion.chunk`) together. No I/O.
class ChunkAccumulator {
 public:
  /// The text that this chunk adds; may be empty. @throws as `parse_response`.
  std::string add(std::string_view chunk);
  /// A finish reason was seen, so nothing is missing.
  bool finished() const { return !finish_reason_.empty(); }
  /// The text that came so far.
  const std::string& text() const { return text_; }
  /// Nothing of an answer came yet.
  bool empty() const { return text_.empty() && calls_.empty(); }
  ChatResponse response() const;

 private:
  void add_tool_calls(const json::value& list);
  ToolCall& call_for(const json::value& delta);

  std::string text_;
  std::vector<std::pair<std::int64_t, ToolCall>> calls_;
  std::vector<Message> earlier_;
  std::string finish_reason_;
  Usage usage_{.calls = 1};
};

}  // namespace antiphon::openai
