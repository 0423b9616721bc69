#include "antiphon/net/internal/url.hpp"

#include <fmt/format.h>
#include <charconv>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::net {

namespace {

std::string without_credentials(std::string_view text) {
  const auto scheme = text.find("://");
  const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto end = std::min(text.find_first_of("/?#", begin), text.size());
  const auto at = text.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(text);
  return fmt::format("{}***@{}", text.substr(0, begin), text.substr(at + 1));
}

Error bad(std::string_view text, std::string_view why) {
  return Error(ErrorKind::configuration, fmt::format("{} is no address to connect to: {}", quote(without_credentials(text)), why))
      .with_hint("write it as http://HOST[:PORT]/PATH or https://HOST[:PORT]/PATH");
}

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

Url parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) throw bad(text, parsed.error().message());
  Url url;
  url.tls = parsed->scheme_id() == boost::urls::scheme::https;
  if (!url.tls && parsed->scheme_id() != boost::urls::scheme::http) throw bad(text, "the scheme is neither http nor https");
  url.host = parsed->host_type() == boost::urls::host_type::ipv6 ? std::string(parsed->host_address()) : lower(std::string(parsed->host_address()));
  if (url.host.empty()) throw bad(text, "it names no host");
  if (parsed->has_port() && !parsed->port().empty()) {
    url.port = port_of(parsed->port());
    if (url.port == 0) throw bad(text, "its port is not between 1 and 65535");
  } else {
    url.port = url.tls ? 443 : 80;
  }
  url.target = parsed->encoded_path().empty() ? "/" : std::string(parsed->encoded_path());
  if (parsed->has_query()) url.target += "?" + std::string(parsed->encoded_query());
  if (parsed->has_userinfo()) url.user_info = parsed->userinfo();
  return url;
}

}  // namespace antiphon::net
