#include "antiphon/audio/repeats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/testing/signals.hpp"

namespace antiphon::audio {
namespace {

using ::testing::IsEmpty;

// Noise never repeats by itself; `ms` of it from `at` on are there `times` more.
Samples with_repeat(std::size_t at, std::size_t length, int times = 1) {
  auto samples = testing::noise(1, -20);
  const Samples piece(samples.begin() + static_cast<std::ptrdiff_t>(at), samples.begin() + static_cast<std::ptrdiff_t>(at + length));
  for (int i = 0; i < times; ++i) samples.insert(samples.begin() + static_cast<std::ptrdiff_t>(at + length), piece.begin(), piece.end());
  return samples;
}

TEST(Repeats, AreFoundAtTheirPlaceWhateverTheFrame_VOX90) {
  for (const std::size_t frame_ms : {10U, 20U, 30U, 40U, 60U}) {
    const auto length = frame_ms * 24;
    const auto found = find_repeats(with_repeat(5003, length));
    ASSERT_EQ(found.size(), 1U) << frame_ms;
    EXPECT_EQ(found[0].at, 5003 + length) << frame_ms;
    EXPECT_EQ(found[0].length, length) << frame_ms;
  }
}

TEST(Repeats, EachFurtherTimeCounts_VOX90) { EXPECT_EQ(find_repeats(with_repeat(7001, 480, 3)).size(), 3U); }

TEST(Repeats, SpeechTonesAndSilenceHaveNone_VOX90) {
  EXPECT_THAT(find_repeats(testing::noise(2, -20)), IsEmpty());
  EXPECT_THAT(find_repeats(testing::silence(2)), IsEmpty());
  EXPECT_THAT(find_repeats(testing::sine(400, 2)), IsEmpty()) << "four periods in 10 ms";
  EXPECT_THAT(find_repeats(testing::sine(1000, 2)), IsEmpty());
  EXPECT_THAT(find_repeats(testing::sine(425, 2)), IsEmpty()) << "17 periods in 40 ms";
  EXPECT_THAT(find_repeats(testing::sine(100, 2)), IsEmpty());
  EXPECT_THAT(find_repeats(testing::speech(10)), IsEmpty());
  EXPECT_THAT(find_repeats(dtmf_tones("0123456789ABCD*#")), IsEmpty());
  EXPECT_THAT(find_repeats({}), IsEmpty());
  EXPECT_THAT(find_repeats(Samples(100, 9)), IsEmpty());
}

}  // namespace
}  // namespace antiphon::audio
