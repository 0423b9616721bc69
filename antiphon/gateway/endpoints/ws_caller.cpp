#include "antiphon/gateway/endpoints/ws_caller.hpp"

#include <algorithm>
#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/gateway/endpoints/call_message.hpp"

namespace antiphon::gateway {

namespace {

// So much more audio than time has passed is no caller: a microphone hands over a second a second.
constexpr Duration flood = std::chrono::seconds(10);

// And so many messages a second are none: the shortest frames that anybody sends are of 2.5 ms.
constexpr Duration shortest_pace = std::chrono::microseconds(2500);

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
      decoder_(request.in),
      encoder_(request.out),
      began_(clock.now()),
      messages_until_(clock.now()) {}

Task<std::optional<CallerInput>> WsCaller::receive(Deadline deadline) {
  while (!hung_up_) {
    auto message = co_await socket_->receive(deadline);
    if (!message) break;
    count_message();
    auto input = message->is_binary() ? read_audio(message->data) : read_text(message->data);
    if (offence_) throw Error(ErrorKind::protocol, offence_->reason);
    if (input) co_return input;
  }
  co_return std::nullopt;
}

/// A message costs us the same however little is in it.
void WsCaller::count_message() {
  messages_until_ = std::max(messages_until_, clock_.now()) + shortest_pace;
  if (messages_until_ - clock_.now() > flood) offence_ = {1008, "flood: too many messages"};
}

std::optional<CallerInput> WsCaller::read_audio(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  if (!std::exchange(begun_, true) && is_file(bytes)) {
    offence_ = {1003, "a file or its container; raw samples were agreed on"};
    return std::nullopt;
  }
  auto samples = decoder_.decode(in_ == audio::Encoding::pcm16 ? audio::bytes_from_samples(joiner_.feed(bytes)) : bytes);
  heard_ += audio::duration_of(samples.size());
  if (heard_ - (clock_.now() - began_) > flood) offence_ = {1008, "flood: more audio than time has passed"};
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
    if (!message) return std::nullopt;
    if (const auto* keys = std::get_if<CallerKeys>(&*message)) input = *keys;
    if (const auto* typed = std::get_if<CallerText>(&*message)) input = *typed;
    if (const auto* played = std::get_if<CallerPlayed>(&*message)) input = *played;
    hung_up_ = std::holds_alternative<CallerHangup>(*message);
  } catch (const Error& error) {
    offence_ = {1007, error.message()};
  }
  return input;
}

Task<> WsCaller::pump() {
  for (;;) {
    while (queue_.empty()) co_await changed_.wait();
    std::exception_ptr failure;
    try {
      co_await socket_->send(queue_.front(), Deadline::never());
    } catch (...) {
      failure = std::current_exception();
      broken_ = true;
    }
    if (!queue_.empty()) {
      if (queue_.front().is_binary()) --frames_;
      queue_.pop_front();
    }
    changed_.beat();
    if (failure) std::rethrow_exception(failure);
  }
}

void WsCaller::queue(net::WsMessage message) {
  if (broken_) throw Error(ErrorKind::closed, "the caller is gone");
  if (message.is_binary()) ++frames_;
  queue_.push_back(std::move(message));
  changed_.beat();
}

Task<> WsCaller::send_audio(audio::SampleView frame, Deadline) {
  if (static_cast<std::int64_t>(frames_) * frame_length > longest_queue) {
    offence_ = {1013, "slow reader: more than 5 s of audio wait"};
    throw Error(ErrorKind::protocol, offence_->reason);
  }
  queue(net::WsMessage::binary(encoder_.encode(frame)));
  co_return;
}

/// Audio that waits here is not played any more, either.
Task<> WsCaller::clear(Deadline deadline) {
  drop_waiting_audio();
  return event({{"type", "clear"}}, deadline);
}

void WsCaller::drop_waiting_audio() {
  for (std::size_t i = queue_.size(); i > 1; --i) {
    if (!queue_[i - 1].is_binary()) continue;
    queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(i - 1));
    --frames_;
  }
}

Task<> WsCaller::event(json::object event, Deadline) {
  if (!events_) co_return;
  event.emplace("t", std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began_).count());
  queue(net::WsMessage::text(json::serialize(event)));
}

Task<> WsCaller::sent() {
  while (!queue_.empty() && !broken_) co_await changed_.wait();
}

Task<> WsCaller::end(CallEnd end, Deadline deadline) {
  if (offence_) {
    drop_waiting_audio();
    co_return co_await socket_->close(offence_->code, offence_->reason, deadline);
  }
  try {
    co_await event({{"type", "call.ended"}, {"reason", to_string(end)}}, deadline);
    co_await at_most(clock_, deadline, sent(), Error(ErrorKind::timeout, "the caller takes nothing"));
  } catch (const Error&) {
    broken_ = true;
  }
  if (broken_) co_return socket_->cut();
  co_await socket_->close(code_of(end), std::string(to_string(end)), deadline);
}

}  // namespace antiphon::gateway
