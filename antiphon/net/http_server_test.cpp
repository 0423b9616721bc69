#include "antiphon/net/testing/world.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Task<> echo(const ServerRequest& request, ServerReply& reply) { co_await reply.reply({200, {}, request.target + "|" + request.body}); }

struct HttpServerTest : ::testing::Test {
  std::string ask(const Served& served, std::string text) { return world.run(testing::ask(served.server->port(), std::move(text))); }
  World world;
};

TEST_F(HttpServerTest, AnswersRequestsOfOneConnectionInOrder) {
  const Served served(world, echo);
  const auto said = ask(served, "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(said, HasSubstr("\r\n\r\n/a|HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(said, EndsWith("Connection: close\r\n\r\n/b|"));
}

TEST_F(HttpServerTest, ReadsAChunkedBody) {
  const Served served(world, echo);
  EXPECT_THAT(ask(served, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
              EndsWith("/|abcde"));
}

TEST_F(HttpServerTest, AnOldClientGetsItsConnectionClosed) {
  const Served served(world, echo);
  EXPECT_THAT(ask(served, "GET /old HTTP/1.0\r\n\r\n"), EndsWith("Connection: close\r\n\r\n/old|"));
}

TEST_F(HttpServerTest, AnOldClientGetsAStreamWithoutChunks) {
  const Served served(world, [](const ServerRequest&, ServerReply& reply) -> Task<> {
    co_await reply.begin(200, {});
    co_await reply.write("one");
    co_await reply.write("two");
  });
  const auto said = ask(served, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(said, Not(HasSubstr("chunked")));
  EXPECT_THAT(said, EndsWith("\r\n\r\nonetwo"));
  EXPECT_THAT(ask(served, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), EndsWith("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
}

TEST_F(HttpServerTest, AClientThatAsksFirstIsToldToContinue) {
  const Served served(world, echo);
  struct Body {
    static Task<std::string> ask(std::uint16_t port) {
      tcp::socket socket(co_await asio::this_coro::executor);
      co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, use_task);
      co_await write_all(socket, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      auto said = co_await read_until(socket, "\r\n\r\n");
      co_await write_all(socket, "abc");
      co_return said + co_await read_until(socket, "");
    }
  };
  const auto said = world.run(Body::ask(served.server->port()));
  EXPECT_THAT(said, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(said, EndsWith("/|abc"));
}

TEST_F(HttpServerTest, GarbageIs400) {
  const Served served(world, echo);
  const auto said = ask(served, "hello\r\n\r\n");
  EXPECT_THAT(said, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(said, HasSubstr(R"({"error":{"message":"this is no HTTP/1.1 request: )"));
}

TEST_F(HttpServerTest, ABodyOverTheLimitIs413) {
  const Served served(world, echo, {.body_limit = 1000});
  EXPECT_THAT(ask(served, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, OurClientSeesThe413EvenInTheMiddleOfItsBody) {
  const Served served(world, echo, {.body_limit = 1000});
  const auto client = make_http_client(world.runtime);
  EXPECT_EQ(world.run(client->send({.url = served.url(), .body = std::string(5'000'000, 'x')}, world.soon())).status, 413);
}

TEST_F(HttpServerTest, AHeaderOverTheLimitIs431) {
  const Served served(world, echo);
  EXPECT_THAT(ask(served, "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, AHandlerThatThrowsIs500) {
  const Served served(world, [](const ServerRequest&, ServerReply&) -> Task<> {
    throw std::runtime_error("no \"luck\"");
    co_return;
  });
  const auto said = ask(served, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(said, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(said, EndsWith(R"({"error":{"message":"no \"luck\""}})"));
}

TEST_F(HttpServerTest, AHandlerThatGivesNoAnswerIs500) {
  const Served served(world, [](const ServerRequest&, ServerReply&) -> Task<> { co_return; });
  EXPECT_THAT(ask(served, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), HasSubstr("the handler gave no answer"));
}

TEST_F(HttpServerTest, AHandlerThatThrowsInAStreamCutsItShort) {
  const Served served(world, [](const ServerRequest&, ServerReply& reply) -> Task<> {
    co_await reply.begin(200, {});
    co_await reply.write("half");
    throw std::runtime_error("broken");
  });
  EXPECT_THAT(ask(served, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("4\r\nhalf\r\n"));
}

// 20 ms of real time: a client that dribbles its header is a socket, which no virtual clock moves.
TEST_F(HttpServerTest, AHeaderThatDoesNotComeInTimeEndsTheConnection) {
  const Served served(world, echo, {.header_timeout = 20ms});
  EXPECT_EQ(ask(served, "GET / HTTP/1.1\r\nHo"), "");
  EXPECT_EQ(ask(served, ""), "");
}

TEST_F(HttpServerTest, AWriterLearnsThatItsClientIsGone) {
  std::optional<ErrorKind> seen;
  const Served served(world, [&](const ServerRequest&, ServerReply& reply) -> Task<> {
    try {
      co_await reply.begin(200, {});
      for (;;) co_await reply.write(std::string(100'000, 'x'));
    } catch (const Error& error) {
      seen = error.kind();
    }
  });
  const auto client = make_http_client(world.runtime);
  world.run(client->open({.method = "GET", .url = served.url()}, world.soon())).reset();
  world.run_until([&] { return seen.has_value(); });
  EXPECT_EQ(seen, ErrorKind::closed);
}

TEST_F(HttpServerTest, APortThatIsTakenIsRefusedWithItsName) {
  const Served served(world, echo);
  const auto port = served.server->port();
  try {
    listen_http(world.runtime, {.port = port}, echo);
    FAIL() << "listened twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    EXPECT_EQ(error.message(), fmt::format("cannot listen on 127.0.0.1:{}: address already in use", port));
  }
}

}  // namespace
}  // namespace antiphon::net
