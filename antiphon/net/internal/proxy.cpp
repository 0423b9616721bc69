#include "antiphon/net/internal/proxy.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/internal/http_text.hpp"

namespace antiphon::net {

namespace {

using Get = std::function<const char*(const char*)>;

std::string value_of(const Get& get, const std::string& name) {
  const char* value = get(lower(name).c_str());
  if (!value || !*value) value = get(name.c_str());
  return value ? value : "";
}

std::optional<Url> proxy_from(const Get& get, const std::string& name) {
  auto value = value_of(get, name);
  if (value.empty()) return std::nullopt;
  if (value.find("://") == std::string::npos) value = "http://" + value;
  try {
    auto url = parse_url(value);
    if (!url.tls) return url;
  } catch (const Error& error) {
    throw Error(ErrorKind::configuration, fmt::format("{}: {}", name, error.message())).with_hint(error.hint());
  }
  throw Error(ErrorKind::configuration, fmt::format("{} names a proxy that is spoken to over https, which is not supported", name))
      .with_hint("give the proxy as http://HOST:PORT; https targets are tunnelled through it");
}

bool is_loopback(const std::string& host) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return host == "localhost" || (!error && address.is_loopback());
}

}  // namespace

ProxySettings ProxySettings::from_environment(const Get& get) {
  ProxySettings settings;
  settings.http_ = proxy_from(get, "HTTP_PROXY");
  settings.https_ = proxy_from(get, "HTTPS_PROXY");
  for (const auto& entry : split(value_of(get, "NO_PROXY"), ','))
    if (const auto name = trim(entry); !name.empty()) settings.exempt_.push_back(lower(name));
  return settings;
}

const Url* ProxySettings::proxy_for(const Url& url) const {
  const auto& proxy = url.tls ? https_ : http_;
  return proxy && !is_exempt(url) ? &*proxy : nullptr;
}

bool ProxySettings::is_exempt(const Url& url) const {
  if (is_loopback(url.host)) return true;
  const auto place = url.place();
  return std::any_of(exempt_.begin(), exempt_.end(), [&](std::string_view entry) {
    if (entry == "*") return true;
    if (entry.starts_with('*')) entry.remove_prefix(1);
    const bool domain = entry.starts_with('.');
    const std::string_view name = domain ? entry.substr(1) : entry;
    for (const std::string_view host : {std::string_view(url.host), std::string_view(place)})
      if (host == name || (host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.')) return true;
    return false;
  });
}

std::string proxy_authorization(const Url& proxy) { return proxy.user_info.empty() ? "" : "Basic " + encode_base64(proxy.user_info); }

}  // namespace antiphon::net
