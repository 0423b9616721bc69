#include "antiphon/gateway/stress/stress_test_run.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/base/task_group.hpp"

namespace antiphon::gateway {

namespace {

RandomStream stream_of(std::uint64_t seed, std::size_t number) {
  const auto text = std::to_string(number);
  const std::array<std::string_view, 3> key{"stress", "call", text};
  return {seed, key};
}

std::string kind_of(const Error& error) {
  auto text = std::string(to_string(error.kind()));
  return error.status() ? fmt::format("{} (HTTP {})", text, *error.status()) : text;
}

/// Takes a call out of the set of those under way at the end of its scope.
struct Talking {
  std::set<PlacedCall*>& all;
  PlacedCall* call;
  Talking(std::set<PlacedCall*>& of, PlacedCall* one) : all(of), call(one) { all.insert(call); }
  ~Talking() { all.erase(call); }
  Talking(const Talking&) = delete;
  Talking& operator=(const Talking&) = delete;
};

void note_turns(const CallReport& report, StressCall& call) {
  for (const auto& turn : report.turns) {
    if (turn.response) call.responses.push_back(*turn.response);
    if (turn.interrupted) ++call.barge_ins;
  }
  call.unanswered = call.lines - std::min(call.lines, call.responses.size());
}

void note_failure(const CallReport& report, StressCall& call) {
  if (!report.error.empty()) {
    call.error = report.error, call.error_kind = "broke off";
  } else if (report.turns.size() < call.lines) {
    call.error_kind = fmt::format("ended early ({})", report.reason.empty() ? "no reason" : report.reason);
    call.error = fmt::format("the gateway ended the call before line {}: {}", report.turns.size() + 1, report.reason);
  } else if (call.unanswered > 0) {
    const auto first = std::ranges::find_if_not(report.turns, &CallTurn::answered) - report.turns.begin();
    call.error = fmt::format("line {} was not answered", first + 1), call.error_kind = "not answered";
  }
}

}  // namespace

StressTestRun::StressTestRun(Runtime& runtime, StressPlan plan, Dial dial, std::function<void(const StressCall&)> on_call)
    : runtime_(runtime), clock_(runtime.clock), plan_(std::move(plan)), dial_(std::move(dial)), on_call_(std::move(on_call)) {}

void StressTestRun::stop() {
  stopped_ = true;
  for (auto* call : talking_) call->hang_up();
  changed_.beat();
}

Task<StressReport> StressTestRun::run() {
  began_ = clock_.now();
  report_.seed = plan_.seed;
  std::vector<Task<>> all;
  if (plan_.rate)
    for (std::size_t number = 1; number <= plan_.calls; ++number) all.push_back(arrive(number));
  else
    for (std::size_t i = 0; i < std::min(plan_.calls, plan_.at_once > 0 ? plan_.at_once : plan_.calls); ++i) all.push_back(work());
  co_await at_once(std::move(all));
  report_.took = clock_.now() - began_;
  std::ranges::sort(report_.calls, {}, &StressCall::number);
  co_return std::move(report_);
}

Task<> StressTestRun::wait_until(Clock::Time due) {
  const ScopedAlarm alarm(clock_, due, [this] { changed_.beat(); });
  while (!stopped_ && clock_.now() < due) co_await changed_.wait();
}

/// One call at its time. Where too many go on it has to wait, and that counts as its own time.
Task<> StressTestRun::arrive(std::size_t number) {
  const auto jitter = std::chrono::duration_cast<Duration>(stream_of(plan_.seed, number).uniform() * plan_.jitter);
  const auto due = began_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(static_cast<double>(number - 1) / *plan_.rate)) + jitter;
  co_await wait_until(due);
  while (!stopped_ && plan_.at_once > 0 && active_ >= plan_.at_once) co_await changed_.wait();
  if (!stopped_) co_await place(number, due);
}

/// One call after the other.
Task<> StressTestRun::work() {
  while (!stopped_ && begun_ < plan_.calls) {
    const auto number = ++begun_;
    const auto due = clock_.now() + std::chrono::duration_cast<Duration>(stream_of(plan_.seed, number).uniform() * plan_.jitter);
    co_await wait_until(due);
    if (!stopped_) co_await place(number, due);
  }
}

Task<> StressTestRun::place(std::size_t number, Clock::Time due) {
  StressCall call{.number = number, .due = due - began_, .lines = plan_.lines.size()};
  auto random = stream_of(plan_.seed, number);
  (void)random.uniform();  // its jitter
  const bool cuts_in = random.uniform() < plan_.barge_in;
  ++active_;
  std::unique_ptr<net::WebSocket> socket;
  try {
    socket = co_await dial_(number, Deadline::after(clock_, plan_.dial_limit));
  } catch (const Error& error) {
    call.error = error.message(), call.error_kind = kind_of(error), call.remedy = error.hint();
    call.unanswered = call.lines;
  }
  if (socket) {
    call.connected = clock_.now() - due;
    co_await talk(call, std::move(socket), cuts_in);
  }
  --active_;
  changed_.beat();
  if (!stopped_) finish(std::move(call));
}

Task<> StressTestRun::talk(StressCall& call, std::unique_ptr<net::WebSocket> socket, bool cuts_in) {
  CallPlan plan{.steps = plan_.lines, .patience = plan_.patience};
  if (cuts_in) plan.interrupt_after = plan_.barge_in_after;
  PlacedCall placed(runtime_, std::move(plan), {.late = [this](Duration late) { report_.frame_lateness.push_back(late); }});
  const Talking talking(talking_, &placed);
  if (stopped_) placed.hang_up();
  const auto report = co_await placed.run(std::move(socket));
  call.call_id = report.call_id;
  note_turns(report, call);
  note_failure(report, call);
}

void StressTestRun::finish(StressCall call) {
  if (on_call_) on_call_(call);
  report_.calls.push_back(std::move(call));
}

}  // namespace antiphon::gateway
