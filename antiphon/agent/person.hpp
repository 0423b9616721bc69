#pragma once

#include <optional>
#include <string>

#include "antiphon/agent/participant.hpp"

namespace antiphon {

/// What a person is told when it is their turn.
struct Cue {
  Runtime& runtime;   ///< of the run that asks; a read that blocks belongs on its pool, where virtual time stands still
  std::string label;  ///< the scenario's id
  Role role = Role::user;
  int turn = 1;
};

/// What a person decides before a participant speaks (SCN-71).
struct Intervention {
  enum class Kind {
    let,      ///< the participant speaks
    say,      ///< `text` stands in its place; the participant is not asked
    run_on,   ///< it speaks, and nobody is asked any more in this run
    succeed,  ///< ends the run as `succeed` does, with `text` as the reason
    fail,     ///< ends the run as `fail` does
  } kind = Kind::let;
  std::string text{};
};

/// A person who takes part in runs: plays a participant, or goes through a run step by step. Whoever runs scenarios hands one in; asked by one
/// run at a time, one question at a time.
class Person {
 public:
  virtual ~Person() = default;
  /// What they say in a role that they play; nullopt: their input has ended.
  virtual Task<std::optional<std::string>> say(Cue cue) = 0;
  /// Asked before a participant speaks, in a run that is gone through step by step.
  virtual Task<Intervention> step(Cue cue) = 0;
  /// Returns when they want to hang up, in a call in which they speak through a microphone. Asked, and cancelled, at each of their turns.
  virtual Task<> hang_up(Cue cue);
};

}  // namespace antiphon
