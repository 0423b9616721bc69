#include "antiphon/protocol/layercode/signature.hpp"

#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "antiphon/base/text.hpp"

namespace antiphon::layercode {

namespace {

constexpr std::size_t digest_digits = 64;

std::string digest_of(std::string_view secret, std::string_view body, std::string_view seconds) {
  std::string signed_text;
  signed_text.reserve(seconds.size() + 1 + body.size());
  signed_text.append(seconds).append(".").append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(),
       digest.data(), &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) fmt::format_to(std::back_inserter(text), "{:02x}", digest.at(i));
  return text;
}

bool all_of(std::string_view text, std::string_view allowed) { return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos; }

struct Parts {
  std::string_view seconds;
  std::int64_t at = 0;
  std::string digest;  ///< in lower case
};

std::optional<Parts> parts_of(std::string_view header) {
  header = trim(header);
  const auto comma = header.find(",v1=");
  if (!header.starts_with("t=") || comma == std::string_view::npos) return std::nullopt;
  Parts parts{.seconds = header.substr(2, comma - 2), .digest = lower(header.substr(comma + 4))};
  if (!all_of(parts.seconds, "0123456789") || parts.digest.size() != digest_digits || !all_of(parts.digest, "0123456789abcdef")) return std::nullopt;
  const auto error = std::from_chars(parts.seconds.data(), parts.seconds.data() + parts.seconds.size(), parts.at).ec;
  if (error != std::errc()) return std::nullopt;  // more than fits: all of it is digits
  return parts;
}

}  // namespace

bool same_secret(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string sign_webhook(std::string_view secret, std::string_view body, std::int64_t unix_seconds) {
  const auto seconds = std::to_string(unix_seconds);
  return fmt::format("t={},v1={}", seconds, digest_of(secret, body, seconds));
}

std::string_view to_string(SignatureVerdict verdict) {
  switch (verdict) {
    case SignatureVerdict::good: return "good";
    case SignatureVerdict::missing: return "missing";
    case SignatureVerdict::malformed: return "malformed";
    case SignatureVerdict::stale: return "stale";
    case SignatureVerdict::wrong: break;
  }
  return "wrong";
}

SignatureVerdict check_signature(std::string_view header, std::string_view secret, std::string_view body, std::int64_t now_unix_seconds,
                                 std::chrono::seconds tolerance) {
  if (header.empty()) return SignatureVerdict::missing;
  const auto parts = parts_of(header);
  if (!parts) return SignatureVerdict::malformed;
  // Without an overflow, whatever the header says.
  const auto apart = parts->at > now_unix_seconds ? static_cast<std::uint64_t>(parts->at) - static_cast<std::uint64_t>(now_unix_seconds)
                                                  : static_cast<std::uint64_t>(now_unix_seconds) - static_cast<std::uint64_t>(parts->at);
  if (apart > static_cast<std::uint64_t>(tolerance.count())) return SignatureVerdict::stale;
  const auto wanted = digest_of(secret, body, parts->seconds);
  return same_secret(wanted, parts->digest) ? SignatureVerdict::good : SignatureVerdict::wrong;
}

}  // namespace antiphon::layercode
