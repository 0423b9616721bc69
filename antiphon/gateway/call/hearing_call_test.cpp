#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gateway/call/call_session.hpp"
#include "antiphon/gateway/dialogue/model_dialogue.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"
#include "antiphon/gateway/hearing/backchannel.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/testing/echoing_caller.hpp"
#include "antiphon/gateway/testing/level_ear.hpp"
#include "antiphon/gateway/testing/scripted_model.hpp"
#include "antiphon/gateway/tools/function_tool.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/providers/speech/registry.hpp"

/// What a call does with what it hears while the agent speaks, and before it is sure that the caller has finished.
namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using testing::EchoingCaller;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LevelEar;
using testing::Line;
using ::testing::Not;
using testing::PlayedCaller;
using testing::ScriptedModel;
using testing::spoken;
using ::testing::StartsWith;

const std::string first_sentence = "Your parcel left our house on Monday morning.";
const std::string second_sentence = "It will be with you on Thursday before the evening comes around.";

struct HearingCall : ::testing::Test {
  CallEnd play(CallerConnection& line, Task<> acts, CallSettings settings = {}) {
    if (settings.speech.voices.empty()) settings.speech.voices = {{stub_voice(world.runtime, {})}};
    model = std::make_shared<ScriptedModel>(world.clock, lines);
    dialogue.emplace(world.runtime, DialogueParts{.models = {model}, .tools = &tools, .masker = &masker}, rules);
    session.emplace(world.runtime, line, *ear, *dialogue, SessionState{.id = "1", .caller_id = "me"}, std::move(settings));
    world.spawn(std::move(acts));
    return world.run(session->run());
  }
  CallSettings ignoring() const {
    CallSettings settings;
    settings.is_backchannel = [its = rules](const std::string& text) { return is_backchannel(text, *its); };
    return settings;
  }

  net::testing::VirtualWorld world;
  PlayedCaller caller{world.clock};
  std::shared_ptr<const LocaleRules> rules = built_in_policy()->find("en-US").rules;
  std::vector<Line> lines{{.text = first_sentence + " " + second_sentence}};
  std::unique_ptr<SpeechToText> ear = stub_ear(world.runtime, {});
  ToolRouter tools{world.runtime};
  Masker masker;
  std::shared_ptr<ScriptedModel> model;
  std::optional<ModelDialogue> dialogue;
  std::optional<CallSession> session;
};

/// Asks with keys of the keyboard, and speaks while the answer is heard.
Task<> speak_over_the_answer(PlayedCaller& caller, Duration speech, Duration after = 12s) {
  co_await caller.be_silent(5s);
  caller.put(CallerText{"where is it"});
  co_await caller.be_silent(2s);
  co_await caller.speak(speech);
  co_await caller.be_silent(after);
  caller.hang_up();
}

Clock::Time when(const PlayedCaller& caller, std::string_view type) {
  for (const auto& [at, event] : caller.events)
    if (event.at("type").as_string() == type) return at;
  return Clock::Time{-1};
}

// --- Backchannels -----------------------------------------------------------------------------------------------------------------------------

TEST_F(HearingCall, WhoOnlyShowsThatTheyListenInterruptsNothing_GTW24) {
  ear = stub_ear(world.runtime, {.text = "yeah, okay"});
  play(caller, speak_over_the_answer(caller, 600ms), ignoring());
  EXPECT_EQ(caller.cleared.size(), 1U) << "it is silent at once";
  ASSERT_EQ(caller.events_of("barge_in.resumed").size(), 1U);
  const auto voice_ended = 5s + 2s + 600ms;
  EXPECT_LE(when(caller, "barge_in.resumed"), voice_ended + 500ms + 20ms);
  ASSERT_EQ(session->state().turns.size(), 1U);
  EXPECT_FALSE(session->state().turns[0].interrupted);
  EXPECT_EQ(session->state().turns[0].heard_text, first_sentence + " " + second_sentence);
}

TEST_F(HearingCall, TheAnswerGoesOnWhereItWasStopped_GTW24) {
  ear = stub_ear(world.runtime, {.text = "mhm"});
  play(caller, speak_over_the_answer(caller, 600ms), ignoring());
  ASSERT_EQ(caller.cleared.size(), 1U);
  // 20 words of 300 ms are 6 s, and of what was sent only what lay ahead of the player comes twice.
  Duration of_answer{0};
  for (const auto& [at, frame] : caller.frames)
    if (at > 5s) of_answer += frame_length;
  EXPECT_GE(of_answer, 6s);
  EXPECT_LE(of_answer, 6s + 120ms);
  const auto resumed = caller.events_of("barge_in.resumed")[0]->at("heard_ms").as_int64();
  EXPECT_GT(resumed, 1000);
}

TEST_F(HearingCall, ByDefaultAnyWordInterrupts_GTW24) {
  ear = stub_ear(world.runtime, {.text = "yeah, okay"});
  play(caller, speak_over_the_answer(caller, 600ms));
  ASSERT_EQ(session->state().turns.size(), 2U);
  EXPECT_TRUE(session->state().turns[0].interrupted);
}

TEST_F(HearingCall, OtherWordsInterruptThoughBackchannelsDoNot_GTW24) {
  ear = stub_ear(world.runtime, {.text = "okay but when exactly"});
  play(caller, speak_over_the_answer(caller, 900ms), ignoring());
  ASSERT_EQ(session->state().turns.size(), 2U);
  EXPECT_TRUE(session->state().turns[0].interrupted);
  EXPECT_EQ(caller.events_of("barge_in.resumed").size(), 0U);
}

TEST_F(HearingCall, AVoiceOfLessThanAQuarterOfASecondIsOne_GTW24) {
  ear = stub_ear(world.runtime, {.text = "hey"});
  play(caller, speak_over_the_answer(caller, 160ms), ignoring());
  EXPECT_EQ(caller.events_of("barge_in.resumed").size(), 1U);
  EXPECT_EQ(session->state().turns.size(), 1U);
}

TEST_F(HearingCall, TheSameWordIntoAQuestionIsAnAnswer_GTW24) {
  lines = {{.text = "Shall I send it to the address that we have on file for you and your whole family?"}, {.text = "I will."}};
  ear = stub_ear(world.runtime, {.text = "okay"});
  play(caller, speak_over_the_answer(caller, 600ms), ignoring());
  EXPECT_EQ(session->state().turns.size(), 2U);
}

TEST_F(HearingCall, WhatIsSaidInSilenceIsATurnWhateverItIs_GTW24) {
  ear = stub_ear(world.runtime, {.text = "okay"});
  play(
      caller,
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(6s);
        co_await self.speak(600ms);
        co_await self.be_silent(12s);
        self.hang_up();
      }(caller),
      ignoring());
  EXPECT_EQ(session->state().turns.size(), 1U);
}

TEST_F(HearingCall, WordsThatAreUnderstoodLateStillInterrupt_GTW24) {
  ear = std::make_unique<LevelEar>(world.runtime, std::vector<testing::LevelStreamPlan>{{.answers_after = 900ms}});
  play(caller, [](PlayedCaller& self) -> Task<> {
    co_await self.be_silent(5s);
    self.put(CallerText{"where is it"});
    co_await self.be_silent(2s);
    co_await self.send(spoken({3}));
    co_await self.be_silent(12s);
    self.hang_up();
  }(caller));
  EXPECT_EQ(caller.events_of("barge_in.resumed").size(), 1U) << "half a second after the voice there was no word";
  EXPECT_EQ(caller.cleared.size(), 2U);
  ASSERT_EQ(session->state().turns.size(), 2U);
  EXPECT_EQ(session->state().turns[1].user_text, "three");
  EXPECT_TRUE(session->state().turns[0].interrupted);
}

// --- Echo ---------------------------------------------------------------------------------------------------------------------------------------

/// Nothing is reached over it.
class NoHttp final : public net::HttpClient {
 public:
  Task<net::HttpReply> send(net::HttpRequest, Deadline) override { throw Error(ErrorKind::refused, "there is no network"); }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest, Deadline) override { throw Error(ErrorKind::refused, "there is no network"); }
};

struct EchoingCall : HearingCall {
  EchoingCall() {
    const auto speech = SpeechRegistry::with_defaults();
    agent = speech->open(VoiceChoice("flite/slt"), {.runtime = world.runtime, .http = http});
    const auto other = speech->open(VoiceChoice("flite/rms"), {.runtime = world.runtime, .http = http});
    auto request = other.defaults;
    request.text = "No I mean the other parcel that I have sent";
    question = world.run(synthesize_whole(*other.synthesiser, request, Deadline::never()));
  }
  /// Whether the call was interrupted where the line echoes, with somebody's voice over the answer or without.
  std::unique_ptr<EchoingCaller> call(Duration delay, double gain_db, bool speaks, EchoPath echo = EchoPath::line, Duration decay = {}) {
    auto made = std::make_unique<EchoingCaller>(world.clock, delay, gain_db);
    auto& line = *made;
    if (decay > Duration::zero()) made->reverberate(decay, 2);
    CallSettings settings{.echo = echo};
    settings.speech.voices = {{agent.synthesiser, agent.defaults}};
    const auto began = world.clock.now();
    play(
        line,
        [](EchoingCaller& self, audio::Samples voice) -> Task<> {
          co_await self.be_on_the_line(6s);
          self.put(CallerText{"where is it"});
          co_await self.be_on_the_line(2500ms);
          co_await self.be_on_the_line(0s, std::move(voice));
          co_await self.be_on_the_line(12s);
          self.hang_up();
        }(line, speaks ? question : audio::Samples{}),
        std::move(settings));
    spoke_at = began + 8500ms;
    return made;
  }

  NoHttp http;
  OpenVoice agent;
  audio::Samples question;
  Clock::Time spoke_at{0};
};

TEST_F(EchoingCall, TheAgentsOwnVoiceInterruptsNothingAndIsNoTurn_GTW24) {
  for (const auto delay : {50ms, 130ms, 300ms})
    for (const double gain : {-10.0, -14.0, -20.0}) {
      const auto line = call(delay, gain, false);
      EXPECT_THAT(line->cleared, IsEmpty()) << delay.count() << " ms, " << gain << " dB";
      EXPECT_THAT(line->events_of("user.speech_started"), IsEmpty()) << delay.count() << " ms, " << gain << " dB";
      ASSERT_EQ(session->state().turns.size(), 1U);
      EXPECT_EQ(session->state().turns[0].heard_text, first_sentence + " " + second_sentence);
    }
}

TEST_F(EchoingCall, WithoutTheGateItWouldInterruptItself_GTW24) { EXPECT_THAT(call(130ms, -10, false, EchoPath::none)->cleared, Not(IsEmpty())); }

TEST_F(EchoingCall, ACallerWhoSpeaksOverTheEchoInterrupts_GTW24) {
  for (const auto delay : {50ms, 300ms})
    for (const double gain : {-10.0, -20.0, -100.0}) {
      const auto line = call(delay, gain, true);
      ASSERT_GE(line->cleared.size(), 1U) << delay.count() << " ms, " << gain << " dB";
      EXPECT_GE(line->cleared[0], spoke_at);
      EXPECT_LE(line->cleared[0], spoke_at + 400ms) << delay.count() << " ms, " << gain << " dB";  // its first word begins softly
      ASSERT_GE(session->state().turns.size(), 2U);
      EXPECT_TRUE(session->state().turns[0].interrupted);
    }
}

struct Room {
  Duration delay, decay;
  double gain_db = 0;
};

class EchoingRoom : public EchoingCall, public ::testing::WithParamInterface<Room> {};

INSTANTIATE_TEST_SUITE_P(Rooms, EchoingRoom, ::testing::Values(Room{60ms, 500ms, -12}, Room{300ms, 800ms, -15}));

TEST_P(EchoingRoom, TheAgentsOwnVoiceInterruptsNothingAndIsNoTurn_GTW24) {
  const auto& room = GetParam();
  EXPECT_THAT(call(room.delay, room.gain_db, false, EchoPath::line, room.decay)->cleared, Not(IsEmpty())) << "a room is no line";
  const auto line = call(room.delay, room.gain_db, false, EchoPath::room, room.decay);
  EXPECT_THAT(line->cleared, IsEmpty());
  EXPECT_THAT(line->events_of("user.speech_started"), IsEmpty());
  ASSERT_EQ(session->state().turns.size(), 1U);
  EXPECT_EQ(session->state().turns[0].heard_text, first_sentence + " " + second_sentence);
}

TEST_P(EchoingRoom, ACallerWhoSpeaksOverTheAgentInterrupts_GTW24) {
  const auto& room = GetParam();
  const auto line = call(room.delay, room.gain_db, true, EchoPath::room, room.decay);
  ASSERT_GE(line->cleared.size(), 1U);
  EXPECT_GE(line->cleared[0], spoke_at);
  EXPECT_LE(line->cleared[0], spoke_at + 600ms) << std::chrono::duration<double>(line->cleared[0] - spoke_at).count();
  EXPECT_TRUE(session->state().turns[0].interrupted);
}

TEST_F(EchoingCall, WhoSpeaksOnALineWithoutEchoIsHeardThoughRoomsAreExpected_GTW24) {
  const auto line = call(50ms, -100, true, EchoPath::room);
  ASSERT_GE(line->cleared.size(), 1U);
  EXPECT_LE(line->cleared[0], spoke_at + 400ms);
}

// --- Thinking ahead -----------------------------------------------------------------------------------------------------------------------------

/// Speaks in words whose recogniser is only sure when the turn is over.
struct ThinkingCall : HearingCall {
  ThinkingCall() { ear = std::make_unique<LevelEar>(world.runtime, std::vector<testing::LevelStreamPlan>{{.partials = true}}); }
  CallSettings settings(bool think) const { return {.think_ahead = think}; }
  Task<> ask(std::vector<audio::Samples> parts) {
    return [](PlayedCaller& self, std::vector<audio::Samples> all) -> Task<> {
      co_await self.be_silent(5s);
      for (auto& part : all) co_await self.send(std::move(part));
      co_await self.be_silent(10s);
      self.hang_up();
    }(caller, std::move(parts));
  }
  static audio::Samples quiet(Duration length) { return audio::Samples(audio::samples_in(length)); }
};

TEST_F(ThinkingCall, AnAnswerThatWasThoughtOfAheadIsHeardSooner_GTW23) {
  play(caller, ask({spoken({0, 1})}), settings(false));
  const auto without = *session->state().turns.at(0).latency.total;
  EXPECT_EQ(model->asked.size(), 1U);
  caller.frames.clear(), caller.events.clear();
  play(caller, ask({spoken({0, 1})}), settings(true));
  const auto with = *session->state().turns.at(0).latency.total;
  EXPECT_EQ(model->asked.size(), 1U) << "asked once, and earlier";
  EXPECT_EQ(session->state().turns.at(0).heard_text, first_sentence + " " + second_sentence);
  // The model begins when the voice is known to have stopped, 200 ms after it, and not when the turn is over.
  EXPECT_GE(without - with, 160ms);
  EXPECT_LE(without - with, 240ms);
}

TEST_F(ThinkingCall, WhatWasThoughtOfHalfAQuestionIsNeitherHeardNorRemembered_GTW23) {
  lines = {{.text = "This answers half of it."}, {.text = "This answers all of it."}};
  play(caller, ask({spoken({0, 1}), quiet(240ms), spoken({2})}), settings(true));
  ASSERT_EQ(model->asked.size(), 2U);
  ASSERT_EQ(session->state().turns.size(), 1U);
  EXPECT_EQ(session->state().turns[0].user_text, "zero one two");
  EXPECT_EQ(session->state().turns[0].heard_text, "This answers all of it.");
  EXPECT_EQ(session->state().messages.size(), 3U);
  EXPECT_EQ(model->asked[1].messages.back().text(), "zero one two");
  for (const auto* said : caller.events_of("agent.text")) EXPECT_THAT(std::string(said->at("text").as_string()), Not(HasSubstr("half")));
}

TEST_F(ThinkingCall, AToolWaitsUntilTheTurnIsOver_GTW23) {
  static std::vector<Clock::Time> called;
  called.clear();
  tools.add(function_tool({.tool = {.name = "order_status", .description = "Looks it up."}}, [this](ToolInvocation, Deadline) -> Task<json::value> {
    called.push_back(world.clock.now());
    return [](json::value value) -> Task<json::value> { co_return value; }("shipped");
  }));
  world.run(tools.start(Deadline::never()));
  lines = {{.calls = {{.id = "c", .name = "order_status", .arguments = "{}"}}, .first_token = 20ms},
           {.calls = {{.id = "d", .name = "order_status", .arguments = "{}"}}, .first_token = 20ms},
           {.text = "It was shipped."}};
  play(caller, ask({spoken({0, 1}), quiet(280ms), spoken({2})}), settings(true));
  EXPECT_EQ(called.size(), 1U) << "the one that half a question asked for was not called";
  const auto voice_ended = 5s + 800ms + 280ms + 300ms;
  ASSERT_FALSE(called.empty());
  EXPECT_GE(called[0], voice_ended + 400ms - 20ms);
  EXPECT_EQ(session->state().turns.at(0).heard_text, "It was shipped.");
}

TEST_F(ThinkingCall, AThoughtThatFailedIsThoughtAgain_GTW23) {
  lines = {{.fails = Error(ErrorKind::unavailable, "503")}, {.text = "Here I am."}};
  play(caller, ask({spoken({0, 1})}), settings(true));
  EXPECT_EQ(session->state().turns.at(0).heard_text, "Here I am.");
}

TEST_F(ThinkingCall, IsTheSameEachTime_GTW23) {
  std::vector<std::string> told;
  for (int i = 0; i < 2; ++i) {
    net::testing::VirtualWorld own;
    PlayedCaller line(own.clock);
    LevelEar levels(own.runtime, {{.partials = true}});
    const auto script = std::make_shared<ScriptedModel>(own.clock, lines);
    ToolRouter none{own.runtime};
    ModelDialogue talk(own.runtime, DialogueParts{.models = {script}, .tools = &none, .masker = &masker}, rules);
    CallSettings how{.think_ahead = true};
    how.speech.voices = {{stub_voice(own.runtime, {})}};
    CallSession call(own.runtime, line, levels, talk, SessionState{.id = "1", .caller_id = "me"}, how);
    own.spawn([](PlayedCaller& self) -> Task<> {
      co_await self.be_silent(5s);
      co_await self.send(spoken({0, 1}));
      co_await self.be_silent(240ms);
      co_await self.send(spoken({2}));
      co_await self.be_silent(10s);
      self.hang_up();
    }(line));
    own.run(call.run());
    std::string all;
    for (const auto& [at, event] : line.events) all += std::to_string(at.count()) + " " + json::serialize(event) + "\n";
    for (const auto& [at, frame] : line.frames) all += std::to_string(at.count()) + " ";
    told.push_back(all);
  }
  EXPECT_EQ(told[0], told[1]);
}

}  // namespace
}  // namespace antiphon::gateway
