#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/providers/embed/embedder.hpp"

namespace antiphon::embed {

/// The body of POST /embeddings. @see https://platform.openai.com/docs/api-reference/embeddings/create
std::string request_body(const std::string& model, const std::vector<std::string>& texts, const json::object& extra);

/// Reads its answer: one vector per text, in the order of the texts, each scaled to length 1.
/// @throws Error protocol: too few, too many or twice the same, a vector of another size, what is no number.
Embedded parse_reply(std::string_view body, std::size_t texts);

}  // namespace antiphon::embed
