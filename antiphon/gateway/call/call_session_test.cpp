#include "antiphon/gateway/call/call_session.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::PlayedCaller;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// Says what it was given, whatever it hears.
class FixedDialogue final : public Dialogue {
 public:
  explicit FixedDialogue(Clock& clock) : clock_(clock) {}
  std::string greeting(const SessionState&) override { return hello; }
  Task<AfterAnswer> answer(SessionState& session, const AnswerSink& sink) override {
    asked.push_back(session.turns.back().user_text);
    co_await clock_.sleep_for(340ms);
    if (fails) throw Error(ErrorKind::unavailable, "503");
    for (const auto& sentence : sentences) sink.say(sentence);
    co_return after;
  }
  std::string apology(const SessionState&) override { return "I am sorry."; }
  std::string reprompt(const SessionState&, int) override { return "Are you still there?"; }
  std::string goodbye(const SessionState&, AfterAnswer) override { return "Goodbye."; }
  std::string parting(const SessionState&, Parting why) override {
    partings.push_back(why);
    return last_words;
  }

  std::string hello = "Hello, how can I help?", last_words;
  std::vector<Parting> partings;
  std::vector<std::string> sentences{"Your parcel left our house on Monday morning.", "It will be with you on Thursday before the evening comes around."};
  AfterAnswer after = AfterAnswer::go_on;
  Task<> hand_over(SessionState&) override {
    handed_over = true;
    co_return;
  }

  std::vector<std::string> asked;
  bool fails = false, handed_over = false;

 private:
  Clock& clock_;
};

struct Call : ::testing::Test {
  net::testing::VirtualWorld world;
  PlayedCaller caller{world.clock};
  FixedDialogue dialogue{world.clock};
  std::unique_ptr<SpeechToText> ear = stub_ear(world.runtime, {});
  std::shared_ptr<TextToSpeech> voice = stub_voice(world.runtime, {});
  std::optional<CallSession> session;

  /// The whole call, with a caller that does this.
  CallEnd play(Task<> acts, CallSettings settings = {}) {
    settings.speech.voices = {{voice}};
    session.emplace(world.runtime, caller, *ear, dialogue, SessionState{.id = "1", .caller_id = "me"}, std::move(settings));
    world.spawn(std::move(acts));
    return world.run(session->run());
  }
  std::vector<std::string> said() const {
    std::vector<std::string> all;
    for (const auto& message : session->state().messages) all.push_back(message.text());
    return all;
  }
};

Task<> ask_and_listen(PlayedCaller& caller, Duration listen) {
  co_await caller.be_silent(4s);  // the greeting
  co_await caller.speak(1500ms);
  co_await caller.be_silent(listen);
  caller.hang_up();
}

TEST_F(Call, GreetsHearsAndAnswers_GTW20) {
  EXPECT_EQ(play(ask_and_listen(caller, 12s)), CallEnd::caller_hangup);

  EXPECT_THAT(said(), ElementsAre("Hello, how can I help?", "where is my parcel today",
                                  "Your parcel left our house on Monday morning. It will be with you on Thursday before the evening comes around."));
  ASSERT_EQ(session->state().turns.size(), 1U);
  const auto& turn = session->state().turns[0];
  EXPECT_FALSE(turn.interrupted);
  // The recogniser's 300 ms, the dialogue's 340 ms and the voice's 100 ms, and a frame at each end.
  EXPECT_LE(*turn.latency.total, 740ms + 40ms);
  EXPECT_GE(*turn.latency.total, 739ms);  // a voice ends with its last loud sample
}

TEST_F(Call, SpeaksInFramesAtTheirTimesAndNotWhenSilent_GTW20) {
  play(ask_and_listen(caller, 12s));

  ASSERT_FALSE(caller.frames.empty());
  // At most 100 ms of audio are ahead of a player that began with the first frame of the answer.
  const auto turn_began = std::ranges::find_if(caller.frames, [](const auto& frame) { return frame.first > 5s; });
  std::size_t sent = 0;
  for (auto frame = turn_began; frame != caller.frames.end(); ++frame) {
    EXPECT_EQ(frame->second.size(), 480U);
    ++sent;
    EXPECT_LE(static_cast<std::int64_t>(sent) * frame_length - (frame->first - turn_began->first), 100ms);
  }
  EXPECT_EQ(sent, 20U * 15);  // 20 words of 300 ms
}

Task<> cut_in(PlayedCaller& caller, Duration after, Duration speech) {
  co_await caller.be_silent(4s);
  co_await caller.speak(1500ms);
  co_await caller.be_silent(760ms + after);
  co_await caller.speak(speech);
  co_await caller.be_silent(12s);
  caller.hang_up();
}

TEST_F(Call, StopsAtOnceWhenTheCallerCutsInAndKeepsOnlyWhatWasHeard_GTW24) {
  play(cut_in(caller, 2s, 1s));

  ASSERT_EQ(caller.cleared.size(), 1U);
  const auto cut_in_at = 4s + 1500ms + 760ms + 2s;
  EXPECT_LE(caller.cleared[0] - cut_in_at, 80ms);  // three frames of voice
  ASSERT_EQ(session->state().turns.size(), 2U);
  const auto& first = session->state().turns[0];
  EXPECT_TRUE(first.interrupted);
  EXPECT_THAT(first.heard_text, StartsWith("Your parcel left our house"));
  EXPECT_THAT(first.heard_text, Not(::testing::HasSubstr("Thursday")));
  EXPECT_EQ(session->state().messages[2].text(), first.heard_text);
  EXPECT_FALSE(session->state().turns[1].interrupted);
}

TEST_F(Call, AHangUpInTheMiddleOfAWordEndsIt_GTW20) {
  const auto end = play([](PlayedCaller& self) -> Task<> {
    co_await self.be_silent(4s);
    co_await self.speak(700ms);
    self.hang_up();
  }(caller));
  EXPECT_EQ(end, CallEnd::caller_hangup);
  EXPECT_THAT(dialogue.asked, IsEmpty());
}

TEST_F(Call, ACoughTakesNoFloor_GTW24) {
  ear = stub_ear(world.runtime, {.min_speech = 500ms});
  play(cut_in(caller, 1s, 200ms));

  EXPECT_EQ(caller.cleared.size(), 1U);
  EXPECT_EQ(caller.events_of("barge_in.resumed").size(), 1U);
  ASSERT_EQ(session->state().turns.size(), 1U);
  EXPECT_FALSE(session->state().turns[0].interrupted);
  EXPECT_EQ(session->state().turns[0].heard_text, dialogue.sentences[0] + " " + dialogue.sentences[1]);
}

Task<> say_nothing(PlayedCaller& caller) { co_await caller.be_silent(60s); }

TEST_F(Call, ASilentCallerIsAskedTwiceAndThenLeft_GTW25) {
  EXPECT_EQ(play(say_nothing(caller)), CallEnd::expired);
  EXPECT_THAT(said(), ElementsAre("Hello, how can I help?", "Are you still there?", "Are you still there?"));
}

TEST_F(Call, ASilentCallerHearsWhyItEnds_GTW25) {
  dialogue.last_words = "I cannot hear you.";
  EXPECT_EQ(play(say_nothing(caller)), CallEnd::expired);
  EXPECT_EQ(said().back(), "I cannot hear you.");
  EXPECT_EQ(caller.events_of("agent.text").size(), 4U);
  EXPECT_THAT(dialogue.partings, ElementsAre(Parting::nobody_heard));
}

TEST_F(Call, WhoAnswersThatIsNotLeft_GTW25) {
  dialogue.last_words = "I cannot hear you, so I end the call.";
  const auto end = play([](PlayedCaller& self) -> Task<> {
    co_await self.be_silent(29s);
    co_await self.speak(1500ms);
    co_await self.be_silent(12s);
    self.hang_up();
  }(caller));
  EXPECT_EQ(end, CallEnd::caller_hangup);
  EXPECT_THAT(dialogue.asked, SizeIs(1));
}

TEST_F(Call, WhoPressesAKeyThenIsNotLeft_GTW25) {
  dialogue.last_words = "I cannot hear you, so I end the call.";
  for (const bool interruptible : {true, false}) {
    const auto end = play(
        [](PlayedCaller& self) -> Task<> {
          co_await self.be_silent(29s);
          self.put(CallerInput{CallerKeys{"1"}});
          co_await self.be_silent(4s);
          self.hang_up();
        }(caller),
        {.interruptible = interruptible});
    EXPECT_EQ(end, CallEnd::caller_hangup);
  }
}

Task<> stay_until(PlayedCaller& caller, Duration when, std::function<void()> act) {
  co_await caller.be_silent(when);
  act();
  co_await caller.be_silent(60s);
}

TEST_F(Call, AGatewayThatDrainsLetsItSayThatToItsEnd_GTW25) {
  dialogue.last_words = "I cannot hear you.";
  EXPECT_EQ(play(stay_until(caller, 29s, [this] { session->wind_down(CallEnd::drain); })), CallEnd::drain);
  EXPECT_EQ(said().back(), "I cannot hear you.");
  EXPECT_EQ(caller.frames.size(), 15U * (5 + 4 + 4 + 4));
}

TEST_F(Call, ItsTimeMayBeOverMeanwhile_GTW26) {
  dialogue.last_words = "I must end it now.";
  EXPECT_EQ(play(say_nothing(caller), {.longest = 29s}), CallEnd::expired);
  EXPECT_THAT(dialogue.partings, ElementsAre(Parting::nobody_heard, Parting::time_limit));
  EXPECT_EQ(caller.frames.size(), 15U * (5 + 4 + 4 + 5 + 5)) << "both are said whole";
}

TEST_F(Call, ADrainDoesNotWaitForLongLastWords_GTW26) {
  for (int i = 0; i < 30; ++i) dialogue.last_words += "and so on ";
  EXPECT_EQ(play(stay_until(caller, 10500ms, [this] { session->wind_down(CallEnd::drain); }), {.longest = 10s}), CallEnd::drain);
  EXPECT_LE(world.clock.now(), 12600ms);
  EXPECT_EQ(play(stay_until(caller, 10500ms, [this] { session->wind_down(CallEnd::drain); }), {.longest = 12s}), CallEnd::drain);
}

TEST_F(Call, AtTheEndOfItsTimeTheCallerHearsSo_GTW26) {
  dialogue.last_words = "Our time is over.";
  EXPECT_EQ(play(say_nothing(caller), {.silence = 1h, .longest = 10s}), CallEnd::expired);
  EXPECT_THAT(said(), ElementsAre("Hello, how can I help?", "Our time is over."));
  EXPECT_THAT(dialogue.partings, ElementsAre(Parting::time_limit));
  EXPECT_LT(world.clock.now(), 13s);
}

TEST_F(Call, TheSentenceUnderWayIsSaidToItsEndBeforeThat_GTW26) {
  dialogue.last_words = "Our time is over.";
  EXPECT_EQ(play(ask_and_listen(caller, 20s), {.longest = 7s}), CallEnd::expired);
  ASSERT_EQ(session->state().turns.size(), 1U);
  EXPECT_EQ(session->state().turns[0].heard_text, dialogue.sentences[0]);
  EXPECT_EQ(said().back(), "Our time is over.");
  EXPECT_THAT(caller.cleared, IsEmpty());
  EXPECT_EQ(caller.frames.size(), 15U * (5 + 8 + 4)) << "words of the greeting, one sentence and the last words";
}

TEST_F(Call, SilenceDoesNotCutOffTheLastWords_GTW26) {
  dialogue.last_words = "Our time is over.";
  EXPECT_EQ(play(say_nothing(caller), {.reprompts = 0, .longest = 9500ms}), CallEnd::expired);
  EXPECT_EQ(said().back(), "Our time is over.");
  EXPECT_THAT(dialogue.partings, ElementsAre(Parting::time_limit));
}

TEST_F(Call, ACallThatGoesOnHearsItsLastWordsWithoutAPause_GTW26) {
  dialogue.last_words = "Our time is over.";
  CallSettings settings{.longest = 200ms, .resumes = Resumption{OpenTurn{}}};  // while an answer is thought of
  settings.speech.voices = {{voice}};
  SessionState state{.id = "1", .caller_id = "me"};
  state.turns.push_back({.id = 1, .user_text = "where is it"});
  session.emplace(world.runtime, caller, *ear, dialogue, std::move(state), std::move(settings));
  world.spawn(say_nothing(caller));
  EXPECT_EQ(world.run(session->run()), CallEnd::expired);
  EXPECT_EQ(said().back(), "Our time is over.");
  EXPECT_LT(world.clock.now(), 3s);
}

TEST_F(Call, WithoutSuchWordsItEndsInTime_GTW26) {
  EXPECT_EQ(play(say_nothing(caller), {.silence = 1h, .longest = 10s}), CallEnd::expired);
  EXPECT_LE(world.clock.now(), 10s + 100ms);
}

TEST_F(Call, AnAgentMayEndIt) {
  dialogue.after = AfterAnswer::end_call;
  EXPECT_EQ(play(ask_and_listen(caller, 20s)), CallEnd::completed);
  EXPECT_EQ(said().back(), "Goodbye.");
}

TEST_F(Call, ItsGreetingCanBeInterrupted_GTW24) {
  play([](PlayedCaller& self) -> Task<> {
    co_await self.be_silent(500ms);
    co_await self.speak(1s);
    co_await self.be_silent(12s);
    self.hang_up();
  }(caller));
  ASSERT_EQ(caller.cleared.size(), 1U);
  EXPECT_EQ(session->state().turns.size(), 1U);
}

TEST_F(Call, TheThirdTurnIsAnsweredLikeTheFirst_GTW20) {  // the reference answers none
  play([](PlayedCaller& self) -> Task<> {
    co_await self.be_silent(4s);
    for (int i = 0; i < 3; ++i) {
      co_await self.speak(1s);
      co_await self.be_silent(9s);
    }
    self.hang_up();
  }(caller));
  ASSERT_EQ(session->state().turns.size(), 3U);
  for (const auto& turn : session->state().turns) EXPECT_EQ(turn.heard_text, dialogue.sentences[0] + " " + dialogue.sentences[1]);
}

TEST_F(Call, WhatIsTypedOverTheAgentStopsItAsAVoiceDoes_GTW24) {
  play([](PlayedCaller& self) -> Task<> {
    co_await self.be_silent(4s);
    co_await self.speak(1500ms);
    co_await self.be_silent(3s);
    self.put(CallerText{"something else"});
    co_await self.be_silent(8s);
    self.hang_up();
  }(caller));
  EXPECT_THAT(caller.cleared, SizeIs(1));
  EXPECT_THAT(caller.events_of("barge_in"), SizeIs(1));
  ASSERT_EQ(session->state().turns.size(), 2U);
  EXPECT_TRUE(session->state().turns[0].interrupted);
  EXPECT_EQ(session->state().turns[1].user_text, "something else");
}

TEST_F(Call, NoiseWithoutAWordIsNobody_GTW20) {
  ear = stub_ear(world.runtime, {.min_speech = 1h});
  const auto end = play([](PlayedCaller& self) -> Task<> {
    co_await self.be_silent(4s);
    for (int i = 0; i < 110; ++i) {  // ever louder, so that no detector gets used to it
      auto noise = testing::voice(1s);
      for (auto& sample : noise) sample = audio::to_sample(sample * std::pow(1.015, i));
      co_await self.send(std::move(noise));
    }
    self.hang_up();
  }(caller));
  EXPECT_EQ(end, CallEnd::expired);
  EXPECT_THAT(said(), ElementsAre("Hello, how can I help?", "Are you still there?", "Are you still there?"));
}

TEST_F(Call, AKeyStopsPlaybackAndIsNoVoice_GTW32) {
  play([](PlayedCaller& self) -> Task<> {
    co_await self.be_silent(4s);
    co_await self.speak(1500ms);
    co_await self.be_silent(2s);
    co_await self.send(audio::dtmf_tones("5"));
    co_await self.be_silent(3s);
    self.hang_up();
  }(caller));
  EXPECT_EQ(caller.cleared.size(), 1U);
  EXPECT_EQ(caller.events_of("user.speech_started").size(), 1U);
  ASSERT_EQ(session->state().turns.size(), 1U);
  EXPECT_TRUE(session->state().turns[0].interrupted);
}

TEST_F(Call, WhereTheRecogniserFailsTheCallerIsToldAndAskedAgain_GTW25) {
  ear = stub_ear(world.runtime, {.fail = {.kind = StubFailure::Kind::rate_limited, .rate = 1}});
  play(ask_and_listen(caller, 6s));
  EXPECT_EQ(caller.events_of("error").size(), 1U);
  EXPECT_EQ(said().back(), "I am sorry.");
  EXPECT_EQ(session->state().consecutive_failures, 1);
}

TEST_F(Call, WhereTheDialogueFailsItSaysSo_GTW25) {  // the reference ends the call without a word
  dialogue.fails = true;
  play(ask_and_listen(caller, 6s));
  EXPECT_EQ(said().back(), "I am sorry.");
  EXPECT_EQ(session->state().consecutive_failures, 1);
}

TEST_F(Call, FallingSilentEndsAlsoTheAnswerThatIsStillToCome_SES7) {
  play(
      [](Call& its) -> Task<> {
        co_await its.caller.be_silent(4s);
        its.caller.put(CallerText{"one"});
        its.caller.put(CallerText{"two"});
        co_await its.caller.be_silent(1500ms);  // at the first of them
        co_await its.session->fall_silent();
        co_await its.caller.be_silent(8s);
        its.caller.hang_up();
      }(*this),
      {.interruptible = false});
  ASSERT_EQ(session->state().turns.size(), 2U);
  EXPECT_TRUE(session->state().turns[0].interrupted);
  EXPECT_TRUE(session->state().turns[1].interrupted);
  EXPECT_EQ(session->state().turns[1].heard_text, "");
}

TEST_F(Call, AtItsLastTurnItGoesToAPerson_GTW26) {
  EXPECT_EQ(play(ask_and_listen(caller, 20s), {.most_turns = 1}), CallEnd::escalated);
  EXPECT_EQ(said().back(), "Goodbye.");
  EXPECT_EQ(session->state().escalated, EscalationReason::turn_limit);
  ASSERT_EQ(caller.events_of("escalation").size(), 1U);
  EXPECT_EQ(caller.events_of("escalation")[0]->at("reason").as_string(), "turn_limit");
  EXPECT_TRUE(dialogue.handed_over);
}

/// Never answers the end of its call.
struct FrozenCaller : PlayedCaller {
  explicit FrozenCaller(Clock& its_clock) : PlayedCaller(its_clock), clock(its_clock) {}
  Task<> end(CallEnd, Deadline deadline) override { co_await clock.sleep_for(deadline.left(clock)); }
  Clock& clock;
};

Task<> wind_down_after(Clock& clock, CallSession& session, Duration wait) {
  co_await clock.sleep_for(wait);
  session.wind_down(CallEnd::drain);
}

TEST_F(Call, ADrainedCallWaitsASecondForItsCallerToAnswer_GTW13) {
  FrozenCaller frozen(world.clock);
  CallSettings settings;
  settings.speech.voices = {{voice}};
  session.emplace(world.runtime, frozen, *ear, dialogue, SessionState{.id = "1", .caller_id = "me"}, std::move(settings));
  world.spawn(wind_down_after(world.clock, *session, 5s));
  const auto began = world.clock.now();
  EXPECT_EQ(world.run(session->run()), CallEnd::drain);
  EXPECT_LE(world.clock.now() - began, 5s + 1s + 100ms);
}

}  // namespace
}  // namespace antiphon::gateway
