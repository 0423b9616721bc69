#include "antiphon/gateway/hearing/ear.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gateway/testing/level_ear.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::LevelEar;
using testing::LevelStreamPlan;
using testing::spoken;

/// An ear, and what it told.
struct Hearing : ::testing::Test {
  std::shared_ptr<LevelEar> level_ear(std::vector<LevelStreamPlan> plans, bool streaming = true) {
    return std::make_shared<LevelEar>(world.runtime, std::move(plans), streaming);
  }
  void stand_in(std::shared_ptr<LevelEar> other) { settings.stand_ins.push_back({std::move(other)}); }

  /// What comes in frames of 20 ms, behind a time in which nothing comes.
  struct Part {
    Part(audio::Samples sound, Duration wait = {}) : samples(std::move(sound)), nothing(wait) {}  // NOLINT(google-explicit-constructor): most are a sound
    audio::Samples samples;
    Duration nothing;
  };
  /// Speech and silences as they come.
  void hear(std::vector<Part> parts) {
    settings.on_failed = [this](const Error& error) { failures.push_back(error.message()); };
    ear.emplace(world.runtime, *first, settings);
    TaskGroup tasks(world.context.get_executor());
    tasks.spawn(ear->run());
    tasks.spawn(take(*ear, *this));
    tasks.spawn(play(*ear, world.clock, std::move(parts), &tasks));
    world.run(tasks.join());
  }
  static Task<> play(Ear& ear, Clock& clock, std::vector<Part> parts, TaskGroup* tasks) {
    constexpr std::size_t frame = audio::canonical_rate_hz / 50;
    for (const auto& part : parts) {
      if (part.nothing > 0s) co_await clock.sleep_for(part.nothing);
      for (std::size_t at = 0; at + frame <= part.samples.size(); at += frame) {
        co_await clock.sleep_for(20ms);
        ear.hear(audio::SampleView(part.samples).subspan(at, frame));
      }
    }
    tasks->stop();
  }
  static Task<> take(Ear& ear, Hearing& self) {
    for (;;) {
      auto event = co_await ear.events().pop(self.world.clock, Deadline::never(), Error(ErrorKind::timeout, "nothing"));
      if (const auto* closed = std::get_if<TurnClosed>(&event)) {
        self.turns.push_back(closed->text);
        self.silence = self.world.clock.now() - closed->voice_ended;
      }
      if (const auto* open = std::get_if<TurnOpen>(&event)) self.open.push_back(open->text);
      if (const auto* likely = std::get_if<TurnLikely>(&event)) self.likely.push_back(likely->text);
      if (std::holds_alternative<TurnLost>(event)) ++self.lost;
    }
  }
  static audio::Samples quiet(Duration length) { return audio::Samples(audio::samples_in(length)); }

  net::testing::VirtualWorld world;
  EarSettings settings;
  std::shared_ptr<LevelEar> first = level_ear({{}});
  std::optional<Ear> ear;
  std::vector<std::string> turns, open, likely, failures;
  Duration silence{0};  ///< before the last turn was over
  int lost = 0;
};

TEST_F(Hearing, TellsATurnOnceWithAllItsWords_GTW21) {
  hear({quiet(1s), spoken({0, 1, 2}), quiet(200ms), spoken({3}), quiet(2s), spoken({4}), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre("zero one two three", "four"));
  EXPECT_EQ(first->opened, 1);
  EXPECT_THAT(failures, IsEmpty());
  EXPECT_LE(silence, 440ms);
}

TEST_F(Hearing, WhereAStreamBreaksInTheMiddleOfAWordNoWordIsLostOrHeardTwice_GTW21) {
  // The first word begins after 350 ms of what came before it; 1.3 s on, the third is being said.
  first = level_ear({{.breaks = 1300ms}, {.breaks = 700ms}, {}});
  hear({quiet(1s), spoken({0, 1, 2, 3, 4, 5}), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre("zero one two three four five"));
  EXPECT_EQ(first->opened, 3);
  EXPECT_EQ(failures.size(), 2U);
  EXPECT_EQ(lost, 0);
}

TEST_F(Hearing, WhereAStreamBreaksBehindTheVoiceItsWordsAreStillHeard_GTW21) {
  first = level_ear({{.stalls = true, .breaks = 1650ms}, {}});  // before it has answered anything
  hear({quiet(1s), spoken({0, 1, 2}), quiet(3s)});
  EXPECT_THAT(turns, ElementsAre("zero one two"));
}

TEST_F(Hearing, AStreamThatBreaksAgainAndAgainIsLeftToTheNext_GTW25) {
  first = level_ear({{.breaks = 900ms}});
  const auto other = level_ear({{}});
  stand_in(other);
  hear({quiet(1s), spoken({0, 1, 2, 3, 4, 5, 6, 7}), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre("zero one two three four five six seven"));
  EXPECT_EQ(first->opened, 3) << "once, and two times more";
  EXPECT_EQ(other->opened, 1);
}

TEST_F(Hearing, WhereARecogniserIsRefusedTheNextHearsTheWholeTurn_GTW25) {
  for (const bool streaming : {true, false}) {
    first = level_ear({{.refuses = true}});
    const auto other = level_ear({{}}, streaming);
    settings.stand_ins = {{other}};
    turns.clear();
    hear({quiet(1s), spoken({0, 1, 2}), quiet(2s), spoken({3}), quiet(2s)});
    EXPECT_THAT(turns, ElementsAre("zero one two", "three"));
    EXPECT_EQ(first->opened, 1) << "it rests";
  }
}

TEST_F(Hearing, ARecogniserOfWholeTurnsIsStoodInForToo_GTW25) {
  first = level_ear({{.refuses = true}}, false);
  stand_in(level_ear({{}}));
  hear({quiet(1s), spoken({0, 1, 2}), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre("zero one two"));
}

TEST_F(Hearing, ARecogniserThatHasRestedIsAskedAgain_GTW25) {
  first = level_ear({{.refuses = true}, {}});
  const auto other = level_ear({{}}, false);
  stand_in(other);
  hear({quiet(1s), spoken({0}), quiet(20s), spoken({1}), quiet(20s), spoken({2}), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre("zero", "one", "two"));
  EXPECT_EQ(first->opened, 2);
  EXPECT_EQ(other->transcribed, 2);
}

TEST_F(Hearing, AStandInThatListensOnTheWayGivesWayToTheFirstAgain_GTW25) {
  first = level_ear({{.refuses = true}, {}});
  const auto other = level_ear({{}});
  stand_in(other);
  hear({quiet(1s), spoken({0}), quiet(20s), spoken({1}), quiet(20s), spoken({2}), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre("zero", "one", "two"));
  EXPECT_EQ(first->opened, 2);
  EXPECT_EQ(other->opened, 1) << "its stream is kept from turn to turn";
}

TEST_F(Hearing, WhereARecogniserStallsTheNextHearsTheTurn_GTW25) {
  first = level_ear({{.stalls = true}});
  stand_in(level_ear({{}}));
  hear({quiet(1s), spoken({0, 1, 2}), quiet(30s)});
  EXPECT_THAT(turns, ElementsAre("zero one two"));
  EXPECT_THAT(open, ElementsAre("")) << "after half a second nothing was known";
}

TEST_F(Hearing, WhereAllFailTheTurnIsLostOnce_GTW25) {
  for (const auto& plan : {LevelStreamPlan{.refuses = true}, LevelStreamPlan{.stalls = true}, LevelStreamPlan{.breaks = 500ms}}) {
    first = level_ear({plan});
    settings.stand_ins = {{level_ear({plan})}};
    lost = 0, turns.clear();
    hear({quiet(1s), spoken({0, 1, 2}), quiet(60s)});
    EXPECT_EQ(lost, 1);
    EXPECT_THAT(turns, ElementsAre(""));
  }
}

TEST_F(Hearing, WordsThatComeLateAreHeard_GTW21) {
  for (const bool streaming : {true, false}) {
    first = level_ear({{.answers_after = 900ms}}, streaming);
    turns.clear(), open.clear();
    hear({quiet(1s), spoken({5}), quiet(4s)});
    EXPECT_THAT(turns, ElementsAre("five"));
    EXPECT_THAT(open, ElementsAre("")) << "half a second after the voice there was nothing yet";
  }
}

TEST_F(Hearing, WhatIsSaidWhileARecogniserFinishesIsHeardToo_GTW21) {
  const LevelStreamPlan slow{.partials = true, .finals_at_end = true, .finishes_after = 700ms};
  // It is asked after 1 s of silence: the caller goes on before it has told all, and has finished before, or only after that.
  for (const auto& more : {std::vector<int>{2}, std::vector<int>{2, 3, 4}}) {
    first = level_ear({slow});
    hear({spoken({1}), quiet(1200ms), spoken(more), quiet(4s)});
    EXPECT_THAT(turns, ElementsAre(more.size() == 1 ? "one two" : "one two three four"));
    EXPECT_THAT(failures, IsEmpty());
    EXPECT_EQ(first->opened, 2) << "one that has finished hears no more";
    turns.clear();
  }
}

TEST_F(Hearing, WhereItNeverFinishesWhatIsSaidMeanwhileIsForAnotherStream_GTW21) {
  first = level_ear({{.partials = true, .finals_at_end = true, .finishes_after = 1h}, {}});
  hear({spoken({1}), quiet(1200ms), spoken({2}), quiet(4s)});
  EXPECT_THAT(turns, ElementsAre("one two"));
  EXPECT_EQ(lost, 0);
}

TEST_F(Hearing, AWordThatComesAfterATurnIsOverIsNoneOfTheNext_GTW21) {
  // The recogniser says that what it told is final when the turn is long over.
  first = level_ear({{.answers_after = 1500ms, .partials = true}});
  hear({quiet(1s), spoken({0, 1}), quiet(2500ms), spoken({2, 3}), quiet(5s)});
  EXPECT_THAT(turns, ElementsAre("zero one", "two three"));
}

TEST_F(Hearing, AVoiceOnALineThatBringsNoMoreIsOver_GTW23) {
  for (const bool streaming : {true, false}) {
    first = level_ear({{}}, streaming);
    turns.clear();
    hear({quiet(1s), spoken({0, 1}), {spoken({2}), 5s}, {quiet(20ms), 5s}});
    EXPECT_THAT(turns, ElementsAre("zero one", "two"));
  }
}

TEST_F(Hearing, OnALineThatBringsNoMoreARecogniserGetsTheTimeThatItGetsElsewhere_GTW24) {
  for (const bool streaming : {true, false}) {
    first = level_ear({{.answers_after = 100ms}}, streaming);
    open.clear(), turns.clear();
    hear({quiet(1s), spoken({0, 1}), {quiet(20ms), 5s}});
    EXPECT_THAT(turns, ElementsAre("zero one"));
    EXPECT_THAT(open, IsEmpty()) << "it is not taken for a cough";
  }
}

TEST_F(Hearing, ALineThatStallsForAMomentEndsNoVoice_GTW23) {
  for (const bool streaming : {true, false}) {
    first = level_ear({{}}, streaming);
    turns.clear();
    hear({quiet(1s), spoken({0, 1}), {spoken({2}), 800ms}, quiet(3s)});
    EXPECT_THAT(turns, ElementsAre("zero one two"));
  }
}

TEST_F(Hearing, WhatIsSaidInNoiseBehindATurnIsATurn_GTW21) {
  first = level_ear({{.ends = 300ms}});
  const auto noise = [](Duration length) {
    auto samples = testing::voice(length);
    for (auto& sample : samples) sample = static_cast<audio::Sample>(sample * 950 / 6000);  // for our detector a voice, for the recogniser silence
    return samples;
  };
  hear({quiet(1s), noise(500ms), spoken({0, 1}), noise(2s), spoken({2, 3}), noise(2s), spoken({4}), quiet(3s)});
  EXPECT_THAT(turns, ElementsAre("zero one", "two three", "four"));
}

TEST_F(Hearing, ACoughIsATurnWithoutWords_GTW24) {
  hear({quiet(1s), testing::voice(120ms), quiet(3s)});
  EXPECT_THAT(turns, ElementsAre(""));
  EXPECT_LE(silence, 540ms);
  EXPECT_THAT(failures, IsEmpty());
}

TEST_F(Hearing, ALongNoiseIsATurnWithoutWordsToo_GTW24) {
  audio::Samples noise = testing::voice(1500ms);
  for (auto& sample : noise) sample = static_cast<audio::Sample>(sample / 4);  // no word is so quiet
  hear({quiet(1s), noise, quiet(5s), spoken({1}), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre("", "one"));
  EXPECT_THAT(failures, IsEmpty());
}

TEST_F(Hearing, AnOpenSentenceIsHeldThoughTheRecogniserThinksItIsOver_GTW23) {
  settings.is_complete = [](const std::string& text) { return !text.ends_with("two"); };
  first = level_ear({{.ends = 300ms}});
  hear({quiet(1s), spoken({0, 1}), quiet(2s)});
  EXPECT_LE(silence, 400ms);
  turns.clear();
  hear({quiet(1s), spoken({1, 2}), quiet(800ms), spoken({3}), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre("one two three")) << "after 800 ms it goes on";
  hear({quiet(1s), spoken({1, 2}), quiet(3s)});
  EXPECT_GE(silence, 1200ms);
  EXPECT_LE(silence, 1240ms);
}

TEST_F(Hearing, OfALongTurnNothingIsLostToARecogniserOfWholeTurns_GTW21) {
  first = level_ear({{}}, false);
  std::vector<int> words;
  std::string text;
  for (int i = 0; i < 250; ++i) {  // 100 s
    words.push_back(i % 8);
    text += (i > 0 ? " " : "") + testing::level_words().at(static_cast<std::size_t>(i % 8));
  }
  hear({quiet(1s), spoken(words), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre(text));
  EXPECT_LE(first->longest, audio::samples_in(31s));
}

TEST_F(Hearing, AServerThatHangsUpOnSilenceIsAskedAnewWithoutAFailure_GTW21) {
  first = level_ear({{.hangs_up = 6s}, {}});
  hear({quiet(1s), spoken({0}), quiet(15s), spoken({1}), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre("zero", "one"));
  EXPECT_EQ(first->opened, 2);
  EXPECT_THAT(failures, IsEmpty());
}

TEST_F(Hearing, AnAnswerMayBeThoughtOfAsSoonAsTheWordsAreKnown_GTW23) {
  settings.is_complete = [](const std::string& text) { return !text.ends_with("one"); };
  first = level_ear({{.partials = true}});
  hear({quiet(1s), spoken({0}), quiet(220ms), spoken({1}), quiet(220ms), spoken({2}), quiet(2s)});
  EXPECT_THAT(turns, ElementsAre("zero one two"));
  EXPECT_THAT(likely, ElementsAre("zero", "zero one two")) << "\"one\" is not complete";
}

}  // namespace
}  // namespace antiphon::gateway
