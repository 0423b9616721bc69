#include "antiphon/net/internal/server_connection.hpp"

#include <fmt/format.h>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/net/internal/http_text.hpp"
#include "antiphon/net/internal/server_reply.hpp"

namespace antiphon::net {

namespace {

using namespace std::chrono_literals;
using boost::system::system_error;
namespace http = boost::beast::http;

constexpr auto linger_limit = 2s;

bool is_abort(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

std::pair<int, std::string> status_of(const boost::system::error_code& error, const HttpServerOptions& options) {
  if (error == http::error::body_limit) return {413, fmt::format("the body is over the limit of {} bytes", options.body_limit)};
  if (error == http::error::header_limit) return {431, fmt::format("the header is over the limit of {} bytes", options.header_limit)};
  return {400, fmt::format("this is no HTTP/1.1 request: {}", error.message())};
}

}  // namespace

ServerConnection::ServerConnection(std::shared_ptr<ServerCore> core, std::unique_ptr<ByteStream> stream)
    : core_(std::move(core)), stream_(std::move(stream)), clock_alive_(core_->runtime.clock.lifetime()) {}

ServerConnection::~ServerConnection() {
  if (alarm_ && !clock_alive_.expired()) core_->runtime.clock.cancel(*alarm_);
}

Task<> ServerConnection::run() {
  try {
    if (core_->tls) co_await shake_hands();
    while (keep_ && !core_->stopping) {
      RequestParser parser(core_->options.body_limit, core_->options.header_limit);
      if (co_await read_request(parser) == Got::end) break;
      busy_ = true;
      co_await answer(parser);
      busy_ = false;
    }
  } catch (const system_error&) {
    // The client went away, or the server is stopping: there is nobody to tell.
  } catch (const Error&) {
    // No TLS came about; whoever it is was told by an alert.
  }
  close();
}

Task<> ServerConnection::shake_hands() {
  auto stream = core_->tls->context.wrap(std::move(stream_), core_->runtime.executor);
  auto& shaking = *stream;
  stream_ = std::move(stream);  // so that the limit, and the end of the server, can close it
  set_limit(core_->tls->handshake_timeout);
  co_await shaking.handshake();
}

void ServerConnection::go_away() {
  if (websocket_) websocket_->go_away();
}

void ServerConnection::close() {
  if (stream_) stream_->close();
  if (websocket_) websocket_->cut();
}

Task<ServerConnection::Got> ServerConnection::read_request(RequestParser& parser) {
  boost::system::error_code error;
  bool asked_to_continue = false;
  set_limit(core_->options.header_timeout);
  if (!unread_.empty()) feed(parser, unread_, {}, error);
  while (!parser.is_done() && !error) {
    if (parser.is_header_done()) {
      set_limit(core_->options.header_timeout);  // a body may take long, as long as it comes
      if (!std::exchange(asked_to_continue, true) && find_header(parser.headers, "expect")) co_await stream_->write({"HTTP/1.1 100 Continue\r\n\r\n"});
    }
    const auto bytes = co_await stream_->read_some();
    if (bytes.empty()) co_return Got::end;
    busy_ = true;
    feed(parser, unread_, bytes, error);
  }
  limit_ = Clock::Time::max();
  if (!error) co_return Got::request;
  const auto [status, message] = status_of(error, core_->options);
  co_await refuse(status, message);
  co_return Got::end;
}

Task<> ServerConnection::answer(RequestParser& parser) {
  const StreamReply::Terms terms{.head_only = parser.method == "HEAD", .http_1_0 = parser.version < 11, .keep_alive = parser.keep_alive()};
  const ServerRequest request{std::move(parser.method), std::move(parser.target), std::move(parser.headers), std::move(parser.body), stream_->far_address()};
  StreamReply reply(*stream_, terms, core_->stopping, [&](WsAcceptance acceptance) { return upgrade(request, std::move(acceptance)); });
  std::exception_ptr failure;
  try {
    co_await core_->handler(request, reply);
    if (reply.begun()) co_await reply.finish();
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure && is_abort(failure)) std::rethrow_exception(failure);
  if (!reply.begun() && !reply.aborted())
    co_await reply.reply(error_reply(500, failure ? describe(failure) : "the handler gave no answer"));
  else if (failure)
    reply.abort();  // half a reply must not look like a whole one
  keep_ = reply.keeps();
}

Task<std::unique_ptr<WebSocket>> ServerConnection::upgrade(const ServerRequest& request, WsAcceptance acceptance) {
  websocket_ = co_await accept_websocket(core_->runtime, std::move(stream_), std::exchange(unread_, {}), request, std::move(acceptance));
  if (core_->stopping) websocket_->go_away();
  co_return hand_out(websocket_);
}

Task<> ServerConnection::refuse(int status, std::string message) {
  const auto reply = error_reply(status, message);
  const auto head = reply_head(reply.status, reply.headers, Framing::length, reply.body.size(), false, false);
  co_await stream_->write({head, reply.body});
  co_await linger();
}

// Closed with bytes unread, a connection is reset, and the client may never see what it was told.
Task<> ServerConnection::linger() {
  stream_->end_writing();
  set_limit(linger_limit);
  while (!(co_await stream_->read_some()).empty()) {}
}

void ServerConnection::set_limit(Duration limit) {
  auto& clock = core_->runtime.clock;
  limit_ = clock.now() + limit;
  if (alarm_ && alarm_at_ <= limit_) return;
  if (alarm_) clock.cancel(*alarm_);
  watch(limit_);
}

// Limits mostly move on before they are reached, so an alarm that rings looks first whether its limit still stands.
void ServerConnection::watch(Clock::Time at) {
  alarm_at_ = at;
  alarm_ = core_->runtime.clock.call_at(at, [this] {
    alarm_.reset();
    const auto now = core_->runtime.clock.now();
    if (now >= limit_)
      close();
    else
      watch(std::min(limit_, now + core_->options.header_timeout));
  });
}

}  // namespace antiphon::net
