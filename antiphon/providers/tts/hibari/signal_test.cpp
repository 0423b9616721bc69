#include "antiphon/providers/tts/hibari/signal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/levels.hpp"

namespace antiphon::hibari {
namespace {

/// All bands alike.
Spectrum flat(std::size_t frames, float pitch_hz, float gain, float noise) {
  const std::vector<float> silent(bands * frames, -30), zero(bands * frames, 0);
  return {.gain = std::vector<float>(bands * frames, gain),
          .turn = zero,
          .noise = std::vector<float>(bands * frames, noise),
          .remainder = silent,
          .remainder_turn = zero,
          .pitch_hz = std::vector<float>(frames, pitch_hz)};
}

/// By the largest correlation of a piece from the middle with what follows it.
double pitch_of(const audio::Samples& samples) {
  double best = 0;
  std::size_t best_lag = 0;
  for (std::size_t lag = 40; lag <= 400; ++lag) {
    double sum = 0;
    for (std::size_t i = 6000; i < 9000; ++i) sum += static_cast<double>(samples[i]) * samples[i + lag];
    if (sum > best * 1.001) best = sum, best_lag = lag;
  }
  return best_lag == 0 ? 0 : 24000.0 / static_cast<double>(best_lag);
}

TEST(HibariSignal, HasThePitchThatItIsTold) {
  for (const float pitch : {100.0F, 160.0F, 240.0F}) EXPECT_NEAR(pitch_of(synthesised(flat(80, pitch, 0, -30), {}, 1)), pitch, pitch * 0.02) << pitch;
}

TEST(HibariSignal, OfAnotherSpeakerIsHigherOrLower) {
  EXPECT_NEAR(pitch_of(synthesised(flat(80, 200, 0, -30), {.pitch = 0.6F, .tract = 0.87F}, 1)), 120, 3);
  EXPECT_NEAR(pitch_of(synthesised(flat(80, 200, 0, -30), {.pitch = 1.25F, .tract = 1.1F}, 1)), 250, 6);
}

TEST(HibariSignal, HasNoiseOfItsSeedAlone_VOX80) {
  const auto breath = flat(40, 0, -30, -1);
  EXPECT_EQ(synthesised(breath, {}, 1), synthesised(breath, {}, 1));
  EXPECT_NE(synthesised(breath, {}, 1), synthesised(breath, {}, 2));
  EXPECT_GT(audio::rms_dbfs(synthesised(breath, {}, 1)), -60);
}

TEST(HibariSignal, LastsAsLongAsItsFrames) {
  EXPECT_TRUE(synthesised({}, {}, 1).empty());
  for (const std::size_t frames : {1U, 2U, 7U}) EXPECT_EQ(synthesised(flat(frames, 200, 0, 0), {}, 1).size(), frames * frame_samples);
}

TEST(HibariSignal, StaysWithinTheRangeWhateverTheNetworkSays) {
  auto wild = flat(10, 1e9F, 1e9F, std::numeric_limits<float>::infinity());
  wild.turn[5] = std::numeric_limits<float>::quiet_NaN();
  wild.pitch_hz[3] = std::numeric_limits<float>::quiet_NaN();
  wild.pitch_hz[4] = -5;
  EXPECT_EQ(synthesised(wild, {}, 1).size(), 10 * frame_samples);
}

}  // namespace
}  // namespace antiphon::hibari
