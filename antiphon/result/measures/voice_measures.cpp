#include "antiphon/result/measures/voice_measures.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace antiphon {

std::string_view to_string(UserTurnOutcome outcome) {
  switch (outcome) {
    case UserTurnOutcome::answered: return "answered";
    case UserTurnOutcome::silent: return "silent";
    case UserTurnOutcome::held: return "held";
    case UserTurnOutcome::overlapped: return "overlapped";
    case UserTurnOutcome::folded: return "folded";
    case UserTurnOutcome::not_sent: return "not_sent";
    case UserTurnOutcome::undecided: return "undecided";
  }
  return "";
}

std::string_view to_string(AgentTurnKind kind) {
  switch (kind) {
    case AgentTurnKind::answer: return "answer";
    case AgentTurnKind::re_prompt: return "re_prompt";
    case AgentTurnKind::own_initiative: return "own_initiative";
  }
  return "";
}

std::array<std::size_t, latency_edges_s.size() + 1> latency_histogram(const std::vector<double>& seconds) {
  std::array<std::size_t, latency_edges_s.size() + 1> counts{};
  for (const double value : seconds) ++counts.at(static_cast<std::size_t>(std::ranges::upper_bound(latency_edges_s, value) - latency_edges_s.begin()));
  return counts;
}

std::optional<Latency> spoken_latency(std::vector<double> seconds) {
  if (seconds.empty()) return std::nullopt;
  std::ranges::sort(seconds);
  const auto n = seconds.size();
  const auto at = [&](std::size_t percent) { return seconds[((n - 1) * percent + 99) / 100]; };
  const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  return Latency{.n = n,
                 .p50 = std::midpoint(seconds[(n - 1) / 2], seconds[n / 2]),
                 .p95 = at(95),
                 .p99 = at(99),
                 .max = seconds.back(),
                 .average = sum / static_cast<double>(n)};
}

}  // namespace antiphon
