#include "antiphon/gateway/endpoints/call_address.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/endpoints/call_server.hpp"

namespace antiphon::gateway {

AccessSettings able_to_sign(AccessSettings settings) {
  if (settings.tokens.empty() || !settings.signing_key.empty()) return settings;
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw Error(ErrorKind::unavailable, "the system gives no random numbers to sign addresses with");
  for (const auto byte : bytes) settings.signing_key += fmt::format("{:02x}", byte);
  return settings;
}

std::string call_address(std::string_view query, const AccessSettings& settings, Access::WallTime now) {
  const auto target = fmt::format("/ws/call?{}", query);
  if (settings.signing_key.empty()) return target.substr(1);
  return signed_target(target, settings.signing_key, now + std::chrono::minutes(1)).substr(1);
}

net::HttpReply CallServer::address(const net::ServerRequest& request) const {
  if (request.method != "POST") return refusal(405, "an address is asked for with POST", {{"Allow", "POST"}});
  if (auto refused = access_.refuse(request, settings_.wall_time())) return std::move(*refused);
  try {
    read_call_request(request.target, settings_.locales);
  } catch (const Error& error) {
    return refusal(400, error.message());
  }
  if (draining_) return refusal(503, "the gateway is draining", {{"Retry-After", "5"}});
  if (lines_ >= settings_.most_calls) return refusal(503, "all lines are busy", {{"Retry-After", "5"}});
  const auto query = std::string_view(request.target).substr(request.path().size() + 1);  // without one, the caller_id was missing
  const json::object body{{"address", call_address(query, settings_.access, settings_.wall_time())}};
  return {200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, json::serialize(body)};
}

}  // namespace antiphon::gateway
