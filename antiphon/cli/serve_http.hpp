#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "antiphon/cli/environment.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::cli {

/// What `--listen` says.
struct ListenAddress {
  std::string host;  ///< an address, without brackets; `localhost` is 127.0.0.1
  std::uint16_t port = 0;
};
/// @param what is named in the error: `--listen`. @throws Error usage for anything but HOST:PORT.
ListenAddress parse_listen(const std::string& text, std::string_view what = "--listen");
/// As addresses are written: an IPv6 host in brackets.
std::string shown_address(const std::string& host, std::uint16_t port);

/// Runs an HTTP server as the command contract asks (PRD-61): `listening on HOST:PORT` on stdout, nothing else there; ends with 0 after
/// draining when a stop is requested.
/// @param listen HOST:PORT; port 0 is any free one. @throws Error usage for anything else, refused when it cannot listen.
int serve_http(Environment& environment, const std::string& listen, const std::function<net::HttpHandler(Runtime&)>& make_handler);

}  // namespace antiphon::cli
