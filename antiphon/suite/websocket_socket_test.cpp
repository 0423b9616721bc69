#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

// What only a socket can do wrong. Sockets live in real time; each of these ends with what the far side does.

namespace antiphon {
namespace {

using boost::asio::ip::tcp;
using ::testing::HasSubstr;

/// Answers the first connection with `answer`, usually once its header is there, and leaves it open until the client hangs up.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer, bool at_once = false) : at_once_(at_once), thread_([this, answer = std::move(answer)] { talk(answer); }) {}
  ~OneAnswer() { thread_.join(); }
  std::string place() const { return fmt::format("127.0.0.1:{}", acceptor_.local_endpoint().port()); }

 private:
  void talk(const std::string& answer) {
    auto socket = acceptor_.accept();
    boost::system::error_code gone;
    std::string header;
    if (!at_once_) boost::asio::read_until(socket, boost::asio::dynamic_buffer(header), "\r\n\r\n", gone);
    boost::asio::write(socket, boost::asio::buffer(answer), gone);
    char rest[256];
    while (!gone) socket.read_some(boost::asio::buffer(rest), gone);
  }

  bool at_once_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

ScenarioResult call(WebSocketAgentOptions options) {
  return run({.name = "a call", .agent = websocket_agent(std::move(options)), .script = {user("hi"), agent()}},
             {.seed = 7, .speech = testing_support::tone_speech()});
}

TEST(WebSocketAgentOnASocket, WhoIsNotAllowedIsToldSoAtOnce_TRN21) {
  for (const int status : {401, 403}) {
    const OneAnswer server(fmt::format("HTTP/1.1 {} No\r\n\r\n", status));  // without a length, and the connection stays
    const auto result = call({.url = fmt::format("ws://me:secret@{}/call?key=hidden", server.place()), .headers = {{"authorization", "Bearer hidden"}}});

    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->party, Party::agent);
    EXPECT_THAT(result.error->message,
                HasSubstr(fmt::format("websocket ws://{}/call, connecting: {} answered HTTP {}", server.place(), server.place(), status)));
    EXPECT_THAT(result.error->message, ::testing::Not(::testing::AnyOf(HasSubstr("secret"), HasSubstr("hidden"))));
    EXPECT_EQ(result.clock, "wall");
  }
}

TEST(WebSocketAgentOnASocket, NobodyThereIsTheTransports_TRN21) {
  std::string place;
  {
    boost::asio::io_context context;
    const tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
    place = fmt::format("127.0.0.1:{}", acceptor.local_endpoint().port());
  }
  const auto result = call({.url = "ws://" + place});
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::transport);
  EXPECT_THAT(result.error->message, HasSubstr(fmt::format("websocket ws://{}, connecting: cannot connect to {}: connection refused", place, place)));
}

TEST(WebSocketAgentOnASocket, AServerThatSpeaksNoTlsIsTheTransports_TRN21) {
  const OneAnswer server("HTTP/1.1 400 Bad Request\r\n\r\n", true);
  const auto result = call({.url = "wss://" + server.place()});
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::transport);
  EXPECT_THAT(result.error->message, HasSubstr("no TLS with " + server.place()));
}

TEST(WebSocketAgentOnASocket, WhatIsNoWebSocketServerIsTheAgents_TRN21) {
  const OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  const auto result = call({.url = "ws://" + server.place() + "/"});
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, HasSubstr("answered HTTP 200 and opened no WebSocket"));
}

}  // namespace
}  // namespace antiphon
