#include "antiphon/gym/platform/sentence_cutter.hpp"

#include <optional>
#include <utility>

#include "antiphon/base/text.hpp"

namespace antiphon::gym {

namespace {

constexpr std::size_t longest = 300;
// "Dr. No" and "No. 7" are no ends; nor is what could be said together with the next sentence without anybody waiting.
constexpr std::size_t shortest = 20;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Bytes of the first sentence, the white space behind it included.
std::optional<std::size_t> end_of_first(std::string_view text) {
  for (std::size_t i = shortest; i + 1 < text.size() && i < longest; ++i) {
    const char c = text[i];
    const bool ends = c == '\n' || ((c == '.' || c == '!' || c == '?') && is_space(text[i + 1]));
    if (!ends) continue;
    auto end = i + 1;
    while (end < text.size() && is_space(text[end])) ++end;
    if (end < text.size()) return end;
  }
  if (text.size() <= longest) return std::nullopt;
  const auto space = text.rfind(' ', longest);
  if (space != std::string_view::npos && space > shortest) return space + 1;
  auto end = longest;  // one long word: cut between characters
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return end > 0 ? end : longest;
}

}  // namespace

std::vector<std::string> SentenceCutter::push(std::string_view piece) {
  waiting_ += piece;
  std::vector<std::string> sentences;
  std::size_t at = 0;
  while (const auto end = end_of_first(std::string_view(waiting_).substr(at))) {
    sentences.push_back(waiting_.substr(at, *end));
    at += *end;
  }
  waiting_.erase(0, at);
  return sentences;
}

std::string SentenceCutter::finish() { return std::exchange(waiting_, {}); }

}  // namespace antiphon::gym
