#pragma once

#include <functional>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/base/clock.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/memory.hpp"
#include "antiphon/net/websocket.hpp"

/// An agent behind a WebSocket over memory, so that a call with it takes place on whatever clock the run has. For tests alone.
namespace antiphon::testing_support {

class MemoryAgent {
 public:
  /// Its whole call; it ends with the coroutine.
  using Play = std::function<Task<>(net::WebSocket&, Clock&)>;

  explicit MemoryAgent(Play play, net::MemoryLinkOptions link = {}) : play_(std::move(play)), link_(link) {}

  std::unique_ptr<net::ByteStream> operator()(Runtime& runtime) const {
    auto [mine, theirs] = net::memory_connection(runtime, link_);
    std::shared_ptr<net::HttpServer> server = net::make_http_server(
        runtime, {}, [play = play_, clock = &runtime.clock](const net::ServerRequest&, net::ServerReply& reply) { return converse(play, clock, &reply); });
    asio::co_spawn(runtime.executor, serve(server), asio::detached);
    server->adopt(std::move(theirs));
    return std::move(mine);
  }

 private:
  static Task<> serve(std::shared_ptr<net::HttpServer> server) { co_await server->serve(); }
  static Task<> converse(Play play, Clock* clock, net::ServerReply* reply) {
    auto socket = co_await reply->accept_websocket({});
    co_await play(*socket, *clock);
  }

  Play play_;
  net::MemoryLinkOptions link_;
};

}  // namespace antiphon::testing_support
