#include "antiphon/cli/call/dial.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::cli {

namespace {

/// What to do where the gateway answers the handshake with this status; empty: nothing that is not said already.
std::string remedy(int status, bool showed_token) {
  if (status == 401)
    return showed_token ? "it knows another token: give one of its `access: {tokens}` with --token, or in ANTIPHON_GATEWAY_TOKEN"
                        : "give one of its tokens (`access: {tokens}`) with --token, or in ANTIPHON_GATEWAY_TOKEN; one with a `signing_key` alone takes signed "
                          "addresses";
  if (status == 403) return "it lets this caller not in: look at its `access:`, and at what stands before it, and give its token with --token";
  if (status == 404) return "a gateway takes calls at /ws/call: name no path, ws://HOST:PORT, or the one that leads there";
  return {};
}

}  // namespace

Task<std::unique_ptr<net::WebSocket>> dial_gateway(Runtime& runtime, net::WsRequest request, Deadline deadline) {
  const auto address = request.url.substr(0, request.url.find('?'));
  const bool shows_token = net::find_header(request.headers, "authorization").has_value();
  std::optional<Error> refused;
  try {
    co_return co_await net::connect_websocket(runtime, std::move(request), deadline);
  } catch (const Error& error) {
    refused = error;
  }
  auto hint = remedy(refused->status().value_or(0), shows_token);
  if (hint.empty()) throw std::move(*refused);
  throw Error(refused->kind(), fmt::format("{} takes no call: {}", address, refused->message())).with_status(*refused->status()).with_hint(std::move(hint));
}

}  // namespace antiphon::cli
