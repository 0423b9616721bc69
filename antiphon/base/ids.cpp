#include "antiphon/base/ids.hpp"

#include <chrono>
#include <ctime>

#include <fmt/format.h>

#include "antiphon/base/random.hpp"

namespace antiphon {

namespace {

RandomStream& stream() {
  thread_local RandomStream random(random_seed());
  return random;
}

std::int64_t milliseconds() { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

void append_base32(std::string& out, std::uint64_t value, int digits) {
  static constexpr char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  for (int i = digits - 1; i >= 0; --i) out += alphabet[(value >> (5 * i)) & 31];
}

}  // namespace

std::string make_id(std::string_view prefix) {
  std::string id;
  id.reserve(prefix.size() + 27);
  id.append(prefix).append("_");
  append_base32(id, static_cast<std::uint64_t>(milliseconds()), 10);
  append_base32(id, stream().next(), 8);
  append_base32(id, stream().next(), 8);
  return id;
}

std::string make_trace_id() { return fmt::format("{:016x}{:016x}", stream().next(), stream().next() | 1); }
std::string make_span_id() { return fmt::format("{:016x}", stream().next() | 1); }

std::string utc_now() { return utc_text(std::chrono::system_clock::now()); }

std::string utc_text(std::chrono::system_clock::time_point at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                     parts.tm_sec, ms % 1000);
}

}  // namespace antiphon
