#include "antiphon/net/testing/world.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

HttpRequest get(std::string url, std::size_t limit = 1'000'000) { return {.method = "GET", .url = std::move(url), .reply_limit = limit}; }

// A server that says `text` and then neither more nor goodbye.
RawServer::Talk says(std::string text) {
  struct Body {
    static Task<> talk(std::string text, tcp::socket& socket) {
      co_await read_until(socket, "\r\n\r\n");
      co_await write_all(socket, text);
      co_await read_until(socket, "");
    }
  };
  return [text](tcp::socket& socket, int) { return Body::talk(text, socket); };
}

RawServer::Talk says_and_hangs_up(std::string text) {
  struct Body {
    static Task<> talk(std::string text, tcp::socket& socket) {
      co_await read_until(socket, "\r\n\r\n");
      co_await write_all(socket, text);
    }
  };
  return [text](tcp::socket& socket, int) { return Body::talk(text, socket); };
}

Task<> writes_for_ever(const ServerRequest&, ServerReply& reply) {
  co_await reply.begin(200, {});
  for (;;) co_await reply.write(std::string(100'000, 'x'));
}

struct HttpClientFaults : ::testing::Test {
  Error error(HttpRequest request) { return error_of(world, client->send(std::move(request), world.soon())); }
  // 50 ms of real time, since the far side is a socket; only what ends the wait is asserted.
  Error error_in_time(std::string url) { return error_of(world, client->send(get(std::move(url)), Deadline::after(world.clock, 50ms))); }
  World world;
  std::unique_ptr<HttpClient> client = make_http_client(world.runtime);
};

TEST_F(HttpClientFaults, ALengthOverTheLimitIsRefusedBeforeAnyOfTheBody) {
  const RawServer server(world, says("HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n"));
  const auto failure = error(get(server.url()));
  EXPECT_EQ(failure.kind(), ErrorKind::too_large);
  EXPECT_EQ(failure.message(), "the reply of " + server.place() + " is over the limit of 1000000 bytes");
}

TEST_F(HttpClientFaults, AChunkedReplyThatNeverEndsIsCutAtTheLimit) {
  const Served served(world, writes_for_ever);
  EXPECT_EQ(error(get(served.url())).kind(), ErrorKind::too_large);
}

TEST_F(HttpClientFaults, AHugeChunkIsRefusedWhenItIsAnnounced) {
  const RawServer server(world, says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nx"));
  EXPECT_EQ(error(get(server.url())).kind(), ErrorKind::too_large);
}

TEST_F(HttpClientFaults, AReplyUntilTheEndIsCutAtTheLimit) {
  const RawServer server(world, says("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x')));
  EXPECT_EQ(error(get(server.url(), 1000)).kind(), ErrorKind::too_large);
}

TEST_F(HttpClientFaults, AHeaderThatNeverEndsIsCutAtTheLimit) {
  const RawServer server(world, says("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')));
  const auto failure = error(get(server.url()));
  EXPECT_EQ(failure.kind(), ErrorKind::too_large);
  EXPECT_THAT(failure.message(), HasSubstr("header"));
}

TEST_F(HttpClientFaults, SilenceIsATimeoutThatNamesPlaceAndLimit) {
  const RawServer server(world, says(""));
  const auto failure = error_in_time(server.url());
  EXPECT_EQ(failure.kind(), ErrorKind::timeout);
  EXPECT_THAT(failure.message(), MatchesRegex("no answer from 127\\.0\\.0\\.1:[0-9]+ within (50\\.0|49\\.[0-9]) ms"));
}

TEST_F(HttpClientFaults, AReplyThatStallsIsATimeout) {
  const RawServer server(world, says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
  const auto failure = error_in_time(server.url());
  EXPECT_EQ(failure.kind(), ErrorKind::timeout);
  EXPECT_THAT(failure.message(), HasSubstr("did not end within"));
}

TEST_F(HttpClientFaults, ADeadlineThatIsPastSendsNothing) {
  const RawServer server(world, says(""));
  EXPECT_EQ(error_of(world, client->send(get(server.url()), Deadline{0ns})).kind(), ErrorKind::timeout);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientFaults, APortThatNobodyListensOnIsRefusedWithItsName) {
  std::string url;
  {
    const RawServer gone(world, says(""));
    url = gone.url();
  }
  const auto failure = error(get(url));
  EXPECT_EQ(failure.kind(), ErrorKind::refused);
  EXPECT_THAT(failure.message(), MatchesRegex("cannot connect to 127\\.0\\.0\\.1:[0-9]+: connection refused"));
}

TEST_F(HttpClientFaults, ANameThatDoesNotExistIsRefusedWithItsName) {
  const auto failure = error(get("http://no-such-host.invalid/"));
  EXPECT_EQ(failure.kind(), ErrorKind::refused);
  EXPECT_THAT(failure.message(), HasSubstr("cannot look up no-such-host.invalid: "));
}

TEST_F(HttpClientFaults, GarbageIsAProtocolError) {
  for (const std::string text : {"220 mail.example.com ready\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "{\"hello\": 1}\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"}) {
    const RawServer server(world, says(text));
    const auto failure = error(get(server.url()));
    EXPECT_EQ(failure.kind(), ErrorKind::protocol) << text << failure.message();
    EXPECT_THAT(failure.message(), HasSubstr(server.place() + " did not answer in HTTP"));
  }
}

TEST_F(HttpClientFaults, AnEndInTheMiddleIsClosed) {
  for (const std::string text : {"HTTP/1.1 200 OK\r\nConte", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    const RawServer server(world, says_and_hangs_up(text));
    const auto failure = error(get(server.url()));
    EXPECT_EQ(failure.kind(), ErrorKind::closed) << text << failure.message();
    EXPECT_EQ(failure.message(), server.place() + " closed the connection in the middle of its reply");
  }
}

TEST_F(HttpClientFaults, AServerThatAbortsItsReplyIsSeenAsClosed) {
  const Served served(world, [](const ServerRequest&, ServerReply& reply) -> Task<> {
    co_await reply.begin(200, {});
    co_await reply.write("half");
    reply.abort();
  });
  EXPECT_EQ(error(get(served.url())).kind(), ErrorKind::closed);
}

TEST_F(HttpClientFaults, CancellationClosesTheConnectionAndPassesThrough) {
  asio::cancellation_signal signal;
  bool hung_up = false;
  const RawServer server(world, [&](tcp::socket& socket, int) -> Task<> {
    co_await read_until(socket, "\r\n\r\n");
    signal.emit(asio::cancellation_type::total);
    co_await read_until(socket, "");
    hung_up = true;
  });
  EXPECT_THROW(world.run(client->send(get(server.url()), world.soon()), signal), boost::system::system_error);
  while (!hung_up && world.context.run_one() > 0) {}
  EXPECT_TRUE(hung_up);
}

Task<std::string> open_and_read(HttpClient& client, HttpRequest request, Deadline header, Deadline part) {
  const auto body = co_await client.open(std::move(request), header);
  std::string all;
  for (;;) {
    const auto bytes = co_await body->read(part);
    if (bytes.empty()) co_return all;
    all += bytes;
  }
}

TEST_F(HttpClientFaults, AStreamThatStallsIsATimeoutOfItsRead) {
  const RawServer server(world, says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
  const auto failure = error_of(world, open_and_read(*client, get(server.url()), world.soon(), Deadline::after(world.clock, 50ms)));
  EXPECT_EQ(failure.kind(), ErrorKind::timeout);
}

TEST_F(HttpClientFaults, AStreamOverTheLimitIsCut) {
  const Served served(world, writes_for_ever);
  EXPECT_EQ(error_of(world, open_and_read(*client, get(served.url()), world.soon(), world.soon())).kind(), ErrorKind::too_large);
}

}  // namespace
}  // namespace antiphon::net
