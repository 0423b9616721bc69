#include "antiphon/result/sound.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/testing/signals.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using audio::testing::joined;
using audio::testing::silence;
using audio::testing::sine;
using audio::testing::speech;

audio::SampleStore track(const audio::Samples& samples) {
  audio::SampleStore store(1000);  // most of it lies on disk
  store.append(samples);
  return store;
}

SideSound sound_of(const audio::Samples& samples, const std::vector<VoicedSpan>& voiced, const std::optional<std::vector<VoicedSpan>>& keys_in = {}) {
  return measure_sound(track(samples), voiced, keys_in, {}).value();
}

std::string keys_of(const SideSound& sound) {
  std::string keys;
  for (const auto& key : sound.keys) keys += key.key;
  return keys;
}

TEST(SideSound, LoudnessIsThatOfWhatIsVoiced_VOX90) {
  const auto words = speech(7);
  const auto sound = sound_of(joined({silence(3), words, silence(20)}), {{3s, 10s}});
  EXPECT_NEAR(sound.loudness_lufs.value(), audio::loudness_lufs(words).value(), 0.2);
  EXPECT_EQ(sound.voiced, Duration(7s));
  EXPECT_NEAR(sound.peak_dbfs.value(), audio::peak_dbfs(words), 1e-9);
  EXPECT_EQ(sound.clipped, Duration(0));
  EXPECT_EQ(sound.repeats, 0U);
}

TEST(SideSound, ASilentSideHasNoLevel_VOX90_VOX92) {
  const auto sound = sound_of(silence(12), {});
  EXPECT_FALSE(sound.loudness_lufs);
  EXPECT_FALSE(sound.peak_dbfs);
}

TEST(SideSound, ClippingIsTimeAtFullScale_VOX90) {
  const auto sound = sound_of(joined({silence(1), audio::apply_gain(sine(100, 3), 12), silence(1)}), {{1s, 4s}});
  EXPECT_NEAR(std::chrono::duration<double>(sound.clipped).count(), 2, 0.03);
  EXPECT_NEAR(sound.peak_dbfs.value(), 0, 0.001);
}

TEST(SideSound, KeysAreFoundAtTheirTimes_VOX90) {
  const auto sound = sound_of(joined({speech(12), silence(1), audio::dtmf_tones("42#"), silence(7)}), {});
  EXPECT_EQ(keys_of(sound), "42#");
  EXPECT_NEAR(std::chrono::duration<double>(sound.keys.at(1).start).count(), 13.15, 0.01);
  EXPECT_NEAR(std::chrono::duration<double>(sound.keys.at(1).end).count(), 13.25, 0.01);
}

TEST(SideSound, KeysMayBeLookedForInPartsAlone_VOX90) {
  const auto tones = joined({audio::dtmf_tones("1"), silence(1), audio::dtmf_tones("2")});
  EXPECT_EQ(keys_of(sound_of(tones, {}, std::vector<VoicedSpan>{{1s, 2s}})), "2");
  EXPECT_EQ(keys_of(sound_of(tones, {}, std::vector<VoicedSpan>{})), "");
}

TEST(SideSound, AFrameThatIsPlayedTwiceIsARepeat_VOX90) {
  auto samples = speech(4);
  const audio::Samples frame(samples.begin() + 12000, samples.begin() + 12480);
  samples.insert(samples.begin() + 12480, frame.begin(), frame.end());
  const auto sound = sound_of(samples, {{0s, 4s}});
  EXPECT_EQ(sound.repeats, 1U);
  EXPECT_EQ(sound.repeated, Duration(20ms));
}

TEST(SideSound, WhoeverAsksToGiveUpWaitsForOnePieceAtMost_VOX62) {
  int pieces = 0;
  EXPECT_FALSE(measure_sound(track(silence(60)), {}, std::nullopt, [&] { return ++pieces > 2; }));
  EXPECT_EQ(pieces, 3);
}

}  // namespace
}  // namespace antiphon
