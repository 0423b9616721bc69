#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/random.hpp"

namespace antiphon::agenda {

/// What a user can do with one breath; `slot` and `value` where the act is about one.
struct Act {
  enum class Kind { open, inform, request, ask_again, correct, affirm, dont_know, bye, give_up } kind;
  std::string slot;
  std::string value;
};

/// `request(status)`, `bye`: the name under which wordings are looked up.
std::string name_of(const Act& act);
/// `order_number` as it is said: "order number".
std::string spoken(std::string_view slot);

/// Turns acts into lines. Own wordings of the exact act win, then of its kind, then the built-in ones; never the same line three times.
class Phrasings {
 public:
  Phrasings(std::map<std::string, std::vector<std::string>> own, std::string goal, RandomStream random)
      : own_(std::move(own)), goal_(std::move(goal)), random_(random) {}

  std::string line(const std::vector<Act>& acts);

 private:
  std::string phrase(const Act& act);
  const std::vector<std::string>& choices(const Act& act) const;
  std::string fill(std::string_view pattern, const Act& act) const;

  std::map<std::string, std::vector<std::string>> own_;
  std::string goal_;
  RandomStream random_;
  std::map<std::string, std::string> last_;  ///< wording by act, so that neighbours differ
  std::map<std::string, int> said_;          ///< lines
};

/// The built-in wordings of a kind.
const std::vector<std::string>& built_in(Act::Kind kind);

}  // namespace antiphon::agenda
