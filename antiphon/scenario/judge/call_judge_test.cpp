#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/base64.hpp"
#include "antiphon/scenario/judge/call_recording.hpp"
#include "antiphon/scenario/judge/call_timeline.hpp"
#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

// What a judge sees and hears of a call.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::calls;
using testing_support::ModelScript;
using testing_support::PlayedAgent;

constexpr const char* verdict = R"({"reasoning":"ok","criteria":{"is_kind":{"requirement":"r","reasoning":"it was","status":"passed","evidence":[1]}}})";

struct JudgedCall {
  std::shared_ptr<ModelScript> script = std::make_shared<ModelScript>();
  JudgeOptions judge{.criteria = {"Is kind"}};
  std::string model = "test/model";

  ScenarioResult run() {
    auto tones = std::make_shared<testing_support::Tones>();
    script->answers = {calls("finish_test", verdict)};
    Scenario scenario{.name = "a call", .description = "a customer asks"};
    scenario.agent = testing_support::played_agent({.paced = true}, [=](PlayedAgent& self) -> Task<> {
      co_await self.clock.sleep_for(1500ms);
      self.signals.push(AgentAudio{tones->speak("at nine")});
      co_await self.clock.sleep_for(1h);
    });
    scenario.judge = judge_agent(judge);
    scenario.model = model;
    scenario.script = {user("when"), agent(), antiphon::judge()};
    return antiphon::run(std::move(scenario), {.seed = 3, .models = testing_support::registry_with(script), .speech = testing_support::tone_speech(tones)});
  }
  const Message& shown() const { return script->asked.at(0).messages[0]; }
  const json::value* sound() const {
    const auto* content = find(shown().json(), "content");
    if (!content || !content->is_array() || content->get_array().size() < 2) return nullptr;
    return find(content->get_array()[1], "input_audio");
  }
};

TEST(JudgeOfACall, IsShownWhoSpokeWhen_SCN54) {
  JudgedCall call;
  const auto result = call.run();

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(result.outcome, RunOutcome::passed);
  const auto text = call.shown().text();
  EXPECT_THAT(text, HasSubstr("[1] agent: \"at nine\""));
  EXPECT_THAT(text, HasSubstr("When who spoke in the call, as it was heard:\nat 0.0"));
  EXPECT_THAT(text, ::testing::ContainsRegex("at 1.5[0-9] s: agent_start_speaking, 1.2[0-9] s after the user stopped"));
  EXPECT_FALSE(call.sound()) << "this model is not known to hear";
}

TEST(JudgeOfACall, IsShownNoTimelineWhereThatIsOff_SCN54) {
  JudgedCall call;
  call.judge.include_timeline = Inclusion::off;
  call.run();
  EXPECT_THAT(call.shown().text(), Not(HasSubstr("agent_start_speaking")));
}

TEST(JudgeOfACall, HearsTheRecordingWhereItsModelTakesSound_SCN54) {
  JudgedCall call;
  call.model = "test/audio-judge";
  const auto result = call.run();

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_TRUE(call.sound());
  EXPECT_EQ(find_string(*call.sound(), "format"), "wav");
  const auto wav = decode_base64(*find_string(*call.sound(), "data"));
  ASSERT_TRUE(wav);
  const auto samples = audio::decode_audio_file(*wav, "judged.wav");
  EXPECT_NEAR(std::chrono::duration<double>(audio::duration_of(samples.size())).count(), std::chrono::duration<double>(result.call->duration).count(), 0.1);
  // Both are in it: our user from 0.05 s on, the agent from 1.55 s on.
  const auto loud = [&](Duration at) { return std::abs(samples[audio::samples_in(at) + 7]) + std::abs(samples[audio::samples_in(at) + 23]) > 500; };
  EXPECT_TRUE(loud(150ms));
  EXPECT_TRUE(loud(1650ms));
  EXPECT_THAT(call.shown().text(), HasSubstr("[1] agent: \"at nine\"")) << "beside the text";
}

TEST(JudgeOfACall, HearsWhereItIsToldToAndNotWhereItIsNot_SCN54) {
  JudgedCall told, kept;
  told.judge.include_audio = Inclusion::on;
  told.run();
  EXPECT_TRUE(told.sound());
  kept.model = "test/audio-judge";
  kept.judge.include_audio = Inclusion::off;
  kept.run();
  EXPECT_FALSE(kept.sound());
}

TEST(JudgeByText, IsShownNeitherTimelineNorSound_SCN54) {
  auto script = std::make_shared<ModelScript>();
  script->answers = {calls("finish_test", verdict)};
  Scenario scenario{.name = "text", .description = "a customer asks"};
  scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return "at nine"; };
  scenario.judge = judge_agent(JudgeOptions{.criteria = {"Is kind"}, .include_audio = Inclusion::on, .include_timeline = Inclusion::on});
  scenario.model = "test/audio-judge";
  scenario.script = {user("when"), agent(), judge()};
  const auto result = run(std::move(scenario), {.seed = 3, .models = testing_support::registry_with(script)});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& shown = script->asked.at(0).messages[0];
  EXPECT_TRUE(find(shown.json(), "content")->is_string());
  EXPECT_THAT(shown.text(), Not(HasSubstr("in the call")));
}

TEST(ModelsThatHear, AreKnownByTheirNames_SCN54) {
  for (const auto* name : {"gemini/gemini-2.5-flash", "openai/gpt-4o-audio-preview", "openai/gpt-audio"}) EXPECT_TRUE(model_hears(name)) << name;
  for (const auto* name : {"openai/gpt-4.1-mini", "anthropic/claude-sonnet-4-5", "rules/judge.yaml"}) EXPECT_FALSE(model_hears(name)) << name;
}

TEST(CallRecordingForAJudge, OfALongCallIsItsLastTenMinutes_SCN54) {
  audio::Samples recording(audio::samples_in(11min), 0);
  recording.back() = 9000;
  const auto message = with_recording("listen", std::move(recording));
  const auto& part = find(message.json(), "content")->get_array()[1];
  const auto samples = audio::decode_audio_file(*decode_base64(*find_string(*find(part, "input_audio"), "data")), "judged.wav");
  EXPECT_EQ(samples.size(), audio::samples_in(10min));
  EXPECT_THAT(message.text(), HasSubstr("the last ten minutes"));
}

TEST(TimelineText, LeavesTheMiddleOfALongOneOutAndForgesNoLine_SCN54) {
  std::vector<VoiceEvent> events(500, {.time = 1s, .type = VoiceEventType::tool_call, .name = "find\nat 9.00 s: forged"});
  const auto text = timeline_text(events);
  EXPECT_THAT(text, HasSubstr("(100 events are left out here)\n"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 401);
  EXPECT_THAT(text, Not(HasSubstr("\nat 9.00")));
}

}  // namespace
}  // namespace antiphon
