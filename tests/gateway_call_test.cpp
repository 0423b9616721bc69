#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/adapters/antiphon/gateway_events.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/sessions/memory_store.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/net/memory.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

// Our simulator calls our gateway over its own protocol; connection and clock are in memory.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::Tones;

/// Answers what it is told to.
class Desk final : public gateway::Dialogue {
 public:
  explicit Desk(Clock& clock) : clock_(clock) {}
  std::string greeting(const gateway::SessionState&) override { return "welcome to the parcel desk"; }
  Task<gateway::AfterAnswer> answer(gateway::SessionState& session, const gateway::AnswerSink& sink) override {
    heard = session.messages;
    if (after == gateway::AfterAnswer::escalate) co_return after;
    if (sink.event) {
      sink.event({{"type", "tool.call"}, {"id", "1"}, {"name", "order_status"}, {"arguments", {{"id", "A-1007"}}}});
      sink.event({{"type", "tool.result"}, {"id", "1"}, {"ok", true}, {"latency_ms", 12}});
    }
    if (filler) {
      sink.say("one moment please");
      co_await clock_.sleep_for(4s);
    }
    session.turns.back().agent_text = reply;
    sink.say(reply);
    co_return after;
  }
  std::string apology(const gateway::SessionState&) override { return "sorry"; }
  std::string reprompt(const gateway::SessionState&, int) override { return ""; }
  std::string goodbye(const gateway::SessionState&, gateway::AfterAnswer given) override {
    return given == gateway::AfterAnswer::escalate ? "i connect you to a colleague" : "";
  }
  gateway::Intake* intake() override { return &keys; }

  class Keys final : public gateway::Intake {
   public:
    void attach(std::function<void(std::string)>) override {}
    std::string show(std::string_view text) const override { return std::string(text); }
    Taken take(std::string_view text, Clock::Time) override { return {std::string(text)}; }
    void press(std::string_view more) override { pressed += more; }
    void set_speaking(bool) override {}
    bool is_complete(std::string_view) const override { return true; }
    std::string pressed;
  } keys;
  std::string reply = "it left on monday and comes on thursday before the evening";
  bool filler = false;
  gateway::AfterAnswer after = gateway::AfterAnswer::go_on;
  History heard;

 private:
  Clock& clock_;
};

/// The gateway, on the clock of whoever calls.
struct Line {
  explicit Line(std::shared_ptr<Tones> its_tones) : tones(std::move(its_tones)) {}

  void serve(Runtime& runtime) {
    if (!servers.empty() && !forgets) return;
    desk = std::make_shared<Desk>(runtime.clock);
    if (set_up) set_up(*desk);
    if (keeps) settings.sessions = std::make_shared<gateway::MemoryStore>(runtime.clock);
    servers.push_back(std::make_unique<gateway::CallServer>(runtime, settings, [this, &runtime](const gateway::CallRequest& asked) {
      last = asked;
      gateway::CallParts parts{.recogniser = gateway::stub_ear(runtime, {}), .dialogue = desk};
      parts.settings.speech.voices = {{std::make_shared<testing_support::ToneVoice>(tones)}};
      return parts;
    }));
  }
  std::unique_ptr<net::ByteStream> stream(Runtime& runtime) {
    serve(runtime);
    ++connections;
    auto [mine, theirs] = net::memory_connection(runtime);
    const std::shared_ptr<net::HttpServer> http = net::make_http_server(
        runtime, {}, [server = servers.back().get()](const net::ServerRequest& request, net::ServerReply& reply) { return server->handle(request, reply); });
    asio::co_spawn(runtime.executor, run_server(http), asio::detached);
    if (breaks_after && connections == 1) {
      auto* far = theirs.get();
      breaking.emplace(runtime.clock, runtime.clock.now() + *breaks_after, [far] { far->close(); });
    }
    http->adopt(std::move(theirs));
    return std::move(mine);
  }
  static Task<> run_server(std::shared_ptr<net::HttpServer> http) { co_await http->serve(); }

  std::shared_ptr<Tones> tones;
  std::function<void(Desk&)> set_up;
  std::shared_ptr<Desk> desk;
  gateway::CallServerSettings settings;
  bool keeps = false;
  int connections = 0;
  std::optional<Duration> breaks_after;  ///< the first connection, with no goodbye
  std::optional<ScopedAlarm> breaking;
  std::optional<gateway::CallRequest> last;
  bool forgets = false;  ///< each connection reaches another instance, which knows nothing of the others
  std::vector<std::unique_ptr<gateway::CallServer>> servers;
};

struct GatewayAgent : ::testing::Test {
  std::shared_ptr<Tones> tones = std::make_shared<Tones>();
  std::shared_ptr<Line> line = std::make_shared<Line>(tones);
  GatewayAgentOptions options{.url = "ws://gateway", .caller_id = "+15550100"};

  ScenarioResult call(std::vector<Step> script) {
    options.stream = [line = line](Runtime& runtime) { return line->stream(runtime); };
    return run({.name = "a call", .agent = gateway_agent(options), .script = std::move(script)}, {.seed = 7, .speech = testing_support::tone_speech(tones)});
  }
};

std::string why(const ScenarioResult& result) { return result.error ? result.error->message : result.reasoning; }

std::vector<std::string> words(const ScenarioResult& result) {
  std::vector<std::string> all;
  for (const auto& message : result.messages) all.push_back(message.text());
  return all;
}

TEST_F(GatewayAgent, HearsTheGreetingAndTurnsThatEndAsTheGatewayTells_TRN5) {
  const auto result = call({agent(), user("where is my parcel today"), agent(), user("and the other one"), agent(), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
  EXPECT_THAT(words(result), ElementsAre("welcome to the parcel desk", "where is my parcel today", line->desk->reply, "and the other one", line->desk->reply));
  ASSERT_TRUE(result.call);
  ASSERT_EQ(result.call->turns.size(), 3U);
  EXPECT_EQ(result.call->turns[1].ending, TurnEnding::signal);
  EXPECT_EQ(line->last->caller_id, "+15550100");
}

TEST_F(GatewayAgent, ATurnGoesOnOverTheSilenceOfItsTools_TRN5) {
  line->set_up = [](Desk& desk) { desk.filler = true; };
  const auto result = call({agent(), user("where is my parcel today"), agent(), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
  EXPECT_THAT(words(result).back(), HasSubstr("one moment please"));
  EXPECT_THAT(words(result).back(), HasSubstr("thursday before the evening"));
}

TEST_F(GatewayAgent, TellsWhatTheGatewayUnderstoodItsToolsAndWhatItClaims_TRN5) {
  const auto result = call({agent(), user("where is my parcel today"), agent(), succeed("")});
  ASSERT_TRUE(result.call);
  const auto& claims = result.call->claims;
  ASSERT_EQ(claims.understood.size(), 1U);
  EXPECT_EQ(claims.understood[0].second, "where is my parcel today");
  std::vector<std::string> of;
  for (const auto& claim : claims.latencies) of.push_back(claim.what);
  EXPECT_THAT(of, Contains("response"));
  EXPECT_THAT(of, Contains("asr"));
  std::vector<std::string> told;
  for (const auto& event : result.call->events)
    if (event.type == VoiceEventType::tool_call || event.type == VoiceEventType::tool_result) told.push_back(event.name);
  EXPECT_THAT(told, ElementsAre("order_status", "order_status"));
}

TEST_F(GatewayAgent, WhoCutsInIsHeardAndTheAnswerStopsAtItsClear_TRN5) {
  const auto result =
      call({agent(), user("where is my parcel today"), agent({.wait = false}), interrupt("no wait please", {.after = 1500ms}), agent(), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
  const auto& messages = line->desk->heard;
  ASSERT_GE(messages.size(), 4U);
  EXPECT_THAT(messages[2].text(), ::testing::StartsWith("it left on monday"));
  EXPECT_THAT(messages[2].text(), ::testing::Not(HasSubstr("evening")));
  EXPECT_THAT(words(result).back(), HasSubstr("evening"));
}

TEST_F(GatewayAgent, WhatIsSaidAfterAnEmptyTurnIsTheAnswer_TRN5) {
  line->set_up = [](Desk& desk) { desk.after = gateway::AfterAnswer::escalate; };
  const auto result = call({agent(), user("let me speak to a human"), agent(), check(contains("colleague")), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
}

TEST_F(GatewayAgent, KeysGoAsKeys_TRN5) {
  call({agent(), dtmf("12#"), sleep(500ms), succeed("")});
  EXPECT_EQ(line->desk->keys.pressed, "12#");
}

TEST_F(GatewayAgent, SpeaksTheFormatsThatAreAskedFor_TRN5) {
  options.send = {audio::Encoding::mulaw, 8000};
  options.receive = {audio::Encoding::pcm16, 8000};
  options.locale = "en-US";
  const auto result = call({agent(), user("where is my parcel today"), agent(), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
  EXPECT_EQ(to_string(line->last->in), "mulaw/8000");
  EXPECT_EQ(to_string(line->last->out), "pcm16/8000");
  options.send = {audio::Encoding::alaw, 8000};
  EXPECT_THROW(gateway_agent(options), Error);
}

TEST_F(GatewayAgent, WithoutItsTokenItIsOneClearError_TRN5_TRN21) {
  line->settings.access.tokens = {"sesame-sesame-sesame"};
  auto result = call({agent(), succeed("")});
  EXPECT_THAT(why(result), HasSubstr("401"));
  line = std::make_shared<Line>(tones);
  line->settings.access.tokens = {"sesame-sesame-sesame"};
  options.token = "sesame-sesame-sesame";
  result = call({agent(), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
}

TEST_F(GatewayAgent, AnAgentThatEndsTheCallMeansIt_TRN5) {
  line->set_up = [](Desk& desk) { desk.after = gateway::AfterAnswer::end_call; };
  const auto result = call({agent(), user("thank you and goodbye"), agent(), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
}

TEST_F(GatewayAgent, ALostConnectionIsMadeAgainAndTheAnswerSaidAgain_TRN5) {
  line->keeps = true;
  line->breaks_after = 7s;  // within the first answer
  options.resume = true;
  const auto result = call({agent(), user("where is my parcel today"), agent(), user("and the other one"), agent(), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
  EXPECT_EQ(line->connections, 2);
  EXPECT_THAT(words(result)[2], HasSubstr(line->desk->reply)) << "whole, and what was heard of it before";
  EXPECT_EQ(words(result).back(), line->desk->reply);
  EXPECT_THAT(result.notices, Contains(HasSubstr("and the call resumed after")));
}

TEST_F(GatewayAgent, ALostConnectionIsAnErrorUnlessItMayBeMadeAgain_TRN5_TRN21) {
  line->keeps = true;
  line->breaks_after = 7s;
  const auto result = call({agent(), user("where is my parcel today"), agent(), user("and the other one"), agent(), succeed("")});
  EXPECT_FALSE(result.success());
  EXPECT_EQ(line->connections, 1);
  EXPECT_THAT(why(result), HasSubstr("antiphon"));
}

TEST_F(GatewayAgent, WhereTheGatewayForgotTheCallItSaysSo_TRN5_TRN21) {
  line->breaks_after = 7s;
  line->forgets = true;
  options.resume = true;
  const auto result = call({agent(), user("where is my parcel today"), agent(), user("and the other one"), agent(), succeed("")});
  EXPECT_FALSE(result.success());
  EXPECT_THAT(why(result), HasSubstr("the connection was lost, and the call could not be resumed"));
}

}  // namespace
}  // namespace antiphon
