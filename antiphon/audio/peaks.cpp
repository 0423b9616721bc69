#include "antiphon/audio/peaks.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon::audio {

namespace {

// Away from zero: what is there at all is seen.
char peak_byte(Sample sample) {
  const auto scaled = sample * 127.0 / 32768.0;
  return static_cast<char>(std::clamp(scaled < 0 ? std::floor(scaled + 0.2) : std::ceil(scaled - 0.2), -127.0, 127.0));
}

}  // namespace

PeakMeter::PeakMeter(int channels, double step_s, int rate_hz)
    : channels_(static_cast<std::size_t>(channels)),
      step_frames_(static_cast<std::size_t>(std::max(1L, std::lround(rate_hz * step_s)))),
      lowest_(channels_),
      highest_(channels_),
      peaks_(channels_) {}

void PeakMeter::append(SampleView samples) {
  for (std::size_t i = 0; i + channels_ <= samples.size(); i += channels_) {
    for (std::size_t c = 0; c < channels_; ++c) {
      const auto sample = samples[i + c];
      lowest_[c] = in_step_ == 0 ? sample : std::min(lowest_[c], sample);
      highest_[c] = in_step_ == 0 ? sample : std::max(highest_[c], sample);
    }
    if (++in_step_ == step_frames_) close_step();
  }
}

std::vector<std::string> PeakMeter::finish() {
  if (in_step_ > 0) close_step();
  return std::move(peaks_);
}

void PeakMeter::close_step() {
  for (std::size_t c = 0; c < channels_; ++c) peaks_[c] += peak_byte(lowest_[c]), peaks_[c] += peak_byte(highest_[c]);
  in_step_ = 0;
}

}  // namespace antiphon::audio
