#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"

namespace antiphon::net {

class ByteStream;
class WebSocket;
struct WsAcceptance;

/// Header fields in order; names compare without case.
using Headers = std::vector<std::pair<std::string, std::string>>;

std::optional<std::string> find_header(const Headers& headers, std::string_view name);

/// TLS settings of one far side.
struct TlsOptions {
  std::string ca_file{};  ///< PEM; empty: the system's
  bool verify = true;
};

struct HttpRequest {
  std::string method = "POST";
  std::string url{};  ///< absolute, http or https
  Headers headers{};
  std::string body{};
  std::size_t reply_limit = 16 * 1024 * 1024;  ///< bytes of body; over it: Error too_large
  TlsOptions tls{};
};

struct HttpReply {
  int status = 0;
  Headers headers{};
  std::string body{};
};

/// The body of a reply as it arrives.
class HttpBody {
 public:
  virtual ~HttpBody() = default;
  virtual int status() const = 0;
  virtual const Headers& headers() const = 0;
  /// The next bytes, empty at the end. @throws Error closed, timeout, too_large.
  virtual Task<std::string> read(Deadline deadline) = 0;
};

struct HttpClientOptions {
  std::size_t idle_per_host = 2048;  ///< kept connections
  Duration idle_timeout = std::chrono::seconds(30);
  bool use_proxy_from_environment = true;  ///< HTTPS_PROXY, HTTP_PROXY, NO_PROXY
};

/// HTTP/1.1 client with kept connections, TLS and proxies. Belongs to one executor.
///
/// A request on a kept connection that the server had closed is sent once more on a new one, when no byte of a reply was seen.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// @throws Error refused (connect, DNS, TLS), timeout, closed, protocol, too_large. A status of 400 or more is a reply, not an error.
  virtual Task<HttpReply> send(HttpRequest request, Deadline deadline) = 0;
  /// Returns once the header is there.
  virtual Task<std::unique_ptr<HttpBody>> open(HttpRequest request, Deadline deadline) = 0;
};

std::unique_ptr<HttpClient> make_http_client(Runtime& runtime, HttpClientOptions options = {});

/// What a server's handler sees of a request.
struct ServerRequest {
  std::string method{};
  std::string target{};  ///< path and query, as sent
  Headers headers{};
  std::string body{};
  std::string from{};  ///< address of the client or of its proxy, without port; empty for connections that have none (memory)

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
};

/// How a handler answers: once with `reply`, or with `begin`, then `write` until done.
class ServerReply {
 public:
  virtual ~ServerReply() = default;
  virtual Task<> reply(HttpReply reply) = 0;
  /// Sends the header of a chunked reply.
  virtual Task<> begin(int status, Headers headers) = 0;
  /// @throws Error closed when the client is gone.
  virtual Task<> write(std::string bytes) = 0;
  /// Answers a request for a WebSocket (websocket.hpp) with 101; from then on this reply can do nothing else. The connection ends with the
  /// WebSocket, at the latest with the handler; `HttpServer::stop` says goodbye on it (1001).
  /// @throws Error protocol when the request is none for a WebSocket (the client was told why); closed; unsupported by replies of tests that
  ///         have no connection.
  virtual Task<std::unique_ptr<WebSocket>> accept_websocket(WsAcceptance acceptance);
  /// Cuts the connection without finishing the reply; for faults on purpose.
  virtual void abort() = 0;
};

using HttpHandler = std::function<Task<>(const ServerRequest&, ServerReply&)>;

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                     ///< 0: any free one
  std::size_t body_limit = 64 * 1024 * 1024;  ///< 413 above; room for a conversation with pictures and sound in base64
  std::uint32_t header_limit = 64 * 1024;     ///< 431 above
  Duration header_timeout = std::chrono::seconds(30);
  Duration drain = std::chrono::seconds(5);  ///< how long `stop` waits for replies and WebSockets under way
  std::size_t connection_limit = 20'000;     ///< those beyond are told 503
};

/// HTTP/1.1 server; one coroutine per connection, on the executor of the runtime.
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  /// Accepts until `stop`, then lets replies under way end. A handler that throws is answered with 500.
  virtual Task<> serve() = 0;
  virtual void stop() = 0;
  /// Serves a connection that was made in another way (`memory_connection`), while `serve` runs.
  virtual void adopt(std::unique_ptr<ByteStream> stream) = 0;
};

/// Serves only what it is given to `adopt`; its port is 0.
std::unique_ptr<HttpServer> make_http_server(Runtime& runtime, HttpServerOptions options, HttpHandler handler);

/// Listens at once. @throws Error refused naming address, port and the system's reason.
std::unique_ptr<HttpServer> listen_http(Runtime& runtime, HttpServerOptions options, HttpHandler handler);

}  // namespace antiphon::net
