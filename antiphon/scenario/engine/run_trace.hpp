#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

/// The spans of a run: the scenario, below it its turns, below them the calls of its participants, which add theirs (OBS-1). One trace per run.
class RunTrace {
 public:
  /// Records nothing where `on` is false. `scenario` says what the run is called; the clock is used until the run is destroyed.
  RunTrace(bool on, const Clock& clock, std::uint64_t seed, const std::string& scenario_id);
  ~RunTrace();
  RunTrace(const RunTrace&) = delete;
  RunTrace& operator=(const RunTrace&) = delete;

  const std::shared_ptr<trace::Recorder>& recorder() const { return recorder_; }
  void begin(const ScenarioResult& identity, const std::string& run_id, const std::string& thread_id);
  /// A participant takes its seat; in the order of the seats. What it does is recorded in the scope. nullptr: nothing is.
  std::shared_ptr<trace::Scope> seat(Role role, const std::string& name);
  /// Records a call of that seat while it is awaited; begins the turn where it is new.
  Task<AgentReply> call(std::size_t seat, int turn, Task<AgentReply> work);
  /// The seat's newest call brought forth the messages from `begin` up to `end`.
  void produced(std::size_t seat, std::size_t begin, std::size_t end);
  /// Judges are no longer shown what brought forth the messages from `size` on (SCN-20).
  void rolled_back(std::size_t size);
  /// The run's audit begins, beside its turns. @return where the auditor's calls are recorded; nullptr: nothing is.
  std::shared_ptr<trace::Scope> begin_audit();
  /// Ends it. @param fault what it came to; nullptr: nothing, `why` says why.
  void end_audit(const Fault* fault, const std::string& why);
  void end(RunOutcome outcome, const std::string& reasoning);

 private:
  struct Seat {
    std::string span_name, name;
    Role role = Role::agent;
    std::shared_ptr<trace::Scope> scope{};
    trace::SpanId newest_call{};
  };
  struct Produced {
    trace::SpanId span{};
    std::size_t begin = 0, end = 0;
  };
  static Task<AgentReply> traced(trace::ActiveSpan span, Task<AgentReply> work);

  std::shared_ptr<trace::Recorder> recorder_;
  std::vector<Seat> seats_;
  std::vector<Produced> produced_;
  std::string thread_id_;
  trace::ActiveSpan scenario_, turn_, audit_;
  int turn_number_ = 0;
};

}  // namespace antiphon
