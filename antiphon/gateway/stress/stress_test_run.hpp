#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "antiphon/base/pulse.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/client/placed_call.hpp"
#include "antiphon/gateway/stress/stress_report.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::gateway {

/// Many calls and what they do (GTW-61).
struct StressPlan {
  std::size_t calls = 10;
  std::size_t at_once = 0;       ///< at most; 0: all
  std::optional<double> rate{};  ///< calls that begin per second, whatever becomes of those before them; unset: one begins where another has ended
  Duration jitter{std::chrono::milliseconds(200)};   ///< most that a call begins behind its time
  std::vector<CallStep> lines{};                     ///< said one after the other, each once the last was answered
  double barge_in = 0.15;                            ///< share of calls that cut into the answers: 0 to 1
  Duration barge_in_after{std::chrono::seconds(1)};  ///< of an answer
  Duration patience{std::chrono::seconds(15)};       ///< for an answer to begin
  Duration dial_limit{std::chrono::seconds(10)};
  std::uint64_t seed = 0;
};

/// Places real calls, over whatever `dial` opens, and measures them from when each was meant to begin. One executor; used once.
class StressTestRun {
 public:
  /// Opens the connection of a call; numbers count from 1. @throws Error.
  using Dial = std::function<Task<std::unique_ptr<net::WebSocket>>(std::size_t number, Deadline deadline)>;

  StressTestRun(Runtime& runtime, StressPlan plan, Dial dial, std::function<void(const StressCall&)> on_call = {});

  /// All calls, or those that had ended where `stop` was called; `target` and `tool_faults` are for others to fill in.
  Task<StressReport> run();
  /// Begins no other call and hangs up those under way; from any task of the executor.
  void stop();
  bool stopped() const { return stopped_; }

 private:
  Task<> arrive(std::size_t number);
  Task<> work();
  Task<> place(std::size_t number, Clock::Time due);
  Task<> talk(StressCall& call, std::unique_ptr<net::WebSocket> socket, bool cuts_in);
  Task<> wait_until(Clock::Time due);
  void finish(StressCall call);

  Runtime& runtime_;
  Clock& clock_;
  StressPlan plan_;
  Dial dial_;
  std::function<void(const StressCall&)> on_call_;
  StressReport report_;
  Clock::Time began_{0};
  std::size_t begun_ = 0, active_ = 0;
  std::set<PlacedCall*> talking_;
  bool stopped_ = false;
  Pulse changed_;
};

}  // namespace antiphon::gateway
