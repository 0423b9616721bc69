#include "antiphon/gateway/endpoints/ws_caller.hpp"

#include <algorithm>
#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/endpoints/call_message.hpp"

namespace antiphon::gateway {

namespace {

/// How files of sound begin that a client may send in place of samples: WAV, Ogg, WebM, FLAC, MP3 with tags.
bool is_file(std::string_view bytes) {
  constexpr std::string_view heads[] = {"RIFF", "OggS", "\x1A\x45\xDF\xA3", "fLaC", "ID3\x03", "ID3\x04"};
  return std::ranges::any_of(heads, [&](std::string_view head) { return bytes.starts_with(head); });
}

std::uint16_t code_of(CallEnd end) {
  switch (end) {
    case CallEnd::completed:
    case CallEnd::escalated:
    case CallEnd::caller_hangup: return 1000;
    case CallEnd::expired: return 1008;
    case CallEnd::drain: return 1001;
    case CallEnd::error: return 1011;
  }
  return 1011;
}

}  // namespace

WsCaller::WsCaller(Clock& clock, std::unique_ptr<net::WebSocket> socket, const CallRequest& request)
    : clock_(clock),
      socket_(std::move(socket)),
      events_(request.events),
      in_(request.in.encoding),
      decoder_(request.in, audio::LineDecoder::Pieces::whole),
      encoder_(request.out),
      outbox_(*socket_),
      flood_(clock),
      began_(clock.now()) {}

Task<std::optional<CallerInput>> WsCaller::receive(Deadline deadline) {
  while (!hung_up_ && !offence_) {
    std::optional<net::WsMessage> message;
    try {
      message = co_await listening_.run(socket_->receive(deadline));
    } catch (const Error& error) {
      if (!listening_.stopped()) throw_received(error);
    } catch (...) {
      if (!listening_.stopped()) throw;
    }
    if (!message) break;
    if (auto input = read(*message)) co_return input;
  }
  if (offence_) throw CallerFault(ErrorKind::protocol, offence_->reason);
  co_return std::nullopt;
}

void WsCaller::listen(Listener listener) {
  if (!listener) return socket_->listen({});
  socket_->listen([this, listener = std::move(listener)](const net::WsMessage& message) {
    if (hung_up_ || offence_) return;
    if (auto input = read(message)) listener(std::move(*input));
    if (hung_up_ || offence_) listening_.stop();
  });
}

std::optional<CallerInput> WsCaller::read(const net::WsMessage& message) {
  offence_ = flood_.count_message();
  auto input = message.is_binary() ? read_audio(message.data) : read_text(message.data);
  return offence_ ? std::nullopt : std::move(input);
}

std::optional<CallerInput> WsCaller::read_audio(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  if (!std::exchange(begun_, true) && is_file(bytes)) {
    offence_ = Offence{1003, "a file or its container; raw samples were agreed on"};
    return std::nullopt;
  }
  const bool cut = in_ == audio::Encoding::pcm16 && (joiner_.pending() || bytes.size() % 2 != 0);
  auto samples = decoder_.decode(cut ? audio::bytes_from_samples(joiner_.feed(bytes)) : bytes);
  if (auto flood = flood_.count_audio(audio::duration_of(samples.size()))) offence_ = std::move(flood);
  if (samples.empty()) return std::nullopt;
  return CallerAudio{std::move(samples)};
}

std::optional<CallerInput> WsCaller::read_text(const std::string& text) {
  if (!events_) {
    ++ignored_;
    return std::nullopt;
  }
  std::optional<CallerInput> input;
  try {
    const auto message = read_call_message(text);
    if (!message) {
      ++ignored_;
      return std::nullopt;
    }
    if (const auto* keys = std::get_if<CallerKeys>(&*message)) input = *keys;
    if (const auto* typed = std::get_if<CallerText>(&*message)) {
      if (auto flood = flood_.count_text(typed->text.size())) offence_ = std::move(flood);
      input = *typed;
    }
    if (const auto* played = std::get_if<CallerPlayed>(&*message)) input = *played;
    hung_up_ = std::holds_alternative<CallerHangup>(*message);
  } catch (const Error& error) {
    offence_ = Offence{error.kind() == ErrorKind::too_large ? std::uint16_t{1009} : std::uint16_t{1007}, error.message()};
  }
  return input;
}

Task<> WsCaller::send_audio(audio::SampleView frame, Deadline) {
  try {
    outbox_.put_frame(net::WsMessage::binary(encoder_.encode(frame)));
  } catch (const CallerFault& fault) {
    offence_ = Offence{1013, fault.message()};
    throw;
  }
  co_return;
}

bool WsCaller::send_audio_now(audio::SampleView frames) {
  static const auto frame_samples = audio::samples_in(frame_length);
  if (!outbox_.takes_frames((frames.size() + frame_samples - 1) / frame_samples)) return false;
  std::vector<net::WsMessage> messages;
  for (std::size_t at = 0; at < frames.size(); at += frame_samples)
    messages.push_back(net::WsMessage::binary(encoder_.encode(frames.subspan(at, std::min(frame_samples, frames.size() - at)))));
  outbox_.put_frames(std::move(messages));
  return true;
}

Task<> WsCaller::clear(Deadline deadline) {
  outbox_.drop_audio();
  return event({{"type", "clear"}}, deadline);
}

Task<> WsCaller::event(json::object event, Deadline) {
  if (!events_) co_return;
  event.emplace("t", std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began_).count());
  outbox_.put(net::WsMessage::text(json::serialize(event)));
}

/// Whoever means to go says so; a page that is reloaded or a program that is restarted comes back.
bool WsCaller::is_lost() const {
  const auto closed = socket_->closed();
  return !hung_up_ && !offence_ && (!closed || closed->code == 1001 || closed->code == 1006);
}

Task<> WsCaller::end(CallEnd end, Deadline deadline) {
  if (offence_) {
    outbox_.drop_audio();
    co_return co_await socket_->close(offence_->code, offence_->reason, deadline);
  }
  bool gone = false;
  try {
    co_await event({{"type", "call.ended"}, {"reason", to_string(end)}}, deadline);
    co_await outbox_.sent(clock_, deadline);
  } catch (const Error&) {
    gone = true;
  }
  if (gone || outbox_.broken()) co_return socket_->cut();
  co_await socket_->close(code_of(end), std::string(to_string(end)), deadline);
}

}  // namespace antiphon::gateway
