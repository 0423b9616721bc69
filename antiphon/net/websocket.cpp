#include "antiphon/net/websocket.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/internal/connector.hpp"
#include "antiphon/net/internal/http_text.hpp"
#include "antiphon/net/internal/websocket_core.hpp"

namespace antiphon::net {

namespace {

void check_headers(const Headers& headers) {
  check_fields(headers);
  for (const auto& [name, value] : headers)
    if (equal_names(name, "connection") || equal_names(name, "upgrade") || equal_names(std::string_view(name).substr(0, 14), "sec-websocket-"))
      throw Error(ErrorKind::configuration, fmt::format("the header field {} belongs to the handshake", quote(name)))
          .with_hint("leave it out; sub-protocols have a setting of their own");
}

void check(const WsRequest& request) {
  check_headers(request.headers);
  for (const auto& name : request.subprotocols)
    if (!is_token(name)) throw Error(ErrorKind::configuration, fmt::format("{} cannot be the name of a sub-protocol", quote(name)));
}

bool lists(const Headers& headers, std::string_view field, std::string_view wanted) {
  for (const auto& [name, value] : headers) {
    if (!equal_names(name, field)) continue;
    for (const auto& part : split(value, ','))
      if (equal_names(trim(part), wanted)) return true;
  }
  return false;
}

}  // namespace

void check_request(const WsRequest& request) {
  check(request);
  parse_websocket_url(request.url);
}

Task<std::unique_ptr<WebSocket>> connect_websocket(Runtime& runtime, WsRequest request, Deadline deadline) {
  check(request);
  const auto url = parse_websocket_url(request.url);
  auto proxies =
      request.use_proxy_from_environment ? ProxySettings::from_environment([](const char* name) -> const char* { return std::getenv(name); }) : ProxySettings();
  Connector connector(runtime, std::move(proxies));
  auto stream = co_await connector.connect(url, request.tls, deadline);
  co_return hand_out(co_await shake_hands(runtime, std::move(stream), url, std::move(request), deadline));
}

Task<std::unique_ptr<WebSocket>> connect_websocket(Runtime& runtime, WsRequest request, std::unique_ptr<ByteStream> stream, Deadline deadline) {
  check(request);
  auto url = parse_websocket_url(request.url);
  co_return hand_out(co_await shake_hands(runtime, std::move(stream), std::move(url), std::move(request), deadline));
}

bool is_websocket_upgrade(const ServerRequest& request) {
  return request.method == "GET" && lists(request.headers, "connection", "upgrade") && lists(request.headers, "upgrade", "websocket");
}

std::vector<std::string> offered_subprotocols(const ServerRequest& request) {
  std::vector<std::string> offered;
  for (const auto& [name, value] : request.headers) {
    if (!equal_names(name, "sec-websocket-protocol")) continue;
    for (const auto& part : split(value, ','))
      if (const auto protocol = trim(part); !protocol.empty()) offered.emplace_back(protocol);
  }
  return offered;
}

}  // namespace antiphon::net
