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
  /// @param longest what a connection may take however much time whoever needs it has: a far side that says nothing is then told apart from one that
  ///     thinks long
  Connector(Runtime& runtime, ProxySettings proxies, Duration longest = std::chrono::seconds(30))
      : runtime_(runtime), resolver_(runtime), proxies_(std::move(proxies)), longest_(longest) {}

  /// The proxy that a request to `url` goes through, or null.
  const Url* proxy_for(const Url& url) const { return proxies_.proxy_for(url); }
  /// @throws Error refused, timeout; one of party transport says which step was late.
  Task<std::unique_ptr<ByteStream>> connect(const Url& url, const TlsOptions& tls, Deadline deadline);

 private:
  Task<std::unique_ptr<ByteStream>> secure(std::unique_ptr<ByteStream> stream, const Url& url, const TlsOptions& tls);
  Task<std::unique_ptr<ByteStream>> connect_tcp_to(const Url& url);
  TlsContext& context_for(const TlsOptions& tls);
  Task<> open_tunnel(ByteStream& stream, const Url& proxy, const Url& url);

  Runtime& runtime_;
  Resolver resolver_;
  ProxySettings proxies_;
  Duration longest_;
  std::map<std::pair<std::string, bool>, std::shared_ptr<TlsContext>> contexts_;  ///< kept, so that others find them loaded
};

}  // namespace antiphon::net
