#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "antiphon/audio/echo_canceller.hpp"
#include "antiphon/gateway/hearing/echo.hpp"
#include "antiphon/gateway/hearing/likeness.hpp"
#include "antiphon/gateway/hearing/played_audio.hpp"

namespace antiphon::gateway {

/// The echo of a room: a canceller, which is told what was played as late as the line brings it back.
///
/// That is found out from what both sides have in common, once what came back is like what was played; it may be up to 0.6 s. Until it is known the caller is
/// not heard over the first 1.2 s of the agent's speech, and 0.3 s behind them. Works for as long as an echo may come, and leaves the rest of the call alone.
class RoomEcho final : public EchoRemover {
 public:
  static constexpr auto longest_delay = std::chrono::milliseconds(600);
  static constexpr auto until_known = std::chrono::milliseconds(1200);

  void played(audio::SampleView samples, Clock::Time at) override;
  audio::Samples take(audio::Samples samples, Clock::Time now) override;

 private:
  using Place = PlayedAudio::Place;
  static constexpr std::size_t block = audio::EchoCanceller::block;
  static constexpr int narrow = 6;                                            ///< samples in one of those that are compared, at 4 kHz
  static constexpr std::size_t compared = audio::canonical_rate_hz / narrow;  ///< a second of them
  static constexpr std::size_t kept = 2 * audio::canonical_rate_hz;           ///< of what was played

  void begin(Place at);
  void keep_time(Place late, std::size_t count);
  void process(std::span<audio::Sample> microphone);
  audio::Samples played_at(Place from, std::size_t count) const;
  void remember(audio::SampleView microphone);
  void look_for_delay();
  std::optional<Likeness> find_delay() const;

  PlayedAudio far_{audio::canonical_rate_hz, kept};
  std::optional<audio::EchoCanceller> canceller_{};
  audio::Samples waiting_{}, ready_{};  ///< less than a block, and what is done
  Place near_end_ = 0;                  ///< behind the last sample of a block
  std::optional<Place> least_late_{};   ///< samples by which what came in this second came later than they count, at least
  std::size_t timed_ = 0;               ///< samples of this second
  std::vector<float> near_{};           ///< at 4 kHz, the last second up to `near_end_`
  bool running_ = false;
  std::size_t since_look_ = 0;         ///< samples since the delay was looked for last
  std::size_t heard_ = 0;              ///< samples of the agent's speech so far, until the delay is known
  std::optional<std::size_t> seen_{};  ///< delay that was found the last time, though it may be none
  std::size_t delay_ = 0;              ///< samples by which the line brings it later
  bool known_ = false;
};

}  // namespace antiphon::gateway
