#pragma once

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/base/clock.hpp"

namespace antiphon::composed {

/// When somebody speaks on an open line. What they say counts once so much of it was heard: what lies within words and between them belongs to it, longer
/// pauses and keys do not.
class Listener {
 public:
  struct Timing {
    Duration counts_after{std::chrono::milliseconds(200)};  ///< of speech; less than that was nothing
    Duration endpointing{std::chrono::milliseconds(500)};   ///< of silence, after which they have finished
  };
  struct Change {
    bool began = false;     ///< what they say counts from now on
    bool finished = false;  ///< and is over
  };

  explicit Listener(const Timing& timing);

  Change feed(audio::SampleView samples);
  /// What is said now counts.
  bool hears_speech() const { return counts_; }
  /// Of the utterance under way, since it began or since `count_anew`.
  Duration spoken() const { return audio::duration_of(spoken_); }
  /// Silence since the last sound of the utterance under way.
  Duration quiet() const { return audio::duration_of(fed_ - std::min(fed_, activity_.last_voiced_end())); }
  /// So far it was nothing; what is said from now on may count.
  void count_anew() { spoken_ = 0, counts_ = false; }
  /// What was said since the utterance began, with what stands around it.
  audio::Samples speech() const;
  /// Of the utterance that is over: it was answered or passed over.
  void forget();

 private:
  void count(std::size_t fed);

  Timing timing_;
  audio::VoiceActivity activity_;
  audio::DtmfDetector keys_;
  audio::Samples heard_;
  std::size_t forgotten_ = 0;  ///< samples of the call before those in `heard_`
  std::size_t fed_ = 0, from_ = 0, to_ = 0, voiced_until_ = 0, spoken_ = 0;
  bool counts_ = false;
};

}  // namespace antiphon::composed
