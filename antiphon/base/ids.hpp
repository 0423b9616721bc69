#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace antiphon {

/// `PREFIX_` and 26 characters (ULID: 48 bits of milliseconds, 80 random bits, Crockford's base 32), so ids sort by time. Thread safe.
std::string make_id(std::string_view prefix);

/// 32 hexadecimal digits (W3C trace context). Thread safe.
std::string make_trace_id();
/// 16 hexadecimal digits.
std::string make_span_id();

/// As ISO 8601 in UTC with milliseconds.
std::string utc_text(std::chrono::system_clock::time_point at);
/// Now.
std::string utc_now();

}  // namespace antiphon
