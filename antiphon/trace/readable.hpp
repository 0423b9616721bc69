#pragma once

#include <string>
#include <string_view>

#include "antiphon/base/regex.hpp"

namespace antiphon::trace {

/// As models count: a token for every four bytes begun.
constexpr std::size_t estimated_tokens(std::size_t bytes) { return (bytes + 3) / 4; }

/// `data:` addresses become `[image/png, about 2000 bytes of base64]`: what they hold can be read by nobody.
std::string without_media(std::string_view text);

/// At most `limit` bytes; what was cut off is told by the whole length.
std::string shortened(std::string_view text, std::size_t limit);

/// Text of a digest without its times (`+1.20s`, `(0.31 ms)`, `in 4.21 s`), each replaced by `{{time}}`: what a run that is repeated in real
/// time says again. For whoever compares requests that hold one, such as a cache; works on JSON strings as well.
std::string without_times(std::string_view text);

/// A judge that looks something up gets at most this much, and so many hits: some 4,000 tokens, so that even ten answers fit beside a long
/// conversation into the smallest window of a current model (128,000).
inline constexpr std::size_t answer_bytes = 16 * 1024, most_found = 20;
/// `text` within `answer_bytes`, saying where it was cut.
std::string cut_answer(std::string text);

/// Ignores case; text that is no pattern is looked for as it stands.
Regex as_pattern(const std::string& text);
/// The lines that match, long ones cut around the match. @throws Error where the pattern reaches its match limit.
std::string matching_lines(const Regex& regex, std::string_view text);
/// What a model is told whose pattern reached its match limit.
std::string too_long_to_match(std::string_view pattern);

}  // namespace antiphon::trace
