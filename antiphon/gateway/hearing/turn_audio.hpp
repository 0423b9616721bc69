#pragma once

#include <cstddef>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"

namespace antiphon::gateway {

/// What a caller said in one turn, as far as no final transcript has answered it: a recogniser that breaks off in the middle is not the end of it, because the
/// next one hears all of that again (GTW-21). Of very long speech without an answer the oldest is forgotten.
class TurnAudio {
 public:
  static constexpr auto longest = std::chrono::seconds(60);

  void add(audio::SampleView samples);
  bool has_new() const { return fed_ < kept_.size(); }
  /// What the recogniser has not been fed with yet; it is from now on.
  audio::Samples take_new();

  /// A stream listens that was fed with so many samples before this turn; it is fed with all that nobody has answered.
  void begin_stream(std::size_t fed_before);
  /// How many samples the stream was fed with.
  std::size_t stream_position() const { return before_ + fed_; }
  /// A final transcript has answered what the stream got until there, since its first sample; all that it got where it is later.
  void answered_until(Duration position);
  void answered_all() { forget(fed_); }

  const audio::Samples& unanswered() const { return kept_; }
  /// The first samples of it are answered; at most all.
  void forget(std::size_t count);

 private:
  audio::Samples kept_;
  std::size_t fed_ = 0;     ///< of `kept_`
  std::size_t before_ = 0;  ///< samples of the stream before the first of `kept_`
};

}  // namespace antiphon::gateway
