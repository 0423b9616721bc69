#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/byte_stream.hpp"

namespace antiphon::net {

/// Where something is listened for or connected to.
struct HostPort {
  std::string host{};  ///< a name or an address, without brackets
  std::uint16_t port = 0;

  /// "127.0.0.1:8080", "[::1]:8080".
  std::string text() const;
};

/// `HOST:PORT` or `[ADDRESS]:PORT`. @throws Error usage that names `what`.
HostPort parse_host_port(std::string_view text, std::string_view what);

/// Of this machine alone: localhost, 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host);

/// A plain connection, without a proxy; addresses of a name are tried one after the other.
/// @throws Error refused, timeout.
Task<std::unique_ptr<ByteStream>> dial_tcp(Runtime& runtime, HostPort place, Deadline deadline);

/// Plain connections that others open. Belongs to one executor.
class TcpListener {
 public:
  virtual ~TcpListener() = default;
  virtual std::uint16_t port() const = 0;
  /// The next one. @throws Error timeout; boost::system::system_error operation_aborted when cancelled and after `close`.
  virtual Task<std::unique_ptr<ByteStream>> accept(Deadline deadline) = 0;
  virtual void close() = 0;
};

/// Listens at once; port 0 is any free one. @throws Error refused naming address, port and the system's reason.
std::unique_ptr<TcpListener> listen_tcp(Runtime& runtime, const HostPort& place);

}  // namespace antiphon::net
