#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/session/testing/host_thread.hpp"

/// Agents that are running sessions, under the engine: over sockets, as a user has them.
namespace antiphon {
namespace {

using namespace std::chrono_literals;
using session::AgentTurn;
using ::testing::HasSubstr;
using ::testing::Not;

using session::testing::HostThread;

struct SessionAgents : ::testing::Test {
  SessionAgents() {
    agent.says("hello", "Good day.");
    agent.actions["book"] = [](AgentTurn& turn) -> Task<> {
      co_await turn.add(session::FunctionCall{.call_id = "c1", .name = "book", .arguments = R"({"room": 12})"});
      co_await turn.add(session::FunctionCallOutput{.call_id = "c1", .name = "book", .output = "ok"});
      co_await turn.say("Room 12 is yours.");
    };
    agent.actions["fail"] = [](AgentTurn& turn) -> Task<> {
      co_await turn.say("One moment.");
      throw session::SessionError(session::Stage::llm, "rate_limited", 429, "too many requests");
    };
  }
  ScenarioResult play(SessionAgentOptions options, std::vector<Step> script) {
    return run({.name = "desk", .agent = session_agent(std::move(options)), .script = std::move(script), .timeout = 30s});
  }
  session::testing::ScriptedAgent agent;
};

TEST_F(SessionAgents, AnswerByTextAndShowTheirToolCalls_TRN12) {
  const HostThread host(agent);
  const auto result = play({.connect = host.place()}, {user("hello"), antiphon::agent(), user("book"), antiphon::agent(), succeed("")});
  ASSERT_EQ(result.outcome, RunOutcome::passed) << result;
  ASSERT_EQ(result.messages.size(), 6U);
  EXPECT_EQ(result.messages[1].text(), "Good day.");
  EXPECT_EQ(result.messages[3].tool_calls().at(0).name, "book");
  EXPECT_EQ(result.messages[4].tool_call_id(), "c1");
  EXPECT_EQ(result.messages[5].text(), "Room 12 is yours.");
}

TEST_F(SessionAgents, AreReachedByWebSocketWithAToken_TRN12) {
  const HostThread host(agent, {}, "s3cret");
  EXPECT_EQ(play({.connect = host.place(), .token = "s3cret"}, {user("hello"), antiphon::agent(), succeed("")}).outcome, RunOutcome::passed);
  const auto refused = play({.connect = "ws://" + host.place() + "/session"}, {user("hello"), antiphon::agent()});
  EXPECT_EQ(refused.outcome, RunOutcome::error);
  EXPECT_THAT(refused.reasoning, HasSubstr("401"));
}

TEST_F(SessionAgents, AFailedTurnIsTheAgentsErrorAndKeepsWhatItHadSaid_TRN12_SES4) {
  const HostThread host(agent);
  const auto result = play({.connect = host.place()}, {user("fail"), antiphon::agent()});
  ASSERT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, HasSubstr("llm:rate_limited:429: too many requests"));
  ASSERT_EQ(result.messages.size(), 2U);
  EXPECT_EQ(result.messages[1].text(), "One moment.");
}

TEST_F(SessionAgents, AGreetingOpensTheConversationWhereTheAgentSpeaksFirst_TRN12) {
  agent.on_greet = [](AgentTurn& turn) { return turn.say("Welcome!"); };
  const HostThread host(agent);
  const auto result = play({.connect = host.place()}, {antiphon::agent(), user("hello"), antiphon::agent(), succeed("")});
  ASSERT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.messages[0].text(), "Welcome!");
  EXPECT_EQ(result.messages[2].text(), "Good day.");
}

TEST_F(SessionAgents, OneThatNeverStopsGreetingIsLeft_TRN12) {
  const HostThread host(agent, {}, {}, [](session::SessionHost& its) {
    for (int i = 0; i < 30; ++i) its.add(session::ChatMessage{.text = std::string(50'000, 'x')});
  });
  const auto result = play({.connect = host.place()}, {user("hello"), antiphon::agent(), succeed("")});
  EXPECT_EQ(result.outcome, RunOutcome::error) << result;
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, HasSubstr("said more than 1048576 bytes before it was spoken to"));
}

TEST_F(SessionAgents, OneThatNeverStopsGreetingWithoutAWordIsLeft_TRN12) {
  const HostThread host(agent, {}, {}, [](session::SessionHost& its) {
    for (int i = 0; i < 11'000; ++i) its.add(session::ChatMessage{});
  });
  const auto result = play({.connect = host.place()}, {user("hello"), antiphon::agent(), succeed("")});
  EXPECT_EQ(result.outcome, RunOutcome::error) << result;
  EXPECT_THAT(result.error->message, HasSubstr("before it was spoken to"));
}

TEST_F(SessionAgents, OneThatIsLostBeforeItGreetsIsToldAsLost_TRN12) {
  std::optional<HostThread> host(std::in_place, agent);
  const auto place = host->place();
  std::jthread ends([&] {
    std::this_thread::sleep_for(300ms);  // another thread's greeting is awaited by then, or is not begun to be: either way it is lost
    host.reset();
  });
  const auto result = play({.connect = place}, {antiphon::agent()});
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, Not(HasSubstr("said nothing")));
}

TEST_F(SessionAgents, TheirOwnCodeVetoesARunThatSoundedFine_TRN12_SES9) {
  session::SessionHostOptions options;
  options.simulation = session::SimulationDispatch{.run_id = "run-1"};
  options.on_simulation_end = [](session::SimulationContext& context) -> Task<> {
    if (context.simulator_verdict().success) context.fail("the database holds no booking");
    co_return;
  };
  const HostThread host(agent, std::move(options));
  const auto result = play({.connect = host.place()}, {user("book"), antiphon::agent(), succeed("it said so")});
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_THAT(result.reasoning, HasSubstr("the database holds no booking"));
  EXPECT_EQ(result.fault->party, Party::agent);
}

TEST_F(SessionAgents, NobodyListeningIsTheTransportsFault_TRN12) {
  const auto result = play({.connect = "127.0.0.1:1", .connect_timeout = 1s}, {user("hello"), antiphon::agent()});
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::transport);
}

TEST_F(SessionAgents, NobodyListeningIsNotWaitedForAsLongAsForAnAnswer_TRN12) {
  const auto result = play({.connect = "127.0.0.1:1", .connect_timeout = 25s, .refused_timeout = 100ms}, {user("hello"), antiphon::agent()});
  ASSERT_EQ(result.outcome, RunOutcome::error);
  EXPECT_THAT(result.error->message, HasSubstr("cannot connect to 127.0.0.1:1: connection refused (tried for "));
  EXPECT_THAT(result.error->message, HasSubstr("start the agent first"));
}

TEST_F(SessionAgents, AProgramThatDiesInsteadOfListeningIsToldAtOnce_TRN12) {
  const auto result =
      play({.connect = "127.0.0.1:1", .run = {"sh", "-c", "echo no such model >&2; exit 7"}, .connect_timeout = 1h}, {user("hello"), antiphon::agent()});
  ASSERT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, HasSubstr("exit code 7 instead of answering; its last words: \"no such model\""));
}

TEST_F(SessionAgents, AProgramThatEndsWellMayHaveStartedWhoListens_TRN12) {
  const auto began = std::chrono::steady_clock::now();
  const auto result = play({.connect = "127.0.0.1:1", .run = {"true"}, .connect_timeout = 1s}, {user("hello"), antiphon::agent()});
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 500ms) << "it was waited for";
}

TEST_F(SessionAgents, WhereNoSessionIsServedThatIsToldAtOnceAndNobodyIsAskedForAVerdict_TRN12) {
  const HostThread host(agent, {}, "s3cret");
  const auto result = play({.connect = "ws://" + host.place() + "/elsewhere", .token = "s3cret"}, {user("hello"), antiphon::agent()});
  ASSERT_EQ(result.outcome, RunOutcome::error);
  EXPECT_THAT(result.error->message, HasSubstr("404"));
  EXPECT_TRUE(result.notices.empty()) << result;
  for (const auto* rest : {"", "?desk=1"})
    EXPECT_EQ(play({.connect = "ws://" + host.place() + rest, .token = "s3cret"}, {user("hello"), antiphon::agent(), succeed("")}).outcome, RunOutcome::passed)
        << "an address without a path is that of its sessions";
}

TEST_F(SessionAgents, AProgramThatDiesInsteadOfDiallingIsToldWithItsLastWords_TRN12) {
  const auto result = play({.run = {"sh", "-c", "echo no such model >&2; exit 7"}}, {user("hello"), antiphon::agent()});
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, HasSubstr("exit code 7 instead of answering; its last words: \"no such model\""));
}

TEST_F(SessionAgents, AnAgentThatNeverDialsIsATimeout_TRN12) {
  const auto result = play({.listen = "127.0.0.1:0", .connect_timeout = 100ms}, {user("hello"), antiphon::agent()});
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_THAT(result.error->message, HasSubstr("no agent connected"));
}

TEST(SessionAgentOptions, AreCheckedBeforeAnythingRuns_TRN12) {
  for (const auto& options : {SessionAgentOptions{}, SessionAgentOptions{.connect = "nowhere"},
                              SessionAgentOptions{.connect = "127.0.0.1:1", .listen = "127.0.0.1:2"}, SessionAgentOptions{.connect = "192.0.2.1:80"},
                              SessionAgentOptions{.listen = "0.0.0.0:80"}, SessionAgentOptions{.listen = "127.0.0.1:1", .token = "t"}})
    EXPECT_THROW(session_agent(options), Error);
}

}  // namespace
}  // namespace antiphon
