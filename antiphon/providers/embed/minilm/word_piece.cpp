#include "antiphon/providers/embed/minilm/word_piece.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/unicode.hpp"
#include "antiphon/providers/embed/minilm/unicode_tables.hpp"

namespace antiphon::minilm {

namespace {

constexpr std::size_t longest_word = 100;  // of characters; a longer one is unknown
constexpr char32_t hangul_first = 0xAC00, hangul_last = 0xD7A3, hangul_lead = 0x1100, hangul_vowel = 0x1161, hangul_tail = 0x11A7;

bool is_in(std::span<const CodeRange> ranges, char32_t c) {
  if (c > 0xFFFF) return false;
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), c, [](char32_t value, const CodeRange& range) { return value < range.first; });
  return after != ranges.begin() && c <= std::prev(after)->last;
}

bool is_punctuation(char32_t c) {
  if (c < 0x80) return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
  return is_in(punctuation_table(), c);
}

bool is_space(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) ||
         c == 0xFEFF || c == 0xFFFD;
}

bool is_ideograph(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x2CEAF) ||
         (c >= 0x2F800 && c <= 0x2FA1F);
}

char32_t base_of(char32_t c) {
  if (c < 0x80 || c > 0xFFFF) return c;
  const auto bases = bases_table();
  const auto at = std::lower_bound(bases.begin(), bases.end(), c, [](const BasePair& pair, char32_t value) { return pair.accented < value; });
  return at != bases.end() && at->accented == c ? at->base : c;
}

/// Collects words; marks and ideographs are words of their own.
class Splitter {
 public:
  void add(char32_t c) {
    if (is_space(c)) return end();
    if (is_control(c) || is_in(marks_table(), c)) return;
    if (c >= hangul_first && c <= hangul_last) return add_syllable(c - hangul_first);
    const char32_t plain = small_letter(base_of(c));
    if (!is_punctuation(plain) && !is_ideograph(plain)) {
      word_ += plain;
      return;
    }
    end();
    words_.emplace_back(1, plain);
  }
  std::vector<std::u32string> take() {
    end();
    return std::move(words_);
  }

 private:
  void end() {
    if (!word_.empty()) words_.push_back(std::move(word_));
    word_.clear();
  }
  // A syllable is taken apart into its letters, as canonical decomposition does.
  void add_syllable(char32_t index) {
    word_.push_back(hangul_lead + index / 588);
    word_.push_back(hangul_vowel + index % 588 / 28);
    if (index % 28 != 0) word_.push_back(hangul_tail + index % 28);
  }

  std::vector<std::u32string> words_;
  std::u32string word_;
};

}  // namespace

std::vector<std::u32string> basic_words(std::string_view text) {
  Splitter splitter;
  for (const char32_t c : to_utf32(text)) splitter.add(c);
  return splitter.take();
}

WordPiece::WordPiece(std::string_view vocabulary) {
  int id = 0;
  while (!vocabulary.empty()) {
    auto line = vocabulary.substr(0, vocabulary.find('\n'));
    vocabulary.remove_prefix(std::min(vocabulary.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ids_.emplace(std::string(line), id++);
  }
  find_specials();
}

WordPiece WordPiece::from_tokenizer_json(std::string_view text) {
  const auto root = parse_json(text);
  const auto* vocabulary = at_pointer(root, "/model/vocab");
  if (!vocabulary || !vocabulary->is_object()) throw Error(ErrorKind::configuration, "tokenizer.json has no model.vocab");
  WordPiece tokenizer;
  for (const auto& [token, id] : vocabulary->get_object()) {
    if (!id.is_int64() || id.get_int64() < 0 || id.get_int64() > 10'000'000)
      throw Error(ErrorKind::configuration, "tokenizer.json gives a token the id " + preview(id, 40));
    tokenizer.ids_.emplace(std::string(token), static_cast<int>(id.get_int64()));
  }
  tokenizer.find_specials();
  return tokenizer;
}

void WordPiece::find_specials() {
  const auto id_of = [this](const char* token) {
    const auto found = ids_.find(token);
    if (found == ids_.end()) throw Error(ErrorKind::configuration, fmt::format("the vocabulary has no {}: it is none of BERT", token));
    return found->second;
  };
  unknown_ = id_of("[UNK]"), begin_ = id_of("[CLS]"), end_ = id_of("[SEP]");
}

void WordPiece::add_word(std::u32string_view word, std::vector<int>& ids) const {
  if (word.size() > longest_word) return ids.push_back(unknown_);
  const auto before = ids.size();
  for (std::size_t at = 0; at < word.size();) {
    std::size_t size = word.size() - at;
    for (; size > 0; --size) {
      const auto piece = (at > 0 ? "##" : "") + to_utf8(word.substr(at, size));
      if (const auto found = ids_.find(piece); found != ids_.end()) {
        ids.push_back(found->second);
        break;
      }
    }
    if (size == 0) {  // a word with one piece that nobody knows is unknown as a whole
      ids.resize(before);
      return ids.push_back(unknown_);
    }
    at += size;
  }
}

std::vector<int> WordPiece::encode(std::string_view text, std::size_t most) const {
  std::vector<int> ids{begin_};
  for (const auto& word : basic_words(text)) {
    add_word(word, ids);
    if (ids.size() >= most) break;
  }
  ids.resize(std::min(ids.size(), most - 1));
  ids.push_back(end_);
  return ids;
}

}  // namespace antiphon::minilm
