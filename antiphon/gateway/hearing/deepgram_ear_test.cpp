#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gateway/hearing/ear.hpp"
#include "antiphon/gateway/testing/level_ear.hpp"
#include "antiphon/net/testing/link.hpp"
#include "antiphon/providers/speech/testing.hpp"

// An ear with Deepgram behind it, whose documented frames a local peer replays over memory, in virtual time.

namespace antiphon::gateway {
namespace {

using namespace net::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string results(std::string_view text, Duration start, Duration end, bool speech_final) {
  const double from = std::chrono::duration<double>(start).count(), to = std::chrono::duration<double>(end).count();
  json::array words{json::object{{"word", "w"}, {"punctuated_word", json::string(text)}, {"start", from}, {"end", to}, {"confidence", 0.9}}};
  return json_text(
      json::object{{"type", "Results"},
                   {"start", from},
                   {"duration", to - from},
                   {"is_final", true},
                   {"speech_final", speech_final},
                   {"channel", {{"alternatives", {json::object{{"transcript", json::string(text)}, {"confidence", 0.9}, {"words", std::move(words)}}}}}}});
}

struct DeepgramBehindTheEar : ::testing::Test {
  using Script = std::function<Task<>(net::WebSocket&, std::string& audio)>;

  DeepgramBehindTheEar() {
    server = medium.listen({}, [this](const net::ServerRequest&, net::ServerReply& reply) { return answer(reply); });
    medium.spawn(server->serve());
    context.dial = [this](net::WsRequest request, Deadline deadline) {
      request.url = request.url.substr(request.url.find("/v", 8));
      return medium.dial(*server, std::move(request), deadline);
    };
    EarChoice choice("deepgram/nova-2");
    choice.base_url = "http://deepgram.test", choice.key = "dg-secret-key";
    deepgram = testing_tools::SpeechWorld::vendors().open(choice, context);
  }

  Task<> answer(net::ServerReply& reply) {
    audio.emplace_back();
    const auto number = std::min(audio.size(), scripts.size());
    if (number == 0) {
      co_await reply.reply({401, {}, R"({"err_code":"INVALID_AUTH","err_msg":"Invalid credentials."})"});
      co_return;
    }
    const auto socket = co_await reply.accept_websocket({});
    co_await scripts[number - 1](*socket, audio.back());
  }
  /// Takes audio until there is so much of it. False: the call is over.
  static Task<bool> take(net::WebSocket& socket, std::string& audio, Duration length) {
    while (audio.size() < 2 * audio::samples_in(length)) {
      const auto message = co_await socket.receive(Deadline::never());
      if (!message) co_return false;
      if (message->is_binary()) audio += message->data;
    }
    co_return true;
  }

  /// One second of silence, the words, and silence.
  void hear(audio::Samples words, Duration silence) {
    settings.on_failed = [this](const Error& error) { failures.push_back(error.message()); };
    Ear ear(medium.runtime, *deepgram.recogniser, settings);
    TaskGroup tasks(medium.context.get_executor());
    tasks.spawn(ear.run());
    tasks.spawn(listen(ear, *this));
    words.insert(words.begin(), audio::samples_in(1s), 0);
    words.resize(words.size() + audio::samples_in(silence));
    tasks.spawn(speak(ear, medium.clock, std::move(words), &tasks));
    medium.run(tasks.join());
  }
  static Task<> speak(Ear& ear, Clock& clock, audio::Samples all, TaskGroup* tasks) {
    for (std::size_t at = 0; at + 480 <= all.size(); at += 480) {
      co_await clock.sleep_for(20ms);
      ear.hear(audio::SampleView(all).subspan(at, 480));
    }
    tasks->stop();
  }
  static Task<> listen(Ear& ear, DeepgramBehindTheEar& self) {
    for (;;) {
      const auto event = co_await ear.events().pop(self.medium.clock, Deadline::never(), Error(ErrorKind::timeout, "nothing"));
      if (const auto* closed = std::get_if<TurnClosed>(&event)) self.turns.push_back(closed->text);
    }
  }

  OverMemory<VirtualWorld> medium;
  std::unique_ptr<net::HttpServer> server;
  std::unique_ptr<net::HttpClient> http = net::make_http_client(medium.runtime);
  SpeechContext context{.runtime = medium.runtime, .http = *http, .seed = 1, .scenario_id = "s"};
  OpenEar deepgram;
  EarSettings settings;
  std::vector<Script> scripts;  ///< of one connection after another; none: refused
  std::vector<std::string> audio, turns, failures;
};

TEST_F(DeepgramBehindTheEar, AConnectionThatIsCutInTheMiddleOfAWordLosesNoAudio_GTW21) {
  scripts = {[](net::WebSocket& socket, std::string& audio) -> Task<> {
               co_await take(socket, audio, 1s);
               co_await socket.send(net::WsMessage::text(results("Where is", 350ms, 750ms, false)), Deadline::never());
               co_await take(socket, audio, 1300ms);
               socket.cut();
             },
             [](net::WebSocket& socket, std::string& audio) -> Task<> {
               co_await take(socket, audio, 1600ms);
               co_await socket.send(net::WsMessage::text(results("my parcel?", 0s, 1s, true)), Deadline::never());
               co_await take(socket, audio, 60s);
             }};
  hear(testing::voice(1800ms), 2s);
  EXPECT_THAT(turns, ElementsAre("Where is my parcel?"));
  ASSERT_THAT(audio, SizeIs(2));
  // Between the end of the last final word and the cut lie 550 ms: they come again, and all that follows.
  EXPECT_GE(audio[1].size(), 2 * audio::samples_in(550ms + 850ms));
  ASSERT_THAT(failures, SizeIs(1));
  EXPECT_THAT(failures[0], HasSubstr("deepgram/nova-2"));
}

TEST_F(DeepgramBehindTheEar, WhereItRefusesAnotherHears_GTW25) {
  settings.stand_ins = {{std::make_shared<testing::LevelEar>(medium.runtime, std::vector<testing::LevelStreamPlan>{{}})}};
  hear(testing::spoken({0, 1, 2}), 2s);
  EXPECT_THAT(turns, ElementsAre("zero one two"));
  ASSERT_THAT(failures, SizeIs(1));
  EXPECT_THAT(failures[0], HasSubstr("401"));
}

TEST_F(DeepgramBehindTheEar, WhereItTakesAudioAndSaysNothingAnotherHears_GTW25) {
  scripts = {[](net::WebSocket& socket, std::string& audio) -> Task<> { co_await take(socket, audio, 100s); }};
  settings.stand_ins = {{std::make_shared<testing::LevelEar>(medium.runtime, std::vector<testing::LevelStreamPlan>{{}})}};
  hear(testing::spoken({3, 4}), 60s);
  EXPECT_THAT(turns, ElementsAre("three four"));
  EXPECT_THAT(audio, ::testing::Not(::testing::IsEmpty()));
}

}  // namespace
}  // namespace antiphon::gateway
