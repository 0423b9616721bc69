#pragma once

#include <string>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon::mock {

/// What a client asked for.
struct ChatCall {
  std::string model;
  ChatRequest request;
  bool stream = false;
  bool include_usage = false;  ///< `stream_options.include_usage`
};

/// A request that is wrong; `parameter` is what OpenAI's error object calls `param`.
struct BadRequest {
  std::string message;
  std::string parameter;
};

/// Reads the body of POST /chat/completions, and the tags from x-antiphon-… headers.
/// @throws BadRequest.
ChatCall read_chat_call(std::string_view body, const net::Headers& headers);

}  // namespace antiphon::mock
