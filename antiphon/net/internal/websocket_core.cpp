#include "antiphon/net/internal/websocket_core.hpp"

#include <list>
#include <variant>

#include <fmt/format.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/http_status.hpp"
#include "antiphon/net/internal/beast_transport.hpp"
#include "antiphon/net/internal/gate.hpp"
#include "antiphon/net/internal/http_text.hpp"

namespace antiphon::net {

namespace {

namespace beast = boost::beast;
namespace ws = boost::beast::websocket;
namespace http = boost::beast::http;
using boost::system::error_code;
using boost::system::system_error;

constexpr std::size_t kept_capacity = 16 * 1024;             // of a buffer that waits for the next message
constexpr std::size_t reason_limit = 123;                    // what fits into a control frame
constexpr std::size_t longest_field = 60 * 1024;             // of Beast's headers
constexpr std::size_t most_after_goodbye = 8 * 1024 * 1024;  // what systems on the way may hold of who has not seen it yet
constexpr std::size_t longest_key = 24;                      // of a client: none is shorter, either

beast::string_view view(std::string_view text) { return {text.data(), text.size()}; }

// Whoever awaits something of Beast's is cancelled by ending the stream: Beast's own operations cannot be taken up again after a cancellation either.
class CutWhenCancelled {
 public:
  CutWhenCancelled(asio::cancellation_slot slot, std::shared_ptr<BeastTransport::State> state) : guard_{slot} {
    if (slot.is_connected())
      slot.assign([this, state = std::move(state)](asio::cancellation_type) {
        cancelled_ = true;
        state->stream->close();
      });
  }
  void rethrow() const {
    if (cancelled_) throw system_error(asio::error::operation_aborted);
  }

 private:
  bool cancelled_ = false;
  detail::SlotGuard guard_;
};

auto uncancelled(error_code& error) { return asio::bind_cancellation_slot(asio::cancellation_slot(), asio::redirect_error(use_task, error)); }

class BeastWebSocket final : public WebSocketCore, public std::enable_shared_from_this<BeastWebSocket> {
 public:
  BeastWebSocket(std::shared_ptr<BeastTransport::State> transport, std::string place, const WsOptions& options)
      : runtime_(transport->runtime),
        transport_(std::move(transport)),
        options_(options),
        turns_(runtime_.executor),
        place_(std::move(place)),
        stream_(transport_),
        changed_(runtime_.executor) {
    stream_.read_message_max(options_.message_limit);
    stream_.auto_fragment(false);
    ws::permessage_deflate deflate;
    deflate.client_enable = deflate.server_enable = options_.compression;
    stream_.set_option(deflate);
    // Asked while Beast waits for bytes, and so keeps this alive.
    transport_->take_messages = [this](std::span<char> bytes) { return take_plain(bytes); };
    transport_->message_limit = options_.message_limit;
    stream_.control_callback([this](ws::frame_type kind, beast::string_view) { transport_->far_side_closes |= kind == ws::frame_type::close; });
    // Beast's own time-outs would run on the wall clock.
    stream_.set_option(ws::stream_base::timeout{ws::stream_base::none(), ws::stream_base::none(), false});
  }

  Task<> shake_hands(Url url, WsRequest request, Deadline deadline) {
    const auto limit = deadline.left(runtime_.clock);
    decorate_request(url, request);
    ws::response_type response;
    error_code error;
    bool late = false;
    transport_->until_header_end = transport_->in_handshake = true;
    {
      const CutWhenCancelled cancellation((co_await asio::this_coro::cancellation_state).slot(), transport_);
      const ScopedAlarm alarm(runtime_.clock, deadline.at, [this, &late] {
        late = true;
        transport_->stream->close();
      });
      co_await stream_.async_handshake(response, view(url.authority()), view(url.target), uncancelled(error));
      cancellation.rethrow();
    }
    transport_->in_handshake = false;
    is_client_ = true;
    if (late) throw Error(ErrorKind::timeout, fmt::format("{} did not answer the WebSocket handshake within {}", place_, format_duration(limit)));
    if (error == ws::error::upgrade_declined) throw declined(response);
    if (error) throw handshake_failure(error);
    take_subprotocol(response, request.subprotocols);
    start_reading();
  }

  Task<> accept(const ServerRequest& request, WsAcceptance acceptance) {
    http::request<http::empty_body> head{http::verb::get, view(request.target), 11};
    for (const auto& [name, value] : request.headers)
      if (value.size() <= longest_field) head.insert(view(name), view(value));  // none of a handshake's own is longer
    // Beast looks at its length alone, and refuses what is too long as what it is.
    if (const auto keys = head.count(http::field::sec_websocket_key); keys > 1 || (keys == 1 && !is_key(head[http::field::sec_websocket_key])))
      head.set(http::field::sec_websocket_key, std::string(longest_key + 1, '='));
    subprotocol_ = acceptance.subprotocol;
    stream_.set_option(ws::stream_base::decorator([acceptance](ws::response_type& response) {
      response.set(http::field::server, "antiphon");
      if (!acceptance.subprotocol.empty()) response.set(http::field::sec_websocket_protocol, view(acceptance.subprotocol));
      for (const auto& [name, value] : acceptance.headers) response.insert(view(name), view(value));
    }));
    error_code error;
    {
      const CutWhenCancelled cancellation((co_await asio::this_coro::cancellation_state).slot(), transport_);
      co_await stream_.async_accept(head, uncancelled(error));
      cancellation.rethrow();
    }
    if (error && error.category() == make_error_code(ws::error::closed).category())
      throw Error(ErrorKind::protocol, fmt::format("{} did not ask for a WebSocket as it should: {}", place_, error.message()));
    if (error) throw Error(ErrorKind::closed, fmt::format("{} went away during the handshake ({})", place_, lower(error.message())));
    start_reading();
  }

  Task<std::optional<WsMessage>> receive(Deadline deadline) override {
    const auto self = shared_from_this();
    const auto limit = deadline.left(runtime_.clock);
    if (arrived_.empty() && !ended()) {
      bool late = limit <= Duration::zero();
      const ScopedAlarm alarm(runtime_.clock, deadline.at, [this, &late] {
        late = true;
        changed_.open();
      });
      while (arrived_.empty() && !ended() && !late) co_await changed_.pass();
    }
    if (!arrived_.empty()) co_return take_first();
    if (const auto* failure = std::get_if<Error>(&end_)) throw *failure;
    if (ended()) co_return std::nullopt;
    throw Error(ErrorKind::timeout, fmt::format("nothing came from {} within {}", place_, format_duration(limit)));
  }

  Task<> send(WsMessage message, Deadline deadline) override {
    const auto self = shared_from_this();
    if (!message.is_binary() && !is_utf8(message.data)) throw Error(ErrorKind::invalid_input, "a text to send is not UTF-8");
    const auto too_late = [&, limit = deadline.left(runtime_.clock)] {
      return Error(ErrorKind::timeout, fmt::format("{} did not take a message of {} bytes within {}", place_, message.data.size(), format_duration(limit)));
    };
    if (deadline.left(runtime_.clock) <= Duration::zero()) throw too_late();
    Turns::Turn turn;
    if (turns_.is_free())
      turn = co_await turns_.take();
    else
      turn = co_await at_most(runtime_.clock, deadline, turns_.take(), too_late());
    if (ended()) throw nobody_listens();
    stream_.binary(message.is_binary());
    error_code error;
    bool late = false;
    {
      const CutWhenCancelled cancellation((co_await asio::this_coro::cancellation_state).slot(), transport_);
      const ScopedAlarm alarm(runtime_.clock, deadline.at, [this, &late] {
        late = true;
        transport_->stream->close();
      });
      co_await stream_.async_write(asio::buffer(message.data), uncancelled(error));
      if (error) break_off(late ? Error(ErrorKind::closed, fmt::format("the connection to {} was cut: it takes no more", place_)) : write_failure(error));
      cancellation.rethrow();
    }
    if (late && error) throw too_late();
    if (error) throw nobody_listens();
  }

  bool send_now(const WsMessage& message) override { return send_all_now({&message, 1}); }

  bool send_all_now(std::span<const WsMessage> messages) override {
    if (ended() || goodbye_ || !stream_.is_open() || !turns_.is_free() || !stream_.next_layer().takes_now()) return false;
    for (const auto& message : messages)
      if (!message.is_binary() && !is_utf8(message.data)) return false;
    auto error = options_.compression ? write_compressed(messages) : stream_.next_layer().write_beside(plain_frames_of(messages, is_client_));
    if (error) break_off(write_failure(error));
    return true;  // whoever receives hears of a failure
  }

  error_code write_compressed(std::span<const WsMessage> messages) {
    error_code error;
    for (const auto& message : messages) {
      if (error) break;
      stream_.binary(message.is_binary()), stream_.write(asio::buffer(message.data), error);
    }
    return error;
  }

  void listen(Listener listener) override {
    listener_ = listener ? std::make_shared<const Listener>(std::move(listener)) : nullptr;
    if (const auto self = shared_from_this(); listener_) hand_over();
  }

  Task<> close(std::uint16_t code, std::string reason, Deadline deadline) override {
    const auto self = shared_from_this();
    if (ended()) co_return;
    if (!goodbye_) goodbye_ = WsClose{code, cut_bytes(std::move(reason))};
    const CutWhenCancelled cancellation((co_await asio::this_coro::cancellation_state).slot(), transport_);
    const ScopedAlarm alarm(runtime_.clock, deadline.at, [this] { transport_->stream->close(); });
    const auto turn = co_await turns_.take();
    if (ended()) co_return;
    arrived_.clear();
    ahead_ = 0;
    transport_->may_still_come = most_after_goodbye;
    error_code error;
    co_await stream_.async_close(ws::close_reason(static_cast<ws::close_code>(goodbye_->code), view(goodbye_->reason)), uncancelled(error));
    finish(*goodbye_);
    if (error) transport_->stream->close();
    cancellation.rethrow();
  }

  void cut() override {
    if (ended()) return;
    break_off(Error(ErrorKind::closed, fmt::format("the connection to {} was cut on our side", place_)));
  }

  void go_away() override {
    asio::co_spawn(runtime_.executor, say_goodbye(shared_from_this()), [](const std::exception_ptr&) {});
  }

  std::optional<WsClose> closed() const override {
    const auto* close = std::get_if<WsClose>(&end_);
    return close ? std::optional(*close) : std::nullopt;
  }
  const std::string& subprotocol() const override { return subprotocol_; }

 private:
  bool ended() const { return !std::holds_alternative<std::monostate>(end_); }

  /// 16 bytes in base64 (RFC 6455, 4.1).
  static bool is_key(beast::string_view text) {
    const auto bytes = decode_base64({text.data(), text.size()});
    return text.size() == longest_key && bytes && bytes->size() == 16;
  }

  static Task<> say_goodbye(std::shared_ptr<BeastWebSocket> self) { co_await self->close(1001, "the server stops", Deadline::never()); }

  static std::string cut_bytes(std::string reason) {
    reason = repair_utf8(reason);
    return reason.size() <= reason_limit ? reason : antiphon::cut(reason, reason_limit - 3);
  }

  WsMessage take_first() {
    auto message = std::move(arrived_.front());
    arrived_.pop_front();
    ahead_ -= message.data.size();
    start_reading();
    return message;
  }

  void hand_over() {
    while (!arrived_.empty()) {
      const auto listener = listener_;  // it may be told to stop by what it hears
      if (!listener) return;
      (*listener)(take_first());
    }
  }

  std::size_t take_plain(std::span<char> bytes) {
    std::size_t taken = 0;
    while (listener_ && !goodbye_ && !ended()) {
      const auto frame = take_plain_frame(bytes.subspan(taken), !is_client_, options_.message_limit);
      if (!frame) break;
      taken += frame->size;
      const auto listener = listener_;
      (*listener)({frame->type, std::string(frame->payload), runtime_.clock.now()});
    }
    return taken;
  }

  // One message after the other, whether somebody asks for it or not: otherwise no ping would be answered.
  void start_reading() {
    if (reading_ || ended() || goodbye_ || ahead_ > options_.ahead_limit) return;
    reading_ = true;
    stream_.async_read(buffer_, [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
  }

  void on_read(error_code error) {
    reading_ = false;
    if (error) {
      on_end(error);
      return;
    }
    const auto data = buffer_.data();
    WsMessage message{stream_.got_binary() ? WsMessage::Type::binary : WsMessage::Type::text, std::string(static_cast<const char*>(data.data()), data.size()),
                      runtime_.clock.now()};
    buffer_.consume(data.size());
    if (buffer_.capacity() > kept_capacity) buffer_.shrink_to_fit();
    if (!goodbye_) take_in(std::move(message));
    start_reading();
  }

  void take_in(WsMessage message) {
    if (const auto listener = listener_) return (*listener)(message);
    ahead_ += message.data.size();
    arrived_.push_back(std::move(message));
    changed_.open();
  }

  void on_end(error_code error) {
    if (error == ws::error::closed) {
      const auto& reason = stream_.reason();
      finish(goodbye_ ? *goodbye_
                      : WsClose{reason.code == 0 ? std::uint16_t(1005) : static_cast<std::uint16_t>(reason.code), std::string(reason.reason.c_str())});
    } else if (goodbye_) {
      finish(*goodbye_);  // it hung up without saying goodbye itself
    } else if (error == ws::error::message_too_big || error == ws::error::buffer_overflow) {
      finish(Error(ErrorKind::too_large, fmt::format("a message of {} is over the limit of {} bytes", place_, options_.message_limit)));
    } else if (error == ws::condition::protocol_violation) {
      finish(Error(ErrorKind::protocol, fmt::format("{} broke the rules of WebSocket: {}", place_, error.message())));
    } else {
      break_off(read_failure(error));
    }
  }

  void finish(std::variant<std::monostate, WsClose, Error> end) {
    if (!ended()) end_ = std::move(end);
    changed_.open();
  }
  void break_off(Error error) {
    finish(std::move(error));
    transport_->stream->close();
  }

  Error read_failure(error_code error) const {
    if (transport_->flooded) return flood();
    if (error == asio::error::eof) return Error(ErrorKind::closed, fmt::format("{} closed the connection without a goodbye", place_));
    return Error(ErrorKind::closed, fmt::format("the connection to {} broke ({})", place_, lower(error.message())));
  }
  Error flood() const { return Error(ErrorKind::protocol, fmt::format("{} {}", place_, BeastTransport::flood_text())); }
  Error write_failure(error_code error) const {
    if (transport_->flooded) return flood();
    return Error(ErrorKind::closed, fmt::format("the connection to {} broke while a message was sent ({})", place_, lower(error.message())));
  }
  Error nobody_listens() const {
    if (const auto* failure = std::get_if<Error>(&end_)) return *failure;
    const auto* close = std::get_if<WsClose>(&end_);
    return Error(ErrorKind::closed,
                 fmt::format("the connection to {} is closed ({}{}{})", place_, close ? close->code : 1006, close && !close->reason.empty() ? ": " : "",
                             close ? antiphon::cut(close->reason, reason_limit) : std::string()));
  }

  void decorate_request(const Url& url, const WsRequest& request) {
    for (const auto& [name, value] : request.headers)
      if (value.size() > longest_field)
        throw Error(ErrorKind::too_large, fmt::format("the header {} has {} bytes, and a handshake takes {}", quote(name), value.size(), longest_field));
    stream_.set_option(
        ws::stream_base::decorator([headers = request.headers, protocols = join(request.subprotocols, ", "), user = url.user_info](ws::request_type& head) {
          head.set(http::field::user_agent, "antiphon");
          if (!protocols.empty()) head.set(http::field::sec_websocket_protocol, view(protocols));
          if (!user.empty()) head.set(http::field::authorization, "Basic " + encode_base64(user));
          for (const auto& [name, value] : headers) {
            if (equal_names(name, "user-agent") || equal_names(name, "authorization") || equal_names(name, "host"))
              head.set(view(name), view(value));
            else
              head.insert(view(name), view(value));
          }
        }));
  }

  void take_subprotocol(const ws::response_type& response, const std::vector<std::string>& offered) {
    const auto field = response[http::field::sec_websocket_protocol];
    subprotocol_.assign(field.data(), field.size());
    if (subprotocol_.empty() || std::find(offered.begin(), offered.end(), subprotocol_) != offered.end()) return;
    transport_->stream->close();
    throw Error(ErrorKind::protocol, fmt::format("{} chose the sub-protocol {}, which was not offered", place_, quote(antiphon::cut(subprotocol_, 100))));
  }

  Error declined(const ws::response_type& response) const {
    const int status = static_cast<int>(response.result_int());
    const auto body = repair_utf8(trim(response.body()));
    const auto text = body.empty() ? std::string() : ": " + antiphon::cut(body, 300);
    const auto kind = status < 400 ? ErrorKind::protocol : error_kind_of(status);
    return Error(kind, fmt::format("{} answered HTTP {}{}{}", place_, status, declined_websocket, text)).with_status(status);
  }

  Error handshake_failure(error_code error) const {
    if (error == ws::condition::handshake_failed)
      return Error(ErrorKind::protocol, fmt::format("{} did not answer as a WebSocket server: {}", place_, error.message()));
    if (error == http::error::end_of_stream || error == http::error::partial_message || error == asio::error::eof)
      return Error(ErrorKind::closed, fmt::format("{} closed the connection without an answer", place_));
    if (error.category() == make_error_code(http::error::end_of_stream).category())
      return Error(ErrorKind::protocol, fmt::format("{} did not answer in HTTP: {}", place_, error.message()));
    return Error(ErrorKind::closed, fmt::format("{} closed the connection without an answer ({})", place_, lower(error.message())));
  }

  // First what each message looks at, so that it comes into the cache in few pieces.
  Runtime& runtime_;
  std::shared_ptr<BeastTransport::State> transport_;
  std::shared_ptr<const Listener> listener_;
  bool reading_ = false, is_client_ = false;
  WsOptions options_;
  std::optional<WsClose> goodbye_;  ///< what we said, or are about to say
  Turns turns_;
  std::variant<std::monostate, WsClose, Error> end_;

  std::string place_;
  ws::stream<BeastTransport> stream_;
  beast::flat_buffer buffer_;
  std::list<WsMessage> arrived_;  ///< takes no memory while it is empty
  std::size_t ahead_ = 0;         ///< bytes in arrived_
  std::string subprotocol_;
  Gate changed_;
};

class HandedOut final : public WebSocket {
 public:
  explicit HandedOut(std::shared_ptr<WebSocketCore> core) : core_(std::move(core)) {}
  ~HandedOut() override {
    core_->listen({});
    core_->cut();
  }

  Task<std::optional<WsMessage>> receive(Deadline deadline) override { return core_->receive(deadline); }
  Task<> send(WsMessage message, Deadline deadline) override { return core_->send(std::move(message), deadline); }
  void listen(Listener listener) override { core_->listen(std::move(listener)); }
  bool send_now(const WsMessage& message) override { return core_->send_now(message); }
  bool send_all_now(std::span<const WsMessage> messages) override { return core_->send_all_now(messages); }
  Task<> close(std::uint16_t code, std::string reason, Deadline deadline) override { return core_->close(code, std::move(reason), deadline); }
  void cut() override { core_->cut(); }
  std::optional<WsClose> closed() const override { return core_->closed(); }
  const std::string& subprotocol() const override { return core_->subprotocol(); }

 private:
  std::shared_ptr<WebSocketCore> core_;
};

std::shared_ptr<BeastTransport::State> transport_over(Runtime& runtime, std::unique_ptr<ByteStream> stream, std::string unread) {
  return std::make_shared<BeastTransport::State>(BeastTransport::State{.runtime = runtime, .stream = std::move(stream), .unread = std::move(unread)});
}

}  // namespace

std::unique_ptr<WebSocket> hand_out(std::shared_ptr<WebSocketCore> core) { return std::make_unique<HandedOut>(std::move(core)); }

Task<std::shared_ptr<WebSocketCore>> shake_hands(Runtime& runtime, std::unique_ptr<ByteStream> stream, Url url, WsRequest request, Deadline deadline) {
  auto core = std::make_shared<BeastWebSocket>(transport_over(runtime, std::move(stream), {}), url.place(), request.options);
  co_await core->shake_hands(std::move(url), std::move(request), deadline);
  co_return core;
}

Task<std::shared_ptr<WebSocketCore>> accept_websocket(Runtime& runtime, std::unique_ptr<ByteStream> stream, std::string unread, const ServerRequest& request,
                                                      WsAcceptance acceptance) {
  auto core = std::make_shared<BeastWebSocket>(transport_over(runtime, std::move(stream), std::move(unread)), "the client", acceptance.options);
  co_await core->accept(request, std::move(acceptance));
  co_return core;
}

}  // namespace antiphon::net
