#pragma once

#include <optional>
#include <vector>

#include "antiphon/agent/participant.hpp"

namespace antiphon {

/// Whose turn it is (SCN-1, contracts.md §2): inside a turn user, agent, judge; within a role, in list order. Pure bookkeeping.
class TurnOrder {
 public:
  explicit TurnOrder(std::vector<Role> seats) : seats_(std::move(seats)), spent_(seats_.size(), true) {}

  int turn() const { return turn_; }
  /// Opens the next turn: everybody is due again.
  void begin_turn();

  /// The seat that speaks for `role` by script: roles before it lose their say in this turn; where it has had its own, a new turn begins.
  /// nullopt when nobody plays the role; its place in the turn is used up all the same.
  std::optional<std::size_t> claim(Role role);
  /// The next seat that is due in the running turn; nullopt when all have spoken.
  std::optional<std::size_t> next_due();
  /// Nobody speaks any more in the running turn; one that does not count never was.
  void close_turn(bool counts) { next_role_ = 3, turn_ -= counts ? 0 : 1; }
  /// Judges were asked by script: they have no further say in this turn.
  void judged();

 private:
  std::optional<std::size_t> first_unspent(Role role) const;
  bool anybody(Role role) const;

  std::vector<Role> seats_;
  std::vector<bool> spent_;
  int turn_ = 0;
  int next_role_ = 3;  // index of the first role that may still speak; 3: the turn is over
};

}  // namespace antiphon
