#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing_support::PlayedAgent;

using Type = VoiceEventType;

ScenarioResult play(AdapterCapabilities capabilities, std::function<Task<>(PlayedAgent&, std::shared_ptr<testing_support::Tones>)> call,
                    std::vector<Step> script) {
  auto tones = std::make_shared<testing_support::Tones>();
  auto agent = testing_support::played_agent(capabilities, [=](PlayedAgent& self) { return call(self, tones); });
  return run({.name = "a call", .agent = std::move(agent), .script = std::move(script)}, {.seed = 7, .speech = testing_support::tone_speech(tones)});
}

Task<> looks_up_speaks_and_drops(PlayedAgent& agent, std::shared_ptr<testing_support::Tones> tones) {
  co_await agent.clock.sleep_for(1s);
  const ToolCall lookup{.id = "1", .name = "find_hours", .arguments = R"({"day": "sunday"})"};
  agent.signals.push(AgentToolCall{lookup});
  agent.signals.push(AgentToolCall{lookup, json::value("closed")});
  agent.signals.push(AgentAudio{tones->speak("one two three four five six seven eight nine ten eleven twelve")});
  while (agent.interrupted == 0) co_await agent.clock.sleep_for(20ms);
  co_await agent.clock.sleep_for(6s);
  agent.signals.push(AgentClosed{.on_purpose = false, .reason = "line dropped"});
  co_await agent.clock.sleep_for(1h);
}

struct Timeline {
  explicit Timeline(const ScenarioResult& result) : events(result.call->events) {}
  const VoiceEvent& first(Type type) const {
    static const VoiceEvent none{.time = -1s};
    const auto found = std::ranges::find(events, type, &VoiceEvent::type);
    if (found != events.end()) return *found;
    ADD_FAILURE() << "no " << to_string(type);
    return none;
  }
  std::vector<VoiceEvent> events;
};

TEST(TimelineOfACall, HasEveryKindOfEventWithWhatBelongsToIt_VOX3) {
  const auto result = play({.interruption = true, .paced = true}, looks_up_speaks_and_drops,
                           {user("hours"), interrupt("on sunday", {.after = 1500ms}), silence(1s), dtmf("1w2"), antiphon::agent()});
  ASSERT_TRUE(result.call);
  const Timeline timeline(result);

  EXPECT_TRUE(std::ranges::is_sorted(timeline.events, {}, &VoiceEvent::time));
  const auto& stopped = timeline.first(Type::user_stop_speaking);
  EXPECT_LT(timeline.first(Type::user_start_speaking).time, stopped.time);
  const auto& answered = timeline.first(Type::agent_start_speaking);
  EXPECT_EQ(answered.latency, answered.time - stopped.time) << "a start carries its latency";
  EXPECT_EQ(timeline.first(Type::tool_call).name, "find_hours");
  EXPECT_EQ(timeline.first(Type::tool_call).args, json::parse(R"({"day": "sunday"})"));
  EXPECT_EQ(timeline.first(Type::tool_result).result, json::value("closed"));
  const auto& cut = timeline.first(Type::user_interrupt);
  EXPECT_EQ(cut.metadata.at("adapter"), "played");
  EXPECT_EQ(cut.metadata.at("native"), true);
  EXPECT_EQ(timeline.first(Type::agent_stop_speaking).metadata.at("truncated"), true);
  EXPECT_EQ(timeline.first(Type::silence).metadata.at("duration"), 1.0);
  EXPECT_EQ(timeline.first(Type::dtmf).metadata.at("keys"), "1w2");
  EXPECT_THAT(timeline.first(Type::error).name, HasSubstr("line dropped"));
}

Task<> says_nothing(PlayedAgent& agent, std::shared_ptr<testing_support::Tones>) { co_await agent.clock.sleep_for(1h); }

TEST(TimelineOfACall, TellsWhenAnAgentThatIsSilentWasGivenUp_VOX3) {
  const auto result = play({.paced = true}, says_nothing, {user("hours"), antiphon::agent()});
  const Timeline timeline(result);
  const auto& gave_up = timeline.first(Type::error);
  EXPECT_EQ(gave_up.name, "the agent said nothing for 30 s");
  EXPECT_NEAR(to_seconds(gave_up.time), 30.5, 0.3);
}

TEST(TimelineOfACall, HasNoErrorWhereAnAgentHangsUpByItsOwnWill_VOX3) {
  const auto result = play({.paced = true},
                           [](PlayedAgent& agent, std::shared_ptr<testing_support::Tones> tones) -> Task<> {
                             co_await agent.clock.sleep_for(1s);
                             agent.signals.push(AgentAudio{tones->speak("goodbye")});
                             agent.signals.push(AgentClosed{.on_purpose = true});
                             co_await agent.clock.sleep_for(1h);
                           },
                           {user("hours"), antiphon::agent(), succeed("")});
  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(std::ranges::count(result.call->events, Type::error, &VoiceEvent::type), 0);
}

}  // namespace
}  // namespace antiphon
