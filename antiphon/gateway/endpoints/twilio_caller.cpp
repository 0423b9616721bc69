#include "antiphon/gateway/endpoints/twilio_caller.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr Duration between_marks = std::chrono::milliseconds(100);

/// `CLEARS/TURN/MS`, as `send_mark` writes it; nullopt for marks that are none of ours.
std::optional<std::array<std::int64_t, 3>> read_mark(std::string_view name) {
  std::array<std::int64_t, 3> numbers{};
  const auto parts = split(name, '/');
  if (parts.size() != numbers.size()) return std::nullopt;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto& part = parts[i];
    const auto [end, bad] = std::from_chars(part.data(), part.data() + part.size(), numbers.at(i));
    if (bad != std::errc() || end != part.data() + part.size()) return std::nullopt;
  }
  return numbers;
}

}  // namespace

TwilioCaller::TwilioCaller(Clock& clock, std::unique_ptr<net::WebSocket> socket, const TwilioStart& start, std::function<Task<>(CallEnd)> before_close)
    : clock_(clock), socket_(std::move(socket)), stream_(start.stream), before_close_(std::move(before_close)), outbox_(*socket_), flood_(clock) {}

Task<std::optional<CallerInput>> TwilioCaller::receive(Deadline deadline) {
  while (!stopped_) {
    std::optional<net::WsMessage> message;
    try {
      message = co_await socket_->receive(deadline);
    } catch (const Error& error) {
      throw_received(error);
    }
    if (!message) break;
    offence_ = flood_.count_message();
    std::optional<CallerInput> input;
    try {
      if (message->is_binary()) throw Error(ErrorKind::protocol, "a media stream has no binary messages");
      if (auto read = read_twilio_message(message->data)) input = take(std::move(*read));
    } catch (const Error& error) {
      if (!offence_) offence_ = Offence{message->is_binary() ? std::uint16_t{1003} : std::uint16_t{1007}, error.message()};
    }
    if (offence_) throw CallerFault(ErrorKind::protocol, offence_->reason);
    if (input) co_return input;
  }
  co_return std::nullopt;
}

std::optional<CallerInput> TwilioCaller::take(TwilioMessage message) {
  if (const auto* media = std::get_if<TwilioMedia>(&message)) return take_media(*media);
  if (const auto* mark = std::get_if<TwilioMark>(&message)) return take_mark(*mark);
  if (const auto* key = std::get_if<TwilioKey>(&message)) return is_ours(key->stream) ? std::optional<CallerInput>(CallerKeys{{key->key}}) : std::nullopt;
  stopped_ = std::holds_alternative<TwilioStop>(message);
  return std::nullopt;
}

std::optional<CallerInput> TwilioCaller::take_media(const TwilioMedia& media) {
  if (!is_ours(media.stream)) return std::nullopt;
  auto samples = decoder_.decode(media.mulaw);
  if (auto flood = flood_.count_audio(audio::duration_of(samples.size()))) offence_ = std::move(flood);
  if (samples.empty()) return std::nullopt;
  return CallerAudio{std::move(samples)};
}

std::optional<CallerInput> TwilioCaller::take_mark(const TwilioMark& mark) const {
  const auto numbers = is_ours(mark.stream) ? read_mark(mark.name) : std::nullopt;
  if (!numbers || numbers->at(0) != clears_) return std::nullopt;
  return CallerPlayed{static_cast<int>(numbers->at(1)), std::chrono::milliseconds(numbers->at(2))};
}

void TwilioCaller::send_mark() {
  marked_ = position_;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(position_).count();
  outbox_.put(net::WsMessage::text(twilio_mark(stream_, fmt::format("{}/{}/{}", clears_, turn_, ms))));
}

Task<> TwilioCaller::send_audio(audio::SampleView frame, Deadline) {
  try {
    outbox_.put_frame(net::WsMessage::text(twilio_media(stream_, encoder_.encode(frame))));
  } catch (const CallerFault& fault) {
    offence_ = Offence{1013, fault.message()};
    throw;
  }
  position_ += frame_length;
  if (position_ - marked_ >= between_marks) send_mark();
  co_return;
}

Task<> TwilioCaller::clear(Deadline) {
  outbox_.drop_audio();
  ++clears_;
  marked_ = position_;
  outbox_.put(net::WsMessage::text(twilio_clear(stream_)));
  co_return;
}

/// A telephone shows nothing; but with the words of a sentence comes where it stands in its turn.
Task<> TwilioCaller::event(json::object event, Deadline) {
  if (event.at("type").as_string() != "agent.text") co_return;
  turn_ = event.at("turn").to_number<int>();
  position_ = marked_ = std::chrono::milliseconds(event.at("offset_ms").to_number<std::int64_t>());
}

/// A stream that Twilio cannot carry on ends without `stop`.
bool TwilioCaller::is_lost() const { return !stopped_ && !offence_ && !socket_->closed(); }

/// The end of the stream is the end of what Twilio was told to do: it asks what comes next, or hangs up.
Task<> TwilioCaller::end(CallEnd end, Deadline deadline) {
  if (before_close_) co_await before_close_(end);
  if (offence_) {
    outbox_.drop_audio();
    co_return co_await socket_->close(offence_->code, offence_->reason, deadline);
  }
  bool gone = false;
  try {
    co_await outbox_.sent(clock_, deadline);
  } catch (const Error&) {
    gone = true;
  }
  if (gone || outbox_.broken()) co_return socket_->cut();
  co_await socket_->close(1000, "", deadline);
}

}  // namespace antiphon::gateway
