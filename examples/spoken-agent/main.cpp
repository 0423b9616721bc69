// A parcel desk that is spoken to. `spoken_agent --port 8090 [--bug late]`: calls at ws://127.0.0.1:8090/call, readiness at /health.
#include <csignal>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>

#include <antiphon/antiphon.hpp>
#include <antiphon/net/http.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "desk.hpp"

using namespace antiphon;

namespace {

struct Flags {
  std::uint16_t port = 8090;
  spoken::Bug bug = spoken::Bug::none;
};

Flags flags_of(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--port")
      flags.port = static_cast<std::uint16_t>(std::stoi(argv[i + 1]));
    else if (name == "--bug")
      flags.bug = spoken::bug_from(argv[i + 1]);
    else
      throw std::invalid_argument("unknown flag " + name);
  }
  if (argc % 2 == 0) throw std::invalid_argument("usage: spoken_agent [--port N] [--bug NAME]");
  return flags;
}

struct Desk {
  Runtime& runtime;
  const spoken::Speech& speech;
  spoken::Bug bug;

  Task<> handle(const net::ServerRequest& request, net::ServerReply& reply) const {
    if (net::is_websocket_upgrade(request) && request.path() == "/call") {
      const auto socket = co_await reply.accept_websocket({});
      spoken::Call call(*socket, runtime, speech, bug);
      co_await call.serve();
    } else {
      const bool known = request.path() == "/health";
      co_await reply.reply({.status = known ? 200 : 404, .body = known ? "ready" : "not found"});
    }
  }
};

Task<> run_desk(Runtime& runtime, Flags flags, std::unique_ptr<net::HttpServer>& server) {
  const auto http = net::make_http_client(runtime);
  const auto speech = co_await spoken::Speech::open(runtime, *http, *SpeechRegistry::with_defaults());
  const Desk desk{runtime, speech, flags.bug};
  server = net::listen_http(runtime, {.port = flags.port, .drain = std::chrono::seconds(1)},
                            [&desk](const net::ServerRequest& request, net::ServerReply& reply) { return desk.handle(request, reply); });
  std::printf("listening on 127.0.0.1:%u, voice %s\n", server->port(), speech.voice.name.c_str());
  std::fflush(stdout);
  co_await server->serve();
}

}  // namespace

int main(int argc, char** argv) try {
  const auto flags = flags_of(argc, argv);
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  std::unique_ptr<net::HttpServer> server;
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](const auto&, int) {
    if (server)
      server->stop();
    else
      context.stop();
  });
  std::exception_ptr failure;
  asio::co_spawn(context, run_desk(runtime, flags, server), [&](std::exception_ptr error) {
    failure = error;
    signals.cancel();
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "spoken_agent: %s\n", error.what());
  return 2;
}
