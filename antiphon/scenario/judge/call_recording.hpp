#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/chat/message.hpp"

namespace antiphon {

/// Whether a model is known to take sound: all of Gemini, and those with `audio` in their names.
bool model_hears(std::string_view name);

/// A message of a user with a text and, behind it, a call's recording: WAV, mono, 16 kHz, as an `input_audio` part. Of a long call, its last ten minutes: no
/// vendor takes more in one request.
Message with_recording(std::string text, audio::Samples recording);

}  // namespace antiphon
