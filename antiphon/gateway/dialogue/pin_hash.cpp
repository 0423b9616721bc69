#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/document.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/dialogue/pin_verifier.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t salt_bytes = 16, hash_bytes = 32, longest_caller = 128;
constexpr std::uint64_t memory_limit = 1ULL << 30;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string scrypt(const Pin& pin, std::string_view salt, const PinCost& cost, std::size_t size) {
  std::string hash(size, '\0');
  const auto secret = pin.reveal();
  const int done = EVP_PBE_scrypt(secret.data(), secret.size(), bytes(salt), salt.size(), std::uint64_t{1} << cost.log_n, static_cast<std::uint64_t>(cost.r),
                                  static_cast<std::uint64_t>(cost.p), memory_limit, reinterpret_cast<unsigned char*>(hash.data()), hash.size());
  if (done != 1) throw Error(ErrorKind::internal, "cannot compute the hash of a PIN: scrypt failed");
  return hash;
}

std::string random_bytes(std::size_t count) {
  std::string random(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(count)) != 1)
    throw Error(ErrorKind::internal, "the system gives no random bytes for the salt of a PIN");
  return random;
}

/// `ln=14`
std::optional<int> setting(std::string_view text, std::string_view name, int least, int most) {
  if (!text.starts_with(name)) return std::nullopt;
  const auto value = parse_integer(text.substr(name.size()));
  return value && *value >= least && *value <= most ? value : std::nullopt;
}

std::optional<PinCost> parse_cost(std::string_view text) {
  const auto parts = split(text, ',');
  if (parts.size() != 3) return std::nullopt;
  const auto log_n = setting(parts[0], "ln=", 1, 20), r = setting(parts[1], "r=", 1, 32), p = setting(parts[2], "p=", 1, 16);
  if (!log_n || !r || !p) return std::nullopt;
  if ((std::uint64_t{128} << *log_n) * static_cast<std::uint64_t>(*r) > memory_limit / 2) return std::nullopt;
  return PinCost{*log_n, *r, *p};
}

/// What is wrong with a caller id, or nothing.
std::string_view caller_mistake(std::string_view caller) {
  if (caller.empty()) return "the caller id is empty";
  if (caller.size() > longest_caller) return "the caller id is longer than 128 bytes";
  if (caller.front() == ' ' || caller.back() == ' ') return "the caller id begins or ends with a blank";
  const bool control = std::ranges::any_of(caller, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  return control ? "the caller id holds control characters" : "";
}

}  // namespace

std::optional<PinHash> PinHash::parse(std::string_view text) {
  const auto parts = split(text, '$');
  if (parts.size() != 5 || !parts[0].empty() || parts[1] != "scrypt") return std::nullopt;
  const auto cost = parse_cost(parts[2]);
  auto salt = decode_base64(parts[3]), hash = decode_base64(parts[4]);
  if (!cost || !salt || !hash) return std::nullopt;
  if (salt->size() < 8 || salt->size() > 64 || hash->size() < 16 || hash->size() > 64) return std::nullopt;
  return PinHash{*cost, *std::move(salt), *std::move(hash)};
}

bool PinHash::matches(const Pin& pin) const {
  const auto computed = scrypt(pin, salt, cost, hash.size());
  return CRYPTO_memcmp(computed.data(), hash.data(), hash.size()) == 0;
}

std::string make_pin_line(std::string_view caller_id, const Pin& pin, PinCost cost) {
  if (const auto mistake = caller_mistake(caller_id); !mistake.empty()) throw Error(ErrorKind::usage, std::string(mistake));
  if (pin.size() < 3) throw Error(ErrorKind::usage, "a PIN has at least 3 digits");
  if (pin.size() > Pin::most_digits) throw Error(ErrorKind::usage, fmt::format("a PIN has at most {} digits", Pin::most_digits));
  const auto salt = random_bytes(salt_bytes);
  const auto hash = scrypt(pin, salt, cost, hash_bytes);
  return fmt::format("$scrypt$ln={},r={},p={}${}${} {}", cost.log_n, cost.r, cost.p, encode_base64(salt), encode_base64(hash), caller_id);
}

std::map<std::string, PinHash, std::less<>> parse_pin_lines(std::string_view text, const std::string& file) {
  std::map<std::string, PinHash, std::less<>> hashes;
  std::vector<Problem> problems;
  int number = 0;
  const auto refuse = [&](std::string message, std::string hint, int column = 1) {
    problems.push_back({std::move(message), {file, number, column}, std::move(hint)});
  };
  for (auto line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (trim(line).empty() || line.starts_with('#')) continue;
    const auto blank = line.find(' ');
    auto hash = PinHash::parse(std::string_view(line).substr(0, blank));
    if (!hash) {
      refuse("this line does not begin with a salted hash", "a line is `$scrypt$ln=14,r=8,p=1$SALT$HASH CALLER`, as make_pin_line writes it");
      continue;
    }
    const auto caller = blank == std::string::npos ? std::string() : line.substr(blank + 1);
    const int column = static_cast<int>(std::min(blank, line.size())) + 2;
    if (const auto mistake = caller_mistake(caller); !mistake.empty())
      refuse(std::string(mistake), "the caller's id stands behind the hash, after one blank", column);
    else if (!hashes.emplace(caller, *std::move(hash)).second)
      refuse("this caller has a PIN already", "keep one of the two lines", column);
  }
  if (!problems.empty()) throw Problems(std::move(problems));
  return hashes;
}

}  // namespace antiphon::gateway
