#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "antiphon/agent/brief.hpp"

namespace antiphon::ledger {

/// A value that identifies something, and the words under which it goes: `A-1007`, {"order"}.
struct Fact {
  std::vector<std::string> names;  ///< lower case
  std::string value;
};

/// Words that name a value by their form: a letter first and two digits at least (`A-1007`), or five digits. No times, dates, prices, quantities.
struct ValueWord {
  std::string text;
  std::size_t begin = 0;
};
std::vector<ValueWord> values_in(std::string_view text);

/// `A-1007` becomes `L-DDDD`.
std::string shape_of(std::string_view value);

/// Facts of a brief: those given as such, and those that its text states as a noun and a value ("order A-1007", "booking number is XK42").
std::vector<Fact> facts_of(const Brief& brief);

}  // namespace antiphon::ledger
