#include "antiphon/scenario/voice/turn_tracker.hpp"

#include <gtest/gtest.h>

namespace antiphon::voice {
namespace {

using namespace std::chrono_literals;

/// Speech from `from` to `to`, told as a detector tells it, and time moved on to `until` in steps of 20 ms.
void speak(TurnTracker& tracker, Duration from, Duration to, Duration until) {
  tracker.start_speaking(from, from);
  for (auto now = from + 60ms; now < to + 300ms; now += 20ms) tracker.advance(now, std::min(now, to));
  tracker.stop_speaking(to);
  for (auto now = to + 300ms; now <= until; now += 20ms) tracker.advance(now, std::nullopt);
}

TEST(TurnTracker, ATurnEndsAfterItsTailOfSilence_VOX11) {
  TurnTracker tracker({});
  speak(tracker, 1s, 2s, 2580ms);
  EXPECT_TRUE(tracker.open());
  tracker.advance(2600ms, std::nullopt);
  EXPECT_FALSE(tracker.open());
  ASSERT_EQ(tracker.turns().size(), 1U);
  EXPECT_EQ(tracker.turns()[0].ending, TurnEnding::tail_silence);
  EXPECT_EQ(tracker.turns()[0].end, 2s);
}

TEST(TurnTracker, NoTurnEndsWhileSoundMayTurnOutToBeSpeech_VOX91) {
  TurnTracker tracker({});
  speak(tracker, 1s, 2s, 2580ms);
  for (auto now = 2600ms; now <= 2700ms; now += 20ms) tracker.advance(now, std::nullopt, true);
  EXPECT_TRUE(tracker.open());
  tracker.start_speaking(2550ms, 2550ms);
  EXPECT_EQ(tracker.turns().size(), 1U) << "a pause of 0.55 s ends no turn";
  EXPECT_EQ(tracker.turns()[0].resumed, 0);
}

TEST(TurnTracker, WhatComesAfterOurLineOverATurnAnswersItHoweverSoon_VOX11) {
  for (const bool over : {true, false}) {
    TurnTracker tracker({});
    speak(tracker, 1s, 2s, 2580ms);
    tracker.advance(2600ms, std::nullopt);
    over ? tracker.answerable_line(1800ms, 2700ms) : tracker.answerable_line(2620ms, 2700ms);  // that one was premature
    tracker.start_speaking(2800ms, 2800ms);
    EXPECT_EQ(tracker.turns().size(), over ? 2U : 1U);
  }
}

TEST(TurnTracker, WhatTurnsOutToBeginTooLateResumesTheTurnThatWasOver_VOX11) {
  TurnTracker tracker({});
  speak(tracker, 1s, 2s, 2580ms);
  tracker.advance(2700ms, std::nullopt, true);
  tracker.start_speaking(2650ms, 2650ms);
  EXPECT_EQ(tracker.decided(), 2600ms);
  ASSERT_EQ(tracker.turns().size(), 1U);
  EXPECT_EQ(tracker.turns()[0].resumed, 1);
}

TEST(TurnTracker, ALongTurnIsCappedAndWhatFollowsIsOneOfItsOwn_VOX11) {
  TurnTracker tracker({});
  speak(tracker, 1s, 40s, 42s);
  ASSERT_EQ(tracker.turns().size(), 2U);
  EXPECT_EQ(tracker.turns()[0].ending, TurnEnding::capped);
  EXPECT_EQ(tracker.turns()[0].end, 31s);
  EXPECT_EQ(tracker.turns()[1].start, 31s);
  EXPECT_EQ(tracker.turns()[1].end, 40s);
}

TEST(TurnTracker, ATurnThatEndsAtTheCapIsOne_VOX11) {
  TurnTracker tracker({});
  speak(tracker, 1s, 31s - 10ms, 33s);
  ASSERT_EQ(tracker.turns().size(), 1U);
  EXPECT_EQ(tracker.turns()[0].ending, TurnEnding::capped);
  EXPECT_EQ(tracker.turns()[0].end, 31s - 10ms) << "where it was heard to stop";
}

TEST(TurnTracker, ASignalEndsATurnOnceAllWasHeardWhateverSilenceThereIs_VOX11) {
  TurnTracker tracker({.signalled = true});
  speak(tracker, 1s, 2s, 4s);
  EXPECT_TRUE(tracker.open()) << "a pause, until it says otherwise";
  speak(tracker, 4200ms, 5s, 5500ms);
  tracker.end_signal(5600ms);
  tracker.advance(5580ms, std::nullopt);
  EXPECT_TRUE(tracker.open());
  tracker.advance(5600ms, std::nullopt);
  ASSERT_EQ(tracker.turns().size(), 1U);
  EXPECT_EQ(tracker.turns()[0].ending, TurnEnding::signal);
  EXPECT_EQ(tracker.turns()[0].voiced.size(), 2U);
}

TEST(TurnTracker, ATurnThatWeCutIntoEndsByItsSilenceTooAndOnce_VOX11_VOX33) {
  TurnTracker tracker({.signalled = true});
  tracker.start_speaking(1s, 1s);
  tracker.cut_into();
  for (auto now = 1060ms; now < 2300ms; now += 20ms) tracker.advance(now, std::min<Duration>(now, 2s));
  tracker.stop_speaking(2s);
  tracker.advance(2580ms, std::nullopt);
  EXPECT_TRUE(tracker.open());
  tracker.advance(2600ms, std::nullopt);
  EXPECT_FALSE(tracker.open());
  tracker.end_signal(3s);  // it takes its time to say so
  tracker.advance(3s, std::nullopt);
  ASSERT_EQ(tracker.turns().size(), 1U) << "that is no turn of silence";
  EXPECT_EQ(tracker.turns()[0].ending, TurnEnding::signal);
  speak(tracker, 4s, 5s, 7s);
  EXPECT_TRUE(tracker.open()) << "nobody cut into this one";
}

}  // namespace
}  // namespace antiphon::voice
