#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "antiphon/audio/live.hpp"
#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon::voice {

/// A person at a microphone who speaks in our user's place: frames for the line, and where in it they spoke. Pure but for the microphone.
class PersonSpeech {
 public:
  /// Of quiet ends what they say.
  static constexpr auto end_of_utterance = std::chrono::milliseconds(800);

  PersonSpeech(audio::Microphone& microphone, audio::VoiceSettings detector);

  /// What leaves in the next frame: exactly `count` samples. Utterances that begin or end with it are in `utterances` then.
  audio::Samples frame(std::size_t count, std::vector<UserUtterance>& utterances);
  /// The same for a frame in which something else is sent: what they say meanwhile is not heard.
  void pass(std::size_t count, std::vector<UserUtterance>& utterances);
  /// The utterance that ended last, once; nullopt: none did.
  std::optional<std::size_t> take_ended();
  bool speaking() const { return open_.has_value(); }
  bool is_saying(std::size_t utterance) const { return open_ == utterance; }

 private:
  void look(audio::SampleView samples, std::vector<UserUtterance>& utterances);

  audio::Microphone& microphone_;
  audio::VoiceActivity activity_;
  std::deque<audio::Sample> ready_;
  bool primed_ = false;  ///< a frame is held back, so that a microphone that is late now and then leaves no holes
  std::optional<std::size_t> open_;
  std::deque<std::size_t> ended_;
};

}  // namespace antiphon::voice
