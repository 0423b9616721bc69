#include "antiphon/audio/echo_canceller.hpp"

#include <algorithm>
#include <array>

#include <webrtc/common.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>

#include "antiphon/base/error.hpp"

namespace antiphon::audio {

namespace {

using Block = std::array<float, EchoCanceller::block>;

constexpr float full_scale = 32768;

Block to_block(SampleView samples) {
  Block block{};
  std::ranges::transform(samples.first(std::min(samples.size(), block.size())), block.begin(), [](Sample sample) { return sample / full_scale; });
  return block;
}

std::unique_ptr<webrtc::AudioProcessing> make_audio_processing() {
  webrtc::Config config;  // owns what it is given
  config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
  config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(true));
  return std::unique_ptr<webrtc::AudioProcessing>(webrtc::AudioProcessing::Create(config));
}

}  // namespace

struct EchoCanceller::Engine {
  Engine() : audio(make_audio_processing()) {
    auto* echo = audio ? audio->echo_cancellation() : nullptr;
    const bool works = echo && echo->Enable(true) == 0 && echo->enable_drift_compensation(false) == 0 &&
                       echo->set_suppression_level(webrtc::EchoCancellation::kModerateSuppression) == 0;
    if (!works) throw Error(ErrorKind::internal, "the echo canceller of WebRTC could not be started");
  }

  std::unique_ptr<webrtc::AudioProcessing> audio;
  webrtc::StreamConfig mono{canonical_rate_hz, 1};
};

EchoCanceller::EchoCanceller() : engine_(std::make_unique<Engine>()) {}
EchoCanceller::~EchoCanceller() = default;

void EchoCanceller::reset() { engine_->audio->Initialize(); }

void EchoCanceller::process(SampleView played, std::span<Sample> microphone) {
  auto far = to_block(played), near = to_block(microphone);
  float *far_channel = far.data(), *near_channel = near.data();
  auto& audio = *engine_->audio;
  int failed = audio.ProcessReverseStream(&far_channel, engine_->mono, engine_->mono, &far_channel);
  failed |= audio.set_stream_delay_ms(0);
  failed |= audio.ProcessStream(&near_channel, engine_->mono, engine_->mono, &near_channel);
  if (failed != 0) throw Error(ErrorKind::internal, "the echo canceller of WebRTC took no audio");
  std::ranges::transform(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(microphone.size()), microphone.begin(),
                         [](float value) { return to_sample(value * full_scale); });
}

}  // namespace antiphon::audio
