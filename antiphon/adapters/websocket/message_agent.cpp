#include "antiphon/adapters/websocket/message_agent.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::wire {

using namespace std::chrono_literals;

namespace {

constexpr auto send_limit = 5s;      // an agent that takes no message for so long does not listen
constexpr auto goodbye_limit = 2s;   // for the far side's own goodbye
constexpr auto ahead_limit = 5min;   // of speech that is still to be heard
constexpr auto flush_after = 20ms;   // of nothing to hear: sooner than a gap would be an under-run
constexpr auto frame_length = 20ms;  // of ours: so often we look after ourselves
constexpr auto dtmf_wait = 500ms;    // contracts.md §12: `w`
constexpr auto word_tail = 60ms;     // a word that ended has faded within
constexpr double word_dbfs = -40.0;  // louder than that it has not

}  // namespace

AdapterCapabilities MessageAgentSettings::capabilities() const {
  AdapterCapabilities can{.paced = true, .input_formats = {send}, .output_formats = {receive}};
  can.turn_end = decode_response ? tells_turn_end : json && json->turn_end;
  can.streaming_transcripts = decode_response ? tells_transcripts : json && json->transcript;
  can.native_vad = decode_response && tells_user_speech;
  can.interruption = json && json->interrupt;
  can.dtmf = json && json->dtmf;
  can.text = json && json->text;
  return can;
}

MessageAgent::MessageAgent(std::shared_ptr<const MessageAgentSettings> settings, Runtime& runtime, std::string thread_id,
                           std::unique_ptr<VoiceTransport> transport)
    : settings_(std::move(settings)),
      clock_(runtime.clock),
      transport_(std::move(transport)),
      encoder_(settings_->send),
      decoder_(settings_->receive),
      capabilities_(settings_->capabilities()),
      runtime_(runtime),
      thread_id_(std::move(thread_id)) {
  if (!settings_->json || !settings_->json->audio) return;
  // Filled in fifty times a second: base64 needs no escapes, so that two halves are enough.
  const auto whole = fill_voice_message(*settings_->json->audio, {.audio = "${audio}", .thread_id = thread_id_});
  const auto at = whole.find("${audio}");
  audio_before_ = whole.substr(0, at);
  if (at != std::string::npos) audio_after_ = whole.substr(at + std::string_view("${audio}").size());
}

std::string MessageAgent::moment() const { return fmt::format("{:.2f} s into the call", to_seconds(clock_.now() - began_)); }

Error MessageAgent::in_call(const Error& error, std::string_view when) const {
  const auto party = error.party() ? *error.party() : error.kind() == ErrorKind::refused ? Party::transport : Party::agent;
  Error told = Error(error.kind(), fmt::format("{} {}, {}: {}", name(), transport_->place(), when, error.message())).with_party(party).with_hint(error.hint());
  if (!error.status()) return told;
  return std::move(told).with_status(*error.status());
}

Task<> MessageAgent::connect(Deadline deadline) {
  if (std::exchange(connected_, true)) co_return;
  std::optional<Error> failure;
  began_ = clock_.now();
  try {
    co_await transport_->connect(deadline);
    if (settings_->json && settings_->json->start)
      co_await transport_->send(net::WsMessage::text(fill_voice_message(*settings_->json->start, {.thread_id = thread_id_})), deadline);
  } catch (const Error& error) {
    failure = in_call(error, "connecting");
  }
  if (failure) {
    over_ = true;
    co_await transport_->close(Deadline::after(clock_, goodbye_limit));
    throw std::move(*failure);
  }
  began_ = clock_.now();
  running_ = true;
  transport_->listen([this](const net::WsMessage& message) { arrived(message); });
  // Detached from the executor's point of view only: `disconnect` stops both and waits until they have ended.
  asio::co_spawn(runtime_.executor, drive(reading_.run(read()), read_), asio::detached);
  asio::co_spawn(runtime_.executor, drive(writing_.run(write()), written_), asio::detached);
}

Task<> MessageAgent::drive(Task<> work, Latch& done) {
  try {
    co_await std::move(work);
  } catch (const Error& error) {
    fail(error);
  } catch (const std::exception& error) {
    if (!reading_.stopped() && !writing_.stopped()) fail(Error(ErrorKind::internal, error.what()).with_party(Party::harness));
  }
  done.open();
}

void MessageAgent::fail(const Error& error) {
  if (std::exchange(over_, true)) return;
  const auto failure = std::make_exception_ptr(in_call(error, moment()));
  if (sink_) return sink_->fail(failure);
  events_.push({.signal = {}, .failure = failure});
}

void MessageAgent::tell(AgentSignal signal) {
  if (sink_) return sink_->take(std::move(signal));
  events_.push({.signal = std::move(signal), .failure = {}});
}

bool MessageAgent::deliver_to(SignalSink* sink) {
  sink_ = sink;
  while (sink_) {
    auto event = events_.try_pop();
    if (!event) break;
    if (event->failure)
      sink_->fail(event->failure);
    else
      sink_->take(std::move(event->signal));
  }
  return true;
}

Task<> MessageAgent::disconnect(Deadline deadline) {
  if (!std::exchange(connected_, false)) co_return;
  const bool was_over = std::exchange(over_, true);
  const auto until = Deadline::after(clock_, goodbye_limit).sooner(deadline);
  flushing_.reset();
  writing_.stop();
  if (running_) co_await written_.wait();
  if (!was_over) co_await say_goodbye(until);
  co_await transport_->close(until);
  reading_.stop();
  if (running_) co_await read_.wait();
}

Task<> MessageAgent::say_goodbye(Deadline deadline) {
  if (!settings_->json || !settings_->json->hang_up) co_return;
  try {
    co_await transport_->send(net::WsMessage::text(fill_voice_message(*settings_->json->hang_up, {.thread_id = thread_id_})), deadline);
  } catch (const Error&) {
    // Nobody listens any more.
  }
}

net::WsMessage MessageAgent::message_of(audio::SampleView frame) {
  auto bytes = encoder_.encode(frame);
  if (settings_->encode_audio) return settings_->encode_audio(bytes);
  if (!settings_->json || !settings_->json->audio) return net::WsMessage::binary(std::move(bytes));
  return net::WsMessage::text(audio_before_ + encode_base64(bytes) + audio_after_);
}

// The usual way is the first line: a frame leaves without a coroutine being woken for it.
void MessageAgent::put(net::WsMessage message) {
  if (running_ && outgoing_.empty() && !sending_since_ && transport_->send_now(message)) return;
  outgoing_.push_back(std::move(message));
  to_send_.beat();
}

void MessageAgent::put(const std::optional<json::value>& message, const Filling& filling) {
  if (message) put(net::WsMessage::text(fill_voice_message(*message, filling)));
}

// The queue is bounded by `send_limit`: a frame enters it every 20 ms, and one that is not taken in time ends the call.
Task<> MessageAgent::send_audio(audio::AudioChunk chunk, Deadline) {
  send_now(chunk.samples, false);
  co_return;
}

void MessageAgent::send_now(audio::SampleView samples, bool ends_utterance) {
  if (over_) return;
  if (!samples.empty()) put(message_of(samples));
  looked_at_ = clock_.now();
  if (flush_at_) look_after_flush();
  if (ends_utterance && settings_->json) put(settings_->json->utterance_end, {.thread_id = thread_id_});
}

Task<> MessageAgent::end_of_utterance(Deadline) {
  send_now({}, true);
  co_return;
}

// Nothing is dropped until the agent says so: one that ignores the signal is still heard (docs/decisions/0019).
Task<> MessageAgent::interrupt(Deadline deadline) {
  if (!capabilities_.interruption) co_await VoiceAgentAdapter::interrupt(deadline);
  put(settings_->json->interrupt, {.thread_id = thread_id_});
}

Task<> MessageAgent::send_dtmf(std::string keys, Deadline deadline) {
  if (!capabilities_.dtmf) co_await VoiceAgentAdapter::send_dtmf(keys, deadline);
  for (std::size_t at = 0; at < keys.size();) {
    const auto end = std::min(keys.find_first_of("wW", at), keys.size());
    if (end > at) put(settings_->json->dtmf, {.keys = std::string_view(keys).substr(at, end - at), .thread_id = thread_id_});
    if (end < keys.size()) co_await clock_.sleep_for(dtmf_wait);
    at = end + 1;
  }
}

Task<> MessageAgent::send_text(std::string text, Deadline deadline) {
  if (!capabilities_.text) co_await VoiceAgentAdapter::send_text(text, deadline);
  put(settings_->json->text, {.text = text, .thread_id = thread_id_});
}

Task<> MessageAgent::write() {
  for (;;) {
    while (outgoing_.empty()) co_await to_send_.wait();
    auto message = std::move(outgoing_.front());
    outgoing_.pop_front();
    std::optional<Error> failure;
    sending_since_ = clock_.now();
    try {
      co_await transport_->send(std::move(message), Deadline::after(clock_, send_limit));
    } catch (const Error& error) {
      failure = error;
    }
    if (failure) {
      if (is_deaf()) throw deaf();
      if (failure->kind() == ErrorKind::closed) co_return;  // whoever reads hears how it ended
      throw std::move(*failure);
    }
    sending_since_.reset();
  }
}

bool MessageAgent::is_deaf() const { return sending_since_ && clock_.now() - *sending_since_ >= send_limit; }

Error MessageAgent::deaf() {
  return Error(ErrorKind::timeout, fmt::format("the agent has read nothing for {}", format_duration(send_limit)))
      .with_party(Party::agent)
      .with_hint("an agent has to read what our user says while it speaks itself");
}

Task<AgentSignal> MessageAgent::receive(Deadline deadline) {
  auto event = co_await events_.pop(
      clock_, deadline, Error(ErrorKind::timeout, fmt::format("{} {}: the agent sent nothing in time", name(), transport_->place())).with_party(Party::agent));
  if (event.failure) std::rethrow_exception(event.failure);
  co_return std::move(event.signal);
}

Task<> MessageAgent::read() {
  std::optional<Error> cut;
  while (!over_) {
    std::optional<net::WsMessage> message;
    try {
      message = co_await transport_->receive(Deadline::never());
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::closed) throw;
      cut = error;
    }
    if (cut && is_deaf()) throw deaf();  // then it was us who cut the line
    if (!message) break;
    take(*message);
  }
  if (over_) co_return;
  if (cut)
    ended({.on_purpose = false, .reason = cut->message()});
  else
    ended(co_await transport_->ending());
}

void MessageAgent::arrived(const net::WsMessage& message) {
  guarded([&] { take(message); });
}

void MessageAgent::guarded(const std::function<void()>& step) {
  try {
    step();
  } catch (const Error& error) {
    fail(error);
  } catch (const std::exception& error) {
    fail(Error(ErrorKind::internal, error.what()).with_party(Party::harness));
  }
}

// What the decoder keeps back for what comes next is let go when nothing comes. An agent that speaks moves that moment before it comes, again and again: an
// alarm is set only when the next frame of ours would be too late to see to it.
void MessageAgent::look_after_flush() {
  const auto next_look = looked_at_ + frame_length;
  if (!flushing_ && (*flush_at_ <= next_look || clock_.now() >= next_look)) flush_later();
}

void MessageAgent::flush_later() {
  flushing_.emplace(clock_, *flush_at_, [this] {
    flushing_.reset();
    if (!flush_at_ || over_) return;
    if (clock_.now() < *flush_at_) return look_after_flush();
    guarded([this] { flush(); });
  });
}

std::vector<WireSignal> MessageAgent::meaning_of(const net::WsMessage& message) {
  if (settings_->decode_response) {
    try {
      return settings_->decode_response(message);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      throw Error(ErrorKind::internal, fmt::format("decode_response threw: {}", error.what())).with_party(Party::harness);
    }
  }
  if (settings_->json) return read_voice_message(*settings_->json, message.data);
  if (ignored_texts_++ == 0) first_text_ = cut(repair_utf8(message.data), 120);
  last_text_ = message.data;
  return {};
}

void MessageAgent::take(const net::WsMessage& message) {
  if (message.is_binary() && !settings_->decode_response) {
    if (!over_) take_audio(message.data);
    return;
  }
  for (auto& signal : meaning_of(message)) take(std::move(signal));
}

void MessageAgent::take(WireSignal signal) {
  if (over_) return;
  if (const auto* audio = std::get_if<WireAudio>(&signal)) return take_audio(audio->bytes);
  if (auto* closed = std::get_if<AgentClosed>(&signal)) {
    flush();
    over_ = true;
    return tell(std::move(*closed));
  }
  if (std::holds_alternative<AgentTurnEnd>(signal)) flush();
  if (std::holds_alternative<AgentClear>(signal)) decoder_.finish(), flush_at_.reset(), heard_until_ = clock_.now();
  std::visit(
      [this](auto& what) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(what)>, WireAudio>) tell(std::move(what));
      },
      signal);
}

void MessageAgent::take_audio(std::string_view bytes) {
  ++audio_messages_;
  audio::Samples samples;
  try {
    samples = decoder_.decode(bytes);
  } catch (const Error& error) {
    throw Error(ErrorKind::protocol,
                fmt::format("message {} of its audio, {} bytes of {}: {}", audio_messages_, bytes.size(), to_string(settings_->receive), error.message()))
        .with_party(Party::agent);
  }
  hear(std::move(samples));
  flush_at_ = heard_until_ + flush_after;
  look_after_flush();
}

void MessageAgent::hear(audio::Samples samples) {
  if (samples.empty()) return;
  heard_until_ = std::max(heard_until_, clock_.now()) + audio::duration_of(samples.size());
  if (heard_until_ - clock_.now() > ahead_limit)
    throw Error(ErrorKind::protocol, fmt::format("the agent is more than {} of speech ahead of what can have been heard", format_duration(ahead_limit)))
        .with_party(Party::agent);
  last_dbfs_ = audio::rms_dbfs(std::span(samples).last(std::min(samples.size(), audio::samples_in(word_tail))));
  tell(AgentAudio{std::move(samples)});
}

void MessageAgent::flush() {
  flush_at_.reset();
  hear(decoder_.finish());
}

std::vector<std::string> MessageAgent::notices() const {
  if (ignored_texts_ == 0) return transport_->notices();
  return {fmt::format(
      "{} {}: the agent sent {} text {}, and a line without `json` carries audio alone, so that nobody read {}; the first: {} "
      "(`json: true` reads them; `json: {{send: …, receive: …}}` tells what they look like)",
      name(), transport_->place(), ignored_texts_, ignored_texts_ == 1 ? "message" : "messages", ignored_texts_ == 1 ? "it" : "them", quote(first_text_))};
}

bool MessageAgent::is_mid_word() const { return last_dbfs_ > word_dbfs; }

// A goodbye is one that an agent may have meant: not before its first sound, and not within a word.
void MessageAgent::ended(AgentClosed closed) {
  flush();
  const auto when = audio_messages_ == 0 ? "before it said anything" : is_mid_word() ? "in the middle of a word" : "";
  auto reason = fmt::format("{} {}: {}", name(), transport_->place(), closed.reason);
  if (*when != 0) {
    closed.on_purpose = false;
    reason += fmt::format(", {}", when);
  }
  if (!last_text_.empty()) reason += fmt::format("; the last text it sent: {}", quote(cut(last_text_, 200)));
  over_ = true;
  tell(AgentClosed{.on_purpose = closed.on_purpose, .reason = std::move(reason)});
}

}  // namespace antiphon::wire
