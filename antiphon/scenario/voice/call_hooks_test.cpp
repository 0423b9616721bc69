#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "antiphon/result/recording.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing_support::PlayedAgent;
using testing_support::Tones;

struct Hooked {
  std::shared_ptr<Tones> tones = std::make_shared<Tones>();
  CallHooks hooks{};

  Scenario scenario(const std::string& id) {
    const auto agent = testing_support::played_agent({.paced = true}, [this](PlayedAgent& self) -> Task<> {
      co_await self.clock.sleep_for(1500ms);
      self.signals.push(AgentAudio{tones->speak("we open at nine")});
      co_await self.clock.sleep_for(1h);
    });
    return {.name = "a call", .agent = agent, .script = {user("when"), antiphon::agent(), dtmf("1"), succeed("")}, .id = id};
  }
  RunOptions options() { return {.seed = 7, .speech = testing_support::tone_speech(tones), .hooks = hooks}; }
  ScenarioResult play() { return run(scenario("one"), options()); }
};

std::vector<std::string> types(const std::vector<VoiceEvent>& events) {
  std::vector<std::string> all;
  for (const auto& event : events) all.emplace_back(to_string(event.type));
  return all;
}

TEST(CallHooks, AreToldEveryEventOfTheTimelineWhileTheCallGoesOn_VOX63) {
  Hooked call;
  std::vector<VoiceEvent> told;
  call.hooks.on_voice_event = [&](const std::string& scenario, const VoiceEvent& event) {
    EXPECT_EQ(scenario, "one");
    told.push_back(event);
  };
  const auto result = call.play();

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(types(told), types(result.call->events));
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].time, result.call->events[i].time);
    EXPECT_EQ(told[i].latency, result.call->events[i].latency);
  }
}

void expect_the_timeline(const std::vector<VoiceEvent>& told, const CallRecord& call) {
  ASSERT_EQ(types(told), types(call.events));
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].time, call.events[i].time) << i;
    EXPECT_EQ(told[i].latency, call.events[i].latency) << i;
    EXPECT_EQ(told[i].metadata, call.events[i].metadata) << i;
  }
}

TEST(CallHooks, OurSpeechEndsAtItsLastSoundWhateverSilenceFollowsItInItsAudio_VOX63) {
  Hooked call;
  std::vector<VoiceEvent> told;
  call.hooks.on_voice_event = [&](const std::string&, const VoiceEvent& event) { told.push_back(event); };
  auto scenario = call.scenario("one");  // the agent's words begin at 1.55 s
  auto when = call.tones->speak("when");
  when.resize(audio::samples_in(4s));
  scenario.script = {play_audio(when, "when"), antiphon::agent(), user("thanks"), antiphon::sleep(1s), succeed("")};
  const auto result = run(std::move(scenario), call.options());

  ASSERT_FALSE(result.error) << result.error->message;
  expect_the_timeline(told, *result.call);
  ASSERT_EQ(told.at(2).type, VoiceEventType::agent_start_speaking);
  EXPECT_NEAR(to_seconds(told[2].latency.value()), 1.55 - 0.29, 0.02);
}

TEST(CallHooks, ALatencyCountsFromTheLastEndOfOursBeforeIt_VOX63) {
  Hooked call;
  std::vector<VoiceEvent> told;
  call.hooks.on_voice_event = [&](const std::string&, const VoiceEvent& event) { told.push_back(event); };
  auto scenario = call.scenario("one");
  scenario.script = {user("when"), antiphon::sleep(900ms), user("hello"), antiphon::agent(), succeed("")};  // it ends as the agent begins
  const auto result = run(std::move(scenario), call.options());

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_GT(result.call->utterances.at(1).voiced.back().end, result.call->turns.at(0).start);
  std::vector<std::optional<Duration>> latencies, expected;
  for (const auto& event : told) latencies.push_back(event.type == VoiceEventType::agent_start_speaking ? event.latency : std::nullopt);
  for (const auto& event : result.call->events) expected.push_back(event.type == VoiceEventType::agent_start_speaking ? event.latency : std::nullopt);
  EXPECT_THAT(latencies, ::testing::UnorderedElementsAreArray(expected));
}

TEST(CallHooks, ASilenceIsToldWithItsLength_VOX63) {
  Hooked call;
  std::vector<VoiceEvent> told;
  call.hooks.on_voice_event = [&](const std::string&, const VoiceEvent& event) { told.push_back(event); };
  auto scenario = call.scenario("one");
  scenario.script = {antiphon::silence(700ms), succeed("")};
  const auto result = run(std::move(scenario), call.options());

  ASSERT_FALSE(result.error) << result.error->message;
  expect_the_timeline(told, *result.call);
  EXPECT_DOUBLE_EQ(told.at(0).metadata.at("duration").as_double(), 0.7);
}

TEST(CallHooks, HearBothSidesWholeAndInOrder_VOX63) {
  Hooked call;
  std::map<audio::Speaker, audio::Samples> heard;
  call.hooks.on_audio_chunk = [&](const std::string&, const CallChunk& sound) {
    auto& side = heard[sound.speaker];
    EXPECT_EQ(*sound.chunk.start, audio::duration_of(side.size()));
    side.insert(side.end(), sound.chunk.samples.begin(), sound.chunk.samples.end());
  };
  const auto result = call.play();

  ASSERT_FALSE(result.error) << result.error->message;
  for (const auto side : {audio::Speaker::user, audio::Speaker::agent}) {
    auto recorded = result.recording->track(side, 0s, 1h);
    ASSERT_GE(recorded.size(), heard[side].size());
    recorded.resize(heard[side].size());  // of the shorter side, the rest is silence
    EXPECT_EQ(heard[side], recorded);
    EXPECT_GT(heard[side].size(), audio::samples_in(2s));
  }
}

TEST(CallHooks, OneThatThrowsEndsTheRunAsAnErrorOfTheHarness_VOX63) {
  for (const bool of_audio : {true, false}) {
    Hooked call;
    int calls = 0;
    const auto fails = [&] {
      if (++calls == 2) throw std::runtime_error("the pipe is gone");
    };
    if (of_audio)
      call.hooks.on_audio_chunk = [&](const std::string&, const CallChunk&) { fails(); };
    else
      call.hooks.on_voice_event = [&](const std::string&, const VoiceEvent&) { fails(); };
    const auto result = call.play();

    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->party, Party::harness);
    EXPECT_THAT(result.error->message, HasSubstr(of_audio ? "the hook on_audio_chunk failed: the pipe is gone" : "the hook on_voice_event failed"));
    EXPECT_EQ(calls, 2) << "it is not called again";
    EXPECT_TRUE(result.recording) << "what was heard is kept";
  }
}

TEST(CallHooks, WhatIsCutOffByHangingUpIsToldToo_VOX63) {
  Hooked call;
  std::vector<VoiceEvent> told;
  call.hooks.on_voice_event = [&](const std::string&, const VoiceEvent& event) { told.push_back(event); };
  auto scenario = call.scenario("one");
  scenario.script = {user("when"), antiphon::sleep(1500ms), succeed("")};  // its words begin at 1.55 s
  const auto result = run(std::move(scenario), call.options());

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(told.back().type, VoiceEventType::agent_stop_speaking);
  EXPECT_EQ(types(told), types(result.call->events));
}

TEST(CallHooks, OneThatThrowsWhileTheCallIsHungUpEndsTheRunAllTheSame_VOX63) {
  Hooked call;
  call.hooks.on_voice_event = [&](const std::string&, const VoiceEvent& event) {
    if (event.type == VoiceEventType::agent_stop_speaking) throw std::runtime_error("late");
  };
  auto scenario = call.scenario("one");
  scenario.script = {user("when"), antiphon::sleep(1500ms), succeed("")};
  const auto result = run(std::move(scenario), call.options());

  ASSERT_TRUE(result.error);
  EXPECT_THAT(result.error->message, HasSubstr("the hook on_voice_event failed: late"));
}

TEST(CallHooks, MayBeCalledBySeveralRunsAtOnce_VOX63) {
  Hooked first, second;
  std::mutex mutex;
  std::map<std::string, std::size_t> events;
  auto options = first.options();
  options.jobs = 2;
  options.hooks.on_voice_event = [&](const std::string& scenario, const VoiceEvent&) {
    const std::lock_guard lock(mutex);
    ++events[scenario];
  };
  const auto results = run_all({first.scenario("one"), first.scenario("two")}, options);

  for (const auto& result : results) {
    ASSERT_FALSE(result.error) << result.error->message;
    EXPECT_EQ(events[result.id], result.call->events.size());
  }
}

TEST(CallHooks, ASlowAgentIsCancelledWithThem_VOX63) {
  Hooked call;
  StopSource stop;
  call.hooks.on_audio_chunk = [&](const std::string&, const CallChunk& sound) {
    if (*sound.chunk.start >= 500ms) stop.request();
  };
  auto options = call.options();
  options.stop = stop;
  const auto result = run(call.scenario("one"), options);

  ASSERT_TRUE(result.error);
  EXPECT_THAT(result.error->message, HasSubstr("interrupted"));
}

}  // namespace
}  // namespace antiphon
