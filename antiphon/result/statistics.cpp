#include "antiphon/result/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "antiphon/base/random.hpp"

namespace antiphon {

namespace {

constexpr double z95 = 1.959963984540054;  // 97.5th percentile of the normal distribution
constexpr std::size_t resamples = 10'000;
constexpr std::uint64_t resampling_seed = 1979;  // fixed: the same results compare the same way tomorrow

// Repeats carry the first attempt's word on the agent, whatever retries made of it.
RunOutcome first_outcome(const ScenarioResult& result) {
  for (const auto& attempt : result.earlier)
    if (!attempt.replaced) return attempt.outcome;
  return result.outcome;
}

RepeatedScenario& find_scenario(RepeatSummary& summary, std::map<std::string, std::size_t>& index, const std::string& id) {
  const auto [place, is_new] = index.emplace(id, summary.scenarios.size());
  if (is_new) summary.scenarios.push_back({.id = id});
  return summary.scenarios[place->second];
}

void complete(RepeatedScenario& scenario) {
  if (scenario.n == 0) return;
  scenario.pass_rate = wilson(static_cast<double>(scenario.passed), scenario.n);
  for (std::size_t k = 1; k <= scenario.n; ++k) scenario.pass_hat.push_back(pass_hat(scenario.n, scenario.passed, k));
}

json::value share_json(const Share& share) { return {{"value", share.value}, {"interval", json::array{share.low, share.high}}, {"n", share.n}}; }

}  // namespace

// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927: stays inside 0..1 and holds for small n.
Share wilson(double successes, std::size_t n) {
  const double count = static_cast<double>(n), p = successes / count, z2 = z95 * z95;
  const double middle = p + z2 / (2 * count), half = z95 * std::sqrt(std::max(0.0, p * (1 - p)) / count + z2 / (4 * count * count)), scale = 1 + z2 / count;
  // At its ends middle and half are the same, but for rounding.
  return {.value = p, .low = p <= 0 ? 0.0 : std::max(0.0, (middle - half) / scale), .high = p >= 1 ? 1.0 : std::min(1.0, (middle + half) / scale), .n = n};
}

double pass_hat(std::size_t n, std::size_t c, std::size_t k) {
  double share = 1;
  for (std::size_t i = 0; i < k; ++i) {
    if (c <= i) return 0;
    share *= static_cast<double>(c - i) / static_cast<double>(n - i);
  }
  return share;
}

double mcnemar_exact(std::size_t worse, std::size_t better) {
  const auto n = worse + better, few = std::min(worse, better);
  if (n == 0) return 1;
  const auto count = static_cast<double>(n);
  double tail = 0;
  for (std::size_t i = 0; i <= few; ++i) {
    const auto chosen = static_cast<double>(i);
    tail += std::exp(std::lgamma(count + 1) - std::lgamma(chosen + 1) - std::lgamma(count - chosen + 1) - count * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

Estimate resampled(std::size_t clusters, const std::function<double(const std::vector<std::size_t>&)>& figure) {
  std::vector<std::size_t> drawn(clusters);
  std::iota(drawn.begin(), drawn.end(), 0);
  Estimate estimate{.value = figure(drawn)};
  RandomStream stream(resampling_seed);
  std::vector<double> all(resamples);
  for (auto& one : all) {
    for (auto& index : drawn) index = stream.below(clusters);
    one = figure(drawn);
  }
  std::sort(all.begin(), all.end());
  estimate.low = all[resamples / 40 - 1], estimate.high = all[resamples - resamples / 40];
  return estimate;
}

Estimate resampled_mean(const std::vector<double>& values) {
  return resampled(values.size(), [&](const std::vector<std::size_t>& drawn) {
    double sum = 0;
    for (const auto index : drawn) sum += values[index];
    return sum / static_cast<double>(drawn.size());
  });
}

RepeatSummary summarize_repeats(const std::vector<ScenarioResult>& results) {
  RepeatSummary summary;
  std::map<std::string, std::size_t> index;
  std::size_t most = 0;
  for (const auto& result : results) {
    auto& scenario = find_scenario(summary, index, without_repeat(result.id, result.repeat));
    ++scenario.runs;
    summary.repeated = summary.repeated || result.repeat > 1;
    const auto outcome = first_outcome(result);
    if (result.not_run || (outcome != RunOutcome::passed && outcome != RunOutcome::failed)) continue;
    most = std::max(most, ++scenario.n);
    if (outcome == RunOutcome::passed) ++scenario.passed;
  }
  for (auto& scenario : summary.scenarios) complete(scenario);
  for (std::size_t k = 1; k <= most; ++k) {
    double sum = 0;
    std::size_t n = 0;
    for (const auto& scenario : summary.scenarios)
      if (scenario.n >= k) sum += scenario.pass_hat[k - 1], ++n;
    summary.pass_hat.push_back({.k = k, .share = wilson(sum, n)});
  }
  return summary;
}

json::object to_json(const RepeatSummary& summary) {
  json::array scenarios, shares;
  for (const auto& scenario : summary.scenarios)
    scenarios.push_back({{"id", scenario.id},
                         {"runs", scenario.runs},
                         {"decided", scenario.n},
                         {"passed", scenario.passed},
                         {"pass_rate", scenario.n ? share_json(scenario.pass_rate) : json::value(nullptr)},
                         {"pass_hat", json::array(scenario.pass_hat.begin(), scenario.pass_hat.end())}});
  for (const auto& of : summary.pass_hat) {
    auto share = share_json(of.share);
    share.get_object().emplace("k", of.k);
    shares.push_back(std::move(share));
  }
  json::object object{{"pass_at_1", shares.empty() ? json::value(nullptr) : json::value(shares.front())}};
  object.emplace("pass_hat", std::move(shares));
  object.emplace("scenarios", std::move(scenarios));
  return object;
}

}  // namespace antiphon
