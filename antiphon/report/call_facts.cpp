#include "antiphon/report/call_facts.hpp"

#include "antiphon/base/text.hpp"
#include "antiphon/report/outcome_lines.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon {

namespace {

// A strip is about this many pixels wide.
constexpr double pieces = 150;

json::array spans(const std::vector<VoicedSpan>& voiced, double gap_s) {
  json::array list;
  for (const auto& span : voiced) {
    const auto start = to_seconds(span.start), end = to_seconds(span.end);
    if (!list.empty() && start - list.back().at(1).as_double() < gap_s)
      list.back().as_array()[1] = end;
    else
      list.push_back(json::array{start, end});
  }
  return list;
}

}  // namespace

double call_began_s(const ScenarioResult& result) {
  if (!result.call) return 0;
  const auto began = [&](const auto& pieces_of_it) -> std::optional<double> {
    for (const auto& piece : pieces_of_it)
      if (piece.message && *piece.message < result.timings.size()) return result.timings[*piece.message].start_s - to_seconds(piece.start);
    return std::nullopt;
  };
  const auto by_turns = began(result.call->turns);
  return by_turns ? *by_turns : began(result.call->utterances).value_or(0);
}

json::value call_lanes(const ScenarioResult& result) {
  if (!result.call) return nullptr;
  const auto duration_s = to_seconds(result.call->duration);
  const auto at = failed_at(result);
  return {{"duration_s", duration_s},
          {"user", spans(result.call->user_voiced, duration_s / pieces)},
          {"agent", spans(result.call->agent_voiced, duration_s / pieces)},
          {"failed_s", at ? json::value(*at - call_began_s(result)) : json::value(nullptr)}};
}

}  // namespace antiphon
