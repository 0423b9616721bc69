// Hosts an agent for tests/peers/session: LiveKit's own RemoteSession drives it. Prints where it listens; ends with the first controller that says so.
#include <iostream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/session/listener.hpp"
#include "antiphon/session/session_host.hpp"

using namespace antiphon;

namespace {

class Desk final : public session::HostedAgent {
 public:
  session::AgentInfo info() const override { return {.id = "desk", .instructions = "Be kind.", .tools = {"get_weather"}}; }
  Task<> answer(std::string text, session::AgentTurn& turn) override {
    if (text == "hello") co_await turn.say("Good day.");
    if (text == "weather") {
      co_await turn.add(session::FunctionCall{.call_id = "c1", .name = "get_weather", .arguments = R"({"city":"Paris"})"});
      co_await turn.add(session::FunctionCallOutput{.call_id = "c1", .name = "get_weather", .output = "sunny"});
      co_await turn.say("It is sunny.");
    }
    if (text == "fail") throw session::SessionError(session::Stage::llm, "APIStatusError", 401, "no such key");
    if (text == "hand over") co_await turn.add(session::AgentHandoff{.old_agent_id = "desk", .new_agent_id = "billing"});
    if (text == "speak") {
      co_await turn.say("Listen.");
      co_await turn.play({.samples = std::vector<std::int16_t>(4800, 1000)});
    }
  }
  std::vector<session::ModelUsage> usage() const override {
    return {{.kind = "llm", .provider = "rules", .model = "desk", .figures = {{"input_tokens", 7}, {"output_tokens", 3}}}};
  }
  std::map<std::string, std::string> options() const override { return {{"max_tool_steps", "3"}}; }
};

}  // namespace

int main() {
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  session::SessionListener listener(runtime, {}, [&](session::SessionArrival arrival) -> Task<> {
    Desk desk;
    session::SessionHostOptions options;
    options.sdk_version = "peer";
    options.simulation = session::SimulationDispatch{.run_id = "run-1"};
    options.on_simulation_end = [](session::SimulationContext& simulation) -> Task<> {
      if (simulation.simulator_verdict().success) simulation.fail("the database holds no booking");
      co_return;
    };
    session::SessionHost host(runtime, std::move(arrival.transport), desk, std::move(options));
    co_await host.serve();
  });
  std::cout << "listening on 127.0.0.1:" << listener.port() << std::endl;
  asio::co_spawn(context, listener.serve(), [](std::exception_ptr) {});
  context.run();
}
