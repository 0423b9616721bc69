#pragma once

#include <string>
#include <variant>

#include "antiphon/result/result.hpp"

namespace antiphon {

struct RunStarted {
  std::string id;
  std::string label;  ///< short prefix for verbose lines, such as `booking:41`
};
struct MessageAdded {
  std::string id;
  std::string label;
  Message message;
  MessageTiming timing;
};
struct VerdictGiven {
  std::string id;
  std::string label;
  Verdict verdict;
  double time_s = 0;
};
/// A check of the script was looked at, while the conversation goes on. Those of the whole run stand in its result.
struct CheckEvaluated {
  std::string id;
  std::string label;
  CheckResult check;
  double time_s = 0;
};
/// An auditing model said whose fault it was that a run did not pass.
struct FaultAudited {
  std::string id;
  std::string label;
  Fault fault;
  double time_s = 0;
};
/// An attempt that ended and is followed by another one.
struct AttemptFinished {
  const ScenarioResult& result;
};
struct RunFinished {
  const ScenarioResult& result;
};

using RunEvent = std::variant<RunStarted, MessageAdded, VerdictGiven, CheckEvaluated, FaultAudited, AttemptFinished, RunFinished>;

/// Hears what happens while runs are under way. Called from the threads that run scenarios, several at once; must return quickly and not throw.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void add(const RunEvent& event) = 0;
};

}  // namespace antiphon
