#include "antiphon/gateway/endpoints/access.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t shortest_key = 16;  // bytes
constexpr std::string_view until_name = "until=", signature_name = "&signature=";

std::string signature_of(std::string_view text, std::string_view key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest.at(i));
  return hex;
}

std::int64_t seconds_of(Access::WallTime time) { return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count(); }

bool is_origin(std::string_view text) {
  const auto scheme = text.find("://");
  return scheme != std::string_view::npos && scheme > 0 && text.size() > scheme + 3 && text.find('/', scheme + 3) == std::string_view::npos;
}

}  // namespace

bool same_secret(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

net::HttpReply refusal(int status, std::string_view message, net::Headers headers) {
  headers.emplace_back("Content-Type", "application/json");
  return {status, std::move(headers), json::serialize(json::object{{"error", {{"message", message}}}})};
}

Access::Access(AccessSettings settings) : settings_(std::move(settings)) {
  const auto wrong = [](std::string message, std::string hint) { return Error(ErrorKind::configuration, std::move(message)).with_hint(std::move(hint)); };
  if (std::ranges::find(settings_.tokens, "") != settings_.tokens.end()) throw wrong("a token is empty", "leave it out, or give it at least 16 characters");
  if (!settings_.signing_key.empty() && settings_.signing_key.size() < shortest_key)
    throw wrong("the key of signed addresses is shorter than 16 bytes", "take a random one: openssl rand -hex 32");
  for (const auto& origin : settings_.origins) {
    if (origin == "*" && !is_open()) throw wrong("the origin * beside tokens or signed addresses lets any page call", "name the pages: https://shop.example");
    if (origin != "*" && !is_origin(origin)) throw wrong(fmt::format("{} is no origin", quote(origin)), "write it as https://shop.example, without a path");
  }
}

std::optional<net::HttpReply> Access::refuse(const net::ServerRequest& request, WallTime now) const {
  if (!is_open() && !has_token(request) && !is_signed(request.target, now))
    return refusal(401, "a bearer token or a signed address is needed", {{"WWW-Authenticate", "Bearer"}});
  if (!may_come_from(request)) return refusal(403, "this page may not call here");
  return std::nullopt;
}

bool Access::has_token(const net::ServerRequest& request) const {
  constexpr std::string_view scheme = "bearer ";
  const auto header = net::find_header(request.headers, "authorization").value_or("");
  if (lower(std::string_view(header).substr(0, scheme.size())) != scheme) return false;
  const auto token = trim(std::string_view(header).substr(scheme.size()));
  bool found = false;
  for (const auto& known : settings_.tokens) found = same_secret(token, known) || found;
  return found;
}

bool Access::is_signed(std::string_view target, WallTime now) const {
  const auto at = target.rfind(signature_name);
  if (settings_.signing_key.empty() || at == std::string_view::npos) return false;
  const auto text = target.substr(0, at);
  if (!same_secret(target.substr(at + signature_name.size()), signature_of(text, settings_.signing_key))) return false;
  const auto until = text.rfind(until_name);
  std::int64_t end = 0;
  if (until == std::string_view::npos) return false;
  std::from_chars(text.data() + until + until_name.size(), text.data() + text.size(), end);
  return seconds_of(now) < end;
}

/// Programs send no origin; pages do, and cannot choose it.
bool Access::may_come_from(const net::ServerRequest& request) const {
  const auto origin = net::find_header(request.headers, "origin");
  if (!origin) return true;
  const auto host = net::find_header(request.headers, "host").value_or("");
  if (!host.empty() && (lower(*origin) == lower("http://" + host) || lower(*origin) == lower("https://" + host))) return true;
  return std::ranges::any_of(settings_.origins, [&](const std::string& known) { return known == "*" || lower(known) == lower(*origin); });
}

std::string signed_target(std::string_view target, std::string_view key, Access::WallTime until) {
  auto text = fmt::format("{}{}{}{}", target, target.find('?') == std::string_view::npos ? '?' : '&', until_name, seconds_of(until));
  const auto signature = signature_of(text, key);
  return text.append(signature_name).append(signature);
}

}  // namespace antiphon::gateway
