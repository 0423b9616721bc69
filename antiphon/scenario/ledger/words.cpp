#include "antiphon/scenario/ledger/words.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::ledger {

namespace {

// Typographic quotes, dashes and the ellipsis (E2 80 xx) and the no-break space (C2 A0) part words, other non-ASCII characters belong to them.
std::size_t separator_at(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  const auto c = byte(i);
  if (c == 0xE2 && byte(i + 1) == 0x80 && i + 2 < text.size()) return 3;
  if (c == 0xC2 && (byte(i + 1) == 0xA0 || byte(i + 1) == 0xAB || byte(i + 1) == 0xBB)) return 2;
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
  return letter ? 0 : 1;
}

struct QuotePair {
  std::string_view open, close;
};
constexpr std::array<QuotePair, 4> quote_pairs{{{"\"", "\""}, {"“", "”"}, {"„", "“"}, {"«", "»"}}};

struct Span {
  std::size_t begin, inner, inner_end, end;
};

std::vector<Span> quoted_spans(std::string_view text) {
  std::vector<Span> spans;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const auto& [open, close] : quote_pairs) {
      if (text.substr(i, open.size()) != open) continue;
      const auto end = text.find(close, i + open.size());
      if (end == std::string_view::npos) continue;
      spans.push_back({i, i + open.size(), end, end + close.size()});
      i = end + close.size() - 1;
      break;
    }
  }
  return spans;
}

}  // namespace

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < text.size();) {
    if (const auto skip = separator_at(text, i)) {
      i += skip;
      continue;
    }
    const auto begin = i;
    std::string word;
    while (i < text.size()) {
      const bool inner_apostrophe = text[i] == '\'' && i + 1 < text.size() && separator_at(text, i + 1) == 0;
      if (separator_at(text, i) != 0 && !inner_apostrophe) break;
      if (!inner_apostrophe) word += text[i];
      ++i;
    }
    words.push_back({lower(word), begin, i});
  }
  return words;
}

std::string normalised(std::string_view text) {
  std::string out;
  for (const auto& word : words_of(text)) out += (out.empty() ? "" : " ") + word.text;
  return out;
}

bool holds_quotation(std::string_view normalised_text, std::string_view quotation) {
  std::string parted(quotation);
  for (const std::string_view mark : {"…", "[...]", "..."})
    for (auto at = parted.find(mark); at != std::string::npos; at = parted.find(mark)) parted.replace(at, mark.size(), "\n");
  const auto text = fmt::format(" {} ", normalised_text);
  bool any = false;
  for (const auto& piece : split(parted, '\n')) {
    const auto words = normalised(piece);
    if (words.empty()) continue;
    if (text.find(" " + words + " ") == std::string::npos) return false;
    any = true;
  }
  return any;
}

SharedRun longest_shared_run(std::string_view said, std::string_view source) {
  const auto a = words_of(said), b = words_of(source);
  SharedRun best;
  std::vector<std::size_t> before(b.size() + 1, 0), now(b.size() + 1, 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      now[j + 1] = a[i].text == b[j].text ? before[j] + 1 : 0;
      if (now[j + 1] > best.length) best = {now[j + 1], a[i + 1 - now[j + 1]].begin, a[i].end};
    }
    std::swap(before, now);
  }
  return best;
}

std::string without_quotations(std::string_view text) {
  std::string out(text);
  for (const auto& span : quoted_spans(text))
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(span.begin), out.begin() + static_cast<std::ptrdiff_t>(span.end), ' ');
  return out;
}

std::vector<Quotation> quotations_in(std::string_view text) {
  std::vector<Quotation> list;
  for (const auto& span : quoted_spans(text)) list.push_back({std::string(text.substr(span.inner, span.inner_end - span.inner)), span.begin});
  return list;
}

}  // namespace antiphon::ledger
