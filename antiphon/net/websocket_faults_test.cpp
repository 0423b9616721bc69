#include "antiphon/net/local_server.hpp"
#include "antiphon/net/testing/link.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string accepts(const std::string& header) { return handshake_answer(header); }

// What a client makes of a server that is played by hand.
struct WebSocketFaults : ::testing::Test {
  Error refusal(std::string answer, WsRequest request = {.url = "ws://agent/ws?key=secret"}) {
    return failure_of(world, dial([answer](const std::string&) { return answer; }, "", std::move(request)));
  }
  Task<std::unique_ptr<WebSocket>> dial(std::function<std::string(const std::string&)> answer, std::string text,
                                        WsRequest request = {.url = "ws://agent/ws?key=secret"}) {
    auto link = memory_connection(world.runtime, options);
    peer = std::move(link.second);
    world.spawn(play_server(peer, std::move(answer), std::move(text)));
    return connect_websocket(world.runtime, std::move(request), std::move(link.first), world.soon());
  }
  /// The end of a conversation in which the server says `frames` and nothing more.
  Error end_of(std::string frames, WsOptions limits = {}) {
    const auto socket = world.run(dial(accepts, std::move(frames), {.url = "ws://agent/", .options = limits}));
    const auto failure = failure_of(world, drain(*socket));
    EXPECT_EQ(failure_of(world, drain(*socket)).message(), failure.message()) << "every later call says the same";
    return failure;
  }
  Task<> drain(WebSocket& socket) {
    while (co_await socket.receive(world.soon())) {}
    throw Error(ErrorKind::internal, "an orderly end");
  }

  OverMemory<VirtualWorld> world;
  MemoryLinkOptions options;
  std::shared_ptr<ByteStream> peer;
};

std::string upgrade(const std::string& key) {
  return "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n\r\n";
}

TEST_F(WebSocketFaults, AnAnswerOtherThan101SaysItsStatusAndTheBeginningOfItsBody_TRN21) {
  struct Case {
    std::string status;
    ErrorKind kind;
  };
  for (const auto& [status, kind] :
       {Case{"401 Unauthorized", ErrorKind::unauthorized}, Case{"403 Forbidden", ErrorKind::unauthorized}, Case{"404 Not Found", ErrorKind::not_found},
        Case{"429 Too Many Requests", ErrorKind::rate_limited}, Case{"503 Busy", ErrorKind::unavailable}, Case{"400 Bad", ErrorKind::invalid_input},
        Case{"302 Found", ErrorKind::protocol}, Case{"200 OK", ErrorKind::protocol}}) {
    const auto failure = refusal("HTTP/1.1 " + status + "\r\nContent-Length: 13\r\n\r\nno such agent");
    EXPECT_EQ(failure.kind(), kind) << status;
    EXPECT_EQ(failure.status(), std::stoi(status));
    EXPECT_EQ(failure.message(), "agent:80 answered HTTP " + status.substr(0, 3) + " and opened no WebSocket: no such agent");
  }
}

TEST_F(WebSocketFaults, ARefusalThatNeverEndsIsToldAllTheSame_TRN21) {
  const auto began = world.clock.now();
  const auto failure = refusal("HTTP/1.1 401 Unauthorized\r\n\r\nwho are you");
  EXPECT_EQ(failure.kind(), ErrorKind::unauthorized);
  EXPECT_EQ(failure.message(), "agent:80 answered HTTP 401 and opened no WebSocket: who are you");
  EXPECT_LE(world.clock.now() - began, 2s);
}

TEST_F(WebSocketFaults, NoErrorShowsQueryOrHeaderFields_TRN20) {
  const WsRequest request{.url = "ws://user:pass@agent/ws?key=secret", .headers = {{"Authorization", "Bearer secret"}}};
  for (const std::string answer : {"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", "garbage\r\n\r\n", "HTTP/1.1 101 x\r\n\r\n"}) {
    const auto failure = refusal(answer, request);
    EXPECT_THAT(failure.message(), Not(HasSubstr("secret")));
    EXPECT_THAT(failure.message(), Not(HasSubstr("pass")));
    EXPECT_THAT(failure.message(), HasSubstr("agent:80"));
  }
  EXPECT_THAT(refusal("", {.url = "ws://user:pass@/ws?key=secret"}).message(), Not(HasSubstr("secret")));
  EXPECT_THAT(refusal("", {.url = "ws://agent/", .headers = {{"X-Key", "secret\n"}}}).message(), Not(HasSubstr("secret")));
}

TEST_F(WebSocketFaults, WhatIsNoWebSocketServerIsAProtocolError_TRN21) {
  for (const std::string answer : {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                                   "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: bm9wZQ==\r\n\r\n"}) {
    const auto failure = refusal(answer);
    EXPECT_EQ(failure.kind(), ErrorKind::protocol) << answer << failure.message();
    EXPECT_THAT(failure.message(), StartsWith("agent:80 did not answer"));
  }
}

TEST_F(WebSocketFaults, AServerThatNeverAnswersIsATimeout_TRN21) {
  const auto failure = refusal("");
  EXPECT_EQ(failure.kind(), ErrorKind::timeout);
  EXPECT_EQ(failure.message(), "agent:80 did not answer the WebSocket handshake within 1 min 0 s");
}

TEST_F(WebSocketFaults, AServerThatHangsUpDuringTheHandshakeIsClosed_TRN21) {
  auto link = memory_connection(world.runtime);
  link.second->close();
  const auto failure = failure_of(world, connect_websocket(world.runtime, {.url = "ws://agent/"}, std::move(link.first), world.soon()));
  EXPECT_EQ(failure.kind(), ErrorKind::closed);
  EXPECT_THAT(failure.message(), StartsWith("agent:80 closed the connection without an answer"));
}

TEST_F(WebSocketFaults, ASubprotocolThatWasNotOfferedIsRefused) {
  const auto failure = failure_of(world, dial([](const std::string& header) { return handshake_answer(header, "Sec-WebSocket-Protocol: other\r\n"); }, "",
                                              {.url = "ws://agent/", .subprotocols = {"mine"}}));
  EXPECT_EQ(failure.kind(), ErrorKind::protocol);
  EXPECT_THAT(failure.message(), HasSubstr("\"other\", which was not offered"));
}

TEST_F(WebSocketFaults, FieldsOfTheHandshakeAreNotForUsers) {
  for (const std::string name : {"Connection", "upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Protocol"})
    EXPECT_EQ(refusal("", {.url = "ws://agent/", .headers = {{name, "x"}}}).kind(), ErrorKind::configuration) << name;
  EXPECT_EQ(refusal("", {.url = "ws://agent/", .subprotocols = {"a b"}}).kind(), ErrorKind::configuration);
  EXPECT_THAT(refusal("", {.url = "ftp://agent/"}).message(), HasSubstr("neither ws nor wss"));
}

TEST_F(WebSocketFaults, ABurstBehindTheHandshakeIsAllReceived) {
  std::string frames;
  for (int i = 0; i < 200; ++i) frames += server_frame(0x82, std::string(960, static_cast<char>(i)));
  const auto fields = "X-Long: " + std::string(4000, 'x') + "\r\n";
  const auto socket = world.run(dial([&](const std::string& header) { return handshake_answer(header, fields); }, frames));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(world.run(socket->receive(world.soon()))->data, std::string(960, static_cast<char>(i)));
}

TEST_F(WebSocketFaults, PiecesOfAMessageAreJoinedAndPingsBetweenThemAnswered) {
  const auto socket = world.run(dial(accepts, server_frame(0x01, "Hel") + server_frame(0x89, "are you there") + server_frame(0x80, "lo")));
  EXPECT_EQ(world.run(socket->receive(world.soon()))->data, "Hello");
  std::string pong;
  world.run([](ByteStream& stream, std::string* into) -> Task<> { into->assign(co_await stream.read_some()); }(*peer, &pong));
  ASSERT_GE(pong.size(), 2u + 4 + 13);
  EXPECT_EQ(static_cast<unsigned char>(pong[0]), 0x8A);
  EXPECT_EQ(static_cast<unsigned char>(pong[1]), 0x80 | 13);
}

TEST_F(WebSocketFaults, ViolationsAreProtocolErrorsThatNameThePeer_TRN21) {
  for (const auto& frames : {server_frame(0x81, "\xFF\xFE"), server_frame(0x83, "x"), server_frame(0xC1, "x"), server_frame(0x80, "x"), server_frame(0x09, "x"),
                             server_frame(0x89, std::string(126, 'x')), server_frame(0x01, "a") + server_frame(0x81, "b"), std::string("\x81\x81mask?", 7),
                             server_frame(0x88, "x")}) {
    const auto failure = end_of(frames);
    EXPECT_EQ(failure.kind(), ErrorKind::protocol) << failure.message();
    EXPECT_THAT(failure.message(), StartsWith("agent:80 broke the rules of WebSocket: "));
  }
}

TEST_F(WebSocketFaults, AMessageOverTheLimitIsRefusedWhenItIsAnnounced) {
  const auto failure = end_of(std::string("\x82\x7F\x00\x00\x00\x7F\xFF\xFF\xFF\xFF", 10), {.message_limit = 1000});
  EXPECT_EQ(failure.kind(), ErrorKind::too_large);
  EXPECT_EQ(failure.message(), "a message of agent:80 is over the limit of 1000 bytes");
}

TEST_F(WebSocketFaults, AMessageInPiecesIsRefusedWhenItGrowsOverTheLimit) {
  EXPECT_EQ(end_of(server_frame(0x02, std::string(600, 'x')) + server_frame(0x00, std::string(600, 'x')), {.message_limit = 1000}).kind(),
            ErrorKind::too_large);
}

TEST_F(WebSocketFaults, APeerThatHangsUpInTheMiddleOfAMessageIsClosed_TRN21) {
  const auto socket = world.run(dial(accepts, server_frame(0x81, "whole") + server_frame(0x81, "broken").substr(0, 5)));
  EXPECT_EQ(world.run(socket->receive(world.soon()))->data, "whole");
  peer->close();
  const auto failure = failure_of(world, socket->receive(world.soon()));
  EXPECT_EQ(failure.kind(), ErrorKind::closed);
  EXPECT_EQ(failure.message(), "agent:80 closed the connection without a goodbye");
  EXPECT_FALSE(socket->closed());
  EXPECT_EQ(failure_of(world, socket->send(WsMessage::text("x"), world.soon())).kind(), ErrorKind::closed);
}

TEST_F(WebSocketFaults, AGoodbyeWithoutACodeIs1005) {
  const auto socket = world.run(dial(accepts, server_frame(0x88, "")));
  EXPECT_FALSE(world.run(socket->receive(world.soon())));
  ASSERT_TRUE(socket->closed());
  EXPECT_EQ(socket->closed()->code, 1005);
}

TEST_F(WebSocketFaults, AFloodThatNobodyReceivesIsHeldBack) {
  options.capacity = 4096;
  const auto socket = world.run(dial(accepts, "", {.url = "ws://agent/", .options = {.ahead_limit = 10'000}}));
  int sent = 0;
  world.spawn([](ByteStream& stream, int* count) -> Task<> {
    const auto frame = server_frame(0x82, std::string(1000, 'x'));
    for (;; ++*count) co_await stream.write({frame});
  }(*peer, &sent));
  world.run(world.clock.sleep_for(1s));
  EXPECT_LT(sent, 20);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(world.run(socket->receive(world.soon())));
  EXPECT_GE(sent, 50);
}

TEST_F(WebSocketFaults, WhoFloodsInsteadOfSayingGoodbyeIsCutOff) {
  std::string flood;
  while (flood.size() < std::size_t{12} * 1024 * 1024) flood += server_frame(0x82, std::string(60'000, 'x'));
  const auto socket = world.run(dial(accepts, std::move(flood)));
  const auto began = world.clock.now();
  world.run(socket->close(1000, "", Deadline::after(world.clock, 2s)));
  EXPECT_EQ(world.clock.now(), began);
}

TEST_F(WebSocketFaults, TextThatIsNotUtf8IsNeverSent) {
  const auto socket = world.run(dial(accepts, ""));
  EXPECT_EQ(failure_of(world, socket->send(WsMessage::text("\xFF"), world.soon())).kind(), ErrorKind::invalid_input);
  world.run(socket->send(WsMessage::text("fine"), world.soon()));
}

TEST_F(WebSocketFaults, CutEndsWhoeverWaits) {
  const auto socket = world.run(dial(accepts, ""));
  asio::post(world.context, [&] { socket->cut(); });
  const auto failure = failure_of(world, socket->receive(Deadline::never()));
  EXPECT_EQ(failure.kind(), ErrorKind::closed);
  EXPECT_EQ(failure.message(), "the connection to agent:80 was cut on our side");
}

// Everything that waits is cancelled once, at each of its steps: none may hang, crash or leak (this runs under the sanitizers, too).
Task<> whole_conversation(Runtime& runtime, std::unique_ptr<ByteStream> stream) {
  const auto socket = co_await connect_websocket(runtime, {.url = "ws://agent/"}, std::move(stream), Deadline::after(runtime.clock, 5s));
  co_await socket->send(WsMessage::binary(std::string(20'000, 'x')), Deadline::after(runtime.clock, 5s));
  co_await socket->receive(Deadline::after(runtime.clock, 5s));
  co_await socket->close(1000, "bye", Deadline::after(runtime.clock, 5s));
}

TEST(WebSocketCancellation, WorksAtEveryAwait) {
  bool whole = false;
  int too_late = 0;
  for (int step = 0; !whole && step < 2000; ++step) {
    OverMemory<VirtualWorld> world;
    world.link.capacity = 1000;
    const auto server = world.listen({}, [](const ServerRequest&, ServerReply& reply) -> Task<> {
      const auto socket = co_await reply.accept_websocket({});
      while (auto message = co_await socket->receive(Deadline::never())) co_await socket->send(std::move(*message), Deadline::never());
    });
    world.spawn(server->serve());
    auto link = memory_connection(world.runtime, world.link);
    server->adopt(std::move(link.second));
    asio::cancellation_signal signal;
    bool done = false;
    detail::Outcome<void> outcome;
    auto state = std::make_shared<detail::StopState>();
    asio::co_spawn(world.context, detail::run_into(&outcome, whole_conversation(world.runtime, std::move(link.first)), state),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { done = true; }));
    for (int i = 0; i < step && !done; ++i) world.context.poll_one();
    whole = done;
    if (!done) signal.emit(asio::cancellation_type::total);
    world.clock.run([&] { return done; }, 60s, [] { FAIL() << "it hangs"; });
    EXPECT_TRUE(done) << step;
    if (whole) continue;
    if (!outcome.error)
      ++too_late;
    else
      EXPECT_THROW(outcome.take(), boost::system::system_error) << step;
  }
  EXPECT_TRUE(whole);
  EXPECT_LT(too_late, 10) << "only what had all but ended may end well";
}

TEST(WebSocketOverSockets, APortThatNobodyListensOnIsRefusedWithItsName_TRN21) {
  World world;
  std::uint16_t port = 0;
  {
    const auto gone = listen_http(world.runtime, {}, [](const ServerRequest&, ServerReply&) -> Task<> { co_return; });
    port = gone->port();
  }
  const auto failure = error_of(world, connect_websocket(world.runtime, {.url = fmt::format("ws://127.0.0.1:{}/?key=secret", port)}, world.soon()));
  EXPECT_EQ(failure.kind(), ErrorKind::refused);
  EXPECT_EQ(failure.message(), fmt::format("cannot connect to 127.0.0.1:{}: connection refused", port));
}

TEST(WebSocketOverSockets, TlsWithAServerThatSpeaksNoneIsRefused_TRN21) {
  World world;
  const Served served(world, [](const ServerRequest&, ServerReply& reply) -> Task<> { co_await reply.reply({200, {}, "x"}); });
  const auto failure = error_of(world, connect_websocket(world.runtime, {.url = fmt::format("wss://127.0.0.1:{}/", served.server->port())}, world.soon()));
  EXPECT_EQ(failure.kind(), ErrorKind::refused);
  EXPECT_EQ(failure.message(), fmt::format("no TLS with 127.0.0.1:{}: what listens there speaks no TLS", served.server->port()));
  EXPECT_THAT(failure.hint(), StartsWith("write ws:// in place of wss://"));
}

TEST(WebSocketOverSockets, ConnectionsBeyondTheLimitAreTold503) {
  World world;
  const Served served(world,
                      [](const ServerRequest&, ServerReply& reply) -> Task<> {
                        const auto socket = co_await reply.accept_websocket({});
                        while (co_await socket->receive(Deadline::never())) {}
                      },
                      {.connection_limit = 1});
  const auto url = fmt::format("ws://127.0.0.1:{}/", served.server->port());
  const auto first = world.run(connect_websocket(world.runtime, {.url = url}, world.soon()));
  const auto failure = error_of(world, connect_websocket(world.runtime, {.url = url}, world.soon()));
  EXPECT_THAT((std::vector{ErrorKind::unavailable, ErrorKind::closed}), ::testing::Contains(failure.kind())) << failure.message();
}

TEST(WebSocketServer, ARequestThatIsNoneForAWebSocketIsToldWhy) {
  World world;
  Error seen(ErrorKind::internal, "nothing was thrown");
  const Served served(world, [&seen](const ServerRequest&, ServerReply& reply) -> Task<> {
    try {
      co_await reply.accept_websocket({});
    } catch (const Error& error) {
      seen = error;
    }
  });
  const auto answer = world.run(ask(served.server->port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(seen.kind(), ErrorKind::protocol);
}

TEST(WebSocketServer, AnUnmaskedFrameOfAClientIsRefusedAndTheClientToldWhy) {
  World world;
  Error seen(ErrorKind::internal, "nothing was thrown");
  const Served served(world, [&seen](const ServerRequest&, ServerReply& reply) -> Task<> {
    const auto socket = co_await reply.accept_websocket({});
    try {
      while (co_await socket->receive(Deadline::never())) {}
    } catch (const Error& error) {
      seen = error;
    }
  });
  const auto answer = world.run(ask(served.server->port(),
                                    "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" +
                                        server_frame(0x81, "unmasked")));
  EXPECT_THAT(answer, HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  EXPECT_THAT(answer, HasSubstr("\x03\xEAthis breaks the rules of WebSocket (RFC 6455)")) << "1002";
  world.run_until([&seen] { return seen.kind() != ErrorKind::internal; });
  EXPECT_EQ(seen.kind(), ErrorKind::protocol);
}

TEST(WebSocketServer, AServerSaysWhyItClosesForWhatAMessageIs_GTW10) {
  struct Case {
    WsMessage message;
    std::uint16_t code;
    std::string reason;
  };
  for (const auto& [message, code, reason] : std::vector<Case>{{WsMessage::binary(std::string(65, 'x')), 1009, "a message is longer than 64 bytes"},
                                                               {WsMessage::text("a"), 1007, "a text is not UTF-8"}}) {
    World world;
    Error seen(ErrorKind::internal, "");
    Served served(world, [&seen](const ServerRequest&, ServerReply& reply) -> Task<> {
      const auto socket = co_await reply.accept_websocket({.options = {.message_limit = 64}});
      try {
        while (co_await socket->receive(Deadline::never())) {}
      } catch (const Error& error) {
        seen = error;
      }
    });
    const bool bad_text = !message.is_binary();
    const auto payload = bad_text ? std::string("\xff\xfe") : message.data;
    std::string frame{static_cast<char>(bad_text ? 0x81 : 0x82), static_cast<char>(0x80 | payload.size())};
    frame += std::string(4, '\0') + payload;  // a mask that changes nothing
    const auto answer = world.run(ask(served.server->port(), upgrade("dGhlIHNhbXBsZSBub25jZQ==") + frame));
    EXPECT_THAT(answer, HasSubstr(std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + reason)) << code;
  }
}

TEST(WebSocketServer, AServerRepeatsAGoodbyeAndAddsNothing) {
  World world;
  Served served(world, [](const ServerRequest&, ServerReply& reply) -> Task<> {
    const auto socket = co_await reply.accept_websocket({});
    while (co_await socket->receive(Deadline::never())) {}
  });
  const std::string goodbye{'\x88', '\x82', 0, 0, 0, 0, '\x03', '\xF1'};
  EXPECT_THAT(world.run(ask(served.server->port(), upgrade("dGhlIHNhbXBsZSBub25jZQ==") + goodbye)), ::testing::EndsWith("\x88\x02\x03\xF1"));
}

Task<> write_all(ByteStream& line, std::string bytes) {
  try {
    co_await line.write({bytes});
  } catch (const boost::system::system_error&) {}  // it was cut off in the middle
}

// In virtual time, in which all of it comes at once, however slow the machine is.
TEST(WebSocketServer, WhoSendsNothingButPingsIsCutOff_GTW13) {
  const std::string ping{'\x89', '\x80', 0, 0, 0, 0}, begin{'\x02', '\x80', 0, 0, 0, 0}, empty{'\x00', '\x80', 0, 0, 0, 0};
  struct Case {
    std::string first, more;
    int times;
    bool is_cut;
  };
  for (const auto& [first, more, times, is_cut] : std::vector<Case>{{ping, ping, 1500, true}, {begin, empty, 1500, true}, {ping, ping, 900, false}}) {
    VirtualWorld world;
    std::optional<Error> end;
    const auto server = make_http_server(world.runtime, {}, [&end](const ServerRequest&, ServerReply& reply) -> Task<> {
      const auto socket = co_await reply.accept_websocket({});
      try {
        while (co_await socket->receive(Deadline::never())) {}
      } catch (const Error& error) {
        end = error;
      }
    });
    world.spawn(server->serve());
    const auto line = connect_to(world.runtime, *server);
    auto bytes = upgrade("dGhlIHNhbXBsZSBub25jZQ==") + first;
    for (int i = 0; i < times; ++i) bytes += more;
    world.run(write_all(*line, std::move(bytes)));
    world.run(world.clock.sleep_for(1s));
    EXPECT_EQ(end.has_value(), is_cut) << times;
    if (end) EXPECT_EQ(end->kind(), ErrorKind::protocol);
    if (end) EXPECT_EQ(end->message(), "the client sent more pings or empty parts than 1000 at once and 100 a second, and was cut off");
    line->close();
    world.run(world.clock.sleep_for(1s));
  }
}

// A burst may be had once; from then on it is what the rate gives back, however long it goes on.
TEST(WebSocketServer, WhoSendsPingsTooFastForLongIsCutOff_GTW13) {
  const std::string ping{'\x89', '\x80', 0, 0, 0, 0}, begin{'\x02', '\x80', 0, 0, 0, 0}, empty{'\x00', '\x80', 0, 0, 0, 0};
  struct Case {
    std::string first, more;
    int per_second;
    std::chrono::seconds until_cut;  ///< zero: it may go on
  };
  // 1000 at once, and 100 a second: at N a second there is room for 1000 / (N - 100) seconds.
  for (const auto& [first, more, per_second, until_cut] :
       std::vector<Case>{{ping, ping, 90, 0s}, {begin, empty, 90, 0s}, {ping, ping, 200, 10s}, {begin, empty, 200, 10s}, {ping, ping, 120, 50s}}) {
    VirtualWorld world;
    std::optional<Error> end;
    std::optional<Clock::Time> ended_at;
    const auto server = make_http_server(world.runtime, {}, [&](const ServerRequest&, ServerReply& reply) -> Task<> {
      const auto socket = co_await reply.accept_websocket({});
      try {
        while (co_await socket->receive(Deadline::never())) {}
      } catch (const Error& error) {
        end = error;
        ended_at = world.clock.now();
      }
    });
    world.spawn(server->serve());
    const auto line = connect_to(world.runtime, *server);
    world.run(write_all(*line, upgrade("dGhlIHNhbXBsZSBub25jZQ==") + first));
    const auto began = world.clock.now();
    for (int tenths = 0; tenths < 3000 && !end; ++tenths) {
      std::string bytes;
      for (int i = 0; i < per_second / 10; ++i) bytes += more;
      world.run(write_all(*line, std::move(bytes)));
      world.run(world.clock.sleep_for(100ms));
    }
    EXPECT_EQ(end.has_value(), until_cut > 0s) << per_second;
    if (end) {
      EXPECT_EQ(end->kind(), ErrorKind::protocol);
      EXPECT_GE(*ended_at - began, until_cut - 1s) << per_second;
      EXPECT_LE(*ended_at - began, until_cut + 1s) << per_second;
    }
    line->close();
    world.run(world.clock.sleep_for(1s));
  }
}

TEST_F(WebSocketFaults, AServerThatFloodsWithPingsIsCutOffAndEverybodyIsToldWhy_TRN21) {
  std::string pings;
  for (int i = 0; i < 10'000; ++i) pings += std::string{'\x89', '\x00'};
  const auto failure = end_of(pings);
  EXPECT_EQ(failure.kind(), ErrorKind::protocol);
  EXPECT_EQ(failure.message(), "agent:80 sent more pings or empty parts than 1000 at once and 100 a second, and was cut off");
}

TEST(WebSocketServer, AKeyThatIsNoneIsRefused_GTW10) {
  World world;
  const Served served(world, [](const ServerRequest&, ServerReply& reply) -> Task<> {
    try {
      co_await reply.accept_websocket({});
    } catch (const Error&) {}
  });
  for (const std::string key : {"x", "", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZSE=", "!!!!!!!!!!!!!!!!!!!!!!==",
                                "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}) {
    const auto answer = world.run(ask(served.server->port(), upgrade(key)));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << key;
    EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Key")) << key;
  }
}

}  // namespace
}  // namespace antiphon::net
