#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "antiphon/base/latch.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/task_group.hpp"
#include "antiphon/cli/environment.hpp"
#include "antiphon/cli/serve/serve_log.hpp"
#include "antiphon/cli/serve_http.hpp"
#include "antiphon/gateway/server/gateway_server.hpp"
#include "antiphon/session/listener.hpp"

namespace antiphon::cli {

/// Where controllers of sessions come.
struct SessionDoor {
  std::string listen{};  ///< HOST:PORT; empty: there is none
  std::string token{};   ///< that WebSockets must bring
};

/// What a gateway runs on. From here on SIGHUP waits to be read, and ends the process no more.
struct ServingLoop {
  asio::io_context context{1};
  asio::signal_set hangups{context, SIGHUP};
};

/// One gateway from its start to its end, on this thread.
class Serving {
 public:
  /// @throws what `GatewayServer` throws. @param variables where traces go is looked up in them; @param environment, @param loop outlive it
  Serving(Environment& environment, ServingLoop& loop, gateway::GatewayConfig config, ListenAddress address, const gateway::Variables& variables,
          SessionDoor door = {});

  void say(std::string_view what, std::string_view text) { log_.say(what, text); }
  /// Until a signal, or a failure, which is thrown.
  /// @param read_anew the configuration as it is now, for SIGHUP; nullptr: there is nothing to read
  /// @param caller whom the addresses that are shown name; may be empty
  void run(std::function<gateway::GatewayConfig()> read_anew, const std::string& caller);

 private:
  void announce(const std::string& caller);
  void open_door();
  Task<> load();
  Task<> reload_at_signals();
  Task<> reload();
  void spawn(Task<> task, bool is_server);
  void begin_to_stop();
  Task<> drain();

  Environment& environment_;
  gateway::GatewayConfig config_;
  ListenAddress address_;
  ServeLog log_;
  ServingLoop& loop_;
  asio::io_context& context_ = loop_.context;
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  std::unique_ptr<net::HttpClient> http_;
  EmbedderRegistry embedders_;
  std::unique_ptr<gateway::OtlpExporter> traces_;
  gateway::GatewayServer gateway_;
  std::unique_ptr<net::HttpServer> server_;
  SessionDoor door_;
  std::optional<session::SessionListener> sessions_;
  std::function<gateway::GatewayConfig()> read_anew_;
  std::shared_ptr<Stoppable> loading_ = std::make_shared<Stoppable>();
  Latch load_ended_, may_reload_;              ///< both open once it has loaded, or never will
  TaskGroup beside_{context_.get_executor()};  ///< goes on until the end
  bool stopping_ = false;
  std::exception_ptr failure_;
};

}  // namespace antiphon::cli
