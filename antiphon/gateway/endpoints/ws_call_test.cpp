#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/line_codec.hpp"
#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/endpoints/ws_caller.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/testing/kept_reply.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/net/testing/link.hpp"

namespace antiphon::gateway {
namespace {

using namespace antiphon::net::testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Says two sentences to everything.
class ShortDialogue final : public Dialogue {
 public:
  std::string greeting(const SessionState&) override { return hello; }
  Task<AfterAnswer> answer(SessionState&, const AnswerSink& sink) override {
    sink.say("Your parcel left our house on Monday morning.");
    sink.say("It will be with you on Thursday before the evening comes around.");
    co_return AfterAnswer::go_on;
  }
  std::string apology(const SessionState&) override { return "I am sorry."; }
  std::string reprompt(const SessionState&, int) override { return "Are you still there?"; }
  std::string goodbye(const SessionState&, AfterAnswer) override { return "Goodbye."; }
  std::string parting(const SessionState&, Parting) override { return last_words; }

  std::string hello = "Hello, how can I help?", last_words;
};

/// What came of a call, as a client sees it.
struct Received {
  std::vector<std::pair<Clock::Time, json::object>> events;
  std::vector<std::pair<Clock::Time, std::string>> audio;
  std::optional<net::WsClose> closed;

  std::vector<std::string> types() const {
    std::vector<std::string> all;
    for (const auto& [at, event] : events) all.emplace_back(event.at("type").as_string());
    return all;
  }
  const json::object& first(std::string_view type) const {
    for (const auto& [at, event] : events)
      if (event.at("type").as_string() == type) return event;
    throw std::out_of_range("there is no event " + std::string(type));
  }
  std::size_t count(std::string_view type) const {
    return static_cast<std::size_t>(std::ranges::count_if(events, [&](const auto& event) { return event.second.at("type").as_string() == type; }));
  }
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& [at, piece] : audio) sum += piece.size();
    return sum;
  }
};

template <class Medium>
struct WsCallOver : ::testing::Test {
  /// A call that is held still holds what it waits for: it is let go first.
  void TearDown() override {
    if (calls) medium.run(calls->drain(Deadline::after(medium.clock, 0s)));
  }
  void serve(CallServerSettings settings = {}) {
    calls.emplace(medium.runtime, std::move(settings), [this](const CallRequest&) {
      if (no_parts) throw Error(ErrorKind::unavailable, "no recogniser is free");
      CallParts parts{.recogniser = stub_ear(medium.runtime, {}), .dialogue = dialogue, .settings = call};
      parts.settings.speech.voices = {{stub_voice(medium.runtime, {})}};
      return parts;
    });
    server = medium.listen({}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return calls->handle(request, reply); });
    medium.spawn(server->serve());
  }
  std::unique_ptr<net::WebSocket> dial(std::string target = "/ws/call?caller_id=me&events=1", net::Headers headers = {}) {
    return medium.run(medium.dial(*server, {.url = std::move(target), .headers = std::move(headers)}, medium.soon()));
  }
  std::string refused(std::string target, net::Headers headers = {}) {
    return failure_of(medium, medium.dial(*server, {.url = std::move(target), .headers = std::move(headers)}, medium.soon())).message();
  }
  /// Listens until the connection ends.
  static Task<> listen(net::WebSocket& socket, Clock& clock, Received& received) {
    try {
      while (const auto message = co_await socket.receive(Deadline::never())) {
        if (message->is_binary())
          received.audio.emplace_back(clock.now(), message->data);
        else
          received.events.emplace_back(clock.now(), json::parse(message->data).as_object());
      }
    } catch (const Error&) {}
    received.closed = socket.closed();
  }
  /// Sends samples as a microphone would: 20 ms of PCM16 every 20 ms.
  static Task<> send(net::WebSocket& socket, Clock& clock, audio::Samples samples, audio::AudioFormat format = {audio::Encoding::pcm16, 16000}) {
    audio::LineEncoder encoder(format);
    constexpr std::size_t frame = audio::canonical_rate_hz / 50;
    for (std::size_t at = 0; at + frame <= samples.size(); at += frame) {
      co_await clock.sleep_for(20ms);
      co_await socket.send(net::WsMessage::binary(encoder.encode(audio::SampleView(samples).subspan(at, frame))), Deadline::never());
    }
  }
  /// Waits for the greeting, asks, listens, hangs up.
  static Task<> ask(net::WebSocket& socket, Clock& clock, audio::AudioFormat format = {audio::Encoding::pcm16, 16000}) {
    co_await send(socket, clock, audio::Samples(audio::samples_in(4s)), format);
    co_await send(socket, clock, testing::voice(1500ms), format);
    co_await send(socket, clock, audio::Samples(audio::samples_in(9s)), format);
    co_await socket.close(1000, "", Deadline::after(clock, 5s));
  }
  static Task<> say(net::WebSocket& socket, std::vector<net::WsMessage> messages) {
    for (auto& message : messages) co_await socket.send(std::move(message), Deadline::never());
  }
  Received play(net::WebSocket& socket, Task<> acts) {
    Received received;
    medium.spawn(std::move(acts));
    medium.run(listen(socket, medium.clock, received));
    return received;
  }
  net::HttpReply get(std::string path, std::string method = "GET", net::Headers headers = {}) {
    testing::KeptReply kept;
    const net::ServerRequest request{.method = std::move(method), .target = std::move(path), .headers = std::move(headers)};
    medium.run(calls->handle(request, kept));
    return kept.got;
  }

  Medium medium;
  std::shared_ptr<ShortDialogue> dialogue = std::make_shared<ShortDialogue>();
  CallSettings call;
  bool no_parts = false;
  std::optional<CallServer> calls;
  std::unique_ptr<net::HttpServer> server;
};

struct WsCall : WsCallOver<OverMemory<VirtualWorld>> {};
struct WsCallOnALine : WsCallOver<OverSocket> {};

TEST_F(WsCall, AnnouncesItselfGreetsHearsAndAnswers_GTW10) {
  serve();
  const auto socket = dial("/ws/call?caller_id=%2B15550100&locale=en-US&events=1");
  const auto got = play(*socket, ask(*socket, medium.clock));

  const auto& started = got.events.at(0).second;
  EXPECT_EQ(started.at("type").as_string(), "call.started");
  EXPECT_EQ(started.at("protocol").as_string(), "antiphon.call/1");
  EXPECT_EQ(started.at("in").as_string(), "pcm16/16000");
  EXPECT_EQ(started.at("out").as_string(), "pcm16/24000");
  EXPECT_TRUE(started.at("notices").as_array().empty());
  EXPECT_EQ(got.first("agent.text").at("text").as_string(), "Hello, how can I help?");
  EXPECT_EQ(got.count("transcript.final"), 1U);
  EXPECT_EQ(got.first("transcript.final").at("text").as_string(), "where is my parcel today");
  EXPECT_EQ(got.count("turn.started"), 1U);
  EXPECT_FALSE(got.first("turn.ended").at("interrupted").as_bool());
  EXPECT_THAT(std::string(got.first("turn.ended").at("text").as_string()), HasSubstr("Thursday"));
  for (const auto* stage : {"asr", "first_audio", "total"}) EXPECT_TRUE(got.first("turn.ended").at("latency_ms").as_object().contains(stage)) << stage;
  for (const auto& [at, event] : got.events) EXPECT_TRUE(event.at("t").is_int64()) << json::serialize(event);
  EXPECT_EQ(got.bytes(), (5U + 20U) * 300 * 24 * 2) << "25 words of 300 ms, 24 samples a millisecond";
}

TEST_F(WsCall, SaysNothingOfEventsToThoseThatDoNotAsk_GTW10) {
  serve();
  const auto socket = dial("/ws/call?caller_id=me");
  const auto got = play(*socket, ask(*socket, medium.clock));
  EXPECT_TRUE(got.events.empty());
  EXPECT_EQ(got.bytes(), 25U * 300 * 24 * 2);
}

TEST_F(WsCall, CarriesTheFormatsThatWereAskedFor_GTW10) {
  serve();
  const auto socket = dial("/ws/call?caller_id=me&events=1&in=mulaw/8000&out=mulaw/8000");
  const auto got = play(*socket, ask(*socket, medium.clock, {audio::Encoding::mulaw, 8000}));
  EXPECT_EQ(got.count("transcript.final"), 1U);
  EXPECT_EQ(got.bytes(), 25U * 300 * 8);
}

TEST_F(WsCall, ALocaleThatIsNotSpokenFallsBackWithANotice_GTW10) {
  serve({.locales = {"en-GB", "fr-FR"}});
  const auto socket = dial("/ws/call?caller_id=me&events=1&locale=tlh");
  const auto got = play(*socket, say(*socket, {net::WsMessage::text(R"({"type":"hangup"})")}));
  EXPECT_EQ(got.first("call.started").at("locale").as_string(), "en-GB");
  EXPECT_EQ(got.first("call.started").at("notices").at(0).at("code").as_string(), "locale_fallback");
  EXPECT_EQ(got.first("call.ended").at("reason").as_string(), "caller_hangup");
  ASSERT_TRUE(got.closed);
  EXPECT_EQ(got.closed->code, 1000);
}

TEST_F(WsCall, ALanguageThatIsSpokenElsewhereIsSpokenToTheCaller_GTW10) {
  serve({.locales = {"en-GB", "es-ES", "fr-FR"}});
  const auto told = [&](const std::string& wanted) {
    const auto socket = dial("/ws/call?caller_id=me&events=1&locale=" + wanted);
    const auto got = play(*socket, say(*socket, {net::WsMessage::text(R"({"type":"hangup"})")}));
    const auto& started = got.first("call.started");
    const auto& notices = started.at("notices").as_array();
    return std::string(started.at("locale").as_string()) + (notices.empty() ? "" : ": " + std::string(notices.at(0).at("message").as_string()));
  };
  EXPECT_THAT(told("es-MX"), StartsWith("es-ES: ")) << "not what was asked for, which is told";
  EXPECT_THAT(told("es-419"), HasSubstr("it is es-ES"));
  EXPECT_EQ(told("fr"), "fr-FR") << "as browsers ask for a language";
  EXPECT_EQ(told("es_ES"), "es-ES");
}

TEST_F(WsCall, IsRefusedBeforeTheUpgradeForWhatIsWrongWithIt_GTW10) {
  serve();
  EXPECT_THAT(refused("/ws/call"), HasSubstr("caller_id is missing"));
  EXPECT_THAT(refused("/ws/call?caller_id=" + std::string(129, 'x')), HasSubstr("128 bytes"));
  EXPECT_THAT(refused("/ws/call?caller_id=%ff%fe"), HasSubstr("caller_id is not UTF-8"));
  EXPECT_THAT(refused("/ws/call?caller_id=a%0ab"), HasSubstr("control characters"));
  EXPECT_THAT(refused("/ws/call?caller_id=me&locale=%c3"), HasSubstr("locale is not UTF-8"));
  EXPECT_THAT(refused("/ws/call?caller_id=me&caller_id=you"), HasSubstr("\\\"caller_id\\\" is given twice"));
  EXPECT_THAT(refused("/ws/call?caller_id=me&token=a&token=b"), HasSubstr("is given twice"));
  EXPECT_THAT(refused("/ws/call?caller_id=me&in=opus/48000"), HasSubstr("is not spoken here"));
  EXPECT_THAT(refused("/ws/call?caller_id=me&out=pcm16/11025"), HasSubstr("is not spoken here"));
  EXPECT_THAT(refused("/ws/call?caller_id=me&resume=call_1"), HasSubstr("no call to resume"));
  EXPECT_THAT(refused("/ws/other"), HasSubstr("404"));
  EXPECT_EQ(get("/ws/call?caller_id=me").status, 426);
  EXPECT_EQ(calls->active_calls(), 0U);
}

TEST_F(WsCall, OneByteFramesAreAStreamAndEmptyOnesNothing_GTW10) {
  serve();
  const auto socket = dial();
  std::vector<net::WsMessage> crumbs;
  for (const char byte : audio::bytes_from_samples(testing::voice(20ms))) crumbs.push_back(net::WsMessage::binary(std::string(1, byte)));
  crumbs.push_back(net::WsMessage::binary(""));
  crumbs.push_back(net::WsMessage::text(R"({"type":"hangup"})"));
  const auto got = play(*socket, say(*socket, std::move(crumbs)));
  EXPECT_EQ(got.first("call.ended").at("reason").as_string(), "caller_hangup");
}

TEST_F(WsCall, ATextFrameDoesNotDeafenIt_GTW10) {  // the reference's receiver dies of one
  serve();
  const auto socket = dial("/ws/call?caller_id=me");
  medium.run(socket->send(net::WsMessage::text("hello?"), medium.soon()));
  const auto got = play(*socket, ask(*socket, medium.clock));
  EXPECT_EQ(got.bytes(), 25U * 300 * 24 * 2) << "it was heard and answered";
  medium.run(medium.clock.sleep_for(1s));
  EXPECT_EQ(calls->active_calls(), 0U);
}

TEST_F(WsCall, ClosesWithAReasonForWhatItsProtocolDoesNotAllow_GTW10) {
  serve();
  struct Case {
    net::WsMessage message;
    int code;
  };
  for (auto& [message, code] : std::vector<Case>{{net::WsMessage::text("{"), 1007},
                                                 {net::WsMessage::text("[1]"), 1007},
                                                 {net::WsMessage::text(R"({"type":"text","text":")" + std::string(4097, 'a') + R"("})"), 1009},
                                                 {net::WsMessage::binary("RIFF\x24\x08\0\0WAVEfmt "), 1003},
                                                 {net::WsMessage::binary(std::string(70'000, '\0')), 1009}}) {
    const auto socket = dial();
    const auto got = play(*socket, say(*socket, {message}));
    ASSERT_TRUE(got.closed) << code;
    EXPECT_EQ(got.closed->code, code);
    EXPECT_NE(got.closed->reason, "") << code;
  }
  EXPECT_EQ(calls->active_calls(), 0U);
}

TEST_F(WsCall, UnknownTypesAndFieldsMeanNothing_GTW10) {
  serve();
  const auto socket = dial();
  const auto got = play(
      *socket, say(*socket, {net::WsMessage::text(R"({"type":"sing","key":1})"), net::WsMessage::text("{}"),
                             net::WsMessage::text(R"({"type":"played","turn":"x","ms":-1})"), net::WsMessage::text(R"({"type":"hangup","why":"bored"})")}));
  EXPECT_EQ(got.first("call.ended").at("reason").as_string(), "caller_hangup");
}

TEST_F(WsCall, LongTextsAreAFloodSooner_GTW13) {
  serve();
  const auto typed = [](std::size_t length) { return net::WsMessage::text(R"({"type":"text","text":")" + std::string(length, 'a') + R"("})"); };
  for (const auto& [length, times, closes] : std::vector<std::tuple<std::size_t, std::size_t, bool>>{{4000, 20, true}, {4000, 10, false}, {40, 100, false}}) {
    const auto socket = dial();
    std::vector<net::WsMessage> messages(times, typed(length));
    messages.push_back(net::WsMessage::text(R"({"type":"hangup"})"));
    const auto got = play(*socket, say(*socket, std::move(messages)));
    ASSERT_TRUE(got.closed);
    EXPECT_EQ(got.closed->code, closes ? 1008 : 1000) << length;
  }
}

TEST_F(WsCall, AFloodEndsIt_GTW13) {
  serve();
  for (const auto& message : {net::WsMessage::binary(std::string(32'000, '\0')), net::WsMessage::binary(std::string(1, '\0')), net::WsMessage::text("{}")}) {
    const auto socket = dial();
    const auto got = play(*socket, say(*socket, std::vector<net::WsMessage>(5000, message)));
    ASSERT_TRUE(got.closed);
    EXPECT_EQ(got.closed->code, 1008);
    EXPECT_THAT(got.closed->reason, HasSubstr("flood"));
  }
}

/// Into the greeting.
Task<> say_once(net::WebSocket& socket, Clock& clock, std::string text) {
  co_await clock.sleep_for(1s);
  co_await socket.send(net::WsMessage::text(std::move(text)), Deadline::never());
  co_await clock.sleep_for(6s);
  co_await socket.send(net::WsMessage::text(R"({"type":"hangup"})"), Deadline::never());
}

TEST_F(WsCall, NeitherKeysThatAreNoneNorBlankTextsInterruptOrAreATurn_GTW10) {
  dialogue->hello = "one two three four five six seven eight nine ten";
  serve();
  for (const auto& [text, interrupts] : std::vector<std::pair<std::string, bool>>{{R"({"type":"dtmf","digits":"x"})", false},
                                                                                  {R"({"type":"dtmf","digits":""})", false},
                                                                                  {R"({"type":"dtmf","digits":1})", false},
                                                                                  {R"({"type":"text","text":""})", false},
                                                                                  {R"({"type":"text","text":" \t\n "})", false},
                                                                                  {R"({"type":"dtmf","digits":"12x"})", true}}) {
    const auto socket = dial();
    const auto got = play(*socket, say_once(*socket, medium.clock, text));
    EXPECT_EQ(got.count("barge_in"), interrupts ? 1U : 0U) << text;
    EXPECT_EQ(got.count("turn.started") + got.count("transcript.final"), 0U) << text;
  }
}

Task<> type(net::WebSocket& socket, Clock& clock) {
  co_await clock.sleep_for(3s);
  co_await socket.send(net::WsMessage::text(R"({"type":"text","text":"where is it"})"), Deadline::never());
  co_await clock.sleep_for(10s);
  co_await socket.send(net::WsMessage::text(R"({"type":"hangup"})"), Deadline::never());
}

TEST_F(WsCall, WhatIsTypedIsATurnAsWell_GTW10) {
  serve();
  const auto socket = dial();
  const auto got = play(*socket, type(*socket, medium.clock));
  EXPECT_EQ(got.first("transcript.final").at("text").as_string(), "where is it");
  EXPECT_EQ(got.count("turn.ended"), 1U);
}

TEST_F(WsCall, WithEventsItIsClearedAtABargeInAndAtMost100MsAhead_GTW24) {
  serve();
  const auto socket = dial();
  const auto cut_in = [](net::WebSocket& line, Clock& clock) -> Task<> {
    co_await send(line, clock, audio::Samples(audio::samples_in(700ms)));
    co_await send(line, clock, testing::voice(1s));
    co_await send(line, clock, audio::Samples(audio::samples_in(1s)));
    co_await line.close(1000, "", Deadline::after(clock, 5s));
  };
  const auto got = play(*socket, cut_in(*socket, medium.clock));
  EXPECT_THAT(got.types(), Contains("clear"));
  EXPECT_THAT(got.types(), Contains("barge_in"));
  Clock::Time cleared{0};
  for (const auto& [at, event] : got.events)
    if (event.at("type").as_string() == "clear") cleared = at;
  EXPECT_LE(cleared, 700ms + 100ms);
  // What was sent until then is what had its time, and 100 ms.
  std::size_t before = 0;
  for (const auto& [at, piece] : got.audio)
    if (at <= cleared) before += piece.size();
  EXPECT_LE(static_cast<std::int64_t>(before / 2) * 1s / 24000, cleared - got.audio.at(0).first + 120ms);
}

TEST_F(WsCall, FramesOf20MsLeaveInPairsWhereTheClientCanBeClearedAndOneByOneElse_GTW20) {
  serve();
  for (const bool events : {true, false}) {
    const auto socket = dial(events ? "/ws/call?caller_id=me&events=1" : "/ws/call?caller_id=me");
    const auto got = play(*socket, ask(*socket, medium.clock));
    std::map<Clock::Time, int> together;
    for (const auto& [at, piece] : got.audio) {
      EXPECT_EQ(piece.size(), 960U);
      ++together[at];
    }
    const auto pairs = std::ranges::count_if(together, [](const auto& each) { return each.second == 2; });
    // The first 100 ms of a sentence leave at once, and at its end one may be left over.
    if (events)
      EXPECT_GT(pairs * 2, std::ssize(got.audio) / 2);
    else
      EXPECT_EQ(std::ssize(together), std::ssize(got.audio));
  }
}

TEST_F(WsCall, WhoReadsNothingForLongIsCutOff_GTW13) {
  medium.link.capacity = 4096;
  dialogue->hello = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty";
  for (int i = 0; i < 3; ++i) dialogue->hello += " " + dialogue->hello;
  Observability observability{medium.clock, 5};
  serve({.observability = &observability});
  const auto socket = medium.run(medium.dial(*server, {.url = "/ws/call?caller_id=me&events=1", .options = {.ahead_limit = 4096}}, medium.soon()));
  medium.run(medium.clock.sleep_for(8s));  // it does not read
  const auto got = play(*socket, say(*socket, {}));
  ASSERT_TRUE(got.closed);
  EXPECT_EQ(got.closed->code, 1013);
  EXPECT_LT(got.bytes(), 24000U * 2) << "what waited is not played any more";
  medium.run(medium.clock.sleep_for(1s));
  EXPECT_EQ(calls->active_calls(), 0U);
  EXPECT_THAT(observability.metrics().text(), HasSubstr("\nvoice_client_faults_total 1\n"));
}

TEST_F(WsCall, AHangUpFreesEverything_GTW10) {  // the reference keeps the session for ever
  serve();
  for (int i = 0; i < 20; ++i) {
    const auto socket = dial();
    medium.run(medium.clock.sleep_for(1s));
    socket->cut();
  }
  medium.run(medium.clock.sleep_for(1s));
  EXPECT_EQ(calls->active_calls(), 0U);
}

TEST_F(WsCall, ASilentCallerIsLeft_GTW25) {
  serve();
  const auto socket = dial();
  const auto got = play(*socket, say(*socket, {}));
  EXPECT_EQ(got.first("call.ended").at("reason").as_string(), "expired");
  EXPECT_EQ(got.closed->code, 1008);
  EXPECT_EQ(got.count("agent.text"), 3U) << "greeting and two questions";
}

TEST_F(WsCall, IsClosedAndFreedAtTheEndOfItsTime_GTW26) {
  call.longest = 10s;
  serve();
  const auto socket = dial();
  const auto got = play(*socket, send(*socket, medium.clock, audio::Samples(audio::samples_in(20s))));
  EXPECT_EQ(got.first("call.ended").at("reason").as_string(), "expired");
  EXPECT_EQ(got.events.back().second.at("t").as_int64(), 10'000);
  medium.run(medium.clock.sleep_for(1s));
  EXPECT_EQ(calls->active_calls(), 0U);
}

TEST_F(WsCall, NeedsATokenOrASignedAddressWhereOneIsConfigured_GTW13) {
  const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));
  const std::string key = "0123456789abcdef0123456789abcdef";
  serve({.access = {.tokens = {"sesame-sesame-sesame"}, .signing_key = key}, .wall_time = [now] { return now; }});
  const std::string target = "/ws/call?caller_id=me";
  EXPECT_THAT(refused(target), HasSubstr("bearer token"));
  EXPECT_THAT(refused(target, {{"Authorization", "Bearer sesame"}}), HasSubstr("bearer token"));
  EXPECT_THAT(refused(signed_target(target, key, now - 1s)), HasSubstr("bearer token")) << "it has ended";
  EXPECT_THAT(refused(signed_target(target, key, now + 60s) + "0"), HasSubstr("bearer token"));
  EXPECT_THAT(refused(signed_target("/ws/call?caller_id=you", key, now + 60s).replace(19, 3, "me!")), HasSubstr("bearer token"));
  EXPECT_TRUE(dial(target, {{"Authorization", "Bearer sesame-sesame-sesame"}}));
  EXPECT_TRUE(dial(signed_target(target, key, now + 60s)));
}

TEST_F(WsCall, PagesOfOtherOriginsMayNotCall_GTW13) {
  serve({.access = {.origins = {"https://shop.example"}}});
  const std::string target = "/ws/call?caller_id=me";
  EXPECT_THAT(refused(target, {{"Origin", "https://evil.example"}}), HasSubstr("may not call"));
  EXPECT_THAT(refused(target, {{"Origin", "null"}}), HasSubstr("may not call"));
  EXPECT_TRUE(dial(target, {{"Origin", "https://shop.example"}}));
  EXPECT_TRUE(dial(target, {{"Origin", "http://agent"}})) << "its own page";
}

TEST_F(WsCall, TakesNoMoreCallsThanItHasLinesAndSaysSo_GTW12) {  // the reference says "overloaded" and takes them
  serve({.most_calls = 2});
  EXPECT_EQ(get("/ready").status, 200);
  const auto one = dial(), two = dial();
  const auto busy = get("/ready");
  EXPECT_EQ(busy.status, 503);
  EXPECT_THAT(busy.body, HasSubstr(R"("status":"overloaded","active_sessions":2)"));
  EXPECT_THAT(refused("/ws/call?caller_id=me"), HasSubstr("all lines are busy"));
  one->cut();
  medium.run(medium.clock.sleep_for(1s));
  EXPECT_EQ(get("/ready").status, 200);
  EXPECT_TRUE(dial());
  EXPECT_EQ(get("/health").status, 200);
}

TEST_F(WsCall, ACallerWhoCallsTooOftenHasToWait_GTW13) {
  serve({.per_caller = CallRate{.calls = 2, .within = 60s}, .per_address = std::nullopt});
  const auto one = dial(), two = dial();
  EXPECT_THAT(refused("/ws/call?caller_id=me"), HasSubstr("429"));
  EXPECT_TRUE(dial("/ws/call?caller_id=you"));
  medium.run(medium.clock.sleep_for(31s));
  EXPECT_TRUE(dial("/ws/call?caller_id=me"));
}

TEST_F(WsCall, WithoutPartsItIsRefused_GTW25) {
  no_parts = true;
  serve();
  EXPECT_THAT(refused("/ws/call?caller_id=me"), HasSubstr("no recogniser is free"));
  EXPECT_EQ(calls->active_calls(), 0U);
}

TEST_F(WsCall, DrainingLetsTheSentenceEndAndTakesNobodyNew_GTW13) {
  serve();
  const auto socket = dial();
  medium.spawn(calls->drain(Deadline::after(medium.clock, 1s)));
  medium.run(medium.clock.sleep_for(10ms));
  EXPECT_EQ(get("/ready").status, 503);
  EXPECT_THAT(refused("/ws/call?caller_id=you"), HasSubstr("draining"));
  const auto got = play(*socket, say(*socket, {}));
  EXPECT_EQ(got.first("call.ended").at("reason").as_string(), "drain");
  ASSERT_TRUE(got.closed);
  EXPECT_EQ(got.closed->code, 1001);
  EXPECT_EQ(got.bytes(), 5U * 300 * 24 * 2) << "the greeting was said to its end";
  medium.run(medium.clock.sleep_for(1s));
  EXPECT_EQ(calls->active_calls(), 0U);
}

TEST_F(WsCall, DrainingDoesNotWaitForALongSentence_GTW13) {
  dialogue->hello = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen";
  serve();
  const auto socket = dial();
  medium.spawn(calls->drain(Deadline::after(medium.clock, 1s)));
  const auto got = play(*socket, say(*socket, {}));
  EXPECT_LE(got.first("call.ended").at("t").as_int64(), 3'100);
}

TEST_F(WsCall, ListsAndEndsCallsForThoseWithAToken_GTW12) {
  const net::Headers token{{"Authorization", "Bearer sesame-sesame-sesame"}};
  serve({.access = {.tokens = {"sesame-sesame-sesame"}}});
  const auto socket = dial("/ws/call?caller_id=jo%40example.com&events=1", token);
  EXPECT_EQ(get("/sessions").status, 401);
  const auto list = get("/sessions", "GET", token);
  EXPECT_THAT(list.body, HasSubstr("[EMAIL_MASKED]"));
  EXPECT_THAT(list.body, Not(HasSubstr("example.com")));
  const std::string id(json::parse(list.body).at(0).at("call_id").as_string());
  EXPECT_EQ(get("/sessions/nobody", "DELETE", token).status, 404);
  EXPECT_EQ(get("/sessions/" + id, "DELETE", token).status, 204);
  const auto refused = get("/sessions", "POST", token);
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(net::find_header(refused.headers, "allow"), "GET, HEAD");
  EXPECT_EQ(net::find_header(get("/sessions/" + id, "GET", token).headers, "allow"), "DELETE");
  EXPECT_EQ(get("/sessions", "HEAD", token).status, 200);
  const auto got = play(*socket, say(*socket, {}));
  EXPECT_EQ(got.first("call.ended").at("reason").as_string(), "completed");
}

TEST_F(WsCall, WhoseCallIsEndedHearsSo_GTW12) {
  const net::Headers token{{"Authorization", "Bearer sesame-sesame-sesame"}};
  dialogue->last_words = "I have to end this call now.";
  serve({.access = {.tokens = {"sesame-sesame-sesame"}}});
  const auto socket = dial("/ws/call?caller_id=me&events=1", token);
  const std::string id(json::parse(get("/sessions", "GET", token).body).at(0).at("call_id").as_string());
  EXPECT_EQ(get("/sessions/" + id, "DELETE", token).status, 204);
  const auto got = play(*socket, say(*socket, {}));
  const auto is_it = [](const auto& event) { return event.second.at("type").as_string() == "agent.text"; };
  const auto last = std::ranges::find_if(got.events.rbegin(), got.events.rend(), is_it);
  ASSERT_NE(last, got.events.rend());
  EXPECT_EQ(last->second.at("text").as_string(), "I have to end this call now.");
  EXPECT_EQ(got.first("call.ended").at("reason").as_string(), "completed");
}

TEST_F(WsCall, WithoutATokenThereIsNoList_GTW12) {
  serve();
  const auto refused = get("/sessions");
  EXPECT_EQ(refused.status, 404);
  EXPECT_THAT(refused.body, HasSubstr("access: {tokens"));
  EXPECT_THAT(get("/sessions/call_1", "DELETE").body, HasSubstr("access: {tokens"));
}

TEST_F(WsCallOnALine, ARealSocketCarriesACall_GTW10) {
  serve();
  const auto socket = dial();
  // Real time, because the system's sockets know no other: a greeting of a second and a half.
  const auto hear_out = [](net::WebSocket& line, Clock& clock) -> Task<> {
    co_await clock.sleep_for(2s);
    co_await line.send(net::WsMessage::text(R"({"type":"hangup"})"), Deadline::never());
  };
  const auto got = play(*socket, hear_out(*socket, medium.clock));
  EXPECT_EQ(got.bytes(), 5U * 300 * 24 * 2);
  EXPECT_EQ(got.first("call.ended").at("reason").as_string(), "caller_hangup");
  ASSERT_TRUE(got.closed);
  EXPECT_EQ(got.closed->code, 1000);
}

TEST_F(WsCallOnALine, AnAddressThatCallsTooOftenHasToWait_GTW13) {
  serve({.per_caller = std::nullopt, .per_address = CallRate{.calls = 1, .within = 600s}});
  const auto socket = dial();
  EXPECT_THAT(refused("/ws/call?caller_id=somebody-else"), HasSubstr("too many calls from this address"));
}

// --- Pieces -----------------------------------------------------------------------------------------------------------------------------------

TEST(Access, RefusesSettingsThatProtectNothing_GTW13) {
  EXPECT_THROW(Access({.tokens = {""}}), Error);
  EXPECT_THROW(Access({.signing_key = "short"}), Error);
  EXPECT_THROW(Access({.tokens = {"x"}, .origins = {"*"}}), Error);
  EXPECT_THROW(Access({.origins = {"shop.example"}}), Error);
  EXPECT_THROW(Access({.origins = {"https://shop.example/path"}}), Error);
  EXPECT_NO_THROW(Access({.origins = {"*"}}));
}

TEST(CallRateLimit, LetsABurstThroughAndThenOneAfterTheOther_GTW13) {
  CallRateLimit limit(CallRate{.calls = 3, .within = 30s});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.refuse("a", 0s));
  EXPECT_EQ(limit.refuse("a", 0s), 10s);
  EXPECT_FALSE(limit.refuse("b", 0s));
  EXPECT_FALSE(limit.refuse("a", 10s));
  EXPECT_EQ(limit.refuse("a", 10s), 10s);
}

TEST(CallRateLimit, RemembersNoMoreThanItMay_GTW13) {
  CallRateLimit limit(CallRate{.calls = 1, .within = 60s}, 100);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limit.refuse(std::to_string(i), 0s));
  EXPECT_LE(limit.names(), 100U);
  EXPECT_TRUE(limit.refuse("999", 0s)) << "the last ones are those it keeps";
  limit.refuse("x", 120s);
  EXPECT_EQ(limit.names(), 1U);
}

TEST(CallRateLimit, MayBeOff_GTW13) {
  CallRateLimit limit(std::nullopt);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limit.refuse("a", 0s));
}

}  // namespace
}  // namespace antiphon::gateway
