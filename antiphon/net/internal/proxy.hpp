#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/net/internal/url.hpp"

namespace antiphon::net {

/// Which proxy a request goes through. Loopback addresses and "localhost" never go through one.
class ProxySettings {
 public:
  /// Nothing through a proxy.
  ProxySettings() = default;
  /// HTTPS_PROXY, HTTP_PROXY, NO_PROXY, or their lower-case forms, which win. `get` answers null for what is unset.
  /// @throws Error configuration naming the variable that holds no address.
  static ProxySettings from_environment(const std::function<const char*(const char*)>& get);

  const Url* proxy_for(const Url& url) const;

 private:
  bool is_exempt(const Url& url) const;

  std::optional<Url> http_, https_;
  std::vector<std::string> exempt_;  ///< "*", "host", ".domain", each perhaps with ":port"
};

/// The value of a Proxy-Authorization field; empty where the proxy's address holds no credentials.
std::string proxy_authorization(const Url& proxy);

}  // namespace antiphon::net
