#pragma once

#include <string>
#include <string_view>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon::anthropic {

/// The name under which messages keep content in this API's own form.
constexpr std::string_view vendor_name = "anthropic";

struct Conversation {
  std::string system;
  json::array messages;  ///< user and assistant in turns, the user first and last
};

/// @param model `provider/name`, for errors.
/// @throws Error unsupported, party harness: a part that has no form here.
Conversation conversation(const ChatRequest& request, std::string_view model);

}  // namespace antiphon::anthropic
