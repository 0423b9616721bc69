#pragma once

#include <string>
#include <string_view>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon::gemini {

/// The name under which messages keep content in this API's own form.
constexpr std::string_view vendor_name = "gemini";

/// Begins the ids that we make up for calls that came without one; they are not sent back.
constexpr std::string_view made_up_id = "antiphon_call_";

struct Conversation {
  std::string system;
  json::array contents;  ///< user and model in turns, the user first and last
};

/// @param model `provider/name`, for errors.
/// @param unsigned_calls mark calls that this API did not make itself as such, for models that check the signatures of thoughts.
/// @throws Error unsupported, party harness: a part that has no form here.
Conversation conversation(const ChatRequest& request, std::string_view model, bool unsigned_calls = false);

/// How many calls the conversation holds; the next made-up id counts on from there.
std::size_t calls_in(const ChatRequest& request);

}  // namespace antiphon::gemini
