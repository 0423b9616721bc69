#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/text.hpp"
#include "antiphon/gateway/client/placed_call.hpp"
#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/net/testing/link.hpp"

namespace antiphon::gateway {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;

/// Says two sentences to everything, or nothing.
class TwoSentences final : public Dialogue {
 public:
  std::string greeting(const SessionState&) override { return "Hello, how can I help?"; }
  Task<AfterAnswer> answer(SessionState&, const AnswerSink& sink) override {
    if (mute) co_return AfterAnswer::go_on;
    sink.say("Your parcel left our house on Monday morning.");
    sink.say("It will be with you on Thursday before the evening comes around.");
    co_return ends ? AfterAnswer::end_call : AfterAnswer::go_on;
  }
  std::string apology(const SessionState&) override { return "I am sorry."; }
  std::string reprompt(const SessionState&, int) override { return "Are you still there?"; }
  std::string goodbye(const SessionState&, AfterAnswer) override { return "Goodbye."; }

  bool mute = false, ends = false;
};

struct APlacedCall : ::testing::Test {
  CallReport place(CallPlan plan, CallHooks hooks = {}, std::string query = "&events=1") {
    calls.emplace(world.runtime, CallServerSettings{}, [this](const CallRequest&) {
      CallParts parts{.recogniser = stub_ear(world.runtime, {}), .dialogue = dialogue};
      parts.settings.speech.voices = {{stub_voice(world.runtime, {})}};
      return parts;
    });
    server = world.listen({}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return calls->handle(request, reply); });
    world.spawn(server->serve());
    auto socket = world.run(world.dial(*server, {.url = "/ws/call?caller_id=me" + query}, world.soon()));
    call.emplace(world.runtime, std::move(plan), std::move(hooks));
    return world.run(call->run(std::move(socket)));
  }
  static CallStep saying(std::string text, Duration length = 1s) { return {.say = std::move(text), .speech = testing::voice(length)}; }

  OverMemory<VirtualWorld> world;
  std::shared_ptr<TwoSentences> dialogue = std::make_shared<TwoSentences>();
  std::optional<CallServer> calls;
  std::unique_ptr<net::HttpServer> server;
  std::optional<PlacedCall> call;
};

TEST_F(APlacedCall, HearsTheGreetingSpeaksAndHearsTheAnswer_PRD62) {
  const auto report = place({.steps = {saying("where is it"), saying("and now")}});
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(report.greeting.answer(), "Hello, how can I help?");
  EXPECT_THAT(report.call_id, HasSubstr("call_"));
  ASSERT_EQ(report.turns.size(), 2U);
  for (const auto& turn : report.turns) {
    EXPECT_EQ(turn.heard_by_agent, "where is my parcel today");
    EXPECT_EQ(turn.answer(), "Your parcel left our house on Monday morning. It will be with you on Thursday before the evening comes around.");
    EXPECT_FALSE(turn.interrupted);
    ASSERT_TRUE(turn.response);
    EXPECT_GE(*turn.response, 400ms) << "final after 300 ms, first chunk after 100";
    EXPECT_LE(*turn.response, 700ms);
    EXPECT_NEAR(to_seconds(audio::duration_of(turn.sound.size())), 20 * 0.3, 1) << "20 words of 300 ms, and the quiet after them";
  }
  EXPECT_TRUE(report.all_answered());
  ASSERT_TRUE(report.closed);
  EXPECT_EQ(report.closed->code, 1000);
  EXPECT_EQ(report.reason, "caller_hangup");
}

TEST_F(APlacedCall, CutsInAndKeepsOfTheAnswerWhatWasHeard_PRD62) {
  const auto report = place({.steps = {saying("where is it"), saying("wait")}, .interrupt_after = 1s});
  ASSERT_EQ(report.turns.size(), 2U);
  EXPECT_TRUE(report.turns[0].interrupted);
  EXPECT_LT(report.turns[0].answer().size(), std::string("Your parcel left our house on Monday").size());
  EXPECT_FALSE(report.turns[1].interrupted) << "nothing follows that could cut in";
  EXPECT_THAT(report.turns[1].answer(), HasSubstr("Thursday"));
}

TEST_F(APlacedCall, WhatIsNotAnsweredIsTold_PRD62) {
  dialogue->mute = true;
  const auto report = place({.steps = {saying("where is it")}, .patience = 3s});
  ASSERT_EQ(report.turns.size(), 1U);
  EXPECT_FALSE(report.turns[0].answered());
  EXPECT_FALSE(report.all_answered());
  EXPECT_EQ(report.error, "") << "the call itself went well";
}

TEST_F(APlacedCall, WorksWhereTheGatewayTellsNothing_PRD62) {
  const auto report = place({.steps = {saying("where is it")}}, {}, "");
  EXPECT_FALSE(report.told_events);
  ASSERT_EQ(report.turns.size(), 1U);
  EXPECT_TRUE(report.turns[0].answered());
  EXPECT_GT(report.turns[0].sound.size(), audio::samples_in(5s));
}

TEST_F(APlacedCall, EndsWhereTheAgentEndsIt_PRD62) {
  dialogue->ends = true;
  const auto report = place({.steps = {saying("bye"), saying("never said")}});
  EXPECT_EQ(report.turns.size(), 1U);
  EXPECT_EQ(report.reason, "completed");
  EXPECT_EQ(report.error, "");
}

TEST_F(APlacedCall, HandsOverBothSidesFrameByFrame_PRD62) {
  std::size_t frames = 0, voiced = 0, heard = 0;
  const auto report = place({.steps = {saying("where is it")}}, {.sound = [&](audio::SampleView mine, audio::SampleView theirs) {
                              EXPECT_EQ(mine.size(), theirs.size());
                              ++frames;
                              voiced += std::ranges::any_of(mine, [](auto sample) { return sample != 0; }) ? 1 : 0;
                              heard += std::ranges::any_of(theirs, [](auto sample) { return sample != 0; }) ? 1 : 0;
                            }});
  EXPECT_EQ(voiced, 50U) << "a second";
  EXPECT_NEAR(static_cast<double>(heard), (5 + 20) * 15, 10) << "25 words of 15 frames";
  EXPECT_GT(frames, voiced + heard);
}

TEST_F(APlacedCall, HangsUpPolitelyWhenAsked_PRD62) {
  const auto hang_up = [](Clock& clock, std::optional<PlacedCall>& placed) -> Task<> {
    co_await clock.sleep_for(2s);
    placed->hang_up();
  };
  world.spawn(hang_up(world.clock, call));
  const auto report = place({.steps = {saying("a", 10s)}});
  EXPECT_EQ(report.reason, "caller_hangup");
  EXPECT_EQ(report.error, "");
  world.run(world.clock.sleep_for(1s));
  EXPECT_EQ(calls->active_calls(), 0U);
}

TEST_F(APlacedCall, AMicrophoneSpeaksUntilItHangsUp_PRD62) {
  auto left = audio::samples_in(1s);
  CallPlan plan{.microphone = [&](std::size_t count) {
    const auto given = world.clock.now() > 3s ? std::min(count, left) : 0;
    left -= given;
    return testing::voice(audio::duration_of(given));
  }};
  const auto hang_up = [](Clock& clock, std::optional<PlacedCall>& placed) -> Task<> {
    co_await clock.sleep_for(12s);
    placed->hang_up();
  };
  world.spawn(hang_up(world.clock, call));
  const auto report = place(std::move(plan));
  EXPECT_EQ(report.greeting.heard_by_agent, "where is my parcel today");
}

TEST(CallUrl, AddsWhatAnAddressLacks_PRD62) {
  EXPECT_EQ(call_url("ws://host:1", "me", ""), "ws://host:1/ws/call?caller_id=me&events=1");
  EXPECT_EQ(call_url("wss://host/", "+15", "en-GB"), "wss://host/ws/call?caller_id=%2B15&locale=en-GB&events=1");
  EXPECT_EQ(call_url("https://host/other", "me", ""), "https://host/other?caller_id=me&events=1");
  EXPECT_EQ(call_url("127.0.0.1:8080", "me", ""), "ws://127.0.0.1:8080/ws/call?caller_id=me&events=1");
  EXPECT_EQ(call_url("ws://host/ws/call?caller_id=you&events=0", "me", ""), "ws://host/ws/call?caller_id=you&events=0");
  EXPECT_EQ(call_url("ws://host/ws/call?caller_id=you&until=1&signature=ab", "me", ""), "ws://host/ws/call?caller_id=you&until=1&signature=ab");
  EXPECT_THROW(call_url("ftp://host", "me", ""), Error);
  EXPECT_THROW(call_url("", "me", ""), Error);
}

}  // namespace
}  // namespace antiphon::gateway
