#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "antiphon/result/result.hpp"

namespace antiphon {

/// A share with its interval, all in 0..1.
using Share = ResultSummary::Rate;

/// Wilson's score interval at 95 %. `successes` may be a sum of shares: their variance is at most that of as many yes-or-no draws, so that the
/// interval is then too wide rather than too narrow. @pre n > 0
Share wilson(double successes, std::size_t n);

/// pass^k: how likely k runs, drawn without replacement from n of which c passed, all passed: C(c, k) / C(n, k). @pre k <= n
double pass_hat(std::size_t n, std::size_t c, std::size_t k);

/// Two-sided p-value of McNemar's exact test: how likely `worse` against `better` changes are when both are equally likely.
double mcnemar_exact(std::size_t worse, std::size_t better);

/// Mean and 95 % percentile interval by drawing `values` anew, with replacement, ten thousand times; the same for the same values. @pre not empty
struct Estimate {
  double value = 0, low = 0, high = 0;
};
Estimate resampled_mean(const std::vector<double>& values);
/// The same for any figure of clusters: `figure` is asked for indices of clusters, drawn with replacement, of which there are `clusters`.
Estimate resampled(std::size_t clusters, const std::function<double(const std::vector<std::size_t>&)>& figure);

/// What came of all runs of one scenario.
struct RepeatedScenario {
  std::string id{};              ///< without a repeat
  std::size_t runs = 0;          ///< of them
  std::size_t n = 0;             ///< decided: first attempts that passed or failed
  std::size_t passed = 0;        ///< of these
  Share pass_rate{};             ///< Wilson over the runs; only where n > 0
  std::vector<double> pass_hat;  ///< pass^1, pass^2, … pass^n
};

/// Figures of a batch in which scenarios were run several times (SCN-104).
struct RepeatSummary {
  std::vector<RepeatedScenario> scenarios{};  ///< in order of first appearance
  struct OfK {
    std::size_t k = 1;
    Share share{};  ///< mean over the scenarios with at least k decided runs; `n` counts these
  };
  std::vector<OfK> pass_hat{};  ///< the first is pass@1

  bool repeated = false;  ///< a scenario was run by `--repeat` or `repeat:`; without, the figures say nothing new
};

/// Retries do not count: a scenario's first attempts tell how reliable the agent is.
RepeatSummary summarize_repeats(const std::vector<ScenarioResult>& results);
json::object to_json(const RepeatSummary& summary);

}  // namespace antiphon
