#pragma once

#include "antiphon/result/call_record.hpp"
#include "antiphon/scenario/checks/check.hpp"

namespace antiphon {

/// What a step of the script says should come of one turn of our user (VOX-93).
struct ExpectedTurn {
  std::size_t utterance = 0;
  Expectation expect = Expectation::respond;
  int line = 0;  ///< of the step, in the suite file
};

/// Whether it came. `scope` has the call and its measures.
///
/// `respond`: an answer after our user has finished. `stop`: the agent, which was speaking, falls silent within `stop_window`. `ignore`: it goes on speaking
/// for longer than a second or, where it was silent, says nothing for 2 s. What we did not bring about is undecided, and never the agent's fault.
CheckResult evaluate(const ExpectedTurn& expected, const CheckScope& scope);

}  // namespace antiphon
