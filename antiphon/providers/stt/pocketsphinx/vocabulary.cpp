#include "antiphon/providers/stt/pocketsphinx/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/stt/pocketsphinx/pocketsphinx.hpp"

namespace antiphon::pocketsphinx {

namespace {

constexpr std::array<const char*, 20> small_numbers{"zero",     "one",     "two",     "three",     "four",     "five",    "six",
                                                    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
                                                    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<const char*, 10> tens{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};

void add_number(Sentence& words, std::uint64_t number) {
  constexpr std::array<std::pair<std::uint64_t, const char*>, 3> scales{{{1'000'000, "million"}, {1'000, "thousand"}, {100, "hundred"}}};
  for (const auto& [scale, name] : scales) {
    if (number < scale) continue;
    add_number(words, number / scale);
    words.emplace_back(name);
    number %= scale;
    if (number == 0) return;
  }
  if (number >= 20) {
    words.emplace_back(tens[number / 10]);
    if (number % 10 != 0) words.emplace_back(small_numbers[number % 10]);
  } else {
    words.emplace_back(small_numbers[number]);
  }
}

void add_figures(Sentence& words, std::string_view figures) {
  for (const char figure : figures) words.emplace_back(small_numbers[static_cast<std::size_t>(figure - '0')]);
}

bool is_figure(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// Reads a text aloud in one of two ways.
class Reader {
 public:
  Reader(std::string_view text, bool by_figures) : text_(lower(text)), by_figures_(by_figures) {
    for (std::size_t at = 0; (at = text_.find("\u2019", at)) != std::string::npos;) text_.replace(at, 3, "'");
  }

  std::vector<Sentence> read() {
    while (at_ < text_.size()) {
      if (is_letter(here()))
        read_word();
      else if (here() == '$' && is_figure(ahead()))
        ++at_, read_number(true);
      else if (is_figure(here()))
        read_number(false);
      else
        read_sign();
    }
    end_sentence();
    return std::move(sentences_);
  }

 private:
  char here() const { return at_ < text_.size() ? text_[at_] : ' '; }
  char ahead() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : ' '; }

  void read_word() {
    const auto start = at_;
    while (is_letter(here()) || (here() == '\'' && is_letter(ahead()))) ++at_;
    words_.push_back(text_.substr(start, at_ - start));
    // "p.m.": the points end no sentence.
    if (at_ - start == 1 && here() == '.' && is_letter(ahead())) ++at_;
  }

  std::string take_figures() {
    std::string figures;
    for (;; ++at_) {
      if (is_figure(here()))
        figures += here();
      else if (here() != ',' || !is_figure(ahead()))
        return figures;
    }
  }

  void read_number(bool money) {
    const auto whole = take_figures();
    std::string fraction;
    if (here() == '.' && is_figure(ahead())) ++at_, fraction = take_figures();
    if (by_figures_ || whole.size() > 9 || (whole.size() > 1 && whole.front() == '0'))
      add_figures(words_, whole);
    else
      add_number(words_, std::stoull(whole));
    if (money) words_.emplace_back(whole == "1" ? "dollar" : "dollars");
    if (money && fraction.size() == 2)
      read_cents(fraction);
    else if (!fraction.empty())
      words_.emplace_back("point"), add_figures(words_, fraction);
  }

  void read_cents(const std::string& fraction) {
    const auto cents = std::stoull(fraction);
    if (cents == 0) return;
    if (!by_figures_) words_.emplace_back("and");
    add_number(words_, cents);
    if (!by_figures_) words_.emplace_back(cents == 1 ? "cent" : "cents");
  }

  void read_sign() {
    const char sign = here();
    if (sign == '%') words_.emplace_back("percent");
    if (sign == '&') words_.emplace_back("and");
    if (sign == '.' || sign == '!' || sign == '?' || sign == ';' || sign == '\n') end_sentence();
    ++at_;
  }

  void end_sentence() {
    if (!words_.empty()) sentences_.push_back(std::exchange(words_, {}));
  }

  std::string text_;
  bool by_figures_;
  std::size_t at_ = 0;
  Sentence words_;
  std::vector<Sentence> sentences_;
};

// --- Language model ------------------------------------------------------------------------------------------------------------------------

using Gram = std::vector<std::string>;

struct Grams {
  std::map<Gram, double> counts;
  std::map<Gram, double> of_history, kinds_after;  ///< counts and different words after a history
};

constexpr double discount = 0.5;
constexpr int order = 3;

std::array<Grams, order> count_grams(const std::vector<Sentence>& sentences) {
  std::array<Grams, order> all;
  for (const auto& sentence : sentences) {
    Gram words{"<s>"};
    words.insert(words.end(), sentence.begin(), sentence.end());
    words.emplace_back("</s>");
    for (std::size_t n = 1; n <= order; ++n)
      for (std::size_t i = 0; i + n <= words.size(); ++i) {
        const auto first = words.begin() + static_cast<std::ptrdiff_t>(i), last = first + static_cast<std::ptrdiff_t>(n);
        auto& grams = all[n - 1];
        if (grams.counts[Gram(first, last)]++ == 0) ++grams.kinds_after[Gram(first, last - 1)];
        ++grams.of_history[Gram(first, last - 1)];
      }
  }
  return all;
}

/// Interpolated probabilities, written as back-off: what a history has not seen shares what was discounted from what it has.
class ModelWriter {
 public:
  explicit ModelWriter(const std::vector<Sentence>& sentences) : grams_(count_grams(sentences)) {}

  std::string write() {
    std::string text = "\\data\\\n";
    for (int n = 0; n < order; ++n) text += fmt::format("ngram {}={}\n", n + 1, grams_[static_cast<std::size_t>(n)].counts.size());
    for (std::size_t n = 0; n < order; ++n) {
      text += fmt::format("\n\\{}-grams:\n", n + 1);
      for (const auto& [gram, count] : grams_[n].counts) text += line(gram, n);
    }
    return text + "\n\\end\\\n";
  }

 private:
  double probability(const Gram& gram) const {
    const auto& grams = grams_[gram.size() - 1];
    if (gram.size() == 1) return grams.counts.at(gram) / grams.of_history.at({});
    const Gram history(gram.begin(), gram.end() - 1), shorter(gram.begin() + 1, gram.end());
    return (grams.counts.at(gram) - discount) / grams.of_history.at(history) + back_off(history) * probability(shorter);
  }

  double back_off(const Gram& history) const {
    const auto& longer = grams_[history.size()];
    const auto total = longer.of_history.find(history);
    return total == longer.of_history.end() ? 1 : discount * longer.kinds_after.at(history) / total->second;
  }

  std::string line(const Gram& gram, std::size_t n) const {
    const bool never_follows = gram == Gram{"<s>"};
    auto text = fmt::format("{:.4f}\t{}", never_follows ? -99 : std::log10(probability(gram)), join(gram, " "));
    if (n + 1 < order && gram.back() != "</s>") text += fmt::format("\t{:.4f}", std::log10(back_off(gram)));
    return text + "\n";
  }

  std::array<Grams, order> grams_;
};

}  // namespace

Dictionary::Dictionary(std::string_view text) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto space = line.find(' ');
    if (space == std::string_view::npos || space == 0) continue;
    const auto word = line.substr(0, space);
    const auto variant = word.find('(');
    sounds_[std::string(word.substr(0, variant == 0 ? word.size() : variant))].emplace_back(line.substr(space + 1));
  }
}

std::shared_ptr<const Dictionary> Dictionary::installed() {
  static const auto dictionary = std::make_shared<const Dictionary>(read_file(model_folder() + "/cmudict-en-us.dict"));
  return dictionary;
}

std::string Dictionary::lines_of(const std::vector<std::string>& words) const {
  std::string text;
  for (const auto& word : std::set<std::string>(words.begin(), words.end())) {
    const auto found = sounds_.find(word);
    if (found == sounds_.end()) continue;
    for (std::size_t i = 0; i < found->second.size(); ++i) text += fmt::format("{}{} {}\n", word, i == 0 ? "" : fmt::format("({})", i + 1), found->second[i]);
  }
  return text;
}

std::vector<Sentence> reading(std::string_view text) { return Reader(text, false).read(); }

std::vector<Sentence> readings(std::string_view text) {
  auto all = reading(text);
  for (auto& sentence : Reader(text, true).read())
    if (std::find(all.begin(), all.end(), sentence) == all.end()) all.push_back(std::move(sentence));
  return all;
}

std::string arpa_model(const std::vector<Sentence>& sentences) { return ModelWriter(sentences).write(); }

}  // namespace antiphon::pocketsphinx
