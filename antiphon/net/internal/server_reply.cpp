#include "antiphon/net/internal/server_reply.hpp"

#include <fmt/format.h>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::net {

namespace {

bool has_no_body(int status) { return status / 100 == 1 || status == 204 || status == 304; }

}  // namespace

Task<std::unique_ptr<WebSocket>> ServerReply::accept_websocket(WsAcceptance) { throw Error(ErrorKind::unsupported, "no WebSocket can be opened here"); }

void StreamReply::start() {
  if (begun_) throw Error(ErrorKind::internal, "the handler answered one request twice");
  begun_ = true;
  keeps_ = terms_.keep_alive && !stopping_;
}

Task<> StreamReply::reply(HttpReply reply) {
  start();
  ended_ = true;
  const bool bodiless = has_no_body(reply.status);
  const auto head = reply_head(reply.status, reply.headers, bodiless ? Framing::none : Framing::length, reply.body.size(), keeps_, terms_.http_1_0);
  co_await send({head, bodiless || terms_.head_only ? std::string_view() : reply.body});
}

Task<> StreamReply::begin(int status, Headers headers) {
  start();
  framing_ = terms_.head_only || has_no_body(status) ? Framing::none : terms_.http_1_0 ? Framing::until_close : Framing::chunked;
  if (framing_ == Framing::until_close) keeps_ = false;
  const auto head = reply_head(status, headers, framing_, 0, keeps_, terms_.http_1_0);
  co_await send({head});
}

Task<> StreamReply::write(std::string bytes) {
  if (!begun_ || ended_) throw Error(ErrorKind::internal, "the handler wrote a part of a reply that it had not begun");
  if (bytes.empty() || framing_ == Framing::none) co_return;
  if (framing_ == Framing::until_close) {
    co_await send({bytes});
  } else {
    const auto size = fmt::format("{:x}\r\n", bytes.size());
    co_await send({size, bytes, "\r\n"});
  }
}

Task<> StreamReply::finish() {
  if (ended_ || aborted_) co_return;
  ended_ = true;
  if (framing_ == Framing::chunked) co_await send({"0\r\n\r\n"});
}

Task<std::unique_ptr<WebSocket>> StreamReply::accept_websocket(WsAcceptance acceptance) {
  start();
  ended_ = upgraded_ = true;
  keeps_ = false;
  return upgrade_(std::move(acceptance));
}

void StreamReply::abort() {
  aborted_ = true;
  if (!upgraded_) stream_.close();
}

Task<> StreamReply::send(std::initializer_list<std::string_view> parts) {
  if (aborted_) throw Error(ErrorKind::closed, "the connection was cut on purpose");
  std::string reason;
  try {
    co_await stream_.write(parts);
    co_return;
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    reason = lower(error.code().message());
  }
  aborted_ = true;
  throw Error(ErrorKind::closed, fmt::format("the client went away during the reply ({})", reason));
}

}  // namespace antiphon::net
