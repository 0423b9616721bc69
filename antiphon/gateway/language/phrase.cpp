#include "antiphon/gateway/language/phrase.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t most_elements = 16;
constexpr std::size_t most_gaps = 3;
constexpr std::size_t most_pieces = 3;  // of one word that was written in several

/// How many words from `at` on make up `whole`; 0 where they do not.
std::size_t words_that_make(std::string_view whole, std::span<const PlainWord> words, std::size_t at) {
  for (std::size_t count = 1; count <= most_pieces && at + count <= words.size(); ++count) {
    const auto& word = words[at + count - 1].text;
    if (!whole.starts_with(word)) return 0;
    whole.remove_prefix(word.size());
    if (whole.empty()) return count;
  }
  return 0;
}

/// Where the exceptions of a list stand.
class Exceptions {
 public:
  Exceptions(const PhraseList& list, std::span<const PlainWord> words) {
    if (list.except.empty()) return;
    reach_.resize(words.size());
    for (const auto& phrase : list.except)
      for (auto found = phrase.search(words); found; found = phrase.search(words, found->end))
        reach_[found->begin] = std::max(reach_[found->begin], found->end);
    for (std::size_t at = 1; at < reach_.size(); ++at) reach_[at] = std::max(reach_[at], reach_[at - 1]);
  }
  bool hold(const Phrase::Match& match) const { return !reach_.empty() && match.end <= reach_[match.begin]; }

 private:
  std::vector<std::size_t> reach_;  ///< by word: where the exceptions that begin there or before end
};

}  // namespace

std::optional<Phrase> Phrase::parse(std::string_view text, std::string& mistake) {
  Phrase phrase;
  phrase.text_ = text;
  std::size_t gaps = 0, required = 0;
  phrase.whole_ = text.starts_with('=');
  for (const auto& token : split(text.substr(phrase.whole_ ? 1 : 0), ' ')) {
    if (token.empty()) continue;
    Element element{.optional = token.ends_with('?')};
    const auto body = std::string_view(token).substr(0, token.size() - (element.optional ? 1 : 0));
    if (token == "*") {
      ++gaps;
    } else {
      for (const auto& word : split(body, '|')) element.either.push_back(joined_words(word));
      const auto empty = std::ranges::find(element.either, std::string());
      if (empty != element.either.end()) return mistake = fmt::format("{} holds no word", quote(token)), std::nullopt;
      if (!element.optional) ++required;
    }
    phrase.elements_.push_back(std::move(element));
  }
  if (required == 0) return mistake = "every word of it may be missing", std::nullopt;
  if (gaps > most_gaps) return mistake = fmt::format("it has more than {} gaps", most_gaps), std::nullopt;
  if (phrase.elements_.size() > most_elements) return mistake = fmt::format("it has more than {} words", most_elements), std::nullopt;
  if (phrase.elements_.front().either.empty() || phrase.elements_.back().either.empty()) return mistake = "it begins or ends with a gap", std::nullopt;
  return phrase;
}

std::optional<Phrase::Match> Phrase::search(std::span<const PlainWord> words, std::size_t from) const {
  for (auto at = from; at < (whole_ ? std::min<std::size_t>(words.size(), 1) : words.size()); ++at)
    if (const auto found = match(words, at, 0)) return Match{at, found->end, found->exact};
  return std::nullopt;
}

std::optional<Phrase::Match> Phrase::match(std::span<const PlainWord> words, std::size_t at, std::size_t element) const {
  if (element == elements_.size()) return whole_ && at < words.size() ? std::nullopt : std::optional(Match{at, at});
  const auto& wanted = elements_[element];
  if (wanted.either.empty()) {
    for (std::size_t skipped = 0; skipped <= longest_gap && at + skipped < words.size(); ++skipped)
      if (auto found = match(words, at + skipped, element + 1)) return found->exact = found->exact && skipped == 0, found;
    return std::nullopt;
  }
  for (const auto& word : wanted.either) {
    const auto count = words_that_make(word, words, at);
    if (count == 0) continue;
    if (auto found = match(words, at + count, element + 1)) return found->exact = found->exact && count == 1, found;
  }
  return wanted.optional ? match(words, at, element + 1) : std::nullopt;
}

std::optional<PhraseHit> find_phrase(const PhraseList& list, std::span<const PlainWord> words) {
  const Exceptions exceptions(list, words);
  for (std::size_t index = 0; index < list.phrases.size(); ++index)
    for (auto found = list.phrases[index].search(words); found; found = list.phrases[index].search(words, found->begin + 1))
      if (!exceptions.hold(*found)) return PhraseHit{index, found->exact};
  return std::nullopt;
}

std::vector<Phrase::Match> find_all(const PhraseList& list, std::span<const PlainWord> words) {
  const Exceptions exceptions(list, words);
  std::vector<Phrase::Match> all;
  for (const auto& phrase : list.phrases)
    for (auto found = phrase.search(words); found; found = phrase.search(words, found->begin + 1))
      if (!exceptions.hold(*found)) all.push_back(*found);
  return all;
}

}  // namespace antiphon::gateway
