#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon {

/// Roles of the OpenAI chat format.
enum class MessageRole { developer, system, user, assistant, tool, function };

std::string_view to_string(MessageRole role);
std::optional<MessageRole> message_role_from(std::string_view name);

/// One call that an assistant message asks for.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< JSON text as the model wrote it; may be malformed

  /// @throws Error protocol when the text is no JSON. Empty text is an empty object.
  json::value parsed_arguments() const;
};

/// One chat message in the OpenAI format: immutable, cheap to copy, serialised once. Thread safe.
///
/// Built from JSON it keeps every field, known or not, in order (SCN-4).
/// @see https://platform.openai.com/docs/api-reference/chat/create
class Message {
 public:
  /// @throws Error protocol for anything that is no chat message, saying which field is wrong.
  explicit Message(json::value value);
  Message(MessageRole role, std::string_view text);

  static Message user(std::string_view text) { return {MessageRole::user, text}; }
  static Message assistant(std::string_view text) { return {MessageRole::assistant, text}; }
  static Message system(std::string_view text) { return {MessageRole::system, text}; }
  static Message assistant_calls(std::string_view text, const std::vector<ToolCall>& calls);
  static Message tool_result(std::string_view call_id, std::string_view name, std::string_view content);

  MessageRole role() const;
  const json::value& json() const;
  /// The JSON text; made at the first call, then shared.
  const std::string& serialized() const;

  /// All text of the message: the string, or the text parts (and audio transcripts) joined by line breaks; empty for none.
  const std::string& text() const;
  /// Content as a plain string, where it is one.
  bool has_plain_text() const;
  const std::vector<ToolCall>& tool_calls() const;
  std::optional<std::string> tool_call_id() const;

  /// The very same message object, not one of equal content.
  bool same_as(const Message& other) const { return body_ == other.body_; }

 private:
  struct Body;
  std::shared_ptr<const Body> body_;
};

}  // namespace antiphon
