#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace antiphon::gateway {

/// A number in figures that may be somebody's.
struct WrittenNumber {
  enum class Kind { card, ssn, phone } kind = Kind::card;
  std::size_t begin = 0, end = 0;  ///< bytes
};

/// Finds more than `pii::find` is sure of: groups of figures with single blanks, dashes or dots between them that make up 13 to 19 digits with a right
/// check digit, whoever issued them; nine digits in the ranges of a social security number; ten in those of a North American telephone number; all
/// three also with no sign between, and beside letters. In order, without overlaps. Linear in the text.
std::vector<WrittenNumber> written_numbers(std::string_view text);

}  // namespace antiphon::gateway
