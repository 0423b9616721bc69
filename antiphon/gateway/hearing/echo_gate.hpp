#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "antiphon/gateway/hearing/echo.hpp"
#include "antiphon/gateway/hearing/played_audio.hpp"

namespace antiphon::gateway {

/// The echo of a line.
///
/// Loud frames of the caller that are what was played up to 0.6 s before, only quieter, become silence; a caller who speaks over an echo and is clearly louder
/// than it (4 dB) is let through, but for a frame at the beginning. It adds no delay, and costs next to nothing while the agent is silent or the line is clean:
/// what is compared is 120 ms once a voice has sounded for 60 ms. Those of a room with much reverberation are not found.
class EchoGate final : public EchoRemover {
 public:
  static constexpr auto longest_delay = std::chrono::milliseconds(600);

  void played(audio::SampleView samples, Clock::Time at) override;
  /// Silence in the place of echo.
  audio::Samples take(audio::Samples samples, Clock::Time now) override;

 private:
  static constexpr int rate_hz = 8000;
  static constexpr std::size_t decimation = audio::canonical_rate_hz / rate_hz;
  static constexpr std::size_t window = static_cast<std::size_t>(rate_hz) * 120 / 1000;
  static constexpr std::size_t kept = rate_hz;  ///< of what was played: a second

  enum class Verdict { quiet, undecided, voice, echo };
  Verdict judge(audio::SampleView frame, Clock::Time now);
  Verdict judge_again(double level, Clock::Time now);
  bool is_echo(Clock::Time now, bool may_be_where_it_was);
  std::optional<std::size_t> search(std::size_t from, std::size_t to, Clock::Time now, double least) const;
  void remember(audio::SampleView frame);

  PlayedAudio far_{rate_hz, kept};
  std::vector<float> near_{};  ///< what the caller sent last, up to `near_end_`; empty as that is
  std::size_t near_end_ = window;
  int loud_ = 0;  ///< frames in a row
  int quiet_ = 0;
  bool is_voice_ = false;  ///< the caller speaks: nothing is compared until there is a pause
  double lowest_ = 0;      ///< loud frame of that voice
  Clock::Time compared_at_{0};
  std::optional<std::size_t> lag_{};  ///< of the echo that was found last
  Clock::Time echo_at_{Clock::Time::min()};
};

}  // namespace antiphon::gateway
