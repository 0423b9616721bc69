#pragma once

#include <string>
#include <string_view>

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/wire/body.hpp"

namespace antiphon::anthropic {

/// The body of POST /v1/messages. No I/O.
///
/// System messages before the conversation become `system`; later ones are put into the user's turn, because not every model takes them
/// elsewhere. Turns of one role are merged, tool results first. A conversation that does not begin and end with the user gets a short
/// stand-in there.
/// @throws Error unsupported, party harness: a part that has no form here.
/// @see https://platform.claude.com/docs/en/api/messages/create
json::object messages_body(const ChatRequest& request, const wire::BodyOptions& options, const wire::Refusals& refused = {});

/// A JSON Schema in the form that structured output takes: objects closed, keywords that are not enforced told in words.
json::value output_schema(const json::value& schema);

/// The `anthropic-version` that knows everything in `body`: the sampling parameters are gone from the newest.
std::string_view version_for(const json::object& body);

}  // namespace antiphon::anthropic
