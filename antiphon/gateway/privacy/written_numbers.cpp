#include "antiphon/gateway/privacy/written_numbers.hpp"

#include <array>
#include <optional>
#include <string>

#include "antiphon/base/pii/find.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t shortest_card = 13, longest_card = 19;

bool is_figure(char c) { return c >= '0' && c <= '9'; }

struct Group {
  std::size_t begin = 0, end = 0;  ///< bytes
};

/// The length of the sign between two groups, 0 where there is none that groups figures. Blanks may be those of a line that does not break.
std::size_t joint_at(std::string_view text, std::size_t at) {
  static constexpr std::array<std::string_view, 9> joints{" - ", " ", "-", ".", "\u00A0", "\u202F", "\u2010", "\u2011", "\u2013"};
  for (const auto joint : joints)
    if (text.substr(at).starts_with(joint) && at + joint.size() < text.size() && is_figure(text[at + joint.size()])) return joint.size();
  return 0;
}

/// Groups of figures from `at` on that only signs between figures part.
std::vector<Group> row_at(std::string_view text, std::size_t at) {
  std::vector<Group> row;
  for (;;) {
    auto end = at;
    while (end < text.size() && is_figure(text[end])) ++end;
    row.push_back({at, end});
    const auto joint = joint_at(text, end);
    if (joint == 0) return row;
    at = end + joint;
  }
}

class Row {
 public:
  Row(std::string_view text, const std::vector<Group>& groups) : text_(text), groups_(groups) {}

  void find(std::vector<WrittenNumber>& found) const {
    for (std::size_t first = 0; first < groups_.size();) {
      const auto number = longest_from(first);
      if (!number) {
        ++first;
        continue;
      }
      found.push_back({number->kind, groups_[first].begin, groups_[number->last].end});
      first = number->last + 1;
    }
  }

 private:
  struct Found {
    WrittenNumber::Kind kind;
    std::size_t last;  ///< group
  };

  std::optional<Found> longest_from(std::size_t first) const {
    std::optional<Found> found;
    std::string digits;
    for (auto last = first; last < groups_.size() && digits.size() <= longest_card; ++last) {
      digits += text_.substr(groups_[last].begin, groups_[last].end - groups_[last].begin);
      if (is_card(digits))
        found = Found{WrittenNumber::Kind::card, last};
      else if (!found && is_ssn(digits, first, last))
        found = Found{WrittenNumber::Kind::ssn, last};
      else if (!found && is_phone(digits, first, last))
        found = Found{WrittenNumber::Kind::phone, last};
    }
    return found;
  }

  static bool is_card(std::string_view digits) {
    return digits.size() >= shortest_card && digits.size() <= longest_card && digits.find_first_not_of('0') != std::string_view::npos &&
           pii::passes_luhn(digits);
  }

  /// Groups of just these sizes, or no groups at all.
  bool is_grouped(std::size_t first, std::size_t last, const std::array<std::size_t, 3>& sizes) const {
    if (first == last) return true;
    if (last - first != 2) return false;
    for (std::size_t i = 0; i < sizes.size(); ++i)
      if (groups_[first + i].end - groups_[first + i].begin != sizes.at(i)) return false;
    return true;
  }

  bool is_ssn(std::string_view digits, std::size_t first, std::size_t last) const {
    if (digits.size() != 9 || !is_grouped(first, last, {3, 2, 4})) return false;
    return digits[0] != '9' && digits.substr(0, 3) != "000" && digits.substr(0, 3) != "666" && digits.substr(3, 2) != "00" && digits.substr(5) != "0000";
  }
  bool is_phone(std::string_view digits, std::size_t first, std::size_t last) const {
    return digits.size() == 10 && digits[0] >= '2' && digits[3] >= '2' && is_grouped(first, last, {3, 3, 4});
  }

  std::string_view text_;
  const std::vector<Group>& groups_;
};

}  // namespace

std::vector<WrittenNumber> written_numbers(std::string_view text) {
  std::vector<WrittenNumber> found;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_figure(text[at])) {
      ++at;
      continue;
    }
    const auto groups = row_at(text, at);
    Row(text, groups).find(found);
    at = groups.back().end;
  }
  return found;
}

}  // namespace antiphon::gateway
