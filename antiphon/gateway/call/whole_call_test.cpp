#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/gateway/call/call_session.hpp"
#include "antiphon/gateway/dialogue/model_dialogue.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/gateway/testing/scripted_model.hpp"
#include "antiphon/gateway/tools/function_tool.hpp"
#include "antiphon/net/testing/world.hpp"

/// Call, dialogue, PIN and tools together, as a caller has them.
namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::Line;
using ::testing::Not;
using testing::PlayedCaller;
using testing::ScriptedModel;
using ::testing::StartsWith;

class OnePin final : public PinVerifier {
 public:
  Task<bool> verify(std::string, Pin pin, Deadline) override { co_return pin.reveal() == "4711"; }
};

struct WholeCall : ::testing::Test {
  CallEnd play(Task<> acts, std::vector<Line> lines, CallSettings settings = {}) {
    model = std::make_shared<ScriptedModel>(world.clock, std::move(lines));
    settings.speech.voices = {{voice}};
    dialogue.emplace(world.runtime,
                     DialogueParts{.models = {model}, .tools = &tools, .verifier = &verifier, .escalator = nobody_takes ? &full : &queue, .masker = &masker},
                     built_in_policy()->find("en-US").rules);
    session.emplace(world.runtime, caller, *ear, *dialogue, SessionState{.id = "1", .caller_id = "me"}, std::move(settings));
    world.spawn(std::move(acts));
    return world.run(session->run());
  }
  std::string everything_told() const {
    std::string all;
    for (const auto& [at, event] : caller.events) all += json::serialize(event) + "\n";
    return all;
  }

  net::testing::VirtualWorld world;
  PlayedCaller caller{world.clock};
  std::unique_ptr<SpeechToText> ear = stub_ear(world.runtime, {.text = "what is the weather like"});
  std::shared_ptr<TextToSpeech> voice = stub_voice(world.runtime, {});
  ToolRouter tools{world.runtime};
  OnePin verifier;
  EscalationQueue queue, full{0};
  bool nobody_takes = false;
  Masker masker;
  std::shared_ptr<ScriptedModel> model;
  std::optional<ModelDialogue> dialogue;
  std::optional<CallSession> session;
};

Task<json::value> shipped(ToolInvocation, Deadline) { co_return json::object{{"status", "shipped"}}; }

TEST_F(WholeCall, AnOrdersStatusAfterAPinByKeys_GTW32) {
  tools.add(function_tool({.tool = {.name = "order_status", .description = "Looks it up."}}, shipped));
  world.run(tools.start(Deadline::never()));
  play(
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(5s);
        self.put(CallerText{"where is my order"});
        co_await self.be_silent(7s);
        co_await self.send(audio::dtmf_tones("4711"));
        co_await self.be_silent(8s);
        self.hang_up();
      }(caller),
      {{.calls = {{.id = "c", .name = "order_status", .arguments = "{}"}}}, {.text = "Your order was shipped."}});

  EXPECT_TRUE(session->state().authenticated);
  ASSERT_EQ(session->state().turns.size(), 2U);
  EXPECT_EQ(session->state().turns[1].heard_text, "Your order was shipped.");
  EXPECT_EQ(session->state().turns[1].user_text, "[PIN_MASKED]");
  EXPECT_EQ(caller.events_of("tool.call").size(), 1U);
  EXPECT_EQ(caller.events_of("tool.result").size(), 1U);
  EXPECT_EQ(caller.events_of("tool.result")[0]->at("turn").as_int64(), 2);
  EXPECT_THAT(everything_told(), Not(HasSubstr("4711")));
  EXPECT_EQ(caller.events_of("user.speech_started").size(), 0U) << "tones are no voice";
}

TEST_F(WholeCall, AHashBehindThePinCutsNothingOff_GTW32) {
  play(
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(5s);
        self.put(CallerText{"where is my order"});
        co_await self.be_silent(7s);
        co_await self.send(audio::dtmf_tones("4711"));
        co_await self.be_silent(500ms);
        co_await self.send(audio::dtmf_tones("#"));
        co_await self.be_silent(8s);
        self.hang_up();
      }(caller),
      {{.text = "Your order was shipped."}});
  ASSERT_EQ(session->state().turns.size(), 2U);
  EXPECT_FALSE(session->state().turns[1].interrupted);
  EXPECT_EQ(session->state().turns[1].heard_text, "Your order was shipped.");
}

TEST_F(WholeCall, AVoiceThatIsLostInThreeTurnsIsAReasonForAPerson_GTW31) {
  voice = stub_voice(world.runtime, {.fail = {.kind = StubFailure::Kind::rate_limited, .rate = 1}});
  const auto end = play(
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(2s);  // a greeting that nobody hears
        for (int i = 0; i < 3; ++i) {
          self.put(CallerText{"what is the weather"});
          co_await self.be_silent(3s);
        }
        self.hang_up();
      }(caller),
      {{.text = "It is fine. It will rain."}});
  EXPECT_EQ(end, CallEnd::escalated);
  EXPECT_EQ(session->state().escalated, EscalationReason::failures);
  EXPECT_EQ(session->state().turns.size(), 3U) << "greeting and two answers, of two sentences each, are three failures";
}

TEST_F(WholeCall, APinThatIsSaidIsInNoTranscript_GTW32) {
  ear = stub_ear(world.runtime, {.text = "it is four seven one one"});
  play(
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(5s);
        self.put(CallerText{"where is my order"});
        co_await self.be_silent(7s);
        co_await self.speak(1s);
        co_await self.be_silent(8s);
        self.hang_up();
      }(caller),
      {{.text = "Your order was shipped."}});
  EXPECT_TRUE(session->state().authenticated);
  EXPECT_THAT(everything_told(), HasSubstr("it is [PIN_MASKED]"));
  EXPECT_THAT(everything_told(), Not(HasSubstr("four seven")));
}

TEST_F(WholeCall, AfterABargeInTheModelIsShownWhatWasHeardAndNoMore_GTW24) {
  play(
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(5s);
        co_await self.speak(1s);
        co_await self.be_silent(3s);
        co_await self.speak(1s);
        co_await self.be_silent(10s);
        self.hang_up();
      }(caller),
      {{.text = "The weather is fine and sunny in the morning. Later in the day there will be thunderstorms and a lot of rain."},
       {.text = "You are welcome."}});
  ASSERT_EQ(session->state().turns.size(), 2U);
  const auto& cut = session->state().turns[0];
  EXPECT_TRUE(cut.interrupted);
  EXPECT_THAT(cut.heard_text, StartsWith("The weather is"));
  EXPECT_THAT(model->seen(), Not(HasSubstr("thunderstorms")));
  ASSERT_EQ(model->asked.size(), 2U);
  EXPECT_EQ(model->asked[1].messages[2].text(), cut.heard_text);
}

TEST_F(WholeCall, WhoAsksForAPersonIsHandedOverWhileTheyHearSo_GTW36) {
  ear = stub_ear(world.runtime, {.text = "cancel my order and let me speak to a human"});
  const auto end = play(
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(5s);
        co_await self.speak(1s);
        co_await self.be_silent(20s);
      }(caller),
      {{.text = "Wants to cancel."}});
  EXPECT_EQ(end, CallEnd::escalated);
  EXPECT_EQ(session->state().messages.back().text(), "Let me connect you to somebody who can help with that.");
  const auto taken = queue.take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->summary, "Wants to cancel.");
  EXPECT_EQ(caller.events_of("escalation")[0]->at("reason").as_string(), "human_requested");
}

TEST_F(WholeCall, WhoeverNobodyTakesHearsSoAndGoesOn_GTW36) {
  nobody_takes = true;
  const auto end = play(
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(5s);
        self.put(CallerText{"let me speak to a human"});
        co_await self.be_silent(20s);
        self.put(CallerText{"then what is the weather"});
        co_await self.be_silent(7s);
        self.hang_up();
      }(caller),
      {{.text = "Wants a person."}, {.text = "It is sunny."}});
  EXPECT_EQ(end, CallEnd::caller_hangup);
  EXPECT_FALSE(session->state().escalated);
  EXPECT_THAT(caller.events_of("escalation"), ::testing::IsEmpty());
  ASSERT_GE(session->state().messages.size(), 4U);
  EXPECT_THAT(session->state().messages[3].text(), HasSubstr("nobody can be reached"));
  EXPECT_EQ(session->state().messages.back().text(), "It is sunny.");
}

/// Asks four times, with time for an apology after each.
Task<> ask_in_vain(PlayedCaller& self) {
  co_await self.be_silent(5s);
  for (int i = 0; i < 4; ++i) {
    co_await self.speak(1s);
    co_await self.be_silent(9s);
  }
  co_await self.be_silent(20s);
}

TEST_F(WholeCall, WhereNobodyTakesACallThatFailedItEndsInAnError_GTW36) {
  nobody_takes = true;
  const auto end = play(ask_in_vain(caller), {{.fails = Error(ErrorKind::unavailable, "503")}});
  EXPECT_EQ(end, CallEnd::error);
  EXPECT_THAT(caller.events_of("escalation"), ::testing::IsEmpty());
  EXPECT_THAT(session->state().messages.back().text(), HasSubstr("nobody can be reached"));
}

TEST_F(WholeCall, AModelThatFailsThreeTimesIsNotTheLastWord_GTW25) {
  const auto end = play(ask_in_vain(caller), {{.fails = Error(ErrorKind::unavailable, "503")}});
  EXPECT_EQ(end, CallEnd::escalated);
  EXPECT_EQ(session->state().escalated, EscalationReason::failures);
  EXPECT_THAT(session->state().turns[0].heard_text, HasSubstr("I am sorry"));
  EXPECT_TRUE(queue.take());
}

}  // namespace
}  // namespace antiphon::gateway
