#include "antiphon/net/testing/link.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;
using ::testing::ElementsAre;

Task<> echo(const ServerRequest&, ServerReply& reply) {
  const auto socket = co_await reply.accept_websocket({});
  while (auto message = co_await socket->receive(Deadline::never())) co_await socket->send(std::move(*message), Deadline::never());
}

template <class Medium>
struct WebSocketOver : ::testing::Test {
  void serve(HttpHandler handler, HttpServerOptions options = {}) {
    server = medium.listen(std::move(options), std::move(handler));
    medium.spawn(server->serve());
  }
  std::unique_ptr<WebSocket> dial(WsRequest request = {.url = "/"}) { return medium.run(medium.dial(*server, std::move(request), medium.soon())); }
  void send(WebSocket& socket, WsMessage message) { medium.run(socket.send(std::move(message), medium.soon())); }
  std::optional<WsMessage> receive(WebSocket& socket) { return medium.run(socket.receive(medium.soon())); }

  Medium medium;
  std::unique_ptr<HttpServer> server;
};

using Media = ::testing::Types<OverSocket, OverMemory<World>, OverMemory<VirtualWorld>>;
TYPED_TEST_SUITE(WebSocketOver, Media);

TYPED_TEST(WebSocketOver, MessagesComeBackAsTheyWereSent_TRN4) {
  this->serve(echo);
  const auto socket = this->dial();
  for (const auto& message :
       {WsMessage::text("grüß dich"), WsMessage::binary(std::string("\0\xFF\x80", 3)), WsMessage::text(""), WsMessage::binary(std::string(70'000, 'x'))}) {
    this->send(*socket, message);
    const auto back = this->receive(*socket);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->type, message.type);
    EXPECT_EQ(back->data, message.data);
  }
}

TYPED_TEST(WebSocketOver, FourMebibytesArriveWhole) {
  this->serve(echo);
  const auto socket = this->dial();
  std::string large(4 * 1024 * 1024, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7 + i / 251);
  this->send(*socket, WsMessage::binary(large));
  const auto back = this->receive(*socket);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->data == large);
}

TYPED_TEST(WebSocketOver, OnePortServesHttpAndWebSockets) {
  std::string seen;
  this->serve([&seen](const ServerRequest& request, ServerReply& reply) -> Task<> {
    if (!is_websocket_upgrade(request)) {
      co_await reply.reply({200, {}, "plain"});
      co_return;
    }
    seen = request.target + "|" + find_header(request.headers, "x-call").value_or("");
    const auto socket = co_await reply.accept_websocket({.subprotocol = offered_subprotocols(request).back()});
    co_await socket->close(4001, "enough", Deadline::never());
  });
  const auto socket = this->dial({.url = "/ws/call?id=7", .headers = {{"X-Call", "42"}}, .subprotocols = {"one", "two"}});
  EXPECT_EQ(socket->subprotocol(), "two");
  EXPECT_FALSE(this->receive(*socket));
  EXPECT_EQ(seen, "/ws/call?id=7|42");
  ASSERT_TRUE(socket->closed());
  EXPECT_EQ(socket->closed()->code, 4001);
  EXPECT_EQ(socket->closed()->reason, "enough");
  EXPECT_FALSE(this->receive(*socket)) << "and it stays closed";
  if constexpr (!TypeParam::is_virtual) {
    if (this->server->port() == 0) return;
    const auto client = make_http_client(this->medium.runtime);
    EXPECT_EQ(this->medium.run(client->send({.url = fmt::format("http://127.0.0.1:{}/", this->server->port())}, this->medium.soon())).body, "plain");
  }
}

TYPED_TEST(WebSocketOver, AGoodbyeOfTheClientReachesTheServerWithCodeAndReason) {
  std::optional<WsClose> close;
  this->serve([&close](const ServerRequest&, ServerReply& reply) -> Task<> {
    const auto socket = co_await reply.accept_websocket({});
    while (co_await socket->receive(Deadline::never())) {}
    close = socket->closed();
  });
  const auto socket = this->dial();
  this->send(*socket, WsMessage::text("nobody reads this"));
  this->medium.run(socket->close(1000, std::string(200, 'y'), this->medium.soon()));
  while (!close && this->medium.context.run_one() > 0) {}
  ASSERT_TRUE(close);
  EXPECT_EQ(close->code, 1000);
  EXPECT_LE(close->reason.size(), 123u);
  EXPECT_EQ(close->reason.substr(0, 100), std::string(100, 'y'));
  EXPECT_FALSE(this->receive(*socket));
  EXPECT_EQ(failure_of(this->medium, socket->send(WsMessage::text("late"), this->medium.soon())).kind(), ErrorKind::closed);
}

template <class Socket>
Task<> send_many(Socket* socket, char letter, int count) {
  for (int i = 0; i < count; ++i) co_await socket->send(WsMessage::binary(std::string(20'000, letter)), Deadline::never());
}

TYPED_TEST(WebSocketOver, MessagesOfSeveralSendersAreNeverMixed_VOX13) {
  this->serve(echo);
  const auto socket = this->dial();
  for (const char letter : {'a', 'b', 'c', 'd'}) this->medium.spawn(send_many(socket.get(), letter, 10));
  std::map<char, int> seen;
  for (int i = 0; i < 40; ++i) {
    const auto message = this->receive(*socket);
    ASSERT_TRUE(message);
    ASSERT_EQ(message->data, std::string(20'000, message->data[0]));
    ++seen[message->data[0]];
  }
  EXPECT_THAT(seen, ElementsAre(std::pair('a', 10), std::pair('b', 10), std::pair('c', 10), std::pair('d', 10)));
}

TYPED_TEST(WebSocketOver, ListenersHearEverythingInItsOrder_TRN4) {
  this->serve([](const ServerRequest&, ServerReply& reply) -> Task<> {
    const auto socket = co_await reply.accept_websocket({});
    std::vector<WsMessage> unsent;
    socket->listen([&](const WsMessage& message) {
      if (!unsent.empty() || !socket->send_now(message)) unsent.push_back(message);
    });
    while (co_await socket->receive(Deadline::never())) {}
    EXPECT_TRUE(unsent.empty());
  });
  const auto socket = this->dial();
  std::vector<std::string> heard, sent;
  socket->listen([&heard](const WsMessage& message) { heard.push_back(message.data); });
  for (int i = 0; i < 60; ++i) {
    // Frames of a call, texts, and what is too long to be read in one go.
    const auto size = static_cast<std::size_t>(i % 7 == 6 ? 5000 : i % 5 == 4 ? 0 : 160);
    const auto message =
        i % 3 == 0 ? WsMessage::text(std::string(size, static_cast<char>('a' + i % 26))) : WsMessage::binary(std::string(size, static_cast<char>(i)));
    sent.push_back(message.data);
    this->send(*socket, message);
    if (i % 4 == 0)
      while (heard.size() < sent.size() && this->medium.context.run_one() > 0) {}
  }
  while (heard.size() < sent.size() && this->medium.context.run_one() > 0) {}
  EXPECT_EQ(heard, sent);
  socket->listen({});
  this->medium.run(socket->close(1000, "", this->medium.soon()));
}

TYPED_TEST(WebSocketOver, SeveralLeaveInOneWriteOrNoneDoes_TRN4) {
  this->serve([](const ServerRequest&, ServerReply& reply) -> Task<> {
    const auto socket = co_await reply.accept_websocket({});
    const std::vector<WsMessage> bad{WsMessage::binary("a"), WsMessage::text("\xff")};
    EXPECT_FALSE(socket->send_all_now(bad));
    const std::vector<WsMessage> good{WsMessage::binary("one"), WsMessage::text("two"), WsMessage::binary("")};
    EXPECT_TRUE(socket->send_all_now(good));
    while (co_await socket->receive(Deadline::never())) {}
  });
  const auto socket = this->dial();
  for (const auto* const expected : {"one", "two", ""}) EXPECT_EQ(this->receive(*socket)->data, expected);
  this->medium.run(socket->close(1000, "", this->medium.soon()));
}

TYPED_TEST(WebSocketOver, ACancelledReceiveLosesNothing) {
  this->serve(echo);
  const auto socket = this->dial();
  asio::cancellation_signal signal;
  this->medium.clock.call_at(this->medium.clock.now() + 1ms, [&] { signal.emit(asio::cancellation_type::total); });
  EXPECT_THROW(this->medium.run(socket->receive(this->medium.soon()), signal), boost::system::system_error);
  this->send(*socket, WsMessage::text("still here"));
  EXPECT_EQ(this->receive(*socket)->data, "still here");
}

TYPED_TEST(WebSocketOver, StopSaysGoodbyeToAllAndEnds) {
  this->serve(echo);
  const auto socket = this->dial(), other = this->dial();
  this->server->stop();
  EXPECT_FALSE(this->receive(*socket));
  EXPECT_EQ(socket->closed()->code, 1001);
  EXPECT_FALSE(this->receive(*other));
}

TYPED_TEST(WebSocketOver, CompressionWorksWhereBothWantIt) {
  this->serve([](const ServerRequest&, ServerReply& reply) -> Task<> {
    const auto socket = co_await reply.accept_websocket({.options = {.compression = true}});
    while (auto message = co_await socket->receive(Deadline::never())) co_await socket->send(std::move(*message), Deadline::never());
  });
  for (const bool wanted : {true, false}) {
    const auto socket = this->dial({.url = "/", .options = {.compression = wanted}});
    this->send(*socket, WsMessage::text(std::string(50'000, 'z')));
    EXPECT_EQ(this->receive(*socket)->data, std::string(50'000, 'z'));
  }
}

struct WebSocketInVirtualTime : WebSocketOver<OverMemory<VirtualWorld>> {};

TEST_F(WebSocketInVirtualTime, OneByteAtATimeChangesNothing) {
  medium.link.largest_read = 1;
  medium.link.capacity = 7;
  serve(echo);
  const auto socket = dial();
  send(*socket, WsMessage::text(std::string(300, 'q')));
  EXPECT_EQ(receive(*socket)->data, std::string(300, 'q'));
}

Task<> talk(Runtime& runtime, WebSocket& socket, std::uint64_t* hash, int frames) {
  for (int k = 0; k < frames; ++k) {
    co_await runtime.clock.sleep_until(k * 20ms);
    co_await socket.send(WsMessage::binary(std::string(160, static_cast<char>(k))), Deadline::after(runtime.clock, 5s));
    const auto message = co_await socket.receive(Deadline::after(runtime.clock, 5s));
    for (const char c : message->data) *hash = (*hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    *hash = (*hash ^ static_cast<std::uint64_t>(message->arrived_at.count())) * 1099511628211ull;
  }
}

std::pair<std::uint64_t, Clock::Time> one_call() {
  OverMemory<VirtualWorld> medium;
  const auto server = medium.listen({}, echo);
  medium.spawn(server->serve());
  const auto socket = medium.run(medium.dial(*server, {.url = "/"}, medium.soon()));
  std::uint64_t hash = 1469598103934665603ull;
  medium.run(talk(medium.runtime, *socket, &hash, 500));
  return {hash, medium.clock.now()};
}

TEST(VirtualCall, ACallHasTheSameBytesAtTheSameTimes_VOX80) {
  const auto first = one_call();
  EXPECT_EQ(first, one_call());
  EXPECT_EQ(first.second, 499 * 20ms);
}

TEST_F(WebSocketInVirtualTime, AMessageSaysWhenItArrivedHoweverLateItIsAskedFor_VOX14) {
  serve(echo);
  const auto socket = dial();
  send(*socket, WsMessage::text("now"));
  const auto sent = medium.clock.now();
  medium.run(medium.clock.sleep_for(3s));
  EXPECT_EQ(receive(*socket)->arrived_at, sent);
}

TEST_F(WebSocketInVirtualTime, SilenceIsATimeoutAndTheConnectionGoesOn_TRN21) {
  serve(echo);
  const auto socket = dial();
  const auto failure = failure_of(medium, socket->receive(Deadline::after(medium.clock, 30s)));
  EXPECT_EQ(failure.kind(), ErrorKind::timeout);
  EXPECT_EQ(failure.message(), "nothing came from agent:80 within 30.0 s");
  EXPECT_EQ(medium.clock.now(), 30s);
  send(*socket, WsMessage::text("hello"));
  EXPECT_EQ(receive(*socket)->data, "hello");
}

TEST_F(WebSocketInVirtualTime, APeerThatReadsSlowlyHoldsTheSenderAndAtTheDeadlineLosesTheConnection) {
  serve([this](const ServerRequest&, ServerReply& reply) -> Task<> {
    const auto socket = co_await reply.accept_websocket({.options = {.ahead_limit = 0}});
    co_await medium.clock.sleep_for(1h);
  });
  const auto socket = dial();
  Error failure(ErrorKind::internal, "all was taken");
  for (int i = 0; i < 20 && failure.kind() == ErrorKind::internal; ++i)
    failure = failure_of(medium, socket->send(WsMessage::binary(std::string(100'000, 'x')), Deadline::after(medium.clock, 2s)));
  EXPECT_EQ(failure.kind(), ErrorKind::timeout);
  EXPECT_EQ(failure.message(), "agent:80 did not take a message of 100000 bytes within 2.00 s");
  EXPECT_EQ(failure_of(medium, socket->receive(medium.soon())).kind(), ErrorKind::closed) << "half a message went out: the connection is gone";
}

TEST_F(WebSocketInVirtualTime, ASenderWhoseTurnDoesNotComeLeavesTheConnectionUsable) {
  serve([this](const ServerRequest&, ServerReply& reply) -> Task<> {
    const auto socket = co_await reply.accept_websocket({.options = {.ahead_limit = 0}});
    co_await medium.clock.sleep_for(10s);
    std::size_t size = 0;
    while (const auto message = co_await socket->receive(Deadline::never())) {
      size += message->data.size();
      if (!message->is_binary()) co_await socket->send(WsMessage::text(std::to_string(size)), Deadline::never());
    }
  });
  const auto socket = dial();
  medium.spawn(send_many(socket.get(), 'x', 100));
  medium.run(medium.clock.sleep_for(1s));
  const auto failure = failure_of(medium, socket->send(WsMessage::text("impatient"), Deadline::after(medium.clock, 1s)));
  EXPECT_EQ(failure.kind(), ErrorKind::timeout);
  send(*socket, WsMessage::text("end"));
  medium.run(medium.clock.sleep_for(20s));
  EXPECT_TRUE(receive(*socket));
}

TEST_F(WebSocketInVirtualTime, AGoodbyeThatNobodyAnswersEndsAtTheDeadline) {
  serve([this](const ServerRequest&, ServerReply& reply) -> Task<> {
    const auto socket = co_await reply.accept_websocket({.options = {.ahead_limit = 0}});
    co_await medium.clock.sleep_for(1h);
  });
  const auto socket = dial();
  send(*socket, WsMessage::text("fills the little that is read ahead"));
  medium.run(medium.clock.sleep_for(1s));
  medium.run(socket->close(1000, "bye", Deadline::after(medium.clock, 3s)));
  EXPECT_LE(medium.clock.now(), 4s);
  EXPECT_FALSE(receive(*socket));
}

TEST_F(WebSocketInVirtualTime, DestroyedItCutsTheConnection) {
  std::optional<Error> failure;
  serve([&failure](const ServerRequest&, ServerReply& reply) -> Task<> {
    const auto socket = co_await reply.accept_websocket({});
    try {
      while (co_await socket->receive(Deadline::never())) {}
    } catch (const Error& error) {
      failure = error;
    }
  });
  dial().reset();
  medium.run(medium.clock.sleep_for(1s));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind(), ErrorKind::closed);
  EXPECT_EQ(failure->message(), "the client closed the connection without a goodbye");
}

}  // namespace
}  // namespace antiphon::net
