#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/result/result.hpp"
#include "antiphon/result/statistics.hpp"

namespace antiphon {

/// The matrix variable that says who played the simulated user. `--user-models` sets it; a suite's own matrix may do so, too.
inline constexpr const char* user_model_variable = "user_model";

/// What came of the runs that one user model played.
struct UserModelRate {
  std::string name{};
  ResultSummary counts{};
};

/// How much a suite's result depends on who plays the user (SCN-102): a range in place of a number.
struct Sensitivity {
  std::vector<UserModelRate> models{};   ///< in order of first appearance; over the scenarios that all of them played. Fewer than two: nothing was compared
  std::size_t scenarios = 0;             ///< these, repeats not counted
  std::size_t left_out = 0;              ///< scenarios that only some of the user models played
  std::vector<std::string> dependent{};  ///< ids (of the first user model's run) of scenarios that always passed under one user model and never under another
  struct Range {
    double low = 0, high = 0;  ///< lowest and highest pass rate of a user model
  };
  std::optional<Range> range{};  ///< where at least two have a pass rate
};

Sensitivity user_model_sensitivity(const std::vector<ScenarioResult>& results);
json::object to_json(const Sensitivity& sensitivity);

}  // namespace antiphon
