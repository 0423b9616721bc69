#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "antiphon/providers/tts/flite/text_analysis.hpp"
#include "antiphon/providers/tts/hibari/lexicon.hpp"

namespace antiphon::hibari {

/// More than these are computed in several goes: the time grows faster than the length.
inline constexpr std::size_t most_phonemes = 400;

/// The sounds of words in misaki's letters, with the marks that the network knows and one at the end.
std::string phonemes_of(const std::vector<flite::Word>& words, const Lexicon& lexicon);

/// The letters-to-sounds of flite in misaki's letters.
std::string phonemes_by_rule(const flite::Word& word);

/// The numbers by which the network knows the letters of its alphabet.
class PhonemeIds {
 public:
  /// @param json an object of letter to number. @throws Error configuration.
  explicit PhonemeIds(std::string_view json);
  /// Letters that the network does not know are left out. Cut at spaces, `most_phonemes` each at most; none is empty.
  std::vector<std::vector<std::int64_t>> of(std::string_view phonemes) const;

 private:
  std::map<char32_t, std::int64_t> ids_;
  std::int64_t space_ = 0;
};

}  // namespace antiphon::hibari
