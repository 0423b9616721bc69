#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace antiphon::pocketsphinx {

/// The pronouncing dictionary of the package pocketsphinx-en-us: 130,000 English words. Immutable; read once per process.
class Dictionary {
 public:
  /// Lines of a word, or "word(2)", and its sounds; others are left out.
  explicit Dictionary(std::string_view text);
  /// @throws Error configuration where the package is not installed, saying so.
  static std::shared_ptr<const Dictionary> installed();

  bool knows(const std::string& word) const { return sounds_.contains(word); }
  /// The lines of these words, as the decoder reads them; nothing for words that are not known.
  std::string lines_of(const std::vector<std::string>& words) const;

 private:
  std::unordered_map<std::string, std::vector<std::string>> sounds_;
};

using Sentence = std::vector<std::string>;

/// How a text may be read aloud, in words of the dictionary: numbers as numbers ("three dollars and fifty cents") and, where that differs, figure by
/// figure. Sentences are told apart by punctuation.
std::vector<Sentence> readings(std::string_view text);
/// The first of the two.
std::vector<Sentence> reading(std::string_view text);

/// A language model of these sentences, trigrams with absolute discounting, as ARPA writes it. @see
/// https://www.speech.sri.com/projects/srilm/manpages/ngram-format.5.html
std::string arpa_model(const std::vector<Sentence>& sentences);

}  // namespace antiphon::pocketsphinx
