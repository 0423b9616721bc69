#include "antiphon/gateway/hearing/played_audio.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr int rate_hz = 1000;  // a sample a millisecond
constexpr std::size_t kept = 10;

struct Played : ::testing::Test {
  audio::Samples at(PlayedAudio::Place from, std::size_t count) const {
    audio::Samples samples(count, -1);
    played.copy(from, std::span(samples));
    return samples;
  }
  PlayedAudio played{rate_hz, kept};
};

TEST_F(Played, EachSampleIsWhereItSounded) {
  EXPECT_TRUE(played.empty());
  played.add(audio::Samples{1, 2, 3}, 1s);
  EXPECT_FALSE(played.empty());
  EXPECT_EQ(played.place_of(1002ms + 999us), 1002);
  EXPECT_THAT(at(999, 5), ElementsAre(0, 1, 2, 3, 0)) << "what is not known is silence";
  std::vector<float> as_floats(2);
  played.copy(1001, std::span(as_floats));
  EXPECT_THAT(as_floats, ElementsAre(2, 3));
}

TEST_F(Played, AGapIsSilence) {
  played.add(audio::Samples{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0s);
  played.add(audio::Samples{11, 12}, 12ms);
  EXPECT_THAT(at(0, 16), ElementsAre(0, 0, 0, 0, 5, 6, 7, 8, 9, 10, 0, 0, 11, 12, 0, 0));
  played.add(audio::Samples{20}, 1h);
  EXPECT_THAT(at(3'600'000 - 9, 9), Each(0));
  EXPECT_THAT(at(3'600'000, 1), ElementsAre(20));
}

TEST_F(Played, WhatWasStoppedIsReplaced) {
  played.add(audio::Samples{1, 2, 3, 4, 5}, 0s);
  played.add(audio::Samples{7}, 2ms);
  EXPECT_THAT(at(0, 6), ElementsAre(1, 2, 7, 0, 0, 0));
  played.add(audio::Samples{8}, 4ms);
  EXPECT_THAT(at(0, 6), ElementsAre(1, 2, 7, 0, 8, 0));
}

TEST_F(Played, OnlyTheLastIsKept) {
  audio::Samples row(25);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<audio::Sample>(i + 1);
  played.add(row, 0s);
  EXPECT_THAT(at(13, 5), ElementsAre(0, 0, 16, 17, 18));
  EXPECT_THAT(at(22, 5), ElementsAre(23, 24, 25, 0, 0));
}

TEST_F(Played, KnowsWhenTheLastOfWhatIsLoudEnds) {
  played.add(audio::Samples(10, 5000), 1s);
  played.add(audio::Samples(10, 50), 1010ms);
  EXPECT_EQ(played.loud_until(), 1010ms);
}

}  // namespace
}  // namespace antiphon::gateway
