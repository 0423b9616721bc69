#include "antiphon/audio/peaks.hpp"

#include <gtest/gtest.h>

#include "antiphon/audio/mix.hpp"
#include "antiphon/audio/testing/signals.hpp"

namespace antiphon::audio {
namespace {

std::vector<std::string> peaks_of(SampleView samples, std::size_t piece, double step_s = 0.01) {
  PeakMeter meter(2, step_s);
  for (std::size_t at = 0; at < samples.size(); at += piece) meter.append(samples.subspan(at, std::min(piece, samples.size() - at)));
  return meter.finish();
}

TEST(PeakMeter, KeepsTheLowestAndTheHighestOfEveryStepOfBothSides_PRD21) {
  Samples user(720), agent(720);  // three steps
  user[10] = 32767, user[250] = -16384, agent[500] = 1;
  const auto peaks = peaks_of(interleave(user, agent), 1440);
  ASSERT_EQ(peaks.size(), 2U);
  EXPECT_EQ(peaks[0], std::string({0, 127, -64, 0, 0, 0}));
  EXPECT_EQ(peaks[1], std::string(6, '\0'));  // one of 32768 is nothing that could be seen
}

TEST(PeakMeter, DoesNotDependOnPiecesAndCountsAStepThatIsNotFull_PRD21) {
  RandomStream random(5);
  const auto samples = testing::anything(2 * 24130, random);
  const auto peaks = peaks_of(samples, samples.size());
  EXPECT_EQ(peaks, peaks_of(samples, 2));
  EXPECT_EQ(peaks[0].size(), 2U * 101);
  EXPECT_EQ(peaks_of(samples, 998, 0.04)[1].size(), 2U * 26);
}

TEST(PeakMeter, OfNothingIsNothing) { EXPECT_EQ(peaks_of({}, 1), (std::vector<std::string>{"", ""})); }

}  // namespace
}  // namespace antiphon::audio
