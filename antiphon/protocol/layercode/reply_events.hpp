#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "antiphon/base/json.hpp"
#include "antiphon/protocol/layercode/client_messages.hpp"

namespace antiphon::layercode {

// `turn_id` is empty where none was given.
struct ReplySpeech {
  std::string content;
  std::string turn_id{};
};
struct ReplyData {
  json::value content{};
  std::string turn_id{};
};
struct ReplyEnd {
  std::string turn_id{};
};
struct ReplyHangUp {
  std::string turn_id{};
};
/// The backend's handler failed.
struct ReplyError {
  std::string error;
};

/// What a backend streams in answer to a webhook.
using ReplyEvent = std::variant<ReplySpeech, ReplyData, ReplyEnd, ReplyHangUp, ReplyError, UnknownMessage>;

/// @param data of one server-sent event. A JSON object without a type is an unknown one: they occur.
/// @throws Error protocol for what is no JSON object, or lacks what its type needs.
ReplyEvent read_reply_event(std::string_view data);
/// `data: {…}` and the blank line.
std::string write_reply_event(const ReplyEvent& event);

}  // namespace antiphon::layercode
