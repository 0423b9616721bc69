#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon::mock {

/// What all objects of one completion share.
struct Envelope {
  std::string id;            ///< `chatcmpl-…`
  std::int64_t created = 0;  ///< seconds since 1970
  std::string model;
};

/// A `chat.completion` object.
std::string completion(const Envelope& envelope, const ChatResponse& response);

/// The server-sent events of a streamed completion, in order: role, pieces of text or of calls, finish reason, usage where it is wanted,
/// `[DONE]`. Each is a whole event, blank line included.
std::vector<std::string> events(const Envelope& envelope, const ChatResponse& response, bool include_usage);

/// OpenAI's error object. Empty `parameter` and `code` become null.
std::string error_body(std::string_view message, std::string_view type, std::string_view parameter = "", std::string_view code = "");

/// The one model that is listed; requests may name any.
constexpr std::string_view model_name = "rules";
/// It alone, and a list of it.
std::string model(std::int64_t created);
std::string models(std::int64_t created);

}  // namespace antiphon::mock
