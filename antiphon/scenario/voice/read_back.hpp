#pragma once

#include "antiphon/providers/speech/registry.hpp"
#include "antiphon/scenario/voice/interjections.hpp"

namespace antiphon::voice {

/// Makes sure that a recogniser gives a noise back as it is written: only then can anybody tell that it was heard (VOX-35).
/// @throws Error configuration, party harness, telling what it was read back as; what the recogniser throws.
Task<> require_read_back(const Interjection& sound, const OpenEar& ear, Deadline deadline);

}  // namespace antiphon::voice
