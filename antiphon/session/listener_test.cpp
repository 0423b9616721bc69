#include "antiphon/session/listener.hpp"

#include <gmock/gmock.h>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "antiphon/session/testing/pair.hpp"

namespace antiphon::session {
namespace {

using namespace antiphon::session::testing;
using net::testing::World;
using ::testing::HasSubstr;

/// A listener whose agent says its run's id, or hello, on real sockets.
struct Listening : ::testing::Test {
  void listen(SessionListenOptions options = {}) {
    agent.actions["hi"] = [](AgentTurn& turn) { return turn.say(turn.simulation() ? turn.simulation()->run_id() : "hello"); };
    listener.emplace(world.runtime, std::move(options), [this](SessionArrival arrival) { return serve(std::move(arrival)); });
    world.spawn([](Listening& its) -> Task<> {
      co_await its.listener->serve();
      its.ended = true;
    }(*this));
  }
  ~Listening() override {
    if (!listener) return;
    listener->stop();
    world.run_until([this] { return ended; });
  }
  Task<> serve(SessionArrival arrival) {
    ++arrivals;
    SessionHostOptions options;
    options.simulation = std::move(arrival.simulation);
    SessionHost host(world.runtime, std::move(arrival.transport), agent, std::move(options));
    co_await host.serve();
    ++departures;
  }
  std::string url(std::string_view path = "/session") const { return fmt::format("ws://127.0.0.1:{}{}", listener->port(), path); }
  net::HostPort place() const { return {"127.0.0.1", listener->port()}; }
  std::string hello(std::unique_ptr<SessionTransport> transport) {
    RemoteSession remote(world.runtime, std::move(transport));
    return world.run([](RemoteSession& its) -> Task<std::string> {
      co_await its.wait_for_ready();
      const auto reply = co_await its.run("hi");
      co_await its.close();
      co_return reply.text();
    }(remote));
  }
  Error refusal(std::unique_ptr<SessionTransport> transport) {
    RemoteSession remote(world.runtime, std::move(transport));
    return net::testing::error_of(world, remote.start());
  }

  World world;
  ScriptedAgent agent;
  std::optional<SessionListener> listener;
  int arrivals = 0, departures = 0;
  bool ended = false;
};

TEST_F(Listening, FramesOverTcpAndWebSocketsComeToOnePort_SES3) {
  listen();
  EXPECT_EQ(hello(dial_stream(world.runtime, place())), "hello");
  EXPECT_EQ(hello(dial_websocket(world.runtime, url(), "")), "hello");
  EXPECT_EQ(hello(dial_stream(world.runtime, place())), "hello");
  EXPECT_EQ(arrivals, 3);
}

TEST_F(Listening, AWebSocketWithoutTheTokenIsRefused_SES3) {
  listen({.token = "s3cret"});
  EXPECT_EQ(refusal(dial_websocket(world.runtime, url(), "")).kind(), ErrorKind::unauthorized);
  EXPECT_EQ(refusal(dial_websocket(world.runtime, url(), "s3cre")).kind(), ErrorKind::unauthorized);
  EXPECT_EQ(refusal(dial_websocket(world.runtime, url(), "s3cret!")).kind(), ErrorKind::unauthorized);
  EXPECT_EQ(hello(dial_websocket(world.runtime, url(), "s3cret")), "hello");
}

TEST_F(Listening, OtherPathsAndPlainRequestsAreTold_SES3) {
  listen();
  EXPECT_EQ(refusal(dial_websocket(world.runtime, url("/elsewhere"), "")).kind(), ErrorKind::not_found);
  const auto http = net::make_http_client(world.runtime);
  const auto reply = world.run(http->send({.method = "GET", .url = fmt::format("http://127.0.0.1:{}/session", listener->port())}, world.soon()));
  EXPECT_EQ(reply.status, 426);
}

TEST_F(Listening, ASimulationTravelsInTheHeader_SES9) {
  listen();
  const auto header = dispatch_header_value({.run_id = "run-42"});
  auto socket = world.run(net::connect_websocket(world.runtime, {.url = url(), .headers = {{std::string(dispatch_header), header}}}, world.soon()));
  EXPECT_EQ(hello(over_websocket(world.runtime, std::move(socket))), "run-42");
  EXPECT_EQ(
      net::testing::error_of(world, net::connect_websocket(world.runtime, {.url = url(), .headers = {{std::string(dispatch_header), "e30"}}}, world.soon()))
          .kind(),
      ErrorKind::invalid_input)
      << "{} has no run";
}

// As a client sends it that puts no limit on its headers.
Task<std::string> upgrade_with(net::HostPort place, std::string dispatch) {
  net::testing::tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect({asio::ip::make_address(place.host), place.port}, use_task);
  const auto request = fmt::format(
      "GET /session HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
      "dGhlIHNhbXBsZSBub25jZQ==\r\n{}: {}\r\n\r\n",
      dispatch_header, dispatch);
  co_await asio::async_write(socket, asio::buffer(request), use_task);
  std::string answer(15, ' ');
  co_await asio::async_read(socket, asio::buffer(answer), use_task);
  co_return answer;
}

TEST_F(Listening, ASimulationOfTwoHundredKibibytesFitsInTheHeader_SES9) {
  listen();
  const auto header = dispatch_header_value({.run_id = "run-42", .scenario = {.userdata = {{"rows", std::string(150 * 1024, 'x')}}}});
  ASSERT_GT(header.size(), 200U * 1024);
  EXPECT_THAT(world.run(upgrade_with(place(), header)), HasSubstr("101"));
  world.run_until([this] { return arrivals == 1; });
  EXPECT_EQ(refusal(dial_websocket(world.runtime, url(), "", {}, {{std::string(dispatch_header), header}})).kind(), ErrorKind::too_large)
      << "our own client says so";
}

TEST_F(Listening, ATextOnTheWebSocketIsAnsweredAndItGoesOn_SES2_SES3) {
  listen();
  auto socket = world.run(net::connect_websocket(world.runtime, {.url = url()}, world.soon()));
  world.run(socket->send(net::WsMessage::text("hello?"), world.soon()));
  const auto state = world.run(socket->receive(world.soon()));
  const auto answer = world.run(socket->receive(world.soon()));
  EXPECT_THAT(answer->data, HasSubstr("session:malformed:-: a text came"));
  EXPECT_EQ(hello(over_websocket(world.runtime, std::move(socket))), "hello");
}

TEST_F(Listening, AControllerThatOnlyListensIsServedToo_SES3) {
  listen();
  auto stream = world.run(net::dial_tcp(world.runtime, place(), world.soon()));
  EXPECT_THAT(world.run(stream->read_some()), HasSubstr(std::string("\0\0\0", 3))) << "the state of the agent, after a second of silence";
  stream->close();
}

TEST_F(Listening, TooManyAreHungUpOn_SES3) {
  listen({.connection_limit = 1});
  RemoteSession first(world.runtime, dial_stream(world.runtime, place()));
  world.run(first.wait_for_ready());
  RemoteSession second(world.runtime, dial_stream(world.runtime, place()));
  EXPECT_EQ(net::testing::error_of(world, second.wait_for_ready()).kind(), ErrorKind::closed);
  world.run(first.ping());
}

TEST_F(Listening, StopEndsThoseThatAreThere_SES2) {
  listen();
  RemoteSession remote(world.runtime, dial_stream(world.runtime, place()));
  world.run(remote.wait_for_ready());
  listener->stop();
  world.run_until([this] { return ended; });
  EXPECT_EQ(net::testing::error_of(world, remote.ping()).kind(), ErrorKind::closed);
}

TEST_F(Listening, OthersMayReachItOnlyWithAToken_SES3) {
  EXPECT_EQ(net::testing::error_of(world,
                                   [](World& its) -> Task<> {
                                     const SessionListener open(its.runtime, {.place = {"0.0.0.0", 0}}, [](SessionArrival) -> Task<> { co_return; });
                                     co_return;
                                   }(world))
                .kind(),
            ErrorKind::usage);
}

TEST_F(Listening, PlainTcpStaysOnThisMachine_SES3) {
  RemoteSession remote(world.runtime, dial_stream(world.runtime, {"192.0.2.1", 80}));
  const auto error = net::testing::error_of(world, remote.wait_for_ready());
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_THAT(error.message(), HasSubstr("stays on this one"));
}

}  // namespace
}  // namespace antiphon::session
