#include "antiphon/audio/resample.hpp"

#include <gtest/gtest.h>

#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::audio {
namespace {

using testing::sine;
using testing::snr_db;

std::size_t expected(std::size_t count, int from, int to) {
  return static_cast<std::size_t>((static_cast<unsigned __int128>(count) * static_cast<unsigned>(to) + static_cast<unsigned>(from) / 2) /
                                  static_cast<unsigned>(from));
}

TEST(Resampler, TheLengthIsExactAtEveryRateAndCut_VOX30) {
  const std::vector<int> rates{1000, 8000, 11025, 16000, 22050, 24000, 44100, 48000, 192000};
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    RandomStream random(seed);
    const int from = random.below(2) == 0 ? rates[random.below(rates.size())] : static_cast<int>(1000 + random.below(191001));
    const int to = rates[random.below(rates.size())];
    const auto samples = testing::anything(random.below(3000), random);
    const auto whole = resample(samples, from, to);
    ASSERT_EQ(whole.size(), expected(samples.size(), from, to)) << from << " to " << to << ", seed " << seed;
    Resampler stream(from, to);
    Samples cut;
    for (SampleView rest = samples; !rest.empty();) {
      const auto size = std::min<std::size_t>(random.below(700), rest.size());
      const auto out = stream.feed(rest.first(size));
      cut.insert(cut.end(), out.begin(), out.end());
      rest = rest.subspan(size);
    }
    const auto out = stream.finish();
    cut.insert(cut.end(), out.begin(), out.end());
    ASSERT_EQ(cut, whole) << from << " to " << to << ", seed " << seed;
  }
}

TEST(Resampler, AToneStaysTheSameToneInTheSamePlace_VOX30) {
  for (const int from : {8000, 11025, 16000, 44100, 48000})
    for (const int to : {8000, 16000, 24000, 48000})
      EXPECT_GT(snr_db(sine(1000, 1, 0.5, to), resample(sine(1000, 1, 0.5, from), from, to), static_cast<std::size_t>(to / 20)), 60) << from << " to " << to;
}

TEST(Resampler, WhatTheLowerRateCannotCarryIsGone_VOX40) {
  const auto low = resample(sine(6000, 1, 0.5), 24000, 8000);
  for (std::size_t i = 400; i + 400 < low.size(); ++i) ASSERT_LE(std::abs(low[i]), 8) << i;
}

TEST(Resampler, TheSameRateChangesNothing_VOX30) {
  RandomStream random(1);
  const auto samples = testing::anything(999, random);
  EXPECT_EQ(resample(samples, 24000, 24000), samples);
}

TEST(Resampler, RatesOutOfRangeAreRefused_VOX30) {
  for (const int rate : {0, -8000, 999, 192001}) {
    EXPECT_THROW(Resampler(rate, 24000), Error) << rate;
    EXPECT_THROW(Resampler(24000, rate), Error) << rate;
  }
}

}  // namespace
}  // namespace antiphon::audio
