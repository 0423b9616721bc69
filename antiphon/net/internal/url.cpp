#include "antiphon/net/internal/url.hpp"

#include <fmt/format.h>
#include <charconv>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::net {

namespace {

// Neither a password nor what a query holds, which may be a key.
std::string without_secrets(std::string_view text) {
  if (const auto query = text.find('?'); query != std::string_view::npos) return without_secrets(text.substr(0, query)) + "?***";
  const auto scheme = text.find("://");
  const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto end = std::min(text.find_first_of("/?#", begin), text.size());
  const auto at = text.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(text);
  return fmt::format("{}***@{}", text.substr(0, begin), text.substr(at + 1));
}

enum class Use { http, websocket };

Error bad(std::string_view text, std::string_view why, Use use) {
  const std::string_view scheme = use == Use::http ? "http" : "ws";
  return Error(ErrorKind::configuration, fmt::format("{} is no address to connect to: {}", quote(without_secrets(text)), why))
      .with_hint(fmt::format("write it as {0}://HOST[:PORT]/PATH or {0}s://HOST[:PORT]/PATH", scheme));
}

bool is_tls(boost::urls::scheme scheme) { return scheme == boost::urls::scheme::https || scheme == boost::urls::scheme::wss; }
bool is_websocket(boost::urls::scheme scheme) { return scheme == boost::urls::scheme::ws || scheme == boost::urls::scheme::wss; }
bool is_http(boost::urls::scheme scheme) { return scheme == boost::urls::scheme::http || scheme == boost::urls::scheme::https; }

// 0 where the digits are no port.
std::uint16_t port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() ? port : 0;
}

bool is_v6(std::string_view host) { return host.find(':') != std::string_view::npos; }
std::string bracketed(const std::string& host) { return is_v6(host) ? "[" + host + "]" : host; }

}  // namespace

std::string Url::place() const { return fmt::format("{}:{}", bracketed(host), port); }

std::string Url::authority() const { return port == (tls ? 443 : 80) ? bracketed(host) : place(); }

namespace {

Url parse(std::string_view text, Use use) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) throw bad(text, parsed.error().message(), use);
  const auto scheme = parsed->scheme_id();
  if (use == Use::http && !is_http(scheme)) throw bad(text, "the scheme is neither http nor https", use);
  if (use == Use::websocket && !is_websocket(scheme) && !is_http(scheme)) throw bad(text, "the scheme is neither ws nor wss", use);
  Url url;
  url.tls = is_tls(scheme);
  url.websocket = use == Use::websocket;
  url.host = parsed->host_type() == boost::urls::host_type::ipv6 ? std::string(parsed->host_address()) : lower(std::string(parsed->host_address()));
  if (url.host.empty()) throw bad(text, "it names no host", use);
  if (parsed->has_port() && !parsed->port().empty()) {
    url.port = port_of(parsed->port());
    if (url.port == 0) throw bad(text, "its port is not between 1 and 65535", use);
  } else {
    url.port = url.tls ? 443 : 80;
  }
  url.target = parsed->encoded_path().empty() ? "/" : std::string(parsed->encoded_path());
  if (parsed->has_query()) url.target += "?" + std::string(parsed->encoded_query());
  if (parsed->has_userinfo()) url.user_info = parsed->userinfo();
  return url;
}

}  // namespace

Url parse_url(std::string_view text) { return parse(text, Use::http); }

Url parse_websocket_url(std::string_view text) { return parse(text, Use::websocket); }

}  // namespace antiphon::net
