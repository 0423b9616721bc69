#include "antiphon/session/program/agent_program.hpp"

#include <csignal>
#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/session/remote_session.hpp"
#include "antiphon/session/testing/scripted_agent.hpp"

namespace antiphon::session {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

AgentProgram desk() {
  AgentProgram program{.name = "desk"};
  program.make = [](Runtime&, const SimulationDispatch* simulated) {
    auto agent = std::make_unique<testing::ScriptedAgent>();
    agent->says("hello", simulated ? "Good day, " + simulated->scenario.label : "Good day.");
    return agent;
  };
  program.on_simulation_end = [](HostedAgent& agent, SimulationContext& context) -> Task<> {
    context.fail("it heard " + std::to_string(dynamic_cast<testing::ScriptedAgent&>(agent).heard.size()));
    co_return;
  };
  return program;
}

AgentCommand command(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {}) {
  return parse_agent_command(desk(), std::move(arguments), [&](std::string_view name) -> std::optional<std::string> {
    const auto found = environment.find(std::string(name));
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(AgentCommandLine, ItsNameComesFromTheFlagElseFromTheEnvironmentElseFromTheProgram_SES10) {
  EXPECT_EQ(command({"start", "--agent-name", "a"}, {{"LIVEKIT_AGENT_NAME", "b"}}).agent_name, "a");
  EXPECT_EQ(command({"start"}, {{"LIVEKIT_AGENT_NAME", "b"}}).agent_name, "b");
  EXPECT_EQ(command({"start"}).agent_name, "desk");
}

TEST(AgentCommandLine, TheLogsFormatDoesNotDependOnTheModeWhereItIsGiven_SES10) {
  EXPECT_EQ(command({"start"}).log_format, LogFormat::json);
  EXPECT_EQ(command({"dev"}).log_format, LogFormat::colored);
  EXPECT_EQ(command({"dev", "--log-format", "json"}).log_format, LogFormat::json);
  EXPECT_EQ(command({"start", "--log-format", "colored", "--log-level", "DEBUG"}).log_format, LogFormat::colored);
  EXPECT_EQ(command({"start", "--log-level", "DEBUG"}).log_level, LogLevel::debug);
}

TEST(AgentCommandLine, TakesWhatLiveKitsToolsGiveTheirAgents_SES10) {
  const auto console = command({"console", "--connect-addr", "127.0.0.1:8775", "--log-level", "warn"});
  EXPECT_EQ(console.what, AgentCommand::What::console);
  EXPECT_EQ(console.connect_addr, "127.0.0.1:8775");
  EXPECT_TRUE(command({"start", "--simulation"}).simulating);
  EXPECT_FALSE(command({"start", "--simulation"}).simulation);
  EXPECT_EQ(command({"console"}, {{"LK_SIMULATOR_DISPATCH", R"({"simulationRunId": "r1"})"}}).simulation->run_id, "r1");
  const auto file = (std::filesystem::temp_directory_path() / make_id("dispatch")).string();
  write_file_atomically(file, R"({"simulationRunId": "r2"})");
  EXPECT_EQ(command({"console", "--simulation=" + file}).simulation->run_id, "r2");
  std::filesystem::remove(file);
}

TEST(AgentCommandLine, MistakesAreUsage_SES10) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"begin"}, {"start", "--log-format", "xml"}, {"start", "--log-level", "loud"}, {"start", "x"}}) {
    try {
      command(arguments);
      FAIL() << join(arguments, " ");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_FALSE(error.hint().empty());
    }
  }
  EXPECT_THAT(command({}).help, HasSubstr("console"));
  EXPECT_THROW(command({"console"}, {{"LK_SIMULATOR_DISPATCH", "{"}}), Error);
}

struct AgentProcess : ::testing::Test {
  AgentStreams streams() {
    return {.out = out, .log = log, .read_line = [this](std::stop_token) -> std::optional<std::string> {
              if (lines.empty()) return std::nullopt;
              auto line = lines.front();
              lines.erase(lines.begin());
              return line;
            }};
  }
  Task<> host(AgentCommand what) { return host_agent(world.runtime, program, std::move(what), streams(), stop.get_token()); }
  static Task<> run(AgentProcess* test, AgentCommand what) {
    co_await test->host(std::move(what));
    test->ended = true;
  }
  void begin(AgentCommand what) {
    world.spawn(run(this, std::move(what)));
    world.run_until([this] { return ended || out.str().find('\n') != std::string::npos; });
  }
  net::HostPort place() const {
    const std::string line(trim(out.str()));
    return net::parse_host_port(line.substr(line.rfind(' ') + 1), "address");
  }

  World world;
  AgentProgram program = desk();
  std::ostringstream out, log;
  std::vector<std::string> lines;
  std::stop_source stop;
  bool ended = false;
};

TEST_F(AgentProcess, StartHostsASessionForEachControllerUntilItIsStopped_SES10) {
  begin(command({"start", "--listen", "127.0.0.1:0", "--agent-name", "front desk"}));
  EXPECT_THAT(out.str(), HasSubstr("listening on 127.0.0.1:"));
  RemoteSession first(world.runtime, dial_stream(world.runtime, place())), second(world.runtime, dial_stream(world.runtime, place()));
  EXPECT_EQ((world.run(first.wait_for_ready()), world.run(first.run("hello")).text()), "Good day.");
  EXPECT_EQ((world.run(second.wait_for_ready()), world.run(second.run("hello")).text()), "Good day.");
  stop.request_stop();
  world.run_until([this] { return ended; });
  EXPECT_TRUE(first.ended());
  const auto entry = parse_json(log.str().substr(0, log.str().find('\n'))).as_object();
  EXPECT_EQ(entry.at("message"), "ready");
  EXPECT_EQ(entry.at("level"), "INFO");
  EXPECT_EQ(entry.at("agent_name"), "front desk");
  EXPECT_TRUE(entry.contains("timestamp"));
  world.run(first.close());
  world.run(second.close());
}

TEST_F(AgentProcess, ConsoleDialsTheControllerWithAudioOn_SES7_SES10) {
  const auto listener = net::listen_tcp(world.runtime, {"127.0.0.1", 0});
  const auto address = net::HostPort{"127.0.0.1", listener->port()}.text();
  world.spawn(run(this, command({"console", "--connect-addr", address},
                                {{"LK_SIMULATOR_DISPATCH", R"({"simulationRunId": "r", "mode": "SIMULATION_MODE_AUDIO", "scenario": {"label": "Ada"}})"}})));
  auto stream = world.run(listener->accept(world.soon()));
  RemoteSession remote(world.runtime, over_stream(world.runtime, std::move(stream)));
  world.run(remote.wait_for_ready());
  EXPECT_EQ(world.run(remote.run("hello")).text(), "Good day, Ada");
  const auto verdict = world.run(remote.finalize_simulation({true, ""}));
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->reason, "it heard 1") << "the agent of this very session was asked";
  world.run(remote.close());
  world.run_until([this] { return ended; });
}

TEST_F(AgentProcess, ConsoleWithoutAControllerIsAConversationByLines_SES10) {
  lines = {"hello", "", "what?"};
  world.run(host(command({"console"})));
  EXPECT_EQ(out.str(), "desk: Good day.\n");
}

TEST_F(AgentProcess, WhatAControllerIsAnsweredWithStandsInTheLogToo_SES10) {
  program.make = [](Runtime&, const SimulationDispatch*) {
    auto agent = std::make_unique<testing::ScriptedAgent>();
    agent->actions["fail"] = [](AgentTurn&) -> Task<> {
      throw SessionError(Stage::llm, "rate_limited", 429, "too many requests");
      co_return;
    };
    return agent;
  };
  lines = {"fail"};
  world.run(host(command({"console", "--log-format", "json"})));
  EXPECT_THAT(out.str(), HasSubstr("error: too many requests"));
  EXPECT_THAT(log.str(), HasSubstr(R"("message":"a turn failed","level":"ERROR")"));
  EXPECT_THAT(log.str(), HasSubstr("llm:rate_limited:429: too many requests"));
}

TEST_F(AgentProcess, RoomsAreNotInThisVersion_SES10) {
  try {
    world.run(host(command({"connect", "--room", "r"})));
    FAIL() << "it connected";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  }
}

TEST_F(AgentProcess, InsideOfSomethingElseItTouchesNoSignalAndLeavesNothing_SES11) {
  struct sigaction before{}, during{};
  ::sigaction(SIGINT, nullptr, &before);
  begin(command({"start", "--listen", "127.0.0.1:0"}));
  ::sigaction(SIGINT, nullptr, &during);
  EXPECT_EQ(before.sa_handler, during.sa_handler);
  stop.request_stop();
  world.run_until([this] { return ended; });
  EXPECT_TRUE(ended) << "and the executor of its surroundings goes on";
  world.run(world.clock.sleep_for(1ms));
}

TEST_F(AgentProcess, HeartbeatsCarryItsName_SES10) {
  VirtualWorld later;
  const auto what = command({"start", "--listen", "127.0.0.1:0", "--log-level", "debug", "--agent-name", "night desk"});
  const auto for_a_while = [](Clock& clock, std::stop_source source) -> Task<> {
    co_await clock.sleep_for(61s);
    source.request_stop();
  };
  later.run(beside(for_a_while(later.clock, stop), host_agent(later.runtime, program, what, streams(), stop.get_token())));
  EXPECT_THAT(log.str(), HasSubstr(R"("message":"heartbeat")"));
  EXPECT_THAT(log.str(), HasSubstr(R"("agent_name":"night desk")"));
}

TEST(AgentLog, TellsPeopleInALineAndLeavesOutWhatIsBelow_SES10) {
  std::ostringstream out;
  const AgentLog log(out, LogFormat::colored, LogLevel::warning);
  log.say(LogLevel::info, "left out");
  log.say(LogLevel::error, "broken", {{"why", "no disk"}});
  EXPECT_THAT(out.str(), Not(HasSubstr("left out")));
  EXPECT_THAT(out.str(), HasSubstr("\x1b[31mERROR\x1b[0m broken why=\"no disk\""));
  std::ostringstream plain;
  AgentLog(plain, LogFormat::plain, LogLevel::warning).say(LogLevel::error, "broken");
  EXPECT_EQ(plain.str(), "ERROR broken\n");
}

}  // namespace
}  // namespace antiphon::session
