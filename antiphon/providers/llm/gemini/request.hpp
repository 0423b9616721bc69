#pragma once

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/wire/body.hpp"

namespace antiphon::gemini {

/// The body of POST …/models/NAME:generateContent, and of :streamGenerateContent. No I/O.
///
/// System messages before the conversation become `systemInstruction`; later ones are put into the user's turn. A conversation that does not
/// begin and end with the user gets a short stand-in there.
///
/// What a model may refuse, and what is sent then: `temperature`, `maxOutputTokens`, `toolConfig`, `responseJsonSchema` (then
/// `responseSchema`), `responseSchema`, `parametersJsonSchema` (then `parameters`), `systemInstruction` (then a part of the user's first
/// turn), `thoughtSignature` (then a mark that there is none).
/// @throws Error unsupported, party harness: a part that has no form here.
/// @see https://ai.google.dev/api/generate-content
json::object generate_body(const ChatRequest& request, const wire::BodyOptions& options, const wire::Refusals& refused = {});

}  // namespace antiphon::gemini
