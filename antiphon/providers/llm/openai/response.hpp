#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/wire/wire.hpp"

namespace antiphon::openai {

/// Reads the body of a chat completion.
///
/// Members of the message that say nothing (`refusal: null`, `tool_calls: []`) are dropped, because servers refuse them when the message
/// is sent back; everything else stays.
/// @throws Error protocol, quoting what came; unavailable where the body is an error object in spite of status 200.
ChatResponse parse_response(std::string_view body);

/// Puts streamed chunks (`chat.completion.chunk`) together, up to `[DONE]`, which some servers leave out.
class ChunkAccumulator final : public wire::StreamDecoder {
 public:
  std::string add(std::string_view chunk) override;
  bool ended() const override { return done_; }
  /// A finish reason was seen, or the end.
  bool whole() const override { return done_ || !finish_reason_.empty(); }
  ChatResponse response() const override;

 private:
  void add_tool_calls(const json::value& list);
  ToolCall& call_for(const json::value& delta);

  std::string text_;
  std::vector<std::pair<std::int64_t, ToolCall>> calls_;
  std::vector<Message> earlier_;
  std::string finish_reason_;
  Usage usage_{.calls = 1};
  bool done_ = false;
};

}  // namespace antiphon::openai
