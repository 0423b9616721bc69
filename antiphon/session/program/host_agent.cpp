#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/session/host_registry.hpp"
#include "antiphon/session/listener.hpp"
#include "antiphon/session/program/agent_program.hpp"
#include "antiphon/session/remote_session.hpp"

namespace antiphon::session {

using namespace std::chrono_literals;

namespace {

constexpr auto heartbeat = 30s;
constexpr std::size_t most_sessions = 100;  // of a process that no simulation drives

/// One agent's process, whatever it was asked to do.
class HostingAgent {
 public:
  HostingAgent(Runtime& runtime, const AgentProgram& program, AgentCommand command, AgentStreams streams)
      : runtime_(runtime),
        program_(program),
        command_(std::move(command)),
        streams_(std::move(streams)),
        log_(streams_.log, command_.log_format, command_.log_level) {}

  Task<> run() {
    switch (command_.what) {
      case AgentCommand::What::help: streams_.out << command_.help << std::flush; co_return;
      case AgentCommand::What::start:
      case AgentCommand::What::dev: co_return co_await listen();
      case AgentCommand::What::console: co_return co_await (command_.connect_addr.empty() ? talk() : dial());
      case AgentCommand::What::connect:
        throw Error(ErrorKind::unsupported, "rooms are not in this version").with_hint("use `start --listen HOST:PORT` or `console --connect-addr HOST:PORT`");
    }
  }

  /// Answers under way may end, but of `dev`.
  void stop() {
    if (std::exchange(stopping_, true)) return;
    log_.say(LogLevel::info, "stopping", {{"agent_name", command_.agent_name}, {"sessions", hosts_.size()}});
    hosts_.stop();
    talking_.stop();
    stopped_.beat();
  }

 private:
  // Its agent, the host of it and what is asked of both at the end.
  Task<> serve(std::unique_ptr<SessionTransport> transport, std::optional<SimulationDispatch> simulation, SessionIo io) {
    SessionHostOptions options{.io = io, .simulation = simulation ? std::move(simulation) : command_.simulation};
    if (command_.what == AgentCommand::What::dev) options.drain = 0s;
    options.on_failure = [this](const SessionError& failure) { log_.say(LogLevel::error, "a turn failed", {{"error", failure.to_wire()}}); };
    const auto agent = program_.make(runtime_, options.simulation ? &*options.simulation : nullptr);
    if (program_.on_simulation_end)
      options.on_simulation_end = [this, its_agent = agent.get()](SimulationContext& context) { return program_.on_simulation_end(*its_agent, context); };
    SessionHost host(runtime_, std::move(transport), *agent, std::move(options));
    const HostRegistry::Entry entry(hosts_, host);
    if (stopping_) host.stop();
    const auto trouble = co_await host.serve();
    if (trouble) log_.say(LogLevel::warning, "a session ended", {{"error", trouble->message()}});
  }

  Task<> take(SessionArrival arrival) {
    log_.say(LogLevel::info, "a controller came", {{"from", arrival.from}});
    std::exception_ptr failure;
    try {
      co_await serve(std::move(arrival.transport), std::move(arrival.simulation), {});
    } catch (const std::exception&) {
      failure = std::current_exception();
    }
    if (failure && !stopping_) log_.say(LogLevel::error, "a session failed", {{"error", describe(failure)}});
    if (failure) std::rethrow_exception(failure);
  }

  Task<> listen() {
    const auto place = net::parse_host_port(command_.listen, "--listen");
    SessionListenOptions options{.place = place, .token = command_.token};
    if (!command_.simulating) options.connection_limit = most_sessions;
    listener_.emplace(runtime_, std::move(options), [this](SessionArrival arrival) { return take(std::move(arrival)); });
    streams_.out << "listening on " << net::HostPort{place.host, listener_->port()}.text() << std::endl;
    log_.say(LogLevel::info, "ready", {{"agent_name", command_.agent_name}});
    co_await beside(beat(), beside(end_when_stopped(), listener_->serve()));
    listener_.reset();
  }

  Task<> end_when_stopped() {
    while (!stopping_) co_await stopped_.wait();
    co_await hosts_.all_ended();
    listener_->stop();
  }

  // For whoever watches: that it is there, and by which name.
  Task<> beat() {
    for (;;) {
      co_await runtime_.clock.sleep_for(heartbeat);
      log_.say(LogLevel::debug, "heartbeat", {{"agent_name", command_.agent_name}, {"sessions", hosts_.size()}});
    }
  }

  Task<> dial() {
    const auto place = net::parse_host_port(command_.connect_addr, "--connect-addr");
    log_.say(LogLevel::info, "dialling", {{"agent_name", command_.agent_name}, {"address", place.text()}});
    const bool audio = !command_.text;
    co_await serve(dial_stream(runtime_, place), std::nullopt, {.input_audio = audio, .output_audio = audio});
  }

  Task<> talk() {
    auto [near, far] = memory_transports(runtime_);
    co_await beside(serve(std::move(far), std::nullopt, {}), talk_over(std::move(near)));
  }

  Task<> talk_over(std::unique_ptr<SessionTransport> transport) {
    RemoteSession remote(runtime_, std::move(transport), {.on_event = [this](const SessionEvent& event) { show(event); }});
    co_await remote.wait_for_ready();
    try {
      co_await talking_.run(say_lines(remote));
    } catch (const boost::system::system_error&) {
      if (!talking_.stopped()) throw;
    }
    co_await remote.close();
  }

  Task<> say_lines(RemoteSession& remote) {
    while (streams_.read_line) {
      const auto line = co_await runtime_.blocking.run<std::optional<std::string>>(runtime_.clock, streams_.read_line);
      if (!line) co_return;
      std::string text(trim(*line));
      if (text.empty()) continue;
      std::optional<Error> failure;
      try {
        co_await remote.run(std::move(text));
      } catch (const Error& error) {
        failure = error;
      }
      if (failure) streams_.out << "error: " << failure->message() << std::endl;
    }
  }

  void show(const SessionEvent& event) {
    if (const auto* tools = std::get_if<ToolsExecuted>(&event.what))
      for (const auto& call : tools->calls) streams_.out << "  calls " << call.name << ' ' << call.arguments << std::endl;
    const auto* added = std::get_if<ItemAdded>(&event.what);
    const auto* message = added ? std::get_if<ChatMessage>(&added->item) : nullptr;
    if (message && message->role == MessageRole::assistant) streams_.out << command_.agent_name << ": " << message->text << std::endl;
  }

  Runtime& runtime_;
  const AgentProgram& program_;
  AgentCommand command_;
  AgentStreams streams_;
  AgentLog log_;
  HostRegistry hosts_;
  std::optional<SessionListener> listener_;
  Stoppable talking_;
  bool stopping_ = false;
  Pulse stopped_;
};

}  // namespace

Task<> host_agent(Runtime& runtime, const AgentProgram& program, AgentCommand command, AgentStreams streams, std::stop_token stop) {
  const auto agent = std::make_shared<HostingAgent>(runtime, program, std::move(command), std::move(streams));
  const std::stop_callback on_stop(stop, [executor = runtime.executor, weak = std::weak_ptr(agent)] {
    asio::post(executor, [weak] {
      if (const auto there = weak.lock()) there->stop();
    });
  });
  co_await agent->run();
}

}  // namespace antiphon::session
