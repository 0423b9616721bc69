#include "antiphon/scenario/voice/transcribe_segments.hpp"

#include "antiphon/base/error.hpp"

namespace antiphon {

Task<std::vector<SegmentFailure>> transcribe_segments(std::vector<VoiceRecording::Segment>& segments, std::function<audio::Samples(std::size_t)> audio_of,
                                                      SpeechToText& recogniser, RecognitionSettings settings, Deadline deadline, bool only_missing) {
  std::vector<SegmentFailure> failures;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (only_missing && segments[i].transcript) continue;
    try {
      auto heard = co_await recogniser.transcribe(audio_of(i), settings, deadline);
      segments[i].transcript = std::move(heard.text);
      segments[i].transcript_truncated = false;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      failures.push_back({i, error.message()});
    }
  }
  co_return failures;
}

}  // namespace antiphon
