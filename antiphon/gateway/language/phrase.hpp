#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/gateway/language/words.hpp"

namespace antiphon::gateway {

/// Words to look for in what a caller says, as a policy file writes them: `speak|talk to|with a? human|person`.
///
/// `a|b` is either; `a?` may be missing; `*` stands for up to three words of any kind; `=` in front: nothing else is said. Whole words are compared
/// (`plain_words`); one that a recogniser wrote in two or three ("some one") is still that word.
class Phrase {
 public:
  static constexpr std::size_t longest_gap = 3;

  /// nullopt, with the reason in `mistake`, for a text that is no phrase.
  static std::optional<Phrase> parse(std::string_view text, std::string& mistake);

  struct Match {
    std::size_t begin = 0, end = 0;  ///< words
    bool exact = true;               ///< false: words stood in a gap, or one was written in several
  };
  /// The first match that begins at word `from` or later.
  std::optional<Match> search(std::span<const PlainWord> words, std::size_t from = 0) const;
  const std::string& text() const { return text_; }

 private:
  struct Element {
    std::vector<std::string> either;  ///< written together; empty for a gap
    bool optional = false;
  };

  std::optional<Match> match(std::span<const PlainWord> words, std::size_t at, std::size_t element) const;

  std::string text_;
  std::vector<Element> elements_;
  bool whole_ = false;  ///< it must be all that is said
};

/// Phrases, and those that are none although they hold one ("in order to").
struct PhraseList {
  std::vector<Phrase> phrases{};
  std::vector<Phrase> except{};
};

struct PhraseHit {
  std::size_t index = 0;  ///< of the phrase
  bool exact = true;
};
/// The first phrase of the list that is found outside all exceptions.
std::optional<PhraseHit> find_phrase(const PhraseList& list, std::span<const PlainWord> words);
/// Wherever a phrase of the list is found outside all exceptions, phrase by phrase.
std::vector<Phrase::Match> find_all(const PhraseList& list, std::span<const PlainWord> words);

}  // namespace antiphon::gateway
