#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/scenario/users/agenda.hpp"

namespace antiphon::agenda {

/// What an agent's reply wants from a user, as far as words tell.
struct Heard {
  std::vector<std::string> asked;      ///< known slots that it asks for, in its order
  std::vector<std::string> confirmed;  ///< known slots whose right value stands in a question
  std::vector<std::string> wrong;      ///< known slots that it states with another value
  bool asks_unknown = false;           ///< asks for something the user has never heard of
};
Heard listen(std::string_view reply, const Agenda& agenda);

/// The words in `reply` that answer a requested slot; nullopt where it does not.
/// @throws Error too_large when a pattern reaches its match limit.
std::optional<std::string> answer_in(const std::string& reply, const std::string& slot, const SlotAnswer& answer);

}  // namespace antiphon::agenda
