#pragma once

#include <set>
#include <string>
#include <string_view>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon::openai {

/// Parameters that one model refused; they are left out of every later request (SCN-42).
class Refusals {
 public:
  bool has(std::string_view parameter) const { return names_.find(parameter) != names_.end(); }
  /// False when it was there already.
  bool add(std::string parameter) { return names_.insert(std::move(parameter)).second; }

 private:
  std::set<std::string, std::less<>> names_;
};

/// What a request needs beside the conversation.
struct BodyOptions {
  std::string model;
  bool stream = false;
  std::optional<double> temperature;  ///< where the request has none
  std::optional<int> max_tokens;      ///< where the request has none
  json::object extra;                 ///< added as they are; a name of ours is replaced
};

/// The body of POST /chat/completions. No I/O; messages are concatenated as they were serialised, so the cost is linear in bytes copied.
/// @see https://platform.openai.com/docs/api-reference/chat/create
std::string chat_body(const ChatRequest& request, const BodyOptions& options, const Refusals& refused = {});

/// The parameter that a refusal (HTTP 400 or 422) is about and that can be left out or renamed: the name to add to `Refusals`, or nullopt
/// where the message is about something else, such as a value out of range.
std::optional<std::string> refused_parameter(std::string_view body, const json::object& extra);

}  // namespace antiphon::openai
