#pragma once

#include <map>
#include <memory>
#include <string>

#include "antiphon/base/runtime.hpp"
#include "antiphon/net/byte_stream.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/internal/proxy.hpp"
#include "antiphon/net/internal/resolver.hpp"
#include "antiphon/net/internal/tls_stream.hpp"
#include "antiphon/net/internal/url.hpp"

namespace antiphon::net {

/// Makes connections: addresses of a name one after the other, a proxy's CONNECT, TLS.
class Connector {
 public:
  Connector(Runtime& runtime, ProxySettings proxies) : runtime_(runtime), resolver_(runtime), proxies_(std::move(proxies)) {}

  /// The proxy that a request to `url` goes through, or null.
  const Url* proxy_for(const Url& url) const { return proxies_.proxy_for(url); }
  /// @throws Error refused, timeout.
  Task<std::unique_ptr<ByteStream>> connect(const Url& url, const TlsOptions& tls, Deadline deadline);

 private:
  Task<std::unique_ptr<ByteStream>> connect_now(const Url& url, const TlsOptions& tls);
  Task<std::unique_ptr<ByteStream>> connect_tcp_to(const Url& url);
  TlsContext& context_for(const TlsOptions& tls);
  Task<> open_tunnel(ByteStream& stream, const Url& proxy, const Url& url);

  Runtime& runtime_;
  Resolver resolver_;
  ProxySettings proxies_;
  std::map<std::pair<std::string, bool>, std::shared_ptr<TlsContext>> contexts_;  ///< kept, so that others find them loaded
};

}  // namespace antiphon::net
