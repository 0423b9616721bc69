#include <algorithm>
#include <cmath>
#include <utility>

#include "antiphon/audio/vad/internal/judges.hpp"

namespace antiphon::audio::internal {

namespace {

constexpr std::size_t frame_samples = canonical_rate_hz / 50;  // 20 ms
// The floor follows what is quieter at once, and what is louder slowly: 6 dB a second once nobody has spoken for 200 ms, 0.3 dB a second otherwise, so that
// speech is not taken for noise and a fan that was switched on is not taken for speech for ever.
constexpr double fall = 0.3, rise_in_quiet = 1.0139, rise_otherwise = 1.000691;
constexpr int quiet_frames = 10;
// Once somebody speaks for sure, what is weaker goes on being speech while it is twice as loud as the quietest moment of the last second, down to a fifth
// of the threshold: words fade out.
constexpr int sure_frames = 3, half_a_second = 25;
constexpr double over_quietest = 2, of_threshold = 0.2;

class EnergyJudge final : public FrameJudge {
 public:
  EnergyJudge(double rms, double over_noise)
      : rms_(rms), over_noise_(over_noise), lowest_floor_(over_noise > 0 ? rms / over_noise : 0), floor_(lowest_floor_) {}

  std::size_t frame() const override { return frame_samples; }

  bool voiced(SampleView samples) override {
    std::int64_t sum = 0;
    for (const auto sample : samples) sum += std::int32_t{sample} * sample;
    const double level = std::sqrt(static_cast<double>(sum) / static_cast<double>(samples.size()));
    const bool is_voiced = level > threshold();
    voiced_ = is_voiced ? voiced_ + 1 : 0;
    unvoiced_ = is_voiced ? 0 : unvoiced_ + 1;
    remember(level);
    if (level < floor_)
      floor_ += fall * (level - floor_);
    else
      floor_ = std::min(level, floor_ * (unvoiced_ > quiet_frames ? rise_in_quiet : rise_otherwise));
    floor_ = std::max(floor_, lowest_floor_);
    return is_voiced;
  }

 private:
  double threshold() const {
    const double on = std::max(rms_, over_noise_ * floor_);
    if (over_noise_ <= 0 || voiced_ < sure_frames) return on;
    return std::clamp(over_quietest * std::min(quietest_, quietest_before_), of_threshold * rms_, on);
  }
  void remember(double level) {
    quietest_ = std::min(quietest_, level);
    if (++frames_ % half_a_second == 0) quietest_before_ = std::exchange(quietest_, level);
  }

  double rms_, over_noise_;
  double lowest_floor_;  ///< a floor below it decides nothing, and to rise from further down would only take longer
  double floor_;
  int voiced_ = 0, unvoiced_ = 0, frames_ = 0;
  double quietest_ = 32768, quietest_before_ = 32768;  ///< frame of this half second, and of the one before
};

}  // namespace

std::unique_ptr<FrameJudge> make_energy_judge(double rms, double over_noise) { return std::make_unique<EnergyJudge>(rms, over_noise); }

}  // namespace antiphon::audio::internal
