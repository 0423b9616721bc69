#include "antiphon/net/internal/connector.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/system/system_error.hpp>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/internal/http_parser.hpp"
#include "antiphon/net/internal/tcp_stream.hpp"

namespace antiphon::net {

namespace {

using boost::system::system_error;

// Whoever has a deadline has an alarm at it as well. What it waited for in vain is to be told before that rings.
constexpr Duration earlier = std::chrono::milliseconds(50);

std::string sentence(const boost::system::error_code& error) { return lower(error.message()); }

Error refused(const std::string& place, std::string_view why) {
  return Error(ErrorKind::refused, fmt::format("cannot connect to {}: {}", place, why)).with_hint("check the address, and that something listens there");
}

}  // namespace

Task<std::unique_ptr<ByteStream>> Connector::connect(const Url& url, const TlsOptions& tls, Deadline deadline) {
  auto& clock = runtime_.clock;
  const auto left = deadline.left(clock);
  const auto limit = std::min(left - std::min(left / 20, earlier), longest_);
  const auto until = clock.now() + limit;
  const auto late = [limit](std::string_view what) {
    return Error(ErrorKind::timeout, fmt::format("{} within {}", what, format_duration(limit))).with_party(Party::transport);
  };
  const auto no_connection = fmt::format("no connection to {}", url.place());
  if (limit <= Duration::zero()) throw late(no_connection);
  const Url* proxy = proxy_for(url);
  auto stream = co_await at_most(clock, {until}, connect_tcp_to(proxy ? *proxy : url), late(no_connection));
  if (proxy && (url.tls || url.websocket))
    co_await at_most(clock, {until}, open_tunnel(*stream, *proxy, url), late(fmt::format("the proxy {} opened no way to {}", proxy->place(), url.place())));
  if (!url.tls) co_return stream;
  co_return co_await at_most(clock, {until}, secure(std::move(stream), url, tls), late(fmt::format("no TLS handshake with {}", url.place())));
}

Task<std::unique_ptr<ByteStream>> Connector::secure(std::unique_ptr<ByteStream> stream, const Url& url, const TlsOptions& tls) {
  std::string reason, hint = "name the authority to trust with tls: {ca: FILE} or SSL_CERT_FILE, and check the host's name";
  try {
    co_return co_await context_for(tls).connect(std::move(stream), url.host);
  } catch (const system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    reason = sentence(error.code());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused) throw;
    reason = error.message();
    if (!error.hint().empty()) hint = error.hint();
  }
  throw Error(ErrorKind::refused, fmt::format("no TLS with {}: {}", url.place(), reason)).with_hint(std::move(hint));
}

Task<std::unique_ptr<ByteStream>> Connector::connect_tcp_to(const Url& url) {
  const auto endpoints = co_await resolver_.resolve(url.host, url.port);
  std::string reason = "the name has no address";
  for (const auto& endpoint : endpoints) {
    try {
      co_return co_await connect_tcp(endpoint);
    } catch (const system_error& error) {
      if (error.code() == asio::error::operation_aborted) throw;
      reason = sentence(error.code());
    }
  }
  throw refused(url.place(), reason);
}

Task<> Connector::open_tunnel(ByteStream& stream, const Url& proxy, const Url& url) {
  auto head = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", url.place());
  if (const auto value = proxy_authorization(proxy); !value.empty()) head += "Proxy-Authorization: " + value + "\r\n";
  co_await stream.write({head, "\r\n"});
  ReplyParser parser(0);
  parser.skip(true);  // after a 2xx the tunnel begins, whatever the header says
  std::string unread;
  while (!parser.is_header_done()) {
    const auto bytes = co_await stream.read_some();
    boost::system::error_code error;
    if (bytes.empty()) throw refused(url.place(), fmt::format("the proxy {} hung up", proxy.place()));
    feed(parser, unread, bytes, error);
    if (error) throw refused(url.place(), fmt::format("the proxy {} did not answer in HTTP: {}", proxy.place(), error.message()));
  }
  if (parser.status / 100 != 2) throw refused(url.place(), fmt::format("the proxy {} answered {}", proxy.place(), parser.status));
}

TlsContext& Connector::context_for(const TlsOptions& tls) {
  auto& context = contexts_[{tls.ca_file, tls.verify}];
  if (!context) context = TlsContext::shared(tls);
  return *context;
}

}  // namespace antiphon::net
