#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace antiphon::layercode {

inline constexpr std::string_view signature_header = "layercode-signature";
inline constexpr std::chrono::seconds signature_tolerance{300};

/// In constant time for texts of one length.
bool same_secret(std::string_view one, std::string_view other);

/// What the header holds: `t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY` in lower case. @param body the bytes as they are sent
std::string sign_webhook(std::string_view secret, std::string_view body, std::int64_t unix_seconds);

enum class SignatureVerdict {
  good,
  missing,    ///< no header
  malformed,  ///< not `t=…,v1=…`
  stale,      ///< signed further from now than the tolerance, whoever did it
  wrong,      ///< of another body or secret
};

std::string_view to_string(SignatureVerdict verdict);

/// In constant time for the digest. @param header empty: there was none. @param body the bytes as they came
SignatureVerdict check_signature(std::string_view header, std::string_view secret, std::string_view body, std::int64_t now_unix_seconds,
                                 std::chrono::seconds tolerance = signature_tolerance);

}  // namespace antiphon::layercode
