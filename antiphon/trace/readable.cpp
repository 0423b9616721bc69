#include "antiphon/trace/readable.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::trace {

namespace {

bool is_base64(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '='; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads at the front of a text; each answers how many bytes that was, 0 for none.
std::size_t number(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
  return text.empty() || !is_digit(text.front()) ? 0 : static_cast<std::size_t>(end - text.begin());
}

// As `format_duration` writes it: "0.31 ms", "1.84 s", "1 min 38 s".
std::size_t duration(std::string_view text) {
  const auto digits = number(text);
  if (digits == 0) return 0;
  const auto unit = text.substr(digits);
  if (unit.starts_with(" min "))
    if (const auto more = number(unit.substr(5)); more > 0 && unit.substr(5 + more).starts_with(" s")) return digits + 5 + more + 2;
  return unit.starts_with(" ms") ? digits + 3 : unit.starts_with(" s") ? digits + 2 : 0;
}

std::size_t time_after(std::string_view before, std::string_view text) {
  if (before.ends_with(" +"))
    if (const auto digits = number(text); digits > 0 && text.substr(digits).starts_with("s")) return digits + 1;
  const auto length = duration(text);
  const bool ends = length > 0 && (length == text.size() || !is_base64(text[length]));
  return ends && (before.ends_with("(") || before.ends_with(" in ")) ? length : 0;
}

constexpr std::string_view opening = "data:", marker = ";base64,";
constexpr std::size_t longest_type = 100, least_media = 64;
constexpr std::size_t line_limit = 300;

}  // namespace

std::string without_media(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (auto at = text.find(opening); at != std::string_view::npos; at = text.find(opening, at + 1)) {
    const auto type = at + opening.size();
    const auto mark = text.substr(type, longest_type + marker.size()).find(marker);
    if (mark == std::string_view::npos) continue;
    const auto begin = type + mark + marker.size();
    const auto end = static_cast<std::size_t>(std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), is_base64) - text.begin());
    if (end - begin < least_media) continue;
    out.append(text.substr(done, at - done));
    out += fmt::format("[{}, about {} bytes of base64]", text.substr(type, mark), end - begin);
    done = end;
    at = end - 1;
  }
  if (done == 0) return std::string(text);
  return out.append(text.substr(done));
}

std::string shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  return fmt::format("{} ({} bytes in all)", cut(text, limit), text.size());
}

std::string without_times(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto length = is_digit(text[at]) ? time_after(text.substr(0, at), text.substr(at)) : 0;
    out += length > 0 ? std::string_view("{{time}}") : text.substr(at, 1);
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string cut_answer(std::string text) {
  if (text.size() <= answer_bytes) return text;
  constexpr std::string_view note = "\n(cut here: ask for less at once)\n";
  return cut(text, answer_bytes - note.size()).append(note);
}

Regex as_pattern(const std::string& text) {
  try {
    return Regex(text, true);
  } catch (const Error&) {
    return Regex(escape_regex(text), true);
  }
}

std::string matching_lines(const Regex& regex, std::string_view text) {
  std::string out;
  for (const auto& line : split(text, '\n')) {
    const auto match = line.empty() ? std::nullopt : regex.search(line);
    if (!match) continue;
    const auto begin = match->begin - std::min(match->begin, line_limit / 2);
    out += line.size() <= line_limit ? line + "\n" : fmt::format("    … {}\n", cut(repair_utf8(std::string_view(line).substr(begin)), line_limit));
  }
  return out;
}

std::string too_long_to_match(std::string_view pattern) {
  return fmt::format("The pattern {} takes too long to match: look for plain words.\n", quote(cut(pattern, 80)));
}

}  // namespace antiphon::trace
