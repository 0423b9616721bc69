#pragma once

#include <string>
#include <utility>
#include <vector>

namespace antiphon {

/// What a simulated user was told, so that what it says can be held against it (SCN-100). Empty where nobody knows.
struct Brief {
  bool fixed_words = false;                                  ///< says what somebody else wrote (lines, a recording, a person): nothing of it is its own
  std::string rules{};                                       ///< how to behave; never meant to be said
  std::string situation{};                                   ///< what it is about; may be talked of
  std::vector<std::pair<std::string, std::string>> facts{};  ///< slot, value
  std::vector<std::string> heard_by_name{};                  ///< requested slots that count as answered when a reply names their word (the list form)
};

}  // namespace antiphon
