#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/chat/message.hpp"

namespace antiphon::wire {

/// What a model said, on its way into OpenAI's shape.
struct Answer {
  std::string text;
  std::vector<ToolCall> calls;
  std::string refusal;           ///< why the vendor held the answer back; empty: it did not
  json::value native = nullptr;  ///< the vendor's own form, where the message must go back to it just so (signed thoughts)
};

/// The assistant's message. `native` is kept under `vendor_content.VENDOR`.
Message message_of(const Answer& answer, std::string_view vendor);

/// What `message_of` kept for `vendor`, or nullptr.
const json::value* native_of(const Message& message, std::string_view vendor);

/// The message as JSON text without what was kept for any vendor.
std::string without_native(const Message& message);
bool has_native(const Message& message);

}  // namespace antiphon::wire
