#include "antiphon/trace/readable.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::trace {

namespace {

bool is_base64(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '='; }

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
