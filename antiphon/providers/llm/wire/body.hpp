#pragma once

#include <optional>
#include <string>

#include "antiphon/base/json.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/wire/refusals.hpp"

namespace antiphon::wire {

/// What a request needs beside the conversation.
struct BodyOptions {
  std::string model;
  bool stream = false;
  std::optional<double> temperature;  ///< where the request has none
  std::optional<int> max_tokens;      ///< where the request has none
  json::object extra;                 ///< added as they are; a name of ours is replaced
  std::string name;                   ///< `provider/name`, for errors
};

/// Adds `extra` to a body: objects are merged member by member, anything else replaces ours; what was refused stays out.
void add_extra(json::object& body, const json::object& extra, const Refusals& refused);

/// Stands in for the user's turn where a vendor wants one and the conversation has none: at its beginning, and after the model's own words.
constexpr std::string_view opening = "(The conversation begins.)";
constexpr std::string_view continuation = "(Please go on.)";

/// Where the choice of a tool cannot be forced, these words ask for it at the end of the conversation; empty where none is forced.
std::string asked_in_words(const ChatRequest& request);

/// `request` with them.
ChatRequest with_words(const ChatRequest& request);

}  // namespace antiphon::wire
