#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "antiphon/result/statistics.hpp"

namespace antiphon {

/// What of two results may differ all the same; otherwise they are refused.
enum class Tolerated { suite, caller, seed, jobs, clock, missing };
std::optional<Tolerated> tolerated_from(std::string_view name);

struct CompareOptions {
  double least_effect = 0.05;      ///< of a pass rate, 0..1
  double least_slowdown = 0.10;    ///< of a latency, relative to before
  double least_slowdown_s = 0.02;  ///< and absolute
  bool strict = false;             ///< every scenario that got worse is a regression
  std::set<Tolerated> tolerated{};
};

/// From the gravest on.
enum class Change { lost, regressed, worse, added, better, same, undecided };
std::string_view to_string(Change change);

/// One scenario in both results, its repeats together.
struct ScenarioChange {
  std::string id{};
  Change change = Change::same;
  std::optional<Share> before{}, after{};  ///< of the decided runs; nullopt: nothing decided
  std::string why{};                       ///< for people; empty where figures say it all
};

/// A latency of the agent over all answers, with intervals by drawing calls (runs) anew.
struct LatencyChange {
  std::string name{};  ///< p50, p95
  Estimate before{}, after{};
  bool regressed = false;
};

/// Two results of one suite, the older first (PRD-22).
struct Comparison {
  std::vector<ScenarioChange> scenarios{};  ///< gravest first, then in the order of the files
  std::size_t paired = 0;                   ///< scenarios decided in both
  std::size_t worse = 0, better = 0;        ///< among them
  std::string test{};                       ///< `mcnemar`, `resampling` or empty where there is nothing to pair
  double p_value = 1;                       ///< of McNemar's test
  Estimate difference{};                    ///< of pass rates, after - before, mean over the paired scenarios; interval for `resampling`
  bool significant = false;                 ///< worse, and by at least the least effect
  std::vector<LatencyChange> latencies{};
  std::vector<std::string> notices{};  ///< what the reader should know

  bool regression() const;
};

/// @throws Error usage when these cannot be compared, naming every reason.
Comparison compare(const BatchResult& before, const BatchResult& after, const CompareOptions& options = {});
json::object to_json(const Comparison& comparison);

}  // namespace antiphon
