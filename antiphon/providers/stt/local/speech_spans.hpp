#pragma once

#include <string>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"

namespace antiphon::stt {

/// What a recogniser of ours is given at once: longer pieces cost more than their share.
inline constexpr auto longest_piece = std::chrono::seconds(15);
inline constexpr auto shortest_speech = std::chrono::milliseconds(250);
/// What is given along, before the first voiced sample and behind the last.
inline constexpr auto lead_in = std::chrono::milliseconds(400), lead_out = std::chrono::milliseconds(200);

/// A piece of a recording in which somebody speaks, in samples.
struct SpeechSpan {
  std::size_t from = 0, to = 0;
  Duration speech{0};    ///< from the first voiced sample to the last
  bool goes_on = false;  ///< cut in the middle of speech
};

/// The pieces of canonical audio that are worth understanding, at most 15 s each, cut where it is quietest. Speech is what is louder than 24 dB below the
/// loudest moment: how a recording was levelled changes nothing. None where there is less than 0.25 s of it.
std::vector<SpeechSpan> speech_spans(audio::SampleView samples);

/// Where it is quietest between two places: the middle of the quietest 100 ms.
std::size_t quietest_place(audio::SampleView samples, std::size_t from, std::size_t to);

/// Noise or a tone, not speech: what is loud in it is equally loud throughout (within 3.5 dB).
bool is_steady(audio::SampleView samples);

/// What a network that was trained on subtitles says of noise is no text: note signs, brackets, "you" in under 0.4 s, more than 8 words a second. The
/// full stop that it puts behind everything is taken off.
std::string plausible_text(std::string_view text, Duration speech);

}  // namespace antiphon::stt
