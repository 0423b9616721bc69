#pragma once

#include <memory>
#include <string>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/tools/mcp/messages.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/process.hpp"

namespace antiphon::gateway::mcp {

/// One request, ready to be sent.
struct Outgoing {
  std::int64_t id = 0;
  std::string method{};
  std::string text{};      ///< the message
  net::Headers headers{};  ///< where there are headers
};

/// Carries messages to a server and back. Belongs to one executor; several exchanges may be under way at once.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends a request and waits for its answer. Cancelled or late, it tells the server that nobody waits any more.
  /// @throws Error refused where the request surely never left; timeout, closed, protocol, too_large, unauthorized, …, with the HTTP status where one came.
  virtual Task<Response> exchange(Outgoing request, Deadline deadline) = 0;
  virtual Task<> notify(std::string text, Deadline deadline) = 0;
  /// From now on a legacy server was agreed upon, and this version.
  virtual void agree(std::string_view) {}
  /// Whether it can still be used; one that cannot is replaced by a new one.
  virtual bool usable() const = 0;
  /// Whether the server told that its tools changed; told once.
  virtual bool take_tools_changed() = 0;
  virtual Task<> close() = 0;
};

/// A server that is a program of ours: messages are lines of its stdin and stdout. Starts it.
/// @throws Error refused where it cannot be started.
std::unique_ptr<Transport> stdio_transport(Runtime& runtime, net::ProcessOptions process);

/// A server at an address, by streamable HTTP.
std::unique_ptr<Transport> http_transport(net::HttpClient& http, Runtime& runtime, std::string url, net::Headers headers, net::TlsOptions tls);

}  // namespace antiphon::gateway::mcp
