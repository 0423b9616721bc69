#pragma once

#include <memory>
#include <string>

#include "antiphon/net/http.hpp"

namespace antiphon::net {

/// What a server proves itself with, and how long a client may take to shake hands.
struct ServerTls {
  std::string certificate_file{};  ///< PEM: its own certificate, then those that lead to an authority
  std::string key_file{};          ///< PEM, without a password
  Duration handshake_timeout = std::chrono::seconds(10);
  bool operator==(const ServerTls&) const = default;
};

/// Whether the files could be used. @throws Error configuration naming the one that cannot, and why.
void check_files(const ServerTls& tls);
/// The same of the authorities that a client trusts.
void check_files(const TlsOptions& tls);

/// `make_http_server` behind TLS (1.2 and newer): https, and wss. The files are read once.
/// @throws Error configuration naming the file that cannot be used, and why.
std::unique_ptr<HttpServer> make_https_server(Runtime& runtime, HttpServerOptions options, const ServerTls& tls, HttpHandler handler);
/// `listen_http` behind TLS. @throws Error as both.
std::unique_ptr<HttpServer> listen_https(Runtime& runtime, HttpServerOptions options, const ServerTls& tls, HttpHandler handler);

}  // namespace antiphon::net
