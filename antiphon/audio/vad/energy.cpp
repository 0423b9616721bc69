#include <algorithm>
#include <cmath>

#include "antiphon/audio/vad/internal/judges.hpp"

namespace antiphon::audio::internal {

namespace {

constexpr std::size_t frame_samples = canonical_rate_hz / 50;  // 20 ms
// The floor follows what is quieter at once, and what is louder slowly: 6 dB a second once nobody has spoken for 200 ms, 0.3 dB a second otherwise, so that
// speech is not taken for noise and a fan that was switched on is not taken for speech for ever.
constexpr double fall = 0.3, rise_in_quiet = 1.0139, rise_otherwise = 1.000691;
constexpr int quiet_frames = 10;

class EnergyJudge final : public FrameJudge {
 public:
  EnergyJudge(double rms, double over_noise)
      : rms_(rms), over_noise_(over_noise), lowest_floor_(over_noise > 0 ? rms / over_noise : 0), floor_(lowest_floor_) {}

  std::size_t frame() const override { return frame_samples; }

  bool voiced(SampleView samples) override {
    double sum = 0;
    for (const double sample : samples) sum += sample * sample;
    const double level = std::sqrt(sum / static_cast<double>(samples.size()));
    const bool is_voiced = level > std::max(rms_, over_noise_ * floor_);
    unvoiced_ = is_voiced ? 0 : unvoiced_ + 1;
    if (level < floor_)
      floor_ += fall * (level - floor_);
    else
      floor_ = std::min(level, floor_ * (unvoiced_ > quiet_frames ? rise_in_quiet : rise_otherwise));
    floor_ = std::max(floor_, lowest_floor_);
    return is_voiced;
  }

 private:
  double rms_, over_noise_;
  double lowest_floor_;  ///< a floor below it decides nothing, and to rise from further down would only take longer
  double floor_;
  int unvoiced_ = 0;
};

}  // namespace

std::unique_ptr<FrameJudge> make_energy_judge(double rms, double over_noise) { return std::make_unique<EnergyJudge>(rms, over_noise); }

}  // namespace antiphon::audio::internal
