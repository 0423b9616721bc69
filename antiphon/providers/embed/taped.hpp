#pragma once

#include <string>
#include <vector>

#include "antiphon/providers/embed/embedder.hpp"
#include "antiphon/providers/llm/cassette/cassette.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon::embed {

/// Whether comparing asks a server: what this machine computes needs no recording.
bool asks_a_server(const ModelSettings& settings);

/// The question as a cassette keeps it: kind `embedding`, role `check`.
AskedCall asked(const ModelSettings& settings, const std::vector<std::string>& texts, const Secrets& secrets);
json::object answer_json(const Embedded& embedded);
/// @throws Error: the recorded failure; protocol, party harness, for what is no answer to so many texts.
Embedded answer_from(const RecordedCall& call, std::size_t texts);

}  // namespace antiphon::embed
