#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::wire {

/// Where a failure happened, for messages.
struct FailureContext {
  std::string model;         ///< `openai/gpt-4.1`
  std::string url;           ///< shown with statuses that a wrong address explains
  std::string key;           ///< masked wherever a server repeats it
  std::string key_variable;  ///< where the key comes from; may be empty
};

/// The error for a reply with a status of 400 or more; party provider.
/// @param known what the vendor's wire knows beyond the status
/// @param wait what the body asks to wait, used where no header says it
Error failure(const net::HttpReply& reply, const FailureContext& context, std::chrono::system_clock::time_point now, std::optional<ErrorKind> known = {},
              std::optional<std::chrono::nanoseconds> wait = {});

/// What a JSON error says in words, in any of the shapes that servers use; nullopt where it has none of them.
std::optional<std::string> told_message(const json::value& body);

/// The text of an error body in any of the shapes that servers use, at most 500 bytes.
std::string error_message(std::string_view body);

/// `Retry-After`: seconds (fractions allowed) or an HTTP date (RFC 9110, 10.2.3), a past one being no wait.
std::optional<std::chrono::nanoseconds> parse_retry_after(std::string_view value, std::chrono::system_clock::time_point now);

/// `text` with every occurrence of `key` replaced by `***`.
std::string masked(std::string text, std::string_view key);

}  // namespace antiphon::wire
