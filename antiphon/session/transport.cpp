#include "antiphon/session/transport.hpp"

#include <fmt/format.h>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/byte_stream.hpp"
#include "antiphon/session/framing.hpp"

namespace antiphon::session {

namespace {

using boost::system::system_error;

Error is_closed() { return {ErrorKind::closed, "the session's connection is closed"}; }

// What a stream says in codes, as an Error; a cancellation of ours stays one.
Error closed_by(const system_error& error) { return {ErrorKind::closed, "the session's connection was lost: " + lower(error.code().message())}; }

class StreamTransport : public SessionTransport {
 public:
  StreamTransport(Runtime& runtime, std::unique_ptr<net::ByteStream> stream) : runtime_(runtime), stream_(std::move(stream)) {}

  Task<> start(Deadline) override { co_return; }

  Task<std::optional<std::string>> receive() override {
    for (;;) {
      if (cut_) throw is_closed();  // whatever of it has come before
      if (auto message = reader_.next()) co_return message;
      const auto bytes = co_await read();
      if (bytes.empty()) co_return at_end();
      reader_.add(bytes);
    }
  }

  Task<> send(std::string message, Deadline deadline) override {
    const auto header = frame_header(message.size());
    const std::string_view parts[] = {{header.data(), header.size()}, message};
    std::optional<Error> failure;
    try {
      const auto now = stream().write_now({parts[0], parts[1]});
      if (now && *now == header.size() + message.size()) co_return;
      co_await write_rest(parts[0], parts[1], now.value_or(0), deadline);
      co_return;
    } catch (const system_error& error) {
      if (error.code() == asio::error::operation_aborted && !cut_) cut();  // half a frame may have gone: the next would be read as its rest
      failure = closed_by(error);
    } catch (const Error&) {
      cut();
      throw;
    }
    throw std::move(*failure);
  }

  Task<> close(Deadline) override {
    if (stream_ && !cut_) stream_->end_writing();
    cut();
    co_return;
  }

  void cut() override {
    cut_ = true;
    if (stream_) stream_->close();
  }

 protected:
  Runtime& runtime() const { return runtime_; }
  bool is_cut() const { return cut_; }
  void connected(std::unique_ptr<net::ByteStream> stream) { stream_ = std::move(stream); }
  bool is_connected() const { return stream_ != nullptr; }

 private:
  net::ByteStream& stream() {
    if (!stream_) throw Error(ErrorKind::closed, "the session's transport was not started");
    if (cut_) throw is_closed();
    return *stream_;
  }

  Task<std::string_view> read() {
    std::optional<Error> failure;
    auto& from = stream();
    try {
      co_return co_await from.read_some();
    } catch (const system_error& error) {
      if (error.code() == asio::error::operation_aborted && !cut_) throw;  // a cancellation: nothing was lost
      failure = closed_by(error);
    }
    throw std::move(*failure);
  }

  std::optional<std::string> at_end() const {
    if (reader_.unfinished() == 0) return std::nullopt;
    throw Error(ErrorKind::closed, fmt::format("the session's connection ended inside a frame, after {} bytes of it", reader_.unfinished()));
  }

  Task<> write_rest(std::string_view first, std::string_view second, std::size_t written, Deadline deadline) {
    const auto of_first = std::min(written, first.size());
    const auto left = deadline.left(runtime_.clock);
    Error late(ErrorKind::timeout, fmt::format("the far side of the session took nothing for {}", format_duration(left)));
    co_await at_most(runtime_.clock, deadline, stream().write({first.substr(of_first), second.substr(written - of_first)}), std::move(late));
  }

  Runtime& runtime_;
  std::unique_ptr<net::ByteStream> stream_;
  FrameReader reader_;
  bool cut_ = false;
};

class DiallingStream final : public StreamTransport {
 public:
  DiallingStream(Runtime& runtime, net::HostPort place) : StreamTransport(runtime, nullptr), place_(std::move(place)) {}

  Task<> start(Deadline deadline) override {
    if (is_connected()) co_return;
    if (!net::is_loopback(place_.host))
      throw Error(ErrorKind::usage, fmt::format("{} may be another machine: a session over plain TCP stays on this one", place_.text()))
          .with_hint("name 127.0.0.1, or use a WebSocket: wss://HOST/session with a token");
    auto stream = co_await net::dial_tcp(runtime(), place_, deadline);
    if (is_cut()) throw Error(ErrorKind::closed, "the session was closed while it connected");
    connected(std::move(stream));
  }

 private:
  net::HostPort place_;
};

class WebSocketTransport : public SessionTransport {
 public:
  WebSocketTransport(Runtime& runtime, std::unique_ptr<net::WebSocket> socket) : runtime_(runtime), socket_(std::move(socket)) {}

  Task<> start(Deadline) override { co_return; }

  Task<std::optional<std::string>> receive() override {
    auto message = co_await socket().receive(Deadline::never());
    if (!message) co_return std::nullopt;
    if (!message->is_binary()) throw Error(ErrorKind::protocol, "a text came where messages of a session are binary");
    co_return std::move(message->data);
  }

  Task<> send(std::string message, Deadline deadline) override {
    static_cast<void>(frame_header(message.size()));  // the same limit
    co_await socket().send(net::WsMessage::binary(std::move(message)), deadline);
  }

  Task<> close(Deadline deadline) override {
    cut_ = true;
    if (socket_) co_await socket_->close(1000, {}, deadline);
  }

  void cut() override {
    cut_ = true;
    if (socket_) socket_->cut();
  }

 protected:
  Runtime& runtime() const { return runtime_; }
  bool is_cut() const { return cut_; }
  void connected(std::unique_ptr<net::WebSocket> socket) { socket_ = std::move(socket); }
  bool is_connected() const { return socket_ != nullptr; }

 private:
  net::WebSocket& socket() {
    if (!socket_) throw Error(ErrorKind::closed, "the session's transport was not started");
    if (cut_) throw is_closed();
    return *socket_;
  }

  Runtime& runtime_;
  std::unique_ptr<net::WebSocket> socket_;
  bool cut_ = false;
};

class DiallingWebSocket final : public WebSocketTransport {
 public:
  DiallingWebSocket(Runtime& runtime, std::string url, std::string token, net::TlsOptions tls, net::Headers headers)
      : WebSocketTransport(runtime, nullptr),
        request_{.url = std::move(url), .headers = std::move(headers), .tls = std::move(tls), .options = {.message_limit = frame_limit}} {
    if (!token.empty()) request_.headers.emplace_back("authorization", "Bearer " + token);
  }

  Task<> start(Deadline deadline) override {
    if (is_connected()) co_return;
    auto socket = co_await net::connect_websocket(runtime(), request_, deadline);
    if (is_cut()) throw Error(ErrorKind::closed, "the session was closed while it connected");
    connected(std::move(socket));
  }

 private:
  net::WsRequest request_;
};

}  // namespace

std::unique_ptr<SessionTransport> over_stream(Runtime& runtime, std::unique_ptr<net::ByteStream> stream) {
  return std::make_unique<StreamTransport>(runtime, std::move(stream));
}

std::unique_ptr<SessionTransport> dial_stream(Runtime& runtime, net::HostPort place) { return std::make_unique<DiallingStream>(runtime, std::move(place)); }

std::unique_ptr<SessionTransport> over_websocket(Runtime& runtime, std::unique_ptr<net::WebSocket> socket) {
  return std::make_unique<WebSocketTransport>(runtime, std::move(socket));
}

std::unique_ptr<SessionTransport> dial_websocket(Runtime& runtime, std::string url, std::string token, net::TlsOptions tls, net::Headers headers) {
  return std::make_unique<DiallingWebSocket>(runtime, std::move(url), std::move(token), std::move(tls), std::move(headers));
}

TransportPair memory_transports(Runtime& runtime, net::MemoryLinkOptions options) {
  auto [one, other] = net::memory_connection(runtime, options);
  return {over_stream(runtime, std::move(one)), over_stream(runtime, std::move(other))};
}

}  // namespace antiphon::session
