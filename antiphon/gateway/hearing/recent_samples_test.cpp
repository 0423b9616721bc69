#include "antiphon/gateway/hearing/recent_samples.hpp"

#include <numeric>

#include <gtest/gtest.h>

namespace antiphon::gateway {
namespace {

audio::Samples counting(int from, std::size_t count) {
  audio::Samples samples(count);
  std::iota(samples.begin(), samples.end(), static_cast<audio::Sample>(from));
  return samples;
}

TEST(RecentSamples, TheLastOnesStayInOrderHoweverTheyCame_GTW20) {
  for (const std::size_t piece : {1U, 3U, 4U, 7U, 10U, 11U, 25U}) {
    RecentSamples recent(10);
    for (std::size_t at = 0; at < 100; at += piece) recent.add(counting(static_cast<int>(at), std::min(piece, 100 - at)));
    EXPECT_EQ(recent.take(), counting(90, 10)) << piece;
  }
}

TEST(RecentSamples, FewerThanThereIsRoomForAreAll_GTW20) {
  RecentSamples recent(10);
  EXPECT_EQ(recent.take(), audio::Samples());
  recent.add(counting(1, 4));
  recent.add(counting(5, 3));
  EXPECT_EQ(recent.take(), counting(1, 7));
  recent.add(counting(20, 2));
  EXPECT_EQ(recent.take(), counting(20, 2)) << "what was taken is gone";
}

}  // namespace
}  // namespace antiphon::gateway
