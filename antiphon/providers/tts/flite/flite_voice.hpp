#pragma once

#include <memory>
#include <span>
#include <string>

#include "antiphon/providers/speech/registry.hpp"

namespace antiphon::flite {

/// `slt`, `rms`, `kal16`, `awb`; the first is the usual one.
std::span<const std::string> voices();

/// One piece of plain text in canonical audio, the same for the same arguments. Thread safe: one at a time speaks.
/// @param voice one of `voices()`, or empty.
audio::Samples say(const std::string& piece, const std::string& voice, double speed);

/// The voices of flite, which need no installed model.
SpeechRegistry::VoiceProvider provider();

}  // namespace antiphon::flite
