#include "antiphon/adapters/layercode/layercode_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using namespace layercode;

std::string sound(Duration length) { return std::string(2 * audio::samples_in(length, response_rate_hz), '\1'); }

struct LayercodeEarTest : ::testing::Test {
  LayercodeEar ear{{}, false};
  void take(ServerMessage message, Duration at) { ear.take(std::move(message), at); }
};

TEST_F(LayercodeEarTest, TurnIsOverWhenAllWasHeardAndNothingCameForAMoment_TRN11) {
  EXPECT_FALSE(ear.over_at());
  take(TurnStart{Role::assistant, "t"}, 1s);
  take(ResponseText{"Hello.", "t"}, 1s);
  take(ResponseAudio{sound(2s), "t"}, 1s);
  take(ResponseEnd{"t"}, 1100ms);
  EXPECT_EQ(ear.over_at(), 3s) << "as long as it sounds";
  take(ResponseAudio{sound(100ms), "t"}, 2900ms);
  EXPECT_EQ(ear.over_at(), 3200ms) << "300 ms after the last that came";
}

TEST_F(LayercodeEarTest, SilentTurnIsOverWithItsEndAndTextWaitsForItsSound_TRN11) {
  take(TurnStart{Role::assistant, "t"}, 1s);
  take(ResponseEnd{"t"}, 2s);
  EXPECT_EQ(ear.over_at(), 2s);
  ear.begin_answer(false);
  take(ResponseText{"Soon.", "u"}, 3s);
  take(ResponseEnd{"u"}, 4s);
  EXPECT_EQ(ear.over_at(), 7s);
  ear.begin_answer(true);
  take(ResponseText{"Now.", "v"}, 8s);
  take(ResponseEnd{"v"}, 9s);
  EXPECT_EQ(ear.over_at(), 9s) << "typed: nothing is played";
}

TEST_F(LayercodeEarTest, WithoutAnEndSilenceDecidesLongerWhileNobodyKnows_TRN11) {
  take(ResponseText{"a", "t"}, 1s);
  EXPECT_EQ(ear.over_at(), 11s);
  ear.end_by_silence();
  ear.begin_answer(false);
  take(ResponseText{"b", "u"}, 20s);
  EXPECT_EQ(ear.over_at(), 23s) << "it never tells";
  take(ResponseEnd{"u"}, 21s);
  ear.begin_answer(false);
  take(ResponseText{"c", "v"}, 30s);
  EXPECT_EQ(ear.over_at(), 90s) << "it does tell, after all";
}

TEST_F(LayercodeEarTest, WhatComesLateOfATurnIsAddedToIt_TRN11) {
  take(ResponseText{"one", "t"}, 1s);
  ear.begin_answer(true);
  take(ResponseAudio{sound(100ms), "t"}, 2s);
  take(ResponseText{"two", "u"}, 2s);
  EXPECT_EQ(ear.answers()[0].sounds.size(), 1u);
  EXPECT_TRUE(ear.answers()[1].sounds.empty());
  EXPECT_EQ(ear.answer().text, "two");
}

TEST_F(LayercodeEarTest, WholeAfterItsPiecesIsNotSaidTwice_TRN11) {
  take(TurnStart{Role::assistant, "t"}, 1s);
  take(ResponseText{"On its ", "t", true}, 1s);
  take(ResponseText{"way.", "t", true}, 1s);
  take(ResponseText{"On its way.", "t"}, 1s);
  EXPECT_EQ(ear.answer().text, "On its way.");
  take(TurnStart{Role::assistant, "u"}, 2s);
  take(ResponseText{"Really.", "u"}, 2s);
  EXPECT_EQ(ear.answer().text, "On its way. Really.") << "turns have a blank between them";
}

TEST_F(LayercodeEarTest, UnderstoodIsWhatIsFinalElseWhatThereIsSoFar_TRN11) {
  using Kind = UserTranscript::Kind;
  take(UserTranscript{Kind::interim, "whe"}, 1s);
  EXPECT_EQ(ear.understood(), "whe");
  take(UserTranscript{Kind::delta, "where is"}, 1s);
  take(UserTranscript{Kind::delta, "it"}, 1s);
  EXPECT_EQ(ear.understood(), "where is it");
  EXPECT_FALSE(ear.understood_for_good());
  take(UserTranscript{Kind::final, "Where is it?"}, 2s);
  EXPECT_EQ(ear.understood(), "Where is it?");
  EXPECT_TRUE(ear.understood_for_good());
}

}  // namespace
}  // namespace antiphon
