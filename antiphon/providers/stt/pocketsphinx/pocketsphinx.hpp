#pragma once

#include <string>
#include <vector>

#include "antiphon/providers/speech/registry.hpp"

namespace antiphon::pocketsphinx {

/// Where the package pocketsphinx-en-us, or `pocketsphinx-en-us` below ANTIPHON_MODELS, lies. @throws Error configuration, saying how to install it.
std::string model_folder();

/// The phrases themselves; one that is the path of a file stands for its lines. @throws Error io for a file that cannot be read.
std::vector<std::string> phrases_in(const std::vector<std::string>& phrases);

struct WordsKnown {
  std::size_t words = 0;               ///< of the text, numbers read out
  std::vector<std::string> unknown{};  ///< those that the dictionary lacks, each as often as it stands there
  /// 0 to 1 (`oov_rate`).
  double unknown_rate() const { return words > 0 ? static_cast<double>(unknown.size()) / static_cast<double>(words) : 0; }
};

/// Which words of a text the recogniser can never hear: the dictionary does not have them or, where there are phrases, they are in none of these.
/// @throws Error configuration, io.
WordsKnown words_known(const std::string& text, const std::vector<std::string>& phrases = {});

/// `pocketsphinx`: with phrases a language model of their words alone, else the one for English at large, which mishears a word in four.
SpeechRegistry::EarProvider provider();

}  // namespace antiphon::pocketsphinx
