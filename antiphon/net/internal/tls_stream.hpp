#pragma once

#include <memory>
#include <string>

#include "antiphon/net/byte_stream.hpp"
#include "antiphon/net/https_server.hpp"

struct ssl_ctx_st;

namespace antiphon::net {

/// What connections with the same TLS settings share: trusted authorities, versions.
class TlsContext {
 public:
  /// The one of these settings that this process has loaded already, else a new one: reading the system's authorities takes milliseconds. From any thread.
  /// A file that has changed since, and other SSL_CERT_FILE or SSL_CERT_DIR, are other settings. @throws Error as the constructor.
  static std::shared_ptr<TlsContext> shared(const TlsOptions& options);

  /// @throws Error configuration when the file of authorities cannot be read.
  explicit TlsContext(const TlsOptions& options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// Shakes hands as a client with `host`: its name is asked for (SNI) and verified.
  /// @throws Error refused with the reason; boost::system::system_error of the stream below.
  Task<std::unique_ptr<ByteStream>> connect(std::unique_ptr<ByteStream> below, std::string host);

 private:
  ssl_ctx_st* context_;
  bool verify_;
};

/// A stream that shakes hands before it carries anything.
class HandshakeStream : public ByteStream {
 public:
  /// @throws Error refused with the reason; boost::system::system_error of the stream below.
  virtual Task<> handshake() = 0;
};

/// What the connections of one server share: certificate, key, versions.
class TlsServerContext {
 public:
  /// @throws Error configuration naming the file that cannot be used, and why.
  explicit TlsServerContext(const ServerTls& files);
  ~TlsServerContext();
  TlsServerContext(const TlsServerContext&) = delete;
  TlsServerContext& operator=(const TlsServerContext&) = delete;

  /// The server's end on top of `below`; `close` works during the handshake, too.
  std::unique_ptr<HandshakeStream> wrap(std::unique_ptr<ByteStream> below, const asio::any_io_executor& executor) const;

 private:
  ssl_ctx_st* context_;
};

}  // namespace antiphon::net
