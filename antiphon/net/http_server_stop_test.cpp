#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "antiphon/net/testing/world.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;
using ::testing::EndsWith;

constexpr auto request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

template <class T>
Task<> store(Task<T> task, std::optional<T>* into) {
  *into = co_await std::move(task);
}

struct HttpServerStop : ::testing::Test {
  /// A server whose handler waits at a gate.
  void start(HttpServerOptions options) {
    server = listen_http(world.runtime, options, [this](const ServerRequest&, ServerReply& reply) -> Task<> {
      entered = true;
      co_await gate.async_wait(asio::redirect_error(use_task, gate_result));
      co_await reply.reply({200, {}, "whole"});
    });
    asio::co_spawn(world.context, listening(), asio::bind_cancellation_slot(serving.slot(), [this](std::exception_ptr e) {
                     served = true;
                     failure = e;
                   }));
    world.spawn(store(ask(server->port(), request), &busy));
    world.spawn(store(ask(server->port(), ""), &idle));
    world.run_until([this] { return entered; });
  }
  Task<> listening() {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await server->serve();
  }

  World world;
  asio::steady_timer gate{world.context, std::chrono::steady_clock::time_point::max()};
  boost::system::error_code gate_result;
  std::unique_ptr<HttpServer> server;
  asio::cancellation_signal serving;
  std::optional<std::string> busy, idle;
  bool entered = false, served = false;
  std::exception_ptr failure;
};

TEST_F(HttpServerStop, LetsAReplyUnderWayEndAndClosesWhatIsIdle) {
  start({});
  server->stop();
  world.run_until([this] { return idle.has_value(); });
  EXPECT_EQ(idle, "");
  EXPECT_FALSE(served);
  gate.cancel();
  world.run_until([this] { return served && busy; });
  EXPECT_FALSE(failure);
  EXPECT_THAT(*busy, EndsWith("Connection: close\r\n\r\nwhole"));
}

// 20 ms of real time: the drain is an agreement with far sides that are sockets.
TEST_F(HttpServerStop, CutsAReplyThatOutlastsTheDrain) {
  start({.drain = 20ms});
  server->stop();
  world.run_until([this] { return served && busy; });
  EXPECT_FALSE(failure);
  EXPECT_EQ(busy, "");
  EXPECT_EQ(gate_result, asio::error::operation_aborted);
}

TEST_F(HttpServerStop, CancellingServeCutsEverythingAtOnce) {
  start({});
  serving.emit(asio::cancellation_type::total);
  world.run_until([this] { return served && busy && idle; });
  EXPECT_TRUE(failure);
  EXPECT_EQ(busy, "");
  EXPECT_EQ(gate_result, asio::error::operation_aborted);
}

}  // namespace
}  // namespace antiphon::net
