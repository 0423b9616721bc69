#include "antiphon/net/testing/world.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto tiny_reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Task<> describe_request(const ServerRequest& request, ServerReply& reply) {
  const auto extra = find_header(request.headers, "x-extra").value_or("none");
  co_await reply.reply({201, {{"X-Seen", extra}}, request.method + " " + request.target + " " + request.body});
}

Task<> answer_each(tcp::socket& socket, int) {
  while ((co_await read_until(socket, "\r\n\r\n")).find("\r\n\r\n") != std::string::npos) co_await write_all(socket, tiny_reply);
}

HttpRequest get(std::string url) { return {.method = "GET", .url = std::move(url)}; }

struct HttpClientTest : ::testing::Test {
  HttpReply send(HttpRequest request) { return world.run(client->send(std::move(request), world.soon())); }
  World world;
  std::unique_ptr<HttpClient> client = make_http_client(world.runtime);
};

TEST_F(HttpClientTest, CarriesMethodTargetFieldsAndBodyBothWays) {
  const Served served(world, describe_request);
  const auto reply = send({.method = "PUT", .url = served.url("/a/b?c=d%20e"), .headers = {{"X-Extra", "7"}}, .body = "some text"});
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body, "PUT /a/b?c=d%20e some text");
  EXPECT_EQ(find_header(reply.headers, "x-seen"), "7");
}

TEST_F(HttpClientTest, ALargeBodyTravelsBothWays) {
  const Served served(world, [](const ServerRequest& request, ServerReply& reply) -> Task<> { co_await reply.reply({200, {}, request.body}); });
  const std::string body(12'000'000, 'x');
  EXPECT_EQ(send({.url = served.url(), .body = body}).body, body);
}

TEST_F(HttpClientTest, AStatusOf400OrMoreIsAReply) {
  const Served served(world, [](const ServerRequest&, ServerReply& reply) -> Task<> { co_await reply.reply({429, {{"Retry-After", "2"}}, "slow down"}); });
  EXPECT_EQ(send(get(served.url())).status, 429);
}

TEST_F(HttpClientTest, RequestsAfterEachOtherShareAConnection) {
  const RawServer server(world, answer_each);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(get(server.url())).body, "ok");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, AConnectionThatTheServerEndsIsNotKept) {
  const RawServer server(world, [](tcp::socket& socket, int) -> Task<> {
    co_await read_until(socket, "\r\n\r\n");
    co_await write_all(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end");
  });
  for (int i = 0; i < 2; ++i) EXPECT_EQ(send(get(server.url())).body, "until the end");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpClientTest, AKeptConnectionThatDiedIsReplacedOnce) {
  const RawServer server(world, [](tcp::socket& socket, int) -> Task<> {
    co_await read_until(socket, "\r\n\r\n");
    co_await write_all(socket, tiny_reply);
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(get(server.url())).body, "ok");
  EXPECT_EQ(server.connections(), 3);
}

TEST_F(HttpClientTest, ARequestIsNotSentAgainOnceAnAnswerHasBegun) {
  const RawServer server(world, [](tcp::socket& socket, int) -> Task<> {
    co_await read_until(socket, "\r\n\r\n");
    co_await write_all(socket, tiny_reply);
    co_await read_until(socket, "\r\n\r\n");
    co_await write_all(socket, "HTTP/1.1 200 OK\r\nCont");
  });
  send(get(server.url()));
  EXPECT_EQ(error_of(world, client->send(get(server.url()), world.soon())).kind(), ErrorKind::closed);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, AFreshConnectionThatIsClosedWithoutAnAnswerIsNotTriedAgain) {
  const RawServer server(world, [](tcp::socket& socket, int) -> Task<> { co_await read_until(socket, "\r\n\r\n"); });
  const auto error = error_of(world, client->send(get(server.url()), world.soon()));
  EXPECT_EQ(error.kind(), ErrorKind::closed);
  EXPECT_EQ(error.message(), server.place() + " closed the connection without an answer");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, AnInterimReplyIsPassedOver) {
  const RawServer server(world, [](tcp::socket& socket, int) -> Task<> {
    co_await read_until(socket, "\r\n\r\n");
    co_await write_all(socket, std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n") + tiny_reply);
  });
  const auto reply = send(get(server.url()));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "ok");
}

TEST_F(HttpClientTest, ARefusalInTheMiddleOfALargeBodyIsAReply) {
  const RawServer server(world, [](tcp::socket& socket, int) -> Task<> {
    co_await read_until(socket, "\r\n\r\n");
    co_await write_all(socket, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    socket.shutdown(tcp::socket::shutdown_send);
    co_await read_until(socket, "");
  });
  EXPECT_EQ(send({.url = server.url(), .body = std::string(20'000'000, 'x')}).status, 413);
}

TEST_F(HttpClientTest, HeadHasALengthAndNoBody) {
  const Served served(world, describe_request);
  for (int i = 0; i < 2; ++i) {
    const auto reply = send({.method = "HEAD", .url = served.url()});
    EXPECT_EQ(find_header(reply.headers, "Content-Length"), "7");
    EXPECT_EQ(reply.body, "");
  }
}

Task<std::vector<std::string>> read_parts(HttpClient& client, std::string url, Deadline deadline) {
  const auto body = co_await client.open(get(url), deadline);
  EXPECT_EQ(body->status(), 200);
  std::vector<std::string> parts;
  for (;;) {
    parts.push_back(co_await body->read(deadline));
    if (parts.back().empty()) co_return parts;
  }
}

TEST_F(HttpClientTest, AStreamedReplyIsReadAsItArrives) {
  const Served served(world, [](const ServerRequest&, ServerReply& reply) -> Task<> {
    co_await reply.begin(200, {{"Content-Type", "text/event-stream"}});
    for (const auto* part : {"one", "two", "three"}) co_await reply.write(part);
  });
  std::string all;
  for (const auto& part : world.run(read_parts(*client, served.url(), world.soon()))) all += part;
  EXPECT_EQ(all, "onetwothree");
}

TEST_F(HttpClientTest, CredentialsInTheAddressBecomeAFieldAndAreNeverShown) {
  const Served served(world, [](const ServerRequest& request, ServerReply& reply) -> Task<> {
    co_await reply.reply({200, {}, find_header(request.headers, "authorization").value_or("none")});
  });
  EXPECT_EQ(send(get(fmt::format("http://me:s%40cret@127.0.0.1:{}/", served.server->port()))).body, "Basic bWU6c0BjcmV0");
  const auto error = error_of(world, client->send(get("http://me:secret@127.0.0.1:99999/"), world.soon()));
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), Not(HasSubstr("secret")));
}

TEST_F(HttpClientTest, AFieldThatWouldBreakTheHeaderIsRefusedWithoutShowingItsValue) {
  const auto error = error_of(world, client->send({.url = "http://127.0.0.1:1/", .headers = {{"Authorization", "Bearer abc\r\nX: y"}}}, world.soon()));
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), HasSubstr("Authorization"));
  EXPECT_THAT(error.message(), Not(HasSubstr("abc")));
}

Task<> ask_many(World& world, HttpClient& client, std::string url, int& answered) {
  const auto reply = co_await client.send({.url = url, .body = std::string(2000, 'x')}, world.soon());
  answered += reply.body == "POST / " + std::string(2000, 'x');
}

TEST_F(HttpClientTest, AThousandRequestsAtOnceAreAllAnswered) {
  const Served served(world, describe_request);
  int answered = 0;
  for (int i = 0; i < 1000; ++i) world.spawn(ask_many(world, *client, served.url(), answered));
  while (answered < 1000 && world.context.run_one() > 0) {}
  EXPECT_EQ(answered, 1000);
}

}  // namespace
}  // namespace antiphon::net
