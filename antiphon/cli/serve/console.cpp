#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/serve/configured_gateway.hpp"
#include "antiphon/gateway/server/gateway_server.hpp"

namespace antiphon::cli {

namespace {

constexpr std::size_t largest_dispatch = 1024 * 1024;
constexpr std::string_view no_file = "-";

struct ConsoleFlags {
  std::string file, connect_addr, simulation;
  bool text = false;
};

/// What `lk` and we ourselves hand to an agent's process. Bare `--simulation` names no dispatch.
std::optional<session::SimulationDispatch> dispatch_of(const ConsoleFlags& flags, const Environment& environment) {
  if (!flags.simulation.empty() && flags.simulation != no_file) return session::parse_dispatch(read_file(environment.path(flags.simulation), largest_dispatch));
  const auto given = environment.variable(session::dispatch_variable);
  return given && !given->empty() ? std::optional(session::parse_dispatch(*given)) : std::nullopt;
}

/// One session of a gateway, for the controller that is dialled.
class Console {
 public:
  Console(Environment& environment, gateway::GatewayConfig config)
      : http_(net::make_http_client(runtime_)),
        gateway_(runtime_, std::move(config),
                 {.http = *http_,
                  .models = ModelRegistry::with_defaults(),
                  .speech = SpeechRegistry::with_defaults(),
                  .embedders = embedders_,
                  .log = [&environment](const std::string& line) { environment.err << "note: " << line << std::endl; }}) {}

  /// @throws Error where it cannot load, or nobody is there.
  void run(Environment& environment, const net::HostPort& place, std::optional<session::SimulationDispatch> simulation, session::SessionIo io) {
    session::SessionArrival arrival{.transport = session::dial_stream(runtime_, place), .simulation = std::move(simulation)};
    const auto stopping = std::make_shared<Stoppable>();
    const auto on_stop = environment.stop.on_request([this, stopping] { asio::post(context_, [stopping] { stopping->stop(); }); });
    std::exception_ptr failure;
    asio::co_spawn(context_, stopping->run(hold(std::move(arrival), io)), [&](std::exception_ptr error) {
      failure = error;
      context_.stop();
    });
    context_.run();
    if (failure && !stopping->stopped()) std::rethrow_exception(failure);
  }

 private:
  Task<> hold(session::SessionArrival arrival, session::SessionIo io) {
    co_await gateway_.load(Deadline::after(clock_, gateway::ServedAgent::longest_load));
    // Dialled here, so that nobody there is told as that.
    co_await arrival.transport->start(Deadline::after(clock_, session::SessionHostOptions{}.connect_timeout));
    std::exception_ptr failure;
    try {
      co_await gateway_.host(std::move(arrival), {.io = io, .sdk_version = ANTIPHON_VERSION});
    } catch (...) {
      failure = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await gateway_.drain(Deadline::after(clock_, Duration{0}));
    if (failure) std::rethrow_exception(failure);
  }

  asio::io_context context_{1};
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  std::unique_ptr<net::HttpClient> http_;
  EmbedderRegistry embedders_;
  gateway::GatewayServer gateway_;
};

int console(Environment& environment, const ConsoleFlags& flags) {
  const auto place = net::parse_host_port(flags.connect_addr, "--connect-addr");
  const ConfiguredGateway chosen(environment, flags.file, {});
  auto simulation = dispatch_of(flags, environment);
  Console its(environment, chosen.read(false));
  const bool audio = !flags.text;
  its.run(environment, place, std::move(simulation), {.input_audio = audio, .output_audio = audio});
  return 0;
}

}  // namespace

Command console_command() {
  return {.name = "console",
          .summary = "Host one session of a gateway for the controller that is dialled, as agents of LiveKit do",
          .example = "antiphon session --text hello -- antiphon console gateway.yaml --connect-addr {address}",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<ConsoleFlags>();
            app.add_option("file", flags->file, "Configuration of the gateway; without one the example desk answers");
            app.add_option("--connect-addr", flags->connect_addr, "HOST:PORT of the controller that waits for us")->required();
            app.add_flag("--text", flags->text, "Audio stays off until the controller turns it on");
            app.add_option("--simulation", flags->simulation, "=FILE: the dispatch that this session simulates (LK_SIMULATOR_DISPATCH)")
                ->expected(0, 1)
                ->default_str(std::string(no_file));
            return [flags](Environment& environment) { return console(environment, *flags); };
          }};
}

}  // namespace antiphon::cli
