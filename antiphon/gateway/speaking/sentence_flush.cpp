#include "antiphon/gateway/speaking/sentence_flush.hpp"

#include <algorithm>
#include <array>

#include "antiphon/base/unicode.hpp"
#include "antiphon/gateway/language/letters.hpp"

namespace antiphon::gateway {

namespace {

struct EndMark {
  std::string_view sign;
  bool stands_alone;  ///< needs no blank behind it
};
constexpr std::array<EndMark, 9> end_marks{
    {{".", false}, {"!", true}, {"?", true}, {"\u2026", true}, {"\u061F", true}, {"\u06D4", true}, {"\u3002", true}, {"\uFF01", true}, {"\uFF1F", true}}};
constexpr std::array<std::string_view, 8> clause_marks{",", ";", ":", "\u2013", "\u2014", "\u060C", "\uFF0C", "\u3001"};
constexpr std::array<std::string_view, 8> closers{"\"", "'", ")", "]", "\u201D", "\u2019", "\u00BB", "\u203A"};

const EndMark* mark_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (static_cast<unsigned char>(c) < 0x80 && c != '.' && c != '!' && c != '?') return nullptr;
  const auto rest = text.substr(at);
  const auto* found = std::ranges::find_if(end_marks, [&](const EndMark& each) { return rest.starts_with(each.sign); });
  return found == end_marks.end() ? nullptr : found;
}

/// Behind all marks and closing signs from `at` on.
std::size_t end_of_marks(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const auto rest = text.substr(at);
    const auto* closer = std::ranges::find_if(closers, [&](std::string_view each) { return rest.starts_with(each); });
    if (const auto* mark = mark_at(text, at))
      at += mark->sign.size();
    else if (closer != closers.end())
      at += closer->size();
    else
      break;
  }
  return at;
}

/// Bytes at the end that are the beginning of a character.
std::size_t torn_bytes(std::string_view text) {
  for (std::size_t count = 1; count <= 3 && count <= text.size(); ++count) {
    const auto byte = static_cast<unsigned char>(text[text.size() - count]);
    if (byte < 0x80) return 0;
    if (byte < 0xC0) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    return count < length ? count : 0;
  }
  return 0;
}

std::string_view word_before(std::string_view text, std::size_t end) {
  const auto blank = text.substr(0, end).find_last_of(" \n(\"");
  return text.substr(blank == std::string_view::npos ? 0 : blank + 1, end - (blank == std::string_view::npos ? 0 : blank + 1));
}

bool is_capital(char32_t c) { return small_letter(c) != c; }

/// The characters behind the last dot: "m" of "p.m".
std::u32string last_part(std::string_view word) {
  const auto dot = word.rfind('.');
  return to_utf32(dot == std::string_view::npos ? word : word.substr(dot + 1));
}

std::string tidied(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

std::vector<std::string> SentenceFlush::push(std::string_view token, Clock::Time now) {
  auto sentences = poll(now);
  torn_ += token;
  const auto torn = torn_bytes(torn_);
  text_ += speakable_.push(std::string_view(torn_).substr(0, torn_.size() - torn));
  torn_.erase(0, torn_.size() - torn);
  cut(now, sentences);
  return sentences;
}

std::vector<std::string> SentenceFlush::poll(Clock::Time now) {
  std::vector<std::string> sentences;
  if (due_) {
    if (now < *due_) return sentences;
    if (const auto mark = next_mark()) emit(*mark, sentences);
  } else if (piece_due_ && now >= *piece_due_) {
    emit_piece(end_of_piece(), now, sentences);
  }
  return sentences;
}

std::vector<std::string> SentenceFlush::hurry(Clock::Time now) {
  std::vector<std::string> sentences;
  if (const auto end = end_of_piece(); end > 0 && !is_full()) emit_piece(end, now, sentences);
  return sentences;
}

std::vector<std::string> SentenceFlush::finish() {
  std::vector<std::string> sentences;
  text_ += speakable_.push(torn_) + speakable_.finish() + "\n";
  torn_.clear();
  cut({}, sentences);
  if (const auto mark = next_mark()) emit(*mark, sentences);
  add(text_, sentences);
  text_.clear(), looked_at_ = 0, due_.reset(), piece_due_.reset();
  return sentences;
}

void SentenceFlush::cut(Clock::Time now, std::vector<std::string>& sentences) {
  if (is_full()) return text_.clear(), looked_at_ = 0, due_.reset(), piece_due_.reset();
  if (after_mark_) {
    text_.erase(0, end_of_marks(text_, 0));
    after_mark_ = text_.empty();
  }
  while (const auto mark = next_mark()) {
    const auto verdict = judge(*mark);
    if (verdict == Verdict::unknown) {
      if (!due_) due_ = now + options_.hold;
      return;
    }
    due_.reset();
    if (verdict == Verdict::ends)
      emit(*mark, sentences);
    else
      looked_at_ = mark->end;
  }
  looked_at_ = text_.size();
  watch_piece(now, sentences);
}

/// Of a sentence whose end has not come.
void SentenceFlush::watch_piece(Clock::Time now, std::vector<std::string>& sentences) {
  piece_due_.reset();
  if (text_.find_first_not_of(' ') == std::string::npos) return began_.reset();
  if (!began_) began_ = now;
  while (!is_full() && plain_words(text_).size() > options_.most_words) {
    const auto end = end_of_piece();
    if (end == 0) return;
    emit_piece(end, now, sentences);
  }
  const auto end = end_of_piece();
  if (end == 0 || is_full()) return;
  piece_due_ = *began_ + options_.patience;
  if (*piece_due_ <= now) emit_piece(end, now, sentences);
}

/// Whether a piece that ends in front of word `at` would end within a number, or beside one, of which more may come.
bool SentenceFlush::parts_number(std::span<const PlainWord> words, std::size_t at) const {
  const auto& numbers = rules_->numbers;
  const auto is_number = [&](const PlainWord& word) {
    const std::string_view text = word.text;
    const bool with_prefix = !numbers.prefix.empty() && text.starts_with(numbers.prefix);
    const auto known = [&](const std::string& one) { return numbers.units.contains(one) || numbers.tens.contains(one) || numbers.repeats.contains(one); };
    return text.find_first_of("0123456789") != std::string_view::npos || known(word.text) ||
           (with_prefix && known(std::string(text.substr(numbers.prefix.size()))));
  };
  const auto joins = [&](const PlainWord& word) {
    return numbers.pauses.contains(word.text) || std::ranges::find(numbers.between, word.text) != numbers.between.end();
  };
  if (at < words.size() && is_number(words[at])) return true;
  while (at > 0 && joins(words[at - 1])) --at;
  return at > 0 && is_number(words[at - 1]);
}

/// Behind the last comma that has enough in front of it, else in front of the last word, of which more may come, but not beside a number. 0: there is too
/// little.
std::size_t SentenceFlush::end_of_piece() const {
  const auto blank = text_.find_last_of(' ');
  if (blank == std::string::npos) return 0;
  const auto words = plain_words(text_);
  const auto whole = static_cast<std::size_t>(std::ranges::count_if(words, [&](const PlainWord& word) { return word.begin < blank; }));
  const auto least = said_ > 0 || midway_ ? std::size_t{1} : std::max<std::size_t>(options_.least_words, 1);
  if (whole < least) return 0;
  const bool endless = whole > options_.longest_number;
  const auto may_end = [&](std::size_t at) { return endless || !parts_number(words, at); };
  for (auto at = whole; at > options_.least_words; --at) {
    const auto end = at < whole ? words[at].begin : blank + 1;
    const auto between = std::string_view(text_).substr(words[at - 1].end, end - words[at - 1].end);
    if (between.ends_with(' ') && std::ranges::any_of(clause_marks, [&](std::string_view mark) { return between.find(mark) != std::string_view::npos; }) &&
        may_end(at))
      return end;
  }
  for (auto at = whole; at >= least; --at) {
    const auto end = at < whole ? words[at].begin : blank + 1;
    if (text_[end - 1] == ' ' && may_end(at)) return end;
  }
  return 0;
}

void SentenceFlush::emit_piece(std::size_t end, Clock::Time now, std::vector<std::string>& sentences) {
  const auto piece = std::string_view(text_).substr(0, end);
  words_ += plain_words(piece).size();
  sentences.push_back(tidied(piece));
  text_.erase(0, end);
  looked_at_ -= std::min(looked_at_, end);
  midway_ = true;
  began_ = now;
  piece_due_.reset();
  if (is_full()) text_.clear(), looked_at_ = 0;
  if (!next_mark()) due_.reset();  // the full stop that was in doubt went with the piece
}

std::optional<SentenceFlush::Mark> SentenceFlush::next_mark() const {
  for (auto at = looked_at_; at < text_.size(); ++at) {
    if (text_[at] == '\n') return Mark{at, 0, at + 1};
    if (const auto* mark = mark_at(text_, at)) return Mark{at, mark->sign.size(), end_of_marks(text_, at)};
  }
  return std::nullopt;
}

SentenceFlush::Verdict SentenceFlush::judge(const Mark& mark) const {
  const std::string_view text = text_;
  if (mark.length == 0 || text[mark.begin] != '.') return Verdict::ends;
  const bool at_end = mark.end == text.size();
  if (!at_end && text[mark.end] != ' ' && text[mark.end] != '\n') return Verdict::goes_on;
  const auto word = word_before(text, mark.begin);
  if (!is_doubtful(word)) return Verdict::ends;
  const auto follows = text.find_first_not_of(' ', mark.end);
  if (follows == std::string_view::npos) return Verdict::unknown;
  return ends_before(word, text.substr(follows)) ? Verdict::ends : Verdict::goes_on;
}

bool SentenceFlush::is_doubtful(std::string_view word) const {
  const auto part = last_part(word);
  if (part.empty()) return false;
  if (is_any_digit(part.back()) || (part.size() == 1 && is_letter(part.front()))) return true;
  const auto name = small(to_utf32(word));
  const auto& known = rules_->abbreviations;
  return known.before_names.contains(name) || known.before_numbers.contains(name) || known.others.contains(name);
}

/// A doubtful full stop, with what stands behind it.
bool SentenceFlush::ends_before(std::string_view word, std::string_view follows) const {
  const auto next = to_utf32(follows.substr(0, 4)).front();
  const auto name = small(to_utf32(word));
  if (next == U'\n') return true;
  if (rules_->abbreviations.before_names.contains(name)) return false;
  if (rules_->abbreviations.before_numbers.contains(name) && is_any_digit(next)) return false;
  const auto letters = to_utf32(word);
  const bool is_initial = letters.size() == 1 && is_capital(letters.front()) && letters.front() != U'I';
  return !is_initial && !is_small(next);
}

void SentenceFlush::emit(const Mark& mark, std::vector<std::string>& sentences) {
  add(std::string_view(text_).substr(0, mark.begin + mark.length), sentences);
  text_.erase(0, mark.end);
  after_mark_ = mark.length > 0 && text_.empty();
  looked_at_ = 0;
  due_.reset(), piece_due_.reset(), began_.reset();
  if (is_full()) text_.clear();
}

void SentenceFlush::add(std::string_view text, std::vector<std::string>& sentences) {
  if (is_full()) return;
  const auto words = plain_words(text).size();
  if (words == 0 && !midway_) return;
  if (words > 0) sentences.push_back(tidied(text));
  words_ += words;
  midway_ = false;
  ++said_;
}

}  // namespace antiphon::gateway
