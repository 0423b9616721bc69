#pragma once

#include <span>

namespace antiphon::minilm {

struct CodeRange {
  char32_t first, last;
};
struct BasePair {
  char32_t accented, base;
};

/// All sorted, of the basic multilingual plane.
std::span<const CodeRange> marks_table();        ///< Mn: accents that stand after their letter
std::span<const CodeRange> punctuation_table();  ///< P*, beyond ASCII
std::span<const BasePair> bases_table();         ///< a letter with its marks taken off (NFD), where one letter is left

}  // namespace antiphon::minilm
