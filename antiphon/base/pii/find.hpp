#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::pii {

/// What can be looked for, as suites write it: card, email, iban, ip, phone, secret, ssn.
const std::vector<std::string>& known_kinds();

struct Finding {
  std::string_view kind;  ///< one of `known_kinds`
  std::size_t begin = 0;  ///< bytes
  std::size_t end = 0;
};

/// Personal data in a text, in order, without overlaps.
///
/// What has check digits is checked (cards by Luhn and issuer, IBANs by country, length and mod 97), the rest by its shape and its ranges; what
/// merely looks like it (order numbers, dates, versions, amounts) is none. Linear in the text. Thread safe.
std::vector<Finding> find(std::string_view text, std::span<const std::string> kinds);

/// A finding as people may see it: enough to recognise, too little to use.
std::string masked(std::string_view kind, std::string_view value);

// For tests.
bool passes_luhn(std::string_view digits);
bool is_iban(std::string_view letters_and_digits);

}  // namespace antiphon::pii
