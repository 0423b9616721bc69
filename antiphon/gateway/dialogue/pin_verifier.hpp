#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/dialogue/pin.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::gateway {

/// Knows whether a PIN is right. No error of it holds the PIN, nor what the far side answered.
class PinVerifier {
 public:
  virtual ~PinVerifier() = default;
  /// False for an unknown caller, too, and as late as for a known one.
  /// @throws Error where it could not be found out (timeout, refused, unavailable, protocol …): that was no try of the caller.
  virtual Task<bool> verify(std::string caller_id, Pin pin, Deadline deadline) = 0;
};

/// How hard the hash of a PIN is to compute: scrypt with N = 2^log_n, r, p. The defaults take about 50 ms and 16 MiB.
struct PinCost {
  int log_n = 14;  ///< 10 to 20; tests go lower
  int r = 8;       ///< 1 to 32
  int p = 1;       ///< 1 to 16
};

/// A salted hash as a line of a file holds it: `$scrypt$ln=14,r=8,p=1$SALT$HASH`, both in base64.
struct PinHash {
  PinCost cost{};
  std::string salt{};  ///< bytes
  std::string hash{};  ///< bytes

  /// nullopt for anything else than such a text with a cost in range, a salt of 8 to 64 bytes and a hash of 16 to 64.
  static std::optional<PinHash> parse(std::string_view text);
  /// In constant time. About `cost`.
  bool matches(const Pin& pin) const;
};

/// A line for the file: hash, blank, caller. @throws Error usage for a caller id that is empty, over 128 bytes, has blanks at its ends or control characters,
/// and for a PIN of under 3 digits or over `Pin::most_digits`; internal where there is no randomness.
std::string make_pin_line(std::string_view caller_id, const Pin& pin, PinCost cost = {});

/// Hashes by caller; `#` begins a comment line. @throws Problems with every bad line, none of which is quoted.
std::map<std::string, PinHash, std::less<>> parse_pin_lines(std::string_view text, const std::string& file);

/// Checks against a file of `make_pin_line`s, read once. Hashes off the executor.
/// @throws Problems, Error not_found or io.
std::unique_ptr<PinVerifier> open_pin_file(Runtime& runtime, const std::string& file);

struct HttpPinOptions {
  std::string url{};
  std::string token{};  ///< sent as bearer; empty: none
  Duration timeout = std::chrono::seconds(3);
  net::TlsOptions tls{};
};
/// Asks a server: POST `{"caller_id": TEXT, "pin": TEXT}`; it answers 200 with `{"valid": true|false}`. Anything else is an error. `client` outlives it.
std::unique_ptr<PinVerifier> make_http_pin_verifier(Runtime& runtime, net::HttpClient& client, HttpPinOptions options);

}  // namespace antiphon::gateway
