#include <gmock/gmock.h>

#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command_line_test.hpp"
#include "antiphon/session/testing/host_thread.hpp"

namespace antiphon::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SessionCommand : public CommandLine {
 protected:
  SessionCommand() {
    agent_.says("hello", "Good day.");
    agent_.actions["book"] = [](session::AgentTurn& turn) -> Task<> {
      co_await turn.add(session::FunctionCall{.call_id = "c1", .name = "book", .arguments = "{}"});
      co_await turn.add(session::FunctionCallOutput{.call_id = "c1", .name = "book", .output = "ok"});
      co_await turn.say("Done.");
    };
    agent_.actions["fail"] = [](session::AgentTurn&) -> Task<> {
      throw session::SessionError(session::Stage::llm, "APIStatusError", 401, "no such key");
      co_return;
    };
  }
  std::vector<json::object> lines() const {
    std::vector<json::object> all;
    for (const auto& line : split(out(), '\n'))
      if (!line.empty()) all.push_back(parse_json(line).as_object());
    return all;
  }
  session::testing::ScriptedAgent agent_;
};

TEST_F(SessionCommand, TellsEachTextAsAnObject_PRD62) {
  const session::testing::HostThread host(agent_);
  ASSERT_EQ(antiphon({"session", host.place(), "--text", "hello", "--text", "book", "--text", "nothing to say", "--json"}), 0) << err();
  const auto all = lines();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].at("text"), "hello");
  EXPECT_EQ(all[0].at("items").at(0).at("type"), "message");
  EXPECT_EQ(all[0].at("items").at(0).at("role"), "assistant");
  EXPECT_EQ(all[0].at("items").at(0).at("content"), "Good day.");
  EXPECT_TRUE(all[0].at("error").is_null());
  EXPECT_TRUE(all[0].at("latency_ms").is_double());
  EXPECT_EQ(all[1].at("items").at(0).at("type"), "function_call");
  EXPECT_EQ(all[1].at("items").at(1).at("type"), "function_call_output");
  EXPECT_TRUE(all[2].at("items").as_array().empty());
}

TEST_F(SessionCommand, AnErrorIsToldAndTheNextTextIsSaidAllTheSame_PRD62) {
  const session::testing::HostThread host(agent_);
  EXPECT_EQ(antiphon({"session", host.place(), "--text", "fail", "--text", "hello", "--json"}), 3);
  const auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  const auto& error = all[0].at("error").as_object();
  EXPECT_EQ(error.at("stage"), "llm");
  EXPECT_EQ(error.at("type"), "APIStatusError");
  EXPECT_EQ(error.at("status"), 401);
  EXPECT_EQ(error.at("message"), "no such key");
  EXPECT_EQ(all[1].at("items").at(0).at("content"), "Good day.");
}

// Each is written to a terminal, which is slow, while everything else waits.
TEST_F(SessionCommand, OfAFloodOfErrorsAFewAreShownAndTheOthersCounted_PRD62) {
  const session::testing::HostThread host(agent_, {}, {}, [](session::SessionHost& its) {
    for (int i = 0; i < 500; ++i) its.emit({.what = session::SessionTrouble{fmt::format("trouble {}", i)}});
  });
  EXPECT_EQ(antiphon({"session", host.place(), "--text", "hello", "--text", "hello"}), 0) << err();
  EXPECT_THAT(err(), HasSubstr("agent's error: trouble 19\nagent's error: and 480 more\n"));
  EXPECT_THAT(err(), Not(HasSubstr("trouble 20")));
}

TEST_F(SessionCommand, ReadsLinesWhereNoTextIsGiven_PRD62) {
  const session::testing::HostThread host(agent_);
  EXPECT_EQ(antiphon({"session", host.place()}, "hello\n\nbook\nsilence\n"), 0) << err();
  EXPECT_EQ(out(), "agent: Good day.\n  calls book {}\n  gets: ok\nagent: Done.\n(silence)\n");
}

TEST_F(SessionCommand, NobodyThereIsCouldNotRun_PRD62) {
  EXPECT_EQ(antiphon({"session", "--text", "hello", "--", "sh", "-c", "echo gone >&2; exit 9"}), 3);
  EXPECT_THAT(err(), HasSubstr("exit code 9 instead of answering; its last words: \"gone\""));
}

TEST_F(SessionCommand, WhatAnAgentSaysIsShownAndNotObeyed_PRD62) {
  agent_.says("hello", "red \x1b[31m alert\nsecond line");
  const session::testing::HostThread host(agent_);
  EXPECT_EQ(antiphon({"session", host.place(), "--text", "hello"}), 0) << err();
  EXPECT_EQ(out(), "agent: red \uFFFD[31m alert\nsecond line\n");
}

TEST_F(SessionCommand, MistakesAreRefusedBeforeAnythingIsSent_PRD62) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"session"},
                                                                 {"session", "nowhere", "--text", "x"},
                                                                 {"session", "127.0.0.1:1", "127.0.0.1:2"},
                                                                 {"session", "127.0.0.1:1", "--listen", "127.0.0.1:2"},
                                                                 {"session", "192.0.2.1:80", "--text", "x"},
                                                                 {"session", "127.0.0.1:1", "--timeout", "soon"}}) {
    EXPECT_EQ(antiphon(words), 2) << join(words, " ");
    EXPECT_THAT(err(), HasSubstr("fix:"));
  }
}

}  // namespace
}  // namespace antiphon::cli
