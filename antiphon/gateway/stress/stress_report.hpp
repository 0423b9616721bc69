#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon::gateway {

/// What came of one call of a stress test. Times count from when it was meant to happen, not from when we got round to it.
struct StressCall {
  std::size_t number = 0;  ///< counts from 1
  std::string call_id{};
  Duration due{0};                      ///< since the beginning of the test
  std::optional<Duration> connected{};  ///< due to open; nullopt: it never was
  std::vector<Duration> responses{};    ///< of the turns that were answered
  std::size_t lines = 0;                ///< that were to be said
  std::size_t unanswered = 0;           ///< of them: said and not answered, or never said
  std::size_t barge_ins = 0;            ///< answers that were cut into
  std::string error{};                  ///< why it failed; empty: it did not
  std::string error_kind{};             ///< the same in few words, to be counted
  std::string remedy{};                 ///< what to do about it; empty: nobody knows
};

/// A limit of a stress test: `response_p95=1200ms`, `errors=1%`.
struct StressThreshold {
  std::string name{};  ///< response_p50, _p95, _p99, _avg, connect_p95, generator_lateness_p99; errors
  double most = 0;     ///< milliseconds; of errors a share, 0 to 1
  std::string text{};  ///< as it was given
};
/// `5%` or `0.05`. @throws Error usage, with `what` in front.
double parse_share(const std::string& text, std::string_view what);

/// @throws Error usage, naming what there is.
StressThreshold parse_threshold(const std::string& text);

struct StressReport {
  std::string target{};
  std::uint64_t seed = 0;
  Duration took{0};
  std::vector<StressCall> calls{};            ///< that ended, in order of their numbers
  std::vector<Duration> frame_lateness{};     ///< of our own frames, behind the time at which each was due
  std::optional<json::object> tool_faults{};  ///< where the gateway was started with some

  std::size_t failed() const;
  double error_rate() const;  ///< 0 where nobody called
  std::size_t barge_ins() const;
  std::size_t unanswered() const;
  std::vector<double> responses_ms() const, connects_ms() const, lateness_ms() const;
  /// What a threshold limits; nullopt where nothing was measured.
  std::optional<double> measured(const std::string& name) const;
};

/// Between the two values beside it, as the reference has it: at (n - 1) · p / 100. 0 for none.
double interpolated_percentile(std::span<const double> sorted, double p);

struct StressVerdict {
  StressThreshold threshold;
  std::optional<double> value{};
  bool holds = false;  ///< a value that was not measured holds nothing
};
std::vector<StressVerdict> judge(const StressReport& report, const std::vector<StressThreshold>& thresholds);

/// `antiphon.stress/1` (docs/gateway/evaluate.md).
json::object to_json(const StressReport& report, const std::vector<StressVerdict>& verdicts);

}  // namespace antiphon::gateway
