#include "antiphon/audio/levels.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "antiphon/audio/mix.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::audio {
namespace {

using testing::silence;
using testing::sine;

TEST(Levels, AFullScaleSineIsThreeDecibelsBelowFullScale_VOX90) {
  const auto tone = sine(1000, 1, 1);
  EXPECT_NEAR(rms_dbfs(tone), -3.01, 0.01);
  EXPECT_NEAR(peak_dbfs(tone), 0, 0.01);
  EXPECT_EQ(peak_dbfs(Samples{-32768}), 0);
  EXPECT_EQ(rms_dbfs(silence(1)), silence_dbfs);
  EXPECT_EQ(rms_dbfs({}), silence_dbfs);
  EXPECT_EQ(rms(Samples{3, -4, 3, -4}), std::sqrt(12.5));
  EXPECT_EQ(rms({}), 0);
}

TEST(Levels, PausesDoNotCountAsSpeech_VOX90) {
  const auto tone = sine(400, 1, 0.2);
  const auto level = active_dbfs(tone);
  EXPECT_NEAR(active_dbfs(testing::joined({silence(2), tone, silence(3)})), level, 0.1);
  EXPECT_NEAR(active_dbfs(testing::joined({testing::noise(2, -60), tone})), level, 0.1);
  EXPECT_EQ(active_dbfs({}), silence_dbfs);
}

TEST(Levels, LoudnessAgreesWithTheStandardsOwnTone_VOX90) {
  // A sine of 997 Hz at −20 dBFS (peak) in one channel reads −23.0 LUFS by BS.1770.
  for (const int rate : {8000, 24000, 48000}) EXPECT_NEAR(loudness_lufs(sine(997, 5, std::pow(10, -20 / 20.0), rate), rate).value(), -23.0, 0.1) << rate;
  EXPECT_FALSE(loudness_lufs(silence(5)));
  EXPECT_FALSE(loudness_lufs(sine(997, 0.2)));
  EXPECT_FALSE(loudness_lufs({}));
}

TEST(Levels, LoudnessOfPiecesIsThatOfTheWhole_VOX90) {
  const auto all = testing::speech(5);
  LoudnessMeter meter;
  for (std::size_t at = 0; at < all.size(); at += 777) meter.feed(SampleView(all).subspan(at, std::min<std::size_t>(777, all.size() - at)));
  EXPECT_NEAR(meter.lufs().value(), loudness_lufs(all).value(), 1e-9);
  EXPECT_FALSE(LoudnessMeter().lufs());
}

TEST(Levels, RunsAtFullScaleAreClipped_VOX90) {
  EXPECT_EQ(clipped_samples(Samples{0, 32767, 32767, 0, 32767, 32767, 32767, -32768, -32768, -32767, -32768}), 7U);
  EXPECT_EQ(clipped_samples(testing::sine(440, 1, 0.99)), 0U);
  const auto loud = apply_gain(testing::sine(100, 1), 12);  // twice full scale: a sixth of each period is below half of its peak, on either side
  EXPECT_NEAR(static_cast<double>(clipped_samples(loud)) / 24000, 2.0 / 3, 0.01);
}

TEST(Levels, SpeechIsBroughtToItsLevel_VOX20) {
  const auto quiet = testing::joined({silence(0.5), testing::speech(2, -47), silence(1)});
  EXPECT_NEAR(active_dbfs(normalise(quiet)), -23, 0.3);
  EXPECT_EQ(normalise(silence(1)), silence(1));
  EXPECT_EQ(normalise({}), Samples{});
}

TEST(Levels, ALoudClickIsNotClippedForTheSakeOfALevel_VOX20) {
  auto clicks = silence(1);
  for (std::size_t i = 0; i < clicks.size(); i += 480) clicks[i] = 3000;
  const auto louder = normalise(clicks, -10);
  EXPECT_NEAR(peak_dbfs(louder), -1, 0.01);
}

TEST(Levels, GainIsExactAndClips_VOX40) {
  EXPECT_EQ(apply_gain(Samples{100, -100, 30000, -30000}, 20), (Samples{1000, -1000, 32767, -32768}));
  EXPECT_EQ(apply_gain(Samples{100, -7}, 0), (Samples{100, -7}));
}

TEST(Levels, AGainThatIsNoNumberOrOutOfRangeIsRefused_VOX40) {
  for (const double gain : {std::nan(""), HUGE_VAL, -HUGE_VAL, 61.0, -121.0}) EXPECT_THROW(apply_gain(Samples{1}, gain), Error) << gain;
  for (const double level : {std::nan(""), HUGE_VAL, 0.1, -61.0}) EXPECT_THROW(normalise(Samples{1}, level), Error) << level;
}

TEST(Mix, PartsAddUpAtTheirPlacesAndAreClippedOnce_VOX60) {
  const Samples loud{30000, 30000}, also{20000}, against{-20000};
  EXPECT_EQ(mix({}), Samples{});
  EXPECT_EQ(mix(std::vector<Placed>{{loud, 1}, {also, 2}, {against, 2}}), (Samples{0, 30000, 30000}));
  EXPECT_EQ(mix(std::vector<Placed>{{loud, 0}, {also, 1}}), (Samples{30000, 32767}));
  EXPECT_EQ(mix(std::vector<Placed>{{also, 0}}, 3), (Samples{20000, 0, 0}));
}

TEST(Mix, TheOrderOfPartsChangesNothing_VOX60) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    RandomStream random(seed);
    std::vector<Samples> owned;
    for (auto i = random.below(6) + 1; i > 0; --i) owned.push_back(testing::anything(random.below(50), random));
    std::vector<Placed> parts;
    for (const auto& samples : owned) parts.push_back({samples, random.below(60)});
    const auto forwards = mix(parts);
    std::reverse(parts.begin(), parts.end());
    ASSERT_EQ(mix(parts), forwards) << "seed " << seed;
  }
}

TEST(Mix, UserIsLeftAndAgentRight_VOX60) { EXPECT_EQ(interleave(Samples{1, 2}, Samples{3}), (Samples{1, 3, 2, 0})); }

}  // namespace
}  // namespace antiphon::audio
