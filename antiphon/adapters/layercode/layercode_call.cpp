#include "antiphon/adapters/layercode/layercode_call.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/audio/resample.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t normal_closure = 1000;
constexpr auto send_limit = 10s;                                       // a platform that takes nothing for so long does not listen
constexpr audio::Sample audible = 200;                                 // what synthesisers leave between words is far below
constexpr auto longest_answer = 30min;                                 // of sound that came ahead of what can have been heard
constexpr std::size_t longest_text = 1024 * 1024, most_data = 10'000;  // of one answer

/// Samples up to the last voiced one; all of them where nothing is.
std::size_t voiced_length(audio::SampleView samples) {
  for (auto end = samples.size(); end > 0; --end)
    if (samples[end - 1] > audible || samples[end - 1] < -audible) return end;
  return samples.size();
}

Duration length_of(std::size_t samples) { return audio::duration_of(samples, layercode::client_rate_hz); }

std::string shown_close(const net::WsClose& close) {
  return fmt::format("{}{}{}", close.code, close.reason.empty() ? "" : ": ", cut(repair_utf8(close.reason), 200));
}

}  // namespace

audio::Samples layercode_speech(audio::SampleView samples) { return audio::resample(samples, audio::canonical_rate_hz, layercode::client_rate_hz); }

LayercodeCall::LayercodeCall(Runtime& runtime, net::HttpClient& http, Options options)
    : runtime_(runtime), clock_(runtime.clock), http_(http), options_(std::move(options)), ear_(options_.timing, options_.by_text) {}

LayercodeCall::~LayercodeCall() = default;

Task<> LayercodeCall::authorise(std::string conversation_id) {
  auto grant = co_await antiphon::authorise(runtime_, http_, options_.access, std::move(conversation_id));
  take_key(std::move(grant.client_session_key), std::move(grant.conversation_id));
}

void LayercodeCall::take_key(std::string key, std::string conversation_id) {
  key_ = std::move(key);
  conversation_id_ = std::move(conversation_id);
}

Task<> LayercodeCall::connect() {
  socket_ = co_await open_session(runtime_, options_.access, key_);
  running_ = true;
  socket_->listen([this](const net::WsMessage& message) { arrived(message); });
  // Detached from the executor's point of view only: `close` stops it and waits until it has ended.
  asio::co_spawn(runtime_.executor, drive(), asio::detached);
  co_await send(layercode::ClientReady{});
}

// --- What comes -------------------------------------------------------------------------------------------------------------------------------

Task<> LayercodeCall::drive() {
  try {
    co_await reading_.run(read());
  } catch (const Error& error) {
    if (!reading_.stopped())
      end(Error(error.kind(), fmt::format("the connection to the platform broke{}: {}", moment(), error.message())).with_party(Party::agent));
  } catch (const std::exception& error) {
    if (!reading_.stopped()) end(Error(ErrorKind::internal, error.what()).with_party(Party::harness));
  }
  read_.open();
}

Task<> LayercodeCall::read() {
  while (const auto message = co_await socket_->receive(Deadline::never())) arrived(*message);
  notice_end();
}

void LayercodeCall::notice_end() {
  if (closing_) return end(std::nullopt);
  const auto close = socket_->closed().value_or(net::WsClose{.code = 1006});
  hung_up_ = !over_ && close.code == 1000 && moment().empty();
  end(Error(ErrorKind::closed, fmt::format("the platform closed the connection ({}){}", shown_close(close), moment())).with_party(Party::agent));
}

std::string LayercodeCall::moment() const {
  if (speaking_) return " in the middle of what our user said";
  return ear_.begun() && !ear_.ended() ? " in the middle of the agent's turn" : "";
}

void LayercodeCall::end(std::optional<Error> failure) {
  if (!std::exchange(over_, true)) failure_ = std::move(failure);
  news_.beat();
}

void LayercodeCall::arrived(const net::WsMessage& message) {
  if (over_) return;
  ++messages_;
  try {
    if (message.is_binary()) throw Error(ErrorKind::protocol, "it is binary, and this protocol has none of these");
    ear_.take(layercode::read_server_message(message.data), clock_.now());
    if (ear_.heard_until() - clock_.now() > longest_answer)
      throw Error(ErrorKind::too_large, fmt::format("more than {} of speech wait to be heard", format_duration(longest_answer)));
    if (ear_.answer().text.size() > longest_text) throw Error(ErrorKind::too_large, fmt::format("one answer has more than {} bytes of text", longest_text));
    if (ear_.answer().data.size() > most_data) throw Error(ErrorKind::too_large, fmt::format("one answer has more than {} pieces of data", most_data));
    news_.beat();
  } catch (const Error& error) {
    end(Error(error.kind(), fmt::format("message {} of the platform: {}", messages_, error.message())).with_party(Party::agent));
  } catch (const std::exception& error) {
    end(Error(ErrorKind::internal, error.what()).with_party(Party::harness));
  }
}

Task<LayercodeCall::End> LayercodeCall::listen(Duration patience, std::optional<Duration> pause) {
  const auto began = clock_.now();
  for (;;) {
    if (over_) co_return End::closed;
    const auto over_at = ear_.over_at();
    auto until = over_at.value_or(began + patience);
    if (over_at && pause && !ear_.ended()) until = std::min(until, std::max(began, ear_.silent_since()) + *pause);
    if (clock_.now() >= until) {
      if (!over_at) co_return End::silent;
      if (clock_.now() < *over_at) co_return End::pause;
      if (ear_.ended()) co_return End::over;
      ear_.end_by_silence();
      co_return End::idle;
    }
    const ScopedAlarm alarm(clock_, until, [this] { news_.beat(); });
    co_await news_.wait();
  }
}

Task<bool> LayercodeCall::wait_until(Clock::Time at) {
  const auto before = messages_;
  const ScopedAlarm alarm(clock_, at, [this] { news_.beat(); });
  while (!over_ && messages_ == before && clock_.now() < at) co_await news_.wait();
  co_return over_ || messages_ != before;
}

// --- What we say ------------------------------------------------------------------------------------------------------------------------------

Task<> LayercodeCall::send(layercode::ClientMessage message) {
  if (over_) co_return;
  auto wire = net::WsMessage::text(layercode::write_client_message(message));
  if (socket_->send_now(wire)) co_return;
  std::optional<Error> failure;
  try {
    co_await socket_->send(std::move(wire), Deadline::after(clock_, send_limit));
  } catch (const Error& error) {
    failure = error;
  }
  if (!failure || over_) co_return;
  if (failure->kind() == ErrorKind::closed) co_return;  // whoever reads hears how it ended
  end(Error(failure->kind(), failure->kind() == ErrorKind::timeout ? fmt::format("the platform has read nothing for {}", format_duration(send_limit))
                                                                   : "the platform cannot be told anything: " + failure->message())
          .with_party(Party::agent));
}

Task<> LayercodeCall::acknowledge() {
  auto turn = ear_.answer().last_turn_id();
  if (!turn.empty()) co_await send(layercode::ReplayFinished{.turn_id = std::move(turn)});
}

Task<> LayercodeCall::say_text(std::string text) { co_await send(layercode::ClientText{std::move(text)}); }

Task<> LayercodeCall::send_data(json::value data) { co_await send(layercode::ClientData{std::move(data)}); }

Task<LayercodeSpoken> LayercodeCall::say(audio::Samples speech) {
  LayercodeSpoken spoken{.began = clock_.now()};
  speaking_ = true;
  const auto& pace = options_.pace;
  const auto chunk = pace.chunk > Duration{0} ? std::max<std::size_t>(audio::samples_in(pace.chunk, layercode::client_rate_hz), 1) : speech.size();
  const auto voiced = voiced_length(speech);
  for (std::size_t at = 0; at < speech.size() && !over_; at += chunk) {
    const auto count = std::min(chunk, speech.size() - at);
    // In real time a piece can leave only when the whole of it was said.
    const auto due = spoken.began + (pace.interval ? static_cast<std::int64_t>(at / chunk) * *pace.interval : length_of(at + count));
    if (clock_.now() < due) co_await clock_.sleep_until(due);
    if (options_.late) options_.late(clock_.now() - due);
    co_await send(layercode::ClientAudio{audio::bytes_from_samples(audio::SampleView(speech).subspan(at, count))});
    if (at < voiced) spoken.voice_ended = pace.interval ? clock_.now() : spoken.began + length_of(std::min(voiced, at + count));
  }
  speaking_ = false;
  if (!pace.interval) co_await send_trailing_silence(spoken.began + length_of(speech.size()));
  co_return spoken;
}

bool LayercodeCall::turn_taken() const { return over_ || ear_.begun() || ear_.understood_for_good(); }

// As a microphone whose gate closes a moment after the last word: detectors of silence need some to hear, and those of a stream's end need an end.
Task<> LayercodeCall::send_trailing_silence(Clock::Time from) {
  const auto& pace = options_.pace;
  const auto step = pace.chunk > Duration{0} ? pace.chunk : Duration(100ms);
  const auto bytes = std::string(2 * audio::samples_in(step, layercode::client_rate_hz), '\0');
  for (auto due = from + step; due <= from + pace.trailing; due += step) {
    while (!turn_taken() && clock_.now() < due) co_await wait_until(due);
    if (turn_taken()) co_return;
    co_await send(layercode::ClientAudio{bytes});
  }
}

Task<> LayercodeCall::close(Deadline deadline) {
  if (!std::exchange(running_, false)) co_return;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  closing_ = true;
  co_await socket_->close(normal_closure, "", deadline);
  reading_.stop();
  if (!read_.is_open()) co_await read_.wait();
  socket_->listen({});
  end(std::nullopt);
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
}

}  // namespace antiphon
