#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace antiphon::net {

/// The parts of an http, https, ws or wss address that a connection needs.
struct Url {
  bool tls = false;
  std::string host;  ///< without brackets
  std::uint16_t port = 80;
  std::string target = "/";  ///< path and query
  std::string user_info;     ///< decoded "name:password", never to be shown
  bool websocket = false;    ///< what follows is no HTTP for long: through a proxy only by CONNECT

  /// "host:port", for people and for CONNECT.
  std::string place() const;
  /// What the Host field holds: the port only where it is not the scheme's own.
  std::string authority() const;
};

/// @throws Error configuration that shows the address without its credentials.
Url parse_url(std::string_view text);
/// Of a WebSocket: ws and wss, or http and https, which mean the same.
Url parse_websocket_url(std::string_view text);

}  // namespace antiphon::net
