#pragma once

#include <string>

#include "antiphon/base/document_reader.hpp"
#include "antiphon/providers/speech/registry.hpp"

/// Voices and recognisers as documents name them, suites and configurations alike. Mistakes go to `reader`.
namespace antiphon {

/// The keys of a voice. @param usual its name where none is given
VoiceChoice read_voice_fields(DocumentReader& reader, DocumentFields& fields, const std::string& usual);
/// The keys of a recogniser, or those of `{pocketsphinx: {phrases: […]}}`. @param usual its name where none is given
EarChoice read_ear_mapping(DocumentReader& reader, const Node& node, const std::string& usual, const std::string& example);

}  // namespace antiphon
