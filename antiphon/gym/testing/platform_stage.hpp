#pragma once

#include <cmath>
#include <deque>
#include <map>
#include <memory>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/text.hpp"
#include "antiphon/gym/platform/platform.hpp"
#include "antiphon/gym/testing/handler_http.hpp"
#include "antiphon/net/testing/link.hpp"
#include "antiphon/protocol/layercode/authorisation.hpp"
#include "antiphon/protocol/layercode/reply_events.hpp"
#include "antiphon/protocol/layercode/server_messages.hpp"
#include "antiphon/protocol/layercode/signature.hpp"

/// A platform over memory with a backend and clients that do what a test says, in virtual time. For tests alone.
namespace antiphon::gym::testing {

using namespace std::chrono_literals;
using VirtualMedium = net::testing::OverMemory<net::testing::VirtualWorld>;

/// What a backend does with one webhook.
struct Reply {
  struct Step {
    Duration wait{0};
    std::string bytes{};
  };
  enum class End { closes, stays_open, cuts };

  int status = 200;
  std::vector<Step> steps{};
  End end = End::closes;
  Duration before{0};  ///< until the header

  Reply& say(std::string words, Duration wait = Duration{0}) { return send(layercode::ReplySpeech{std::move(words)}, wait); }
  Reply& data(json::value value) { return send(layercode::ReplyData{std::move(value)}); }
  Reply& finish(Duration wait = Duration{0}) { return send(layercode::ReplyEnd{}, wait); }
  Reply& send(const layercode::ReplyEvent& event, Duration wait = Duration{0}) { return raw(layercode::write_reply_event(event), wait); }
  Reply& raw(std::string bytes, Duration wait = Duration{0}) {
    steps.push_back({wait, std::move(bytes)});
    return *this;
  }
  Reply& then(End how) {
    end = how;
    return *this;
  }
};

/// Keeps what it is told, and answers by script: the last reply of a type holds for all that follow, and an empty one where there is none.
class ScriptedBackend {
 public:
  explicit ScriptedBackend(Clock& clock) : clock_(clock) {}

  Task<> handle(const net::ServerRequest& request, net::ServerReply& reply) {
    bodies.push_back(request.body);
    headers.push_back(request.headers);
    hooks.push_back(layercode::read_webhook(request.body));
    times.push_back(clock_.now());
    auto& script = replies[layercode::type_of(hooks.back().event)];
    auto act = script.empty() ? Reply{} : script.front();
    if (script.size() > 1) script.pop_front();
    if (act.before > Duration{0}) co_await clock_.sleep_for(act.before);
    co_await reply.begin(act.status, {{"Content-Type", "text/event-stream"}, {"Content-Encoding", "none"}});
    try {
      for (auto& step : act.steps) {
        if (step.wait > Duration{0}) co_await clock_.sleep_for(step.wait);
        co_await reply.write(step.bytes);
      }
    } catch (const Error&) {
      ++aborts;
      throw;
    }
    if (act.end == Reply::End::cuts) reply.abort();
    if (act.end == Reply::End::stays_open) co_await clock_.sleep_for(24h);
  }

  Reply& on(const std::string& type) { return replies[type].emplace_back(); }
  std::vector<layercode::Webhook> of(std::string_view type) const {
    std::vector<layercode::Webhook> found;
    for (const auto& hook : hooks)
      if (layercode::type_of(hook.event) == type) found.push_back(hook);
    return found;
  }
  std::vector<layercode::MessageEvent> messages() const {
    std::vector<layercode::MessageEvent> found;
    for (const auto& hook : of("message")) found.push_back(std::get<layercode::MessageEvent>(hook.event));
    return found;
  }

  std::map<std::string, std::deque<Reply>> replies;
  std::vector<layercode::Webhook> hooks;
  std::vector<std::string> bodies;
  std::vector<net::Headers> headers;
  std::vector<Clock::Time> times;
  int aborts = 0;  ///< replies that the platform did not want to the end

 private:
  Clock& clock_;
};

/// Understands `text` of whatever is loud.
class FixedEar final : public SpeechToText {
 public:
  std::deque<std::string> texts{"where is my parcel"};  ///< the last holds for all that follow
  std::vector<audio::Samples> heard{};
  Duration takes{0};
  std::optional<Error> fails{};
  RecognitionCapabilities able{.waits_on_clock_alone = true};
  Clock& clock;
  std::string its_name = "fixed";

  explicit FixedEar(Clock& its_clock) : clock(its_clock) {}
  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings, Deadline) override {
    heard.push_back(samples);
    if (takes > Duration{0}) co_await clock.sleep_for(takes);
    if (fails) throw *fails;
    auto text = texts.front();
    if (texts.size() > 1) texts.pop_front();
    co_return Recognition{.text = text};
  }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline) override;
  const RecognitionCapabilities& capabilities() const override { return able; }
  const std::string& name() const override { return its_name; }
};

/// Tells a partial text with the first audio, and the text at the end.
class FixedEarStream final : public RecognitionStream {
 public:
  explicit FixedEarStream(FixedEar& ear) : ear_(ear) {}
  Task<> feed(audio::Samples samples, Deadline) override {
    if (all_.empty()) tell({RecognitionEvent::Kind::partial, {.text = "where"}});
    all_.insert(all_.end(), samples.begin(), samples.end());
    co_return;
  }
  Task<> finish(Deadline deadline) override {
    tell({RecognitionEvent::Kind::final, co_await ear_.transcribe(all_, {}, deadline)});
    done_ = true;
    changed_.beat();
  }
  Task<std::optional<RecognitionEvent>> next(Deadline) override {
    while (events_.empty() && !done_) co_await changed_.wait();
    if (events_.empty()) co_return std::nullopt;
    auto event = std::move(events_.front());
    events_.pop_front();
    co_return event;
  }

 private:
  void tell(RecognitionEvent event) {
    events_.push_back(std::move(event));
    changed_.beat();
  }
  FixedEar& ear_;
  audio::Samples all_;
  std::deque<RecognitionEvent> events_;
  bool done_ = false;
  Pulse changed_;
};

inline Task<std::unique_ptr<RecognitionStream>> FixedEar::open(RecognitionSettings, Deadline) { co_return std::make_unique<FixedEarStream>(*this); }

/// Speaks 300 ms per word, at once.
class FixedVoice final : public TextToSpeech {
 public:
  std::vector<std::string> said{};
  std::optional<Error> fails{};
  SpeechCapabilities able{.waits_on_clock_alone = true};
  std::string its_name = "fixed";

  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline) override {
    if (fails) throw *fails;
    said.push_back(request.text);
    co_return speech_of(audio::Samples(audio::samples_in(static_cast<std::int64_t>(count_words(request.text)) * 300ms), 3000));
  }
  const SpeechCapabilities& capabilities() const override { return able; }
  const std::string& name() const override { return its_name; }
};

/// A voice, as clients send it: PCM16 at 8 kHz.
inline std::string voice(Duration length) {
  audio::Samples samples(audio::samples_in(length, layercode::client_rate_hz));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = audio::to_sample(8000 * std::sin(2 * std::numbers::pi * 300 * static_cast<double>(i) / layercode::client_rate_hz));
  return audio::bytes_from_samples(samples);
}
inline std::string silence(Duration length) { return std::string(audio::samples_in(length, layercode::client_rate_hz) * 2, '\0'); }

class Stage;

/// One client's connection.
class TestClient {
 public:
  struct Got {
    layercode::ServerMessage message;
    Clock::Time at;
  };

  TestClient(Stage& stage, std::unique_ptr<net::WebSocket> socket);
  void send(const layercode::ClientMessage& message) { send_raw(layercode::write_client_message(message)); }
  void send_raw(std::string text);
  /// At the pace of a microphone, in messages of 100 ms.
  void speak(const std::string& bytes);
  void close();
  void drop() { socket_->cut(); }

  template <class Message>
  std::vector<Message> all() const {
    std::vector<Message> found;
    for (const auto& each : got)
      if (const auto* message = std::get_if<Message>(&each.message)) found.push_back(*message);
    return found;
  }
  std::string words() const {
    std::string text;
    for (const auto& piece : all<layercode::ResponseText>()) text += piece.content;
    return text;
  }
  Duration heard() const {
    std::size_t samples = 0;
    for (const auto& audio : all<layercode::ResponseAudio>()) samples += audio.bytes.size() / 2;
    return audio::duration_of(samples, layercode::response_rate_hz);
  }
  /// Types in order, those of one kind in a row as one.
  std::vector<std::string> order() const {
    std::vector<std::string> types;
    for (const auto& each : got) {
      auto type = find_string(parse_json(layercode::write_server_message(each.message)), "type").value_or("");
      if (types.empty() || types.back() != type) types.push_back(std::move(type));
    }
    return types;
  }
  std::optional<net::WsClose> closed() const { return socket_->closed(); }

  std::vector<Got> got;

 private:
  Stage& stage_;
  std::unique_ptr<net::WebSocket> socket_;
};

class Stage {
 public:
  explicit Stage(PlatformSettings settings = {}) : settings_(std::move(settings)) {
    settings_.backend.webhook_url = "http://backend/hook";
    settings_.backend.webhook_secret = "whsec_test";
    settings_.backend.wall_time = [this] {
      return std::chrono::system_clock::time_point(1'767'225'600s + std::chrono::duration_cast<std::chrono::microseconds>(medium.clock.now()));
    };
    settings_.notice = [this](const std::string& line) { notices.push_back(line); };
  }
  /// A session that is held still holds what it waits for: it is let go first.
  ~Stage() {
    if (platform_) medium.run(platform_->drain(Deadline::after(medium.clock, 1min)));
    if (server_) server_->stop();
    wait(1s);
    platform_.reset();
  }

  LayercodePlatform& platform() {
    if (platform_) return *platform_;
    PlatformSpeech speech;
    if (with_ear) speech.recogniser = ear;
    if (with_voice) speech.voice = tts;
    platform_.emplace(medium.runtime, settings_, speech, http);
    server_ = medium.listen({}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return platform_->handle(request, reply); });
    medium.spawn(server_->serve());
    return *platform_;
  }
  PlatformSettings& settings() { return settings_; }

  struct Asked {
    std::string method = "POST", target, body{};
    net::Headers headers{};
  };
  net::HttpReply ask(const Asked& asked) {
    auto& its_platform = platform();
    HandlerHttp client(medium.runtime, [&](const net::ServerRequest& request, net::ServerReply& reply) { return its_platform.handle(request, reply); });
    return medium.run(
        client.send({.method = asked.method, .url = "http://platform" + asked.target, .headers = asked.headers, .body = asked.body}, medium.soon()));
  }
  layercode::AuthoriseReply authorise(const layercode::AuthoriseRequest& request = {.agent_id = "agent"}) {
    const auto reply = ask({.target = "/api/authorize", .body = layercode::write_authorise_request(request)});
    EXPECT_EQ(reply.status, 200) << reply.body;
    return layercode::read_authorise_reply(reply.body);
  }
  std::unique_ptr<TestClient> connect(const std::string& key) {
    platform();
    auto socket = medium.run(medium.dial(*server_, {.url = "/v1/agents/web/websocket?client_session_key=" + key}, medium.soon()));
    return std::make_unique<TestClient>(*this, std::move(socket));
  }
  Error refused(const std::string& key) {
    platform();
    return net::testing::failure_of(medium, medium.dial(*server_, {.url = "/v1/agents/web/websocket?client_session_key=" + key}, medium.soon()));
  }
  /// Authorised, connected, ready, and greeted where the backend greets.
  std::unique_ptr<TestClient> begin(const layercode::AuthoriseRequest& request = {.agent_id = "agent"}) {
    auto client = connect(authorise(request).client_session_key);
    client->send(layercode::ClientReady{});
    wait(100ms);
    return client;
  }
  void wait(Duration length) { medium.run(medium.clock.sleep_for(length)); }

  VirtualMedium medium;
  ScriptedBackend backend{medium.clock};
  HandlerHttp http{medium.runtime, [this](const net::ServerRequest& request, net::ServerReply& reply) { return backend.handle(request, reply); }};
  std::shared_ptr<FixedEar> ear = std::make_shared<FixedEar>(medium.clock);
  std::shared_ptr<FixedVoice> tts = std::make_shared<FixedVoice>();
  bool with_ear = true, with_voice = true;
  std::vector<std::string> notices;

 private:
  PlatformSettings settings_;
  std::optional<LayercodePlatform> platform_;
  std::unique_ptr<net::HttpServer> server_;
};

inline TestClient::TestClient(Stage& stage, std::unique_ptr<net::WebSocket> socket) : stage_(stage), socket_(std::move(socket)) {
  socket_->listen([this](const net::WsMessage& message) { got.push_back({layercode::read_server_message(message.data), stage_.medium.clock.now()}); });
}
inline void TestClient::send_raw(std::string text) { stage_.medium.run(socket_->send(net::WsMessage::text(std::move(text)), stage_.medium.soon())); }
inline void TestClient::speak(const std::string& bytes) {
  constexpr std::size_t piece = layercode::client_rate_hz / 10 * 2;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    stage_.wait(100ms);
    send(layercode::ClientAudio{bytes.substr(at, piece)});
  }
}
inline void TestClient::close() { stage_.medium.run(socket_->close(1000, "bye", stage_.medium.soon())); }

}  // namespace antiphon::gym::testing
