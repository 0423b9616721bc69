#pragma once

#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/clock.hpp"

namespace antiphon {

bool is_utf8(std::string_view text);
/// Each byte that does not belong to valid UTF-8 becomes U+FFFD.
std::string repair_utf8(std::string_view text);

/// At most `limit` bytes, cut at a character; what was cut shows as an ellipsis.
std::string cut(std::string_view text, std::size_t limit);
/// In double quotes, control characters escaped, for messages.
std::string quote(std::string_view text);

/// ASCII only: other bytes stay as they are.
std::string lower(std::string_view text);
std::string_view trim(std::string_view text);
/// Of a string that nobody holds on to: a view would outlive it.
template <std::same_as<std::string> Passing>
std::string trim(Passing&& text) {
  return std::string(trim(std::string_view(text)));
}
std::vector<std::string> split(std::string_view text, char separator);
/// Runs of characters other than ASCII white space.
std::size_t count_words(std::string_view text);
/// For a part of an address: all but letters, digits, `-`, `.`, `_`, `~` and what `also_plain` holds becomes %XX.
/// @see RFC 3986, section 2.3
std::string percent_encode(std::string_view text, std::string_view also_plain = {});
/// Puts `more` behind what there is, with a blank between the two where neither is empty.
void append_words(std::string& text, std::string_view more);
std::string join(std::span<const std::string> parts, std::string_view separator);
/// A name for files: letters and digits of `id`, a dash for whatever is between them, at most 60 bytes. Several ids may get the same.
std::string file_name_of(std::string_view id);
/// The last line that is not blank, as valid UTF-8 of at most 300 bytes; empty where there is none.
std::string last_line(std::string_view text);
/// Ignores ASCII case.
bool contains_ignoring_case(std::string_view text, std::string_view part);

/// The candidate that `word` was probably meant to be: edit distance (a swap counts one) of at most a third of its length.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// Digits alone, with a minus before them or none; nullopt for anything else and for what no `int` holds.
std::optional<int> parse_integer(std::string_view text);

/// "800ms", "2s", "1.5m", "1h". nullopt where the text is no duration: a bare number has no unit and is none.
std::optional<Duration> parse_duration(std::string_view text);
/// For people: "0.31 ms", "31.0 ms", from 100 ms on "1.84 s", from a minute on "1 min 38 s" (see docs/metrics.md).
std::string format_duration(Duration duration);
double to_seconds(Duration duration);

}  // namespace antiphon
