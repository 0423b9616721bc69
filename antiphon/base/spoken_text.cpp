#include "antiphon/base/spoken_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

#include "antiphon/base/unicode.hpp"

namespace antiphon {

namespace {

/// A word, or a number in figures.
struct Piece {
  std::string text{};      ///< the word; empty for a number
  std::string digits{};    ///< before the point, leading zeros kept
  std::string fraction{};  ///< behind it
  bool ordinal = false;

  bool is_number() const { return !digits.empty(); }
};
using Pieces = std::vector<Piece>;

using Table = std::unordered_map<std::string_view, std::string_view>;

// --- Signs and figures ---------------------------------------------------------------------------------------------------------------------

std::string_view word_of_sign(char32_t c) {
  switch (c) {
    case U'$': return "dollar";
    case U'£': return "pound";
    case U'€': return "euro";
    case U'%': return "percent";
    case U'&': return "and";
    case U'#': return "number";
    case U'@': return "at";
    case U'+': return "plus";
    default: return {};
  }
}

bool is_figure(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_money_sign(char32_t c) { return c == U'$' || c == U'£' || c == U'€'; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(to_utf32(text)) {
    for (auto& c : text_) c = c == U'\u2019' ? U'\'' : small_letter(c);
  }

  Pieces scan() {
    while (at_ < text_.size()) {
      if (skip_brackets()) continue;
      if (is_money_sign(here()) && is_figure(ahead(1)))
        scan_money();
      else if (is_figure(here()))
        scan_number();
      else if (is_letter(here()))
        scan_word();
      else
        scan_sign();
    }
    return std::move(pieces_);
  }

 private:
  char32_t here() const { return ahead(0); }
  char32_t ahead(std::size_t by) const { return at_ + by < text_.size() ? text_[at_ + by] : U' '; }

  bool skip_brackets() {
    if (here() != U'[' && here() != U'(') return false;
    const auto close = text_.find(here() == U'[' ? U']' : U')', at_);
    if (close == std::u32string::npos) return false;
    at_ = close + 1;
    return true;
  }

  std::string take_figures() {
    std::string figures;
    for (; is_figure(here()); ++at_) figures += static_cast<char>(here());
    return figures;
  }

  bool is_group() const { return here() == U',' && is_figure(ahead(1)) && is_figure(ahead(2)) && is_figure(ahead(3)) && !is_figure(ahead(4)); }

  void scan_number() {
    Piece number{.digits = take_figures()};
    while (is_group()) ++at_, number.digits += take_figures();
    if (here() == U'.' && is_figure(ahead(1))) ++at_, number.fraction = take_figures();
    number.ordinal = take_ordinal_end();
    pieces_.push_back(number);
    if (here() == U':' && is_figure(ahead(1)) && is_figure(ahead(2)) && !is_figure(ahead(3))) {
      ++at_;
      if (const auto minutes = take_figures(); minutes != "00") pieces_.push_back({.digits = minutes});
    }
  }

  bool take_ordinal_end() {
    static constexpr std::array<std::u32string_view, 4> ends{U"st", U"nd", U"rd", U"th"};
    const auto rest = std::u32string_view(text_).substr(at_);
    for (const auto end : ends)
      if (rest.starts_with(end) && !is_letter(ahead(2))) return at_ += 2, true;
    return false;
  }

  void scan_money() {
    const auto unit = word_of_sign(here());
    ++at_;
    scan_number();
    pieces_.push_back({.text = std::string(unit)});
  }

  void scan_word() {
    std::u32string word;
    for (; is_letter(here()) || is_inside_word(); ++at_)
      if (here() != U'.') word += here();
    pieces_.push_back({.text = to_utf8(word)});
  }

  /// An apostrophe between letters, and the points of "p.m.": between letters that stand alone.
  bool is_inside_word() const {
    if (at_ == 0 || !is_letter(text_[at_ - 1])) return false;
    if (here() == U'\'') return is_letter(ahead(1));
    const bool alone = at_ < 2 || !is_letter(text_[at_ - 2]);
    return here() == U'.' && alone && is_letter(ahead(1)) && !is_letter(ahead(2));
  }

  void scan_sign() {
    if (const auto word = word_of_sign(here()); !word.empty()) pieces_.push_back({.text = std::string(word)});
    ++at_;
  }

  std::u32string text_;
  std::size_t at_ = 0;
  Pieces pieces_;
};

// --- Words that are written in several ways ------------------------------------------------------------------------------------------------

const Table& spellings() {
  static const Table table{{"okay", "ok"},          {"mr", "mister"},         {"mrs", "missus"},     {"dr", "doctor"},        {"dollars", "dollar"},
                           {"pounds", "pound"},     {"euros", "euro"},        {"cents", "cent"},     {"gonna", "going to"},   {"wanna", "want to"},
                           {"gotta", "got to"},     {"cannot", "can not"},    {"can't", "can not"},  {"won't", "will not"},   {"shan't", "shall not"},
                           {"ain't", "is not"},     {"let's", "let us"},      {"it's", "it is"},     {"that's", "that is"},   {"what's", "what is"},
                           {"who's", "who is"},     {"he's", "he is"},        {"she's", "she is"},   {"there's", "there is"}, {"here's", "here is"},
                           {"where's", "where is"}, {"how's", "how is"},      {"when's", "when is"}, {"one's", "one is"},     {"o'clock", ""},
                           {"ma'am", "madam"},      {"alright", "all right"}, {"centre", "center"},  {"colour", "color"},     {"cancelled", "canceled"}};
  return table;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> contractions{
    {{"n't", " not"}, {"'m", " am"}, {"'re", " are"}, {"'ve", " have"}, {"'ll", " will"}, {"'d", " would"}}};

std::string written_out(const std::string& word) {
  if (const auto known = spellings().find(word); known != spellings().end()) return std::string(known->second);
  for (const auto& [end, full] : contractions)
    if (word.size() > end.size() && word.ends_with(end)) return word.substr(0, word.size() - end.size()) + std::string(full);
  std::string plain;  // "user's": as it sounds
  std::copy_if(word.begin(), word.end(), std::back_inserter(plain), [](char c) { return c != '\''; });
  return plain;
}

Pieces write_out(const Pieces& pieces) {
  Pieces full;
  for (const auto& piece : pieces) {
    if (piece.is_number()) {
      full.push_back(piece);
      continue;
    }
    const auto words = written_out(piece.text);
    for (std::size_t at = 0; at < words.size();) {
      const auto end = std::min(words.find(' ', at), words.size());
      full.push_back({.text = words.substr(at, end - at)});
      at = end + 1;
    }
  }
  return full;
}

// --- Numbers in words ----------------------------------------------------------------------------------------------------------------------

const std::unordered_map<std::string_view, std::uint64_t>& cardinals() {
  static const std::unordered_map<std::string_view, std::uint64_t> table{
      {"zero", 0},      {"one", 1},      {"two", 2},      {"three", 3},      {"four", 4},      {"five", 5},      {"six", 6},
      {"seven", 7},     {"eight", 8},    {"nine", 9},     {"ten", 10},       {"eleven", 11},   {"twelve", 12},   {"thirteen", 13},
      {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20},
      {"thirty", 30},   {"forty", 40},   {"fifty", 50},   {"sixty", 60},     {"seventy", 70},  {"eighty", 80},   {"ninety", 90}};
  return table;
}

const std::unordered_map<std::string_view, std::uint64_t>& ordinals() {
  static const std::unordered_map<std::string_view, std::uint64_t> table{
      {"first", 1},      {"second", 2},     {"third", 3},        {"fourth", 4},      {"fifth", 5},       {"sixth", 6},       {"seventh", 7},
      {"eighth", 8},     {"ninth", 9},      {"tenth", 10},       {"eleventh", 11},   {"twelfth", 12},    {"thirteenth", 13}, {"fourteenth", 14},
      {"fifteenth", 15}, {"sixteenth", 16}, {"seventeenth", 17}, {"eighteenth", 18}, {"nineteenth", 19}, {"twentieth", 20},  {"thirtieth", 30},
      {"fortieth", 40},  {"fiftieth", 50},  {"sixtieth", 60},    {"seventieth", 70}, {"eightieth", 80},  {"ninetieth", 90}};
  return table;
}

/// Reads numbers as they are spoken: "twenty five", "nineteen hundred", "one thousand and seven", "2 million".
class NumberReader {
 public:
  NumberReader(const Pieces& pieces, std::size_t at) : pieces_(pieces), at_(at) {}

  /// The number that begins here; nullopt where none does.
  std::optional<Piece> read() {
    auto total = read_hundreds();
    if (!total) return std::nullopt;
    for (const auto& [word, scale] : {std::pair{"million", std::uint64_t{1'000'000}}, std::pair{"thousand", std::uint64_t{1'000}}}) {
      if (ordinal_ || !take(word)) continue;
      *total = *total >= scale ? *total / scale * scale + *total % scale * scale : *total * scale;
      skip_and();
      if (const auto rest = read_hundreds()) *total += *rest;
    }
    return Piece{.digits = std::to_string(*total), .ordinal = ordinal_};
  }
  std::size_t at() const { return at_; }

 private:
  std::string_view word(std::size_t by = 0) const { return at_ + by < pieces_.size() ? std::string_view(pieces_[at_ + by].text) : std::string_view(); }
  bool take(std::string_view wanted) { return word() == wanted ? (++at_, true) : false; }
  bool is_small(std::size_t by) const { return cardinals().contains(word(by)) || ordinals().contains(word(by)); }

  /// "and" belongs to a number only between its parts.
  void skip_and() {
    if (word() == "and" && is_small(1)) ++at_;
  }

  std::optional<std::uint64_t> take_cardinal(std::uint64_t least, std::uint64_t most) {
    const auto found = cardinals().find(word());
    if (found == cardinals().end() || found->second < least || found->second > most) return std::nullopt;
    ++at_;
    return found->second;
  }
  std::optional<std::uint64_t> take_ordinal(std::uint64_t most) {
    const auto found = ordinals().find(word());
    if (found == ordinals().end() || found->second > most) return std::nullopt;
    ++at_, ordinal_ = true;
    return found->second;
  }

  std::optional<std::uint64_t> read_tens() {
    const auto tens = take_cardinal(0, 90);
    if (!tens) return take_ordinal(90);
    if (*tens < 20) return tens;
    if (const auto ones = take_cardinal(1, 9)) return *tens + *ones;
    if (const auto ones = take_ordinal(9)) return *tens + *ones;
    return tens;
  }

  /// A plain figure before "million" counts as its words would.
  std::optional<std::uint64_t> read_figures() {
    const auto& piece = at_ < pieces_.size() ? pieces_[at_] : Piece{};
    const bool scaled = word(1) == "hundred" || word(1) == "thousand" || word(1) == "million";
    if (!piece.is_number() || !scaled || !piece.fraction.empty() || piece.digits.size() > 6) return std::nullopt;
    ++at_;
    return std::stoull(piece.digits);
  }

  std::optional<std::uint64_t> read_article() {
    if (word() != "a" || (word(1) != "hundred" && word(1) != "thousand" && word(1) != "million")) return std::nullopt;
    ++at_;
    return 1;
  }

  std::optional<std::uint64_t> read_hundreds() {
    auto value = read_article();
    if (!value) value = read_figures();
    if (!value) value = read_tens();
    if (!value || ordinal_ || !take("hundred")) return value;
    *value *= 100;
    skip_and();
    if (const auto rest = read_tens()) *value += *rest;
    return value;
  }

  const Pieces& pieces_;
  std::size_t at_;
  bool ordinal_ = false;
};

/// "oh" among digits is a zero; "double five" is two of them.
bool is_number_at(const Pieces& pieces, std::size_t at) { return at < pieces.size() && (pieces[at].is_number() || cardinals().contains(pieces[at].text)); }

Pieces read_numbers(const Pieces& pieces) {
  Pieces read;
  for (std::size_t at = 0; at < pieces.size();) {
    const auto& word = pieces[at].text;
    const std::size_t times = word == "double" ? 2 : word == "triple" ? 3 : 0;
    if ((word == "oh" || word == "o") && !read.empty() && read.back().is_number() && is_number_at(pieces, at + 1)) {
      read.push_back({.digits = "0"}), ++at;
      continue;
    }
    if (times > 0 && is_number_at(pieces, at + 1)) ++at;
    NumberReader reader(pieces, at);
    const auto number = reader.read();
    const auto piece = number.value_or(pieces[at]);
    for (std::size_t i = 0; i < std::max<std::size_t>(times > 0 && piece.is_number() ? times : 1, 1); ++i) read.push_back(piece);
    at = number ? reader.at() : at + 1;
  }
  return read;
}

// --- Money and the words that come out -----------------------------------------------------------------------------------------------------

bool is_currency(const std::string& word) { return word == "dollar" || word == "pound" || word == "euro"; }

class Writer {
 public:
  explicit Writer(const Pieces& pieces) : pieces_(pieces) {}

  std::vector<std::string> write() {
    while (at_ < pieces_.size()) {
      const auto& piece = pieces_[at_];
      if (!piece.is_number())
        words_.push_back(piece.text), ++at_;
      else if (is_word(at_ + 1, is_currency))
        write_money();
      else
        write_number(piece), ++at_;
    }
    return std::move(words_);
  }

 private:
  template <class Test>
  bool is_word(std::size_t at, Test test) const {
    return at < pieces_.size() && !pieces_[at].is_number() && test(pieces_[at].text);
  }
  bool is_cent(std::size_t at) const {
    return is_word(at, [](const std::string& word) { return word == "cent"; });
  }
  bool is_below_hundred(std::size_t at) const {
    return at < pieces_.size() && pieces_[at].is_number() && pieces_[at].digits.size() <= 2 && pieces_[at].fraction.empty() && !pieces_[at].ordinal;
  }

  void write_digits(const std::string& digits) {
    for (const char digit : digits) words_.emplace_back(1, digit);
  }

  void write_number(const Piece& piece) {
    if (piece.ordinal) {
      words_.push_back(piece.digits + "th");
      return;
    }
    write_digits(piece.digits);
    if (piece.fraction.empty()) return;
    words_.emplace_back("point");
    write_digits(piece.fraction);
  }

  /// Cents have two digits, whoever named them how; none at all where they are zero.
  void write_money() {
    const auto& amount = pieces_[at_];
    const auto unit = pieces_[at_ + 1].text;
    at_ += 2;
    auto cents = amount.fraction;
    if (cents.empty()) cents = read_cents();
    if (cents.size() == 1) cents += '0';
    write_digits(amount.digits);
    if (cents.find_first_not_of('0') != std::string::npos) write_digits(cents);
    words_.push_back(unit);
  }

  std::string read_cents() {
    const bool joined = is_word(at_, [](const std::string& word) { return word == "and"; }) && is_below_hundred(at_ + 1) && is_cent(at_ + 2);
    const auto from = at_ + (joined ? 1 : 0);
    if (!is_below_hundred(from)) return {};
    at_ = from + (is_cent(from + 1) ? 2 : 1);
    const auto& digits = pieces_[from].digits;
    return digits.size() == 1 ? "0" + digits : digits;
  }

  const Pieces& pieces_;
  std::size_t at_ = 0;
  std::vector<std::string> words_;
};

// --- Comparing -----------------------------------------------------------------------------------------------------------------------------

constexpr std::size_t longest_compound = 5;

/// How many words from `at` on make up `whole` together: 2 to 5, or 0.
std::size_t pieces_of(const std::vector<std::string>& words, std::size_t at, std::string_view whole) {
  std::size_t length = 0;
  for (std::size_t count = 1; count <= longest_compound && at + count <= words.size(); ++count) {
    const auto& word = words[at + count - 1];
    if (whole.substr(std::min(length, whole.size())).substr(0, word.size()) != word) return 0;
    length += word.size();
    if (length == whole.size()) return count > 1 ? count : 0;
  }
  return 0;
}

/// The cheapest way from a pair of places to the end of both texts.
struct Step {
  std::uint32_t cost = 0;
  std::uint32_t reference = 0, heard = 0;  ///< words that it goes on by
};

class Alignment {
 public:
  Alignment(const std::vector<std::string>& reference, const std::vector<std::string>& heard)
      : reference_(reference), heard_(heard), steps_((reference.size() + 1) * (heard.size() + 1)) {
    for (auto i = reference.size() + 1; i-- > 0;)
      for (auto j = heard.size() + 1; j-- > 0;) at(i, j) = best(i, j);
  }

  WordErrors errors() const {
    WordErrors errors{.words = reference_.size()};
    for (std::size_t i = 0, j = 0; i < reference_.size() || j < heard_.size();) {
      const auto& step = at(i, j);
      if (step.reference == 0)
        ++errors.insertions;
      else if (step.heard == 0)
        ++errors.deletions;
      else if (step.cost > at(i + step.reference, j + step.heard).cost)
        ++errors.substitutions;
      i += step.reference, j += step.heard;
    }
    return errors;
  }

 private:
  Step& at(std::size_t i, std::size_t j) { return steps_[i * (heard_.size() + 1) + j]; }
  const Step& at(std::size_t i, std::size_t j) const { return steps_[i * (heard_.size() + 1) + j]; }

  Step best(std::size_t i, std::size_t j) const {
    const bool more_reference = i < reference_.size(), more_heard = j < heard_.size();
    if (!more_reference && !more_heard) return {};
    Step found{.cost = UINT32_MAX};
    const auto offer = [&](std::size_t reference, std::size_t heard, std::uint32_t cost) {
      cost += at(i + reference, j + heard).cost;
      if (cost < found.cost) found = {cost, static_cast<std::uint32_t>(reference), static_cast<std::uint32_t>(heard)};
    };
    if (more_reference && more_heard) {
      offer(1, 1, reference_[i] == heard_[j] ? 0 : 1);
      if (const auto count = pieces_of(reference_, i, heard_[j])) offer(count, 1, 0);
      if (const auto count = pieces_of(heard_, j, reference_[i])) offer(1, count, 0);
    }
    if (more_reference) offer(1, 0, 1);
    if (more_heard) offer(0, 1, 1);
    return found;
  }

  const std::vector<std::string>& reference_;
  const std::vector<std::string>& heard_;
  std::vector<Step> steps_;
};

}  // namespace

WordErrors& WordErrors::operator+=(const WordErrors& other) {
  substitutions += other.substitutions, deletions += other.deletions, insertions += other.insertions, words += other.words;
  return *this;
}

bool has_speech(std::string_view text) {
  constexpr std::u32string_view read_as_words = U"&%$€£¥@#+=°";
  const auto characters = to_utf32(text);
  return std::any_of(characters.begin(), characters.end(),
                     [&](char32_t c) { return is_letter(c) || is_digit(c) || read_as_words.find(c) != std::u32string_view::npos; });
}

std::vector<std::string> spoken_words(std::string_view text) { return Writer(read_numbers(write_out(Scanner(text).scan()))).write(); }

WordErrors word_errors(std::string_view reference, std::string_view heard) {
  const auto said = spoken_words(reference), understood = spoken_words(heard);
  return Alignment(said, understood).errors();
}

}  // namespace antiphon
