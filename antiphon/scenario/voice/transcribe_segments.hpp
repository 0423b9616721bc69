#pragma once

#include <functional>
#include <string>
#include <vector>

#include "antiphon/providers/stt/speech_to_text.hpp"
#include "antiphon/result/recording.hpp"

namespace antiphon {

struct SegmentFailure {
  std::size_t segment = 0;
  std::string reason;
};

/// Writes what was understood into the segments; `audio_of` gives the samples of one. A segment in which nothing was understood has an empty transcript.
Task<std::vector<SegmentFailure>> transcribe_segments(std::vector<VoiceRecording::Segment>& segments, std::function<audio::Samples(std::size_t)> audio_of,
                                                      SpeechToText& recogniser, RecognitionSettings settings, Deadline deadline, bool only_missing = true);

/// Transcribes what was said in a call (VOX-61): all segments or those that have no text yet. One that fails is told of, keeps what it had, and the others
/// go on. The recording outlives the task. @throws only what cancellation throws.
inline Task<std::vector<SegmentFailure>> transcribe_segments(VoiceRecording& recording, SpeechToText& recogniser, RecognitionSettings settings,
                                                             Deadline deadline, bool only_missing = true) {
  auto audio_of = [&recording](std::size_t index) { return recording.segment(index).samples; };
  return transcribe_segments(recording.segments(), std::move(audio_of), recogniser, std::move(settings), deadline, only_missing);
}

}  // namespace antiphon
