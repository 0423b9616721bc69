#pragma once

#include <optional>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon::voice {

/// The agent's audio between the wire and the caller's ear (VOX-14): a piece plays when the one before it ends, and never before it was received.
///
/// Time counts from the beginning of the call. Pure: whoever drives it says what time it is, and time never goes back.
class Playout {
 public:
  /// A gap shorter than this is closed in the track and counted as jitter; a longer one is an under-run.
  static constexpr Duration closed_gap = std::chrono::milliseconds(40);
  /// A longer one is a pause, and nobody's fault.
  static constexpr Duration pause = std::chrono::milliseconds(600);

  void receive(audio::Samples samples, Duration now);
  /// The sender has sent all of a turn: the gap after it is none.
  void end_of_turn() { turn_ended_ = true; }
  /// What would be heard from `now` on is dropped.
  void clear(Duration now);

  /// What the track holds between the last call's end and `until`; silence where nothing was heard. It lags `closed_gap` behind what is heard, so that gaps
  /// can still be closed.
  audio::Samples take(Duration until);
  /// Where the next `take` begins.
  Duration taken() const { return audio::duration_of(at_); }

  /// How long what was received will still be heard.
  Duration tail(Duration now) const;
  bool idle(Duration now) const { return tail(now) <= Duration::zero(); }
  /// When the end of what was received will be in the track.
  Duration track_end() const { return audio::duration_of(placed_end_); }

  /// When a place of the track was heard, and when its audio crossed the wire. Known for the last minute; the place itself where nothing was received.
  Duration heard_at(Duration place) const;
  std::optional<Duration> received_at(Duration place) const;

  const Delivery& delivery() const { return delivery_; }
  /// What the next `take` and `receive` look at.
  void prefetch_next() const;

 private:
  /// Audio whose pieces follow each other in the track as they were heard.
  struct Run {
    std::size_t placed, heard, length;
    std::size_t end() const { return placed + length; }
  };
  struct Arrival {
    std::size_t placed, received;
  };
  struct Span {
    std::size_t placed, length;
  };
  void remember(Run piece, std::size_t received);
  const Run* run_at(std::size_t at) const;
  void wait_for(std::size_t placed, audio::SampleView samples);
  std::size_t place_for(std::size_t heard, bool first);
  void count(Duration now, Duration length);

  // A call in real time looks at all this fifty times a second, each time after everything else of a thousand calls: the less of it there is, the better.
  std::size_t at_ = 0, heard_end_ = 0, placed_end_ = 0;
  std::optional<Duration> last_received_;
  bool turn_ended_ = false;
  std::vector<Span> waiting_;  ///< what is not in the track yet
  audio::Samples samples_;     ///< of all that waits, from `used_` on
  std::size_t used_ = 0;
  std::vector<Run> runs_;  ///< of the last minute, as are
  std::vector<Arrival> arrivals_;
  Delivery delivery_;
};

}  // namespace antiphon::voice
