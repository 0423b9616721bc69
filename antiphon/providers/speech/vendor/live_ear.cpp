#include "antiphon/providers/speech/vendor/live_ear.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/speech/vendor/failure.hpp"

namespace antiphon::speech {

namespace {

class LiveStream final : public RecognitionStream {
 public:
  LiveStream(CallLimit::Slot slot, std::unique_ptr<net::WebSocket> socket, std::shared_ptr<const LiveWire> wire, Clock& clock, std::string name,
             wire::Endpoint endpoint)
      : slot_(std::move(slot)),
        socket_(std::move(socket)),
        wire_(std::move(wire)),
        reader_(wire_->reader()),
        clock_(clock),
        name_(std::move(name)),
        endpoint_(std::move(endpoint)),
        sent_at_(clock.now()) {}

  Task<> feed(audio::Samples samples, Deadline deadline) override {
    if (samples.empty()) co_return;
    co_await send(net::WsMessage::binary(audio::bytes_from_samples(samples)), deadline);
  }

  Task<> finish(Deadline deadline) override {
    if (std::exchange(finished_, true)) co_return;
    co_await send(net::WsMessage::text(wire_->end()), deadline);
  }

  Task<std::optional<RecognitionEvent>> next(Deadline deadline) override {
    std::optional<Error> failed;
    try {
      co_return co_await read(deadline);
    } catch (const Error& error) {
      failed = error;
    }
    throw told(*failed);
  }

 private:
  Task<std::optional<RecognitionEvent>> read(Deadline deadline) {
    while (events_.empty()) {
      auto message = co_await receive(deadline);
      if (!message) co_return over();
      if (message->is_binary()) continue;
      for (auto& event : reader_->read(message->data)) events_.push_back(std::move(event));
    }
    auto event = std::move(events_.front());
    events_.pop_front();
    co_return event;
  }

  /// The next message; meanwhile the vendor is told that somebody is still there.
  Task<std::optional<net::WsMessage>> receive(Deadline deadline) {
    const auto keep_alive = wire_->keep_alive();
    if (keep_alive.empty()) co_return co_await socket_->receive(deadline);
    for (;;) {
      const Deadline silence{finished_ ? Clock::Time::max() : sent_at_ + wire_->quiet()};
      const bool is_last = deadline.at <= silence.at;
      bool late = false;
      try {
        co_return co_await socket_->receive(is_last ? deadline : silence);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::timeout || is_last) throw;
        late = true;
      }
      if (late && !finished_ && clock_.now() >= sent_at_ + wire_->quiet()) co_await send(net::WsMessage::text(keep_alive), deadline);
    }
  }

  // Nothing more comes after our own end; before it somebody hung up on us.
  std::optional<RecognitionEvent> over() const {
    const auto closed = socket_->closed();
    const bool in_order = closed && (closed->code == 1000 || closed->code == 1005);
    if (finished_ && in_order) return std::nullopt;
    throw Error(ErrorKind::closed, closed
                                       ? fmt::format("it closed the stream: {}{}{}", closed->code, closed->reason.empty() ? "" : ", ", cut(closed->reason, 200))
                                       : "it closed the stream");
  }

  Task<> send(net::WsMessage message, Deadline deadline) {
    sent_at_ = clock_.now();
    std::optional<Error> failed;
    try {
      co_await socket_->send(std::move(message), deadline);
    } catch (const Error& error) {
      failed = error;
    }
    if (failed) throw told(*failed);
  }
  Error told(const Error& error) const { return Error(named(error, name_, endpoint_)).with_party(Party::provider); }

  CallLimit::Slot slot_;  // held for as long as the vendor has to listen
  std::unique_ptr<net::WebSocket> socket_;
  std::shared_ptr<const LiveWire> wire_;
  std::unique_ptr<LiveReader> reader_;
  Clock& clock_;
  std::string name_;
  wire::Endpoint endpoint_;
  Clock::Time sent_at_;
  std::deque<RecognitionEvent> events_;
  bool finished_ = false;
};

SocketDialer dialer_of(const SpeechContext& context) {
  if (context.dial) return context.dial;
  return [&runtime = context.runtime](net::WsRequest request, Deadline deadline) { return net::connect_websocket(runtime, std::move(request), deadline); };
}

RecognitionCapabilities listening(RecognitionCapabilities capabilities) {
  capabilities.streaming = capabilities.partials = true;
  return capabilities;
}

}  // namespace

LiveEar::LiveEar(std::unique_ptr<SpeechToText> whole, wire::Endpoint endpoint, std::unique_ptr<const LiveWire> wire, const SpeechContext& context,
                 std::shared_ptr<CallLimit> limit)
    : whole_(std::move(whole)),
      endpoint_(std::move(endpoint)),
      wire_(std::move(wire)),
      clock_(context.runtime.clock),
      dial_(dialer_of(context)),
      retries_(context.runtime.clock, RoleStreams(context.seed, context.scenario_id, "retry stream " + whole_->name()), {}),
      limit_(std::move(limit)),
      capabilities_(listening(whole_->capabilities())) {}

Task<LiveEar::Connection> LiveEar::connect(net::WsRequest request, Deadline deadline) {
  auto slot = co_await enter(limit_, clock_, deadline, name());
  std::optional<Error> failed;
  try {
    auto socket = co_await dial_(std::move(request), deadline);
    co_return Connection{std::move(slot), std::move(socket)};
  } catch (const Error& error) {
    failed = error;
  }
  throw declined(*failed, name(), endpoint_);
}

Task<std::unique_ptr<RecognitionStream>> LiveEar::open(RecognitionSettings settings, Deadline deadline) {
  const auto request = wire_->request(settings);
  auto [slot, socket] = co_await retries_.run([&] { return connect(request, deadline); }, "transcription", deadline);
  co_return std::make_unique<LiveStream>(std::move(slot), std::move(socket), wire_, clock_, name(), endpoint_);
}

}  // namespace antiphon::speech
