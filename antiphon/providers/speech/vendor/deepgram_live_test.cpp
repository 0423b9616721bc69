#include "antiphon/providers/speech/vendor/deepgram_live.hpp"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/net/testing/link.hpp"
#include "antiphon/providers/speech/testing.hpp"

// A local peer replays the vendor's documented frames, over a socket, over memory, and over memory in virtual time.

namespace antiphon::speech {
namespace {

using namespace net::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = RecognitionEvent::Kind;

constexpr const char* key = "dg-secret-key";

std::string results(std::string_view text, bool is_final, bool speech_final, double start = 0) {
  json::array words;
  if (!text.empty())
    words.push_back(json::object{{"word", "w"}, {"punctuated_word", json::string(text)}, {"start", start}, {"end", start + 0.5}, {"confidence", 0.75}});
  return json_text(
      json::object{{"type", "Results"},
                   {"channel_index", {0, 1}},
                   {"duration", 1.0},
                   {"start", start},
                   {"is_final", is_final},
                   {"speech_final", speech_final},
                   {"channel", {{"alternatives", {json::object{{"transcript", json::string(text)}, {"confidence", 0.5}, {"words", std::move(words)}}}}}},
                   {"metadata", {{"request_id", "r"}, {"model_info", {{"name", "general-nova-3"}}}}},
                   {"from_finalize", false}});
}
std::string utterance_end(double last_word_end) {
  return json_text(json::object{{"type", "UtteranceEnd"}, {"channel", {0, 1}}, {"last_word_end", last_word_end}});
}
constexpr const char* metadata =
    R"({"type":"Metadata","transaction_key":"deprecated","request_id":"r","sha256":"s","created":"c","duration":1.5,"channels":1})";

/// Deepgram, as far as a test goes.
struct Peer {
  using Script = std::function<Task<>(net::WebSocket&, Peer&)>;

  std::deque<net::HttpReply> refusals{};  ///< of the first handshakes
  Script script{};
  std::string target{}, authorization{};
  std::vector<std::string> texts{};
  std::string audio{};
  int connections = 0;

  /// What comes next, kept; nullopt: the client hung up.
  Task<std::optional<net::WsMessage>> take(net::WebSocket& socket) {
    auto message = co_await socket.receive(Deadline::never());
    if (message && message->is_binary()) audio += message->data;
    if (message && !message->is_binary()) texts.push_back(message->data);
    co_return message;
  }
  Task<> take_until_text(net::WebSocket& socket) {
    for (auto message = co_await take(socket); message && message->is_binary();) message = co_await take(socket);
  }
};

Task<> tell(net::WebSocket& socket, std::string text) { return socket.send(net::WsMessage::text(std::move(text)), Deadline::never()); }

template <class Medium>
struct DeepgramLiveOver : ::testing::Test {
  DeepgramLiveOver() {
    server = medium.listen({}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return answer(request, reply); });
    medium.spawn(server->serve());
    context.dial = [this](net::WsRequest request, Deadline deadline) {
      request.url = request.url.substr(request.url.find("/v", 8));
      return medium.dial(*server, std::move(request), deadline);
    };
  }

  Task<> answer(const net::ServerRequest& request, net::ServerReply& reply) {
    peer.target = request.target;
    peer.authorization = net::find_header(request.headers, "authorization").value_or("");
    ++peer.connections;
    if (!peer.refusals.empty()) {
      auto refusal = std::move(peer.refusals.front());
      peer.refusals.pop_front();
      co_await reply.reply(std::move(refusal));
      co_return;
    }
    const auto socket = co_await reply.accept_websocket({});
    co_await peer.script(*socket, peer);
  }

  std::unique_ptr<RecognitionStream> open(EarChoice choice = {"deepgram"}) {
    choice.base_url = "http://deepgram.test", choice.key = key;
    ear = testing_tools::SpeechWorld::vendors().open(choice, context);
    return medium.run(ear.recogniser->open(ear.defaults, medium.soon()));
  }
  std::vector<std::string> rest(RecognitionStream& stream) {
    std::vector<std::string> all;
    while (const auto event = medium.run(stream.next(medium.soon()))) all.push_back(text_of(*event));
    return all;
  }
  std::string next(RecognitionStream& stream) { return text_of(medium.run(stream.next(medium.soon())).value()); }
  static std::string text_of(const RecognitionEvent& event) {
    constexpr const char* names[] = {"partial ", "final ", "end"};
    return names[static_cast<int>(event.kind)] + event.heard.text;
  }
  void feed(RecognitionStream& stream, std::size_t samples = 480) { medium.run(stream.feed(audio::Samples(samples, 258), medium.soon())); }

  Medium medium;
  std::unique_ptr<net::HttpServer> server;
  std::unique_ptr<net::HttpClient> http = net::make_http_client(medium.runtime);
  SpeechContext context{.runtime = medium.runtime, .http = *http, .seed = 1, .scenario_id = "s"};
  OpenEar ear;
  Peer peer;
};

using Media = ::testing::Types<OverSocket, OverMemory<World>, OverMemory<VirtualWorld>>;
TYPED_TEST_SUITE(DeepgramLiveOver, Media);

TYPED_TEST(DeepgramLiveOver, TellsPartialsFinalsAndEachEndOnce_VOX22) {
  this->peer.script = [](net::WebSocket& socket, Peer& peer) -> Task<> {
    co_await peer.take(socket);
    co_await tell(socket, results("hel", false, false));
    co_await tell(socket, results("Hello there.", true, false));
    co_await tell(socket, results("", false, false));
    co_await tell(socket, results("How are you?", true, true, 1.5));
    co_await tell(socket, utterance_end(2));
    co_await tell(socket, R"({"type":"SpeechStarted","channel":[0],"timestamp":3})");
    co_await tell(socket, results("Fine", true, false, 3));
    co_await tell(socket, utterance_end(3.5));
    co_await peer.take_until_text(socket);
    co_await tell(socket, results("Bye.", true, false, 4));
    co_await tell(socket, metadata);
    co_await socket.close(1000, "", Deadline::never());
  };
  const auto stream = this->open();
  this->feed(*stream);
  EXPECT_EQ(this->next(*stream), "partial hel");
  const auto final = this->medium.run(stream->next(this->medium.soon())).value();
  EXPECT_EQ(final.heard.text, "Hello there.");
  EXPECT_EQ(final.heard.confidence, 0.5);
  EXPECT_EQ(this->next(*stream), "final How are you?");
  EXPECT_EQ(this->next(*stream), "end");
  const auto third = this->medium.run(stream->next(this->medium.soon())).value();
  ASSERT_EQ(third.heard.words.size(), 1U);
  EXPECT_EQ(third.heard.words[0].start, 3s);
  EXPECT_EQ(third.heard.words[0].confidence, 0.75);
  EXPECT_EQ(this->next(*stream), "end");
  this->medium.run(stream->finish(this->medium.soon()));
  EXPECT_THAT(this->rest(*stream), ElementsAre("final Bye."));
  EXPECT_EQ(this->medium.run(stream->next(this->medium.soon())), std::nullopt) << "and it stays over";
  EXPECT_THAT(this->peer.texts, ElementsAre(R"({"type":"CloseStream"})"));
  EXPECT_EQ(this->peer.audio.size(), 960U);
  EXPECT_EQ(this->peer.audio.substr(0, 2), "\2\1") << "little endian";
}

TYPED_TEST(DeepgramLiveOver, IsAskedForInterimResultsOfOurOwnFormat_VOX22) {
  this->peer.script = [](net::WebSocket& socket, Peer& peer) -> Task<> { co_await peer.take(socket); };
  EarChoice choice("deepgram/nova-2");
  choice.language = "en-GB", choice.phrases = {"A 1007"}, choice.extra = {{"endpointing", 500}, {"smart_format", true}};
  this->open(choice);
  EXPECT_EQ(this->peer.target,
            "/v1/listen?model=nova-2&language=en-GB&punctuate=true&keywords=A%201007&endpointing=500&smart_format=true&encoding=linear16&sample_rate=24000"
            "&channels=1&interim_results=true&utterance_end_ms=1000");
  EXPECT_EQ(this->peer.authorization, std::string("Token ") + key);
  this->open();
  EXPECT_THAT(this->peer.target, HasSubstr("model=nova-3&"));
  choice.extra = {{"interim_results", false}};
  this->open(choice);
  EXPECT_THAT(this->peer.target, AllOf(HasSubstr("interim_results=false"), Not(HasSubstr("utterance_end_ms"))));
}

TYPED_TEST(DeepgramLiveOver, FluxTellsTurns_VOX22) {
  this->peer.script = [](net::WebSocket& socket, Peer& peer) -> Task<> {
    const auto turn = [](std::string_view event, std::string_view text) {
      return json_text(json::object{{"type", "TurnInfo"},
                                    {"event", json::string(event)},
                                    {"turn_index", 0},
                                    {"transcript", json::string(text)},
                                    {"words", json::array{json::object{{"word", "w"}, {"confidence", 0.5}}}},
                                    {"end_of_turn_confidence", 0.5}});
    };
    co_await tell(socket, R"({"type":"Connected","request_id":"r","sequence_id":0})");
    co_await tell(socket, turn("StartOfTurn", "I"));
    co_await tell(socket, turn("EagerEndOfTurn", "I see"));
    co_await tell(socket, turn("TurnResumed", "I see you"));
    co_await tell(socket, turn("EndOfTurn", "I see you"));
    co_await peer.take_until_text(socket);
    co_await socket.close(1000, "", Deadline::never());
  };
  const auto stream = this->open({"deepgram/flux-general-en"});
  this->medium.run(stream->finish(this->medium.soon()));
  EXPECT_THAT(this->rest(*stream), ElementsAre("partial I", "partial I see", "partial I see you", "final I see you", "end"));
  EXPECT_EQ(this->peer.target, "/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=24000");
}

TYPED_TEST(DeepgramLiveOver, AWrongKeyIsToldOnceWithStatusAndShortMessage_VOX23) {
  this->peer.refusals = {
      {401, {{"content-type", "application/json"}}, R"({"err_code":"INVALID_AUTH","err_msg":"Invalid credentials dg-secret-key.","request_id":"r"})"}};
  try {
    this->open();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unauthorized);
    EXPECT_EQ(error.status(), 401);
    EXPECT_EQ(error.party(), Party::provider);
    EXPECT_EQ(error.message(), "deepgram/nova-3: HTTP 401: Invalid credentials ***.");
    EXPECT_THAT(error.hint(), HasSubstr("DEEPGRAM_API_KEY"));
  }
  EXPECT_EQ(this->peer.connections, 1);
}

/// Where there is time to wait.
using DeepgramLiveInVirtualTime = DeepgramLiveOver<OverMemory<VirtualWorld>>;

TEST_F(DeepgramLiveInVirtualTime, ConnectingIsTriedAgainAsRequestsAre_VOX22) {
  this->peer.refusals = {{503, {}, ""}, {429, {}, "slow down"}};
  this->peer.script = [](net::WebSocket& socket, Peer& peer) -> Task<> { co_await peer.take(socket); };
  this->open();
  EXPECT_EQ(this->peer.connections, 3);
}

TEST_F(DeepgramLiveInVirtualTime, AStreamTakesAPlaceAmongTheVendorsCallsUntilItIsClosed_SCN91) {
  peer.script = [](net::WebSocket& socket, Peer& told) -> Task<> {
    while (co_await told.take(socket)) continue;
  };
  const auto all = testing_tools::SpeechWorld::vendors({{"deepgram", 1}});
  EarChoice choice("deepgram");
  choice.base_url = "http://deepgram.test", choice.key = key;
  const auto first = all.open(choice, context), second = all.open(choice, context);
  auto stream = medium.run(first.recogniser->open(first.defaults, medium.soon()));
  EXPECT_EQ(failure_of(medium, second.recogniser->open(second.defaults, Deadline::after(medium.clock, 5s))).kind(), ErrorKind::timeout);
  EXPECT_EQ(peer.connections, 1);
  stream.reset();
  stream = medium.run(second.recogniser->open(second.defaults, medium.soon()));
  EXPECT_EQ(peer.connections, 2);
}

struct Ending {
  const char* name;
  Peer::Script script;
  ErrorKind kind;
  const char* said;
};

const std::vector<Ending>& endings() {
  static const std::vector<Ending> all{
      {"no audio for too long", [](net::WebSocket& socket, Peer&) { return socket.close(1011, "NET-0001", Deadline::never()); }, ErrorKind::closed,
       "1011, NET-0001"},
      {"what is no audio", [](net::WebSocket& socket, Peer&) { return socket.close(1008, "DATA-0000", Deadline::never()); }, ErrorKind::closed,
       "1008, DATA-0000"},
      {"too early", [](net::WebSocket& socket, Peer&) { return socket.close(1000, "", Deadline::never()); }, ErrorKind::closed, "1000"},
      {"a cut",
       [](net::WebSocket& socket, Peer&) -> Task<> {
         socket.cut();
         co_return;
       },
       ErrorKind::closed, ""},
      {"an error",
       [](net::WebSocket& socket, Peer& peer) -> Task<> {
         co_await tell(socket, R"({"type":"Error","variant":"BadModel","description":"no such model for dg-secret-key"})");
         co_await peer.take(socket);
       },
       ErrorKind::unavailable, "BadModel, no such model for ***"},
      {"garbage",
       [](net::WebSocket& socket, Peer& peer) -> Task<> {
         co_await tell(socket, "dg-secret-key");
         co_await peer.take(socket);
       },
       ErrorKind::protocol, "no JSON object"},
      {"results of another kind",
       [](net::WebSocket& socket, Peer& peer) -> Task<> {
         co_await tell(socket, R"({"type":"Results","channel":{"alternatives":[]}})");
         co_await peer.take(socket);
       },
       ErrorKind::protocol, "no alternative"},
  };
  return all;
}

TYPED_TEST(DeepgramLiveOver, WhateverEndsItTooEarlyIsAnErrorOfTheProvider_VOX22_VOX23) {
  for (const auto& ending : endings()) {
    this->peer.script = ending.script;
    const auto stream = this->open();
    const auto error = failure_of(this->medium, stream->next(this->medium.soon()));
    EXPECT_EQ(error.kind(), ending.kind) << ending.name;
    EXPECT_EQ(error.party(), Party::provider) << ending.name;
    EXPECT_THAT(error.message(), AllOf(HasSubstr("deepgram/nova-3"), HasSubstr(ending.said), Not(HasSubstr("dg-secret")))) << ending.name;
  }
}

TYPED_TEST(DeepgramLiveOver, ADeadlineLosesNothing_VOX22) {
  this->peer.script = [](net::WebSocket& socket, Peer& peer) -> Task<> {
    co_await peer.take(socket);
    co_await tell(socket, results("Hello.", true, true));
    co_await peer.take(socket);
  };
  const auto stream = this->open();
  EXPECT_EQ(failure_of(this->medium, stream->next(Deadline::after(this->medium.clock, 20ms))).kind(), ErrorKind::timeout);  // short where time is real
  this->feed(*stream);
  EXPECT_EQ(this->next(*stream), "final Hello.");
}

TEST_F(DeepgramLiveInVirtualTime, IsKeptOpenThroughSilence_VOX22) {
  this->peer.script = [](net::WebSocket& socket, Peer& peer) -> Task<> {
    for (int i = 0; i < 3; ++i) co_await peer.take(socket);
    co_await tell(socket, results("At last.", true, true));
    co_await peer.take(socket);
  };
  const auto stream = this->open();
  const auto began = this->medium.clock.now();
  EXPECT_EQ(this->next(*stream), "final At last.");
  EXPECT_EQ(this->medium.clock.now() - began, 12s);
  EXPECT_THAT(this->peer.texts, ElementsAre(R"({"type":"KeepAlive"})", R"({"type":"KeepAlive"})", R"({"type":"KeepAlive"})"));
}

}  // namespace
}  // namespace antiphon::speech
