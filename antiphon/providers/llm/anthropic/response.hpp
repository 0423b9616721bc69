#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/wire/wire.hpp"

namespace antiphon::anthropic {

/// Reads the body of a message.
///
/// Content that must go back unchanged (thinking, with its signature) is kept beside the text.
/// @throws Error protocol, quoting what came; the kind of the error where the body is one in spite of status 200.
ChatResponse parse_message(std::string_view body);

/// What an error's `type` means to who called.
ErrorKind kind_of_error(std::string_view type);

/// Puts streamed events together, up to `message_stop`. Events and deltas of unknown types are passed over.
class EventAccumulator final : public wire::StreamDecoder {
 public:
  std::string add(std::string_view data) override;
  bool ended() const override { return ended_; }
  bool whole() const override { return ended_ || !stop_reason_.empty(); }
  ChatResponse response() const override;

 private:
  /// One block of content; what comes in pieces stands beside it.
  struct Block {
    std::int64_t index = 0;
    json::object value;
    std::string input;  ///< of a tool call, as JSON text
  };

  void start_block(const json::value& event);
  std::string add_delta(const json::value& event);
  void take_usage(const json::value& holder);

  std::vector<Block> blocks_;
  std::string stop_reason_;
  json::value stop_details_;
  json::object usage_;
  bool ended_ = false;
};

}  // namespace antiphon::anthropic
