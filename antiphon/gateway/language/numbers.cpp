#include "antiphon/gateway/language/numbers.hpp"

#include <algorithm>
#include <utility>

namespace antiphon::gateway {

namespace {

constexpr std::size_t longest_number_word = 3;  // words, as recognisers may write it

bool is_figures(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

struct Value {
  int value = 0;
  std::size_t words = 0;
};

class NumberReader {
 public:
  NumberReader(std::string_view text, std::span<const PlainWord> words, const NumberWords& language) : text_(text), words_(words), language_(language) {}

  std::optional<SaidNumber> read(std::size_t at) const {
    const auto& word = words_[at].text;
    if (is_figures(word)) return SaidNumber{word, at, at + 1, true};
    if (const auto repeats = language_.repeats.find(word); repeats != language_.repeats.end()) return read_repeated(at, repeats->second);
    const auto value = read_value(at);
    if (!value) return std::nullopt;
    return SaidNumber{std::to_string(value->value), at, at + value->words, false};
  }

  std::string_view between(std::size_t before, std::size_t after) const { return text_.substr(words_[before].end, words_[after].begin - words_[before].end); }

 private:
  std::optional<SaidNumber> read_repeated(std::size_t at, int times) const {
    if (at + 1 >= words_.size() || language_.repeats.contains(words_[at + 1].text)) return std::nullopt;
    auto number = read(at + 1);
    if (!number || number->digits.size() != 1) return std::nullopt;
    number->digits = std::string(static_cast<std::size_t>(times), number->digits.front());
    number->first = at;
    return number;
  }

  std::optional<Value> read_value(std::size_t at) const {
    if (language_.prefix.empty()) {
      const auto tens = find(language_.tens, at);
      const auto unit = find(language_.units, at);
      return tens && (!unit || tens->words >= unit->words) ? with_unit(*tens, at) : unit;
    }
    if (const auto unit = find(language_.units, at, true)) return with_tens(*unit, at);
    return find(language_.tens, at, true);
  }

  /// The longest word of the table that the words from `at` on make up.
  std::optional<Value> find(const std::map<std::string, int>& table, std::size_t at, bool may_have_prefix = false) const {
    std::optional<Value> found;
    std::string joined;
    for (std::size_t count = 1; count <= longest_number_word && at + count <= words_.size(); ++count) {
      const auto last = at + count - 1;
      if (is_figures(words_[last].text) || (count > 1 && !is_compound_joint(between(last - 1, last)))) break;
      joined += words_[last].text;
      auto known = table.find(joined);
      if (known == table.end() && may_have_prefix && joined.starts_with(language_.prefix)) known = table.find(joined.substr(language_.prefix.size()));
      if (known != table.end()) found = Value{known->second, count};
    }
    return found;
  }

  Value with_unit(Value tens, std::size_t at) const {
    auto next = at + tens.words;
    const bool joined = next < words_.size() && std::ranges::find(language_.between, words_[next].text) != language_.between.end();
    if (joined) ++next;
    if ((language_.between_required && !joined) || next >= words_.size() || !is_compound_joint(between(next - 1, next))) return tens;
    const auto unit = find(language_.units, next);
    const int most = language_.long_tens.contains(tens.value) ? 19 : 9;
    if (!unit || unit->value < 1 || unit->value > most) return tens;
    return {tens.value + unit->value, next - at + unit->words};
  }

  Value with_tens(Value unit, std::size_t at) const {
    const auto next = at + unit.words;
    if (unit.value < 1 || unit.value > 9 || next >= words_.size() || !words_[next].text.starts_with(language_.prefix)) return unit;
    const auto tens = find(language_.tens, next, true);
    return tens ? Value{unit.value + tens->value, unit.words + tens->words} : unit;
  }

  std::string_view text_;
  std::span<const PlainWord> words_;
  const NumberWords& language_;
};

bool only_spaces(std::string_view text) { return !text.empty() && text.find_first_not_of(" \t\n") == std::string_view::npos; }

/// A pause for breath as recognisers write it.
bool is_breath(std::string_view text) {
  if (only_spaces(text)) return true;
  const bool dots_end = text.find_first_of(".:/") == std::string_view::npos || text.back() == ' ';
  return dots_end && text.size() <= 8 && text.find_first_not_of(" \t\n,;.-\xE2\x80\x93\x94\xA6\xD8\x8C") == std::string_view::npos;
}

class RunReader {
 public:
  RunReader(std::string_view text, std::span<const PlainWord> words, const NumberWords& language, bool guess)
      : text_(text), words_(words), language_(language), numbers_(text, words, language), guess_(guess) {}

  std::vector<SaidNumber> numbers() const {
    std::vector<SaidNumber> found;
    for (std::size_t at = 0; at < words_.size();) {
      auto number = numbers_.read(at);
      if (number && is_weak(*number) && !stands_beside(found, *number)) number.reset();
      if (!number && guess_) number = guessed(found, at);
      at = number ? number->last : at + 1;
      if (number) found.push_back(*std::move(number));
    }
    return found;
  }

  bool in_a_row(const SaidNumber& before, const SaidNumber& after) const {
    auto last = before.last - 1;
    while (last + 1 < after.first && language_.pauses.contains(words_[last + 1].text)) ++last;
    if (last + 1 != after.first) return false;
    const bool paused = last + 1 > before.last;
    const auto is_single = [](const SaidNumber& each) { return !each.figures || each.digits.size() == 1; };
    if (paused || (is_single(before) && is_single(after)))
      return is_breath(numbers_.between(last, after.first)) && is_breath(numbers_.between(before.last - 1, before.last));
    return only_spaces(numbers_.between(last, after.first));
  }

 private:
  bool is_weak(const SaidNumber& number) const { return number.last == number.first + 1 && language_.weak.contains(words_[number.first].text); }

  bool follows(const std::vector<SaidNumber>& found, std::size_t at) const {
    return !found.empty() && found.back().last == at && is_breath(numbers_.between(at - 1, at));
  }
  /// A number that needs no other begins at the next word that is not weak itself.
  bool precedes(std::size_t at) const {
    while (at < words_.size() && language_.weak.contains(words_[at].text) && only_spaces(numbers_.between(at - 1, at))) ++at;
    return at < words_.size() && only_spaces(numbers_.between(at - 1, at)) && !language_.weak.contains(words_[at].text) && numbers_.read(at).has_value();
  }
  bool stands_beside(const std::vector<SaidNumber>& found, const SaidNumber& number) const {
    const bool alone = number.first == 0 && number.last == words_.size();
    return alone || follows(found, number.first) || precedes(number.last);
  }
  /// Whatever stands from `at` on up to the next sure number, or up to the end, may be a number.
  bool goes_on_as_a_row(std::size_t at) const {
    for (; at < words_.size(); ++at) {
      const auto& word = words_[at].text;
      if (!is_breath(numbers_.between(at - 1, at))) return false;
      if (!language_.weak.contains(word) && !language_.sounds_like.contains(word)) return numbers_.read(at).has_value();
    }
    return true;
  }
  /// Inside a row, or at its end where the text ends.
  std::optional<SaidNumber> guessed(const std::vector<SaidNumber>& found, std::size_t at) const {
    const auto known = language_.sounds_like.find(words_[at].text);
    if (known == language_.sounds_like.end() || !follows(found, at)) return std::nullopt;
    if (!goes_on_as_a_row(at + 1)) return std::nullopt;
    return SaidNumber{std::to_string(known->second), at, at + 1, false};
  }

  std::string_view text_;
  std::span<const PlainWord> words_;
  const NumberWords& language_;
  NumberReader numbers_;
  bool guess_;
};

}  // namespace

std::vector<SaidNumber> said_numbers(std::string_view text, std::span<const PlainWord> words, const NumberWords& language, bool guess) {
  return RunReader(text, words, language, guess).numbers();
}

std::vector<DigitRun> digit_runs(std::string_view text, std::span<const PlainWord> words, const NumberWords& language, bool guess) {
  const RunReader reader(text, words, language, guess);
  const auto numbers = reader.numbers();
  std::vector<DigitRun> runs;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto& number = numbers[i];
    const auto begin = words[number.first].begin, end = words[number.last - 1].end;
    if (i > 0 && reader.in_a_row(numbers[i - 1], number)) {
      runs.back().digits += number.digits;
      runs.back().end = end;
      runs.back().one_figure = false;
    } else {
      runs.push_back({number.digits, begin, end, number.figures});
    }
  }
  return runs;
}

}  // namespace antiphon::gateway
