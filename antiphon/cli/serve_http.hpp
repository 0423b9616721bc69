#pragma once

#include <functional>
#include <string>

#include "antiphon/cli/environment.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::cli {

/// Runs an HTTP server as the command contract asks (PRD-61): `listening on HOST:PORT` on stdout, nothing else there; ends with 0 after
/// draining when a stop is requested.
/// @param listen HOST:PORT; port 0 is any free one. @throws Error usage for anything else, refused when it cannot listen.
int serve_http(Environment& environment, const std::string& listen, const std::function<net::HttpHandler(Runtime&)>& make_handler);

}  // namespace antiphon::cli
