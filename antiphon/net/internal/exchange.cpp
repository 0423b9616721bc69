#include "antiphon/net/internal/exchange.hpp"

#include <fmt/format.h>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/internal/http_text.hpp"

namespace antiphon::net {

namespace {

using boost::system::system_error;
namespace http = boost::beast::http;

std::string key_of(const Url& url, const TlsOptions& tls) {
  auto key = url.place();
  if (url.tls) key += fmt::format("|tls|{}|{}", tls.verify, tls.ca_file);
  return key;
}

}  // namespace

Exchange::Exchange(std::shared_ptr<ClientCore> core, HttpRequest request)
    : core_(std::move(core)), request_(std::move(request)), url_(parse_url(request_.url)), key_(key_of(url_, request_.tls)) {
  const Url* proxy = core_->connector.proxy_for(url_);
  const bool absolute = proxy && !url_.tls;
  if (absolute) key_ = "proxy|" + proxy->place();
  head_ = request_head(request_, url_, absolute, absolute ? proxy_authorization(*proxy) : "");
}

Task<> Exchange::begin(Deadline deadline) {
  if (deadline.left(core_->runtime.clock) <= Duration::zero()) throw Error(ErrorKind::timeout, fmt::format("no time was left to ask {}", url_.place()));
  while (co_await attempt(deadline) == Attempt::stale) {}
}

Task<Exchange::Attempt> Exchange::attempt(Deadline deadline) {
  auto& clock = core_->runtime.clock;
  const auto limit = deadline.left(clock);
  // A second try never takes a kept connection: what closed one may well have closed all.
  stream_ = kept_ ? nullptr : core_->pool.take(key_);
  kept_ = stream_ != nullptr;
  if (!stream_) stream_ = co_await core_->connector.connect(url_, request_.tls, deadline);
  parser_.emplace(request_.reply_limit);
  if (request_.method == "HEAD") parser_->skip(true);
  std::exception_ptr failure;
  {
    const ScopedAlarm alarm(clock, deadline.at, [this] {
      late_ = true;
      stream_->close();
    });
    try {
      co_await send_and_read_header();
    } catch (const system_error& error) {
      if (error.code() == asio::error::operation_aborted && !late_) throw;  // cancelled
      failure = std::current_exception();
    }
  }
  if (!failure) co_return Attempt::answered;
  if (kept_ && !answered_ && !late_) co_return Attempt::stale;
  explain(failure, limit);
}

Task<> Exchange::send_and_read_header() {
  co_await send();
  do co_await read_once();
  while (!parser_->is_header_done());
}

Task<> Exchange::send() {
  std::exception_ptr failure;
  try {
    co_await stream_->write({head_, request_.body});
    co_return;
  } catch (const system_error& error) {
    if (error.code() == asio::error::operation_aborted || late_) throw;
    failure = std::current_exception();
  }
  // A server may refuse a body half way and hang up; what it said is worth more than that it stopped listening.
  try {
    co_await read_once();
  } catch (const system_error&) {
    std::rethrow_exception(failure);
  }
}

Task<> Exchange::read_once() {
  if (parser_->is_header_done()) co_return;
  const auto bytes = co_await stream_->read_some();
  boost::system::error_code error;
  if (bytes.empty()) {
    if (!answered_) throw system_error(asio::error::eof);
    parser_->put_eof(error);
  } else {
    answered_ = true;
    feed(*parser_, unread_, bytes, error);
    // An interim reply (100 Continue) comes before the real one.
    while (!error && parser_->is_done() && parser_->status / 100 == 1 && parser_->status != 101) {
      parser_.emplace(request_.reply_limit);
      if (request_.method == "HEAD") parser_->skip(true);
      const auto rest = std::exchange(unread_, {});
      feed(*parser_, unread_, rest, error);
    }
  }
  if (error) explain_parse(error);
}

Task<bool> Exchange::more(Deadline deadline) {
  if (parser_->is_done()) {
    finish();
    co_return false;
  }
  const auto limit = deadline.left(core_->runtime.clock);
  std::exception_ptr failure;
  {
    const ScopedAlarm alarm(core_->runtime.clock, deadline.at, [this] {
      late_ = true;
      stream_->close();
    });
    try {
      const auto bytes = co_await stream_->read_some();
      boost::system::error_code error;
      if (bytes.empty())
        parser_->put_eof(error);
      else
        feed(*parser_, unread_, bytes, error);
      if (error) explain_parse(error);
    } catch (const system_error& error) {
      if (error.code() == asio::error::operation_aborted && !late_) throw;
      failure = std::current_exception();
    }
  }
  if (failure) explain(failure, limit);
  co_return true;
}

void Exchange::finish() {
  if (stream_ && parser_->keep_alive() && unread_.empty() && parser_->status != 101) core_->pool.put_back(key_, std::move(stream_));
  stream_.reset();
}

void Exchange::explain(std::exception_ptr failure, Duration limit) const {
  const auto place = url_.place();
  if (late_) {
    if (answered_) throw Error(ErrorKind::timeout, fmt::format("the reply of {} did not end within {}", place, format_duration(limit)));
    throw Error(ErrorKind::timeout, fmt::format("no answer from {} within {}", place, format_duration(limit)));
  }
  try {
    std::rethrow_exception(failure);
  } catch (const system_error& error) {
    const auto what = answered_ ? "in the middle of its reply" : "without an answer";
    const auto why = error.code() == asio::error::eof ? std::string() : fmt::format(" ({})", lower(error.code().message()));
    throw Error(ErrorKind::closed, fmt::format("{} closed the connection {}{}", place, what, why));
  }
}

void Exchange::explain_parse(const boost::system::error_code& error) const {
  const auto place = url_.place();
  if (error == http::error::body_limit)
    throw Error(ErrorKind::too_large, fmt::format("the reply of {} is over the limit of {} bytes", place, request_.reply_limit));
  if (error == http::error::header_limit)
    throw Error(ErrorKind::too_large, fmt::format("the header of the reply of {} is over the limit of {} bytes", place, header_limit));
  if (error == http::error::partial_message || error == http::error::end_of_stream)
    throw Error(ErrorKind::closed, fmt::format("{} closed the connection in the middle of its reply", place));
  throw Error(ErrorKind::protocol, fmt::format("{} did not answer in HTTP: {}", place, error.message()));
}

}  // namespace antiphon::net
