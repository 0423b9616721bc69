#include "antiphon/scenario/engine/turn_order.hpp"

#include <algorithm>

namespace antiphon {

namespace {
constexpr int roles = 3;
}

void TurnOrder::begin_turn() {
  ++turn_;
  next_role_ = 0;
  std::fill(spent_.begin(), spent_.end(), false);
}

std::optional<std::size_t> TurnOrder::first_unspent(Role role) const {
  for (std::size_t i = 0; i < seats_.size(); ++i)
    if (seats_[i] == role && !spent_[i]) return i;
  return std::nullopt;
}

bool TurnOrder::anybody(Role role) const { return std::find(seats_.begin(), seats_.end(), role) != seats_.end(); }

std::optional<std::size_t> TurnOrder::claim(Role role) {
  const int wanted = static_cast<int>(role);
  if (next_role_ > wanted || (anybody(role) && !first_unspent(role))) begin_turn();
  next_role_ = wanted;
  const auto seat = first_unspent(role);
  if (seat)
    spent_[*seat] = true;
  else
    next_role_ = wanted + 1;
  return seat;
}

void TurnOrder::judged() {
  for (std::size_t i = 0; i < seats_.size(); ++i)
    if (seats_[i] == Role::judge) spent_[i] = true;
}

std::optional<std::size_t> TurnOrder::next_due() {
  for (; next_role_ < roles; ++next_role_) {
    const auto seat = first_unspent(static_cast<Role>(next_role_));
    if (!seat) continue;
    spent_[*seat] = true;
    return seat;
  }
  return std::nullopt;
}

}  // namespace antiphon
