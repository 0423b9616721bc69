#include "antiphon/cli/call/call_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::cli {

namespace {

std::int64_t in_ms(Duration duration) { return std::chrono::round<std::chrono::milliseconds>(duration).count(); }

json::value in_ms(const std::optional<Duration>& duration) { return duration ? json::value(in_ms(*duration)) : json::value(nullptr); }

json::value or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

json::object turn_json(const gateway::CallTurn& turn, const CallFacts& facts) {
  json::object object{{"say", turn.step.say},
                      {"answer", turn.answer()},
                      {"answer_source", facts.answer_source},
                      {"heard_by_agent", or_null(turn.heard_by_agent)},
                      {"response_ms", in_ms(turn.response)},
                      {"audio_s", to_seconds(audio::duration_of(turn.sound.size()))},
                      {"interrupted", turn.interrupted}};
  if (!turn.step.dtmf.empty()) object["dtmf"] = turn.step.dtmf;
  return object;
}

}  // namespace

json::object call_json(const gateway::CallReport& report, const CallFacts& facts) {
  json::array turns;
  for (const auto& turn : report.turns) turns.push_back(turn_json(turn, facts));
  json::value close = nullptr;
  if (report.closed) close = json::object{{"code", report.closed->code}, {"reason", report.reason.empty() ? report.closed->reason : report.reason}};
  return {{"schema", "antiphon.call/1"},
          {"url", facts.url},
          {"call_id", or_null(report.call_id)},
          {"connected_ms", in_ms(facts.connected)},
          {"greeting", {{"first_audio_ms", in_ms(report.greeting_after)}, {"text", report.greeting.answer()}}},
          {"turns", std::move(turns)},
          {"close", std::move(close)},
          {"error", or_null(report.error)},
          {"recording", or_null(facts.recording)}};
}

std::string call_summary(const gateway::CallReport& report, std::size_t planned) {
  std::vector<double> waited;
  for (const auto& turn : report.turns)
    if (turn.response) waited.push_back(to_seconds(*turn.response));
  std::ranges::sort(waited);
  auto text = fmt::format("{} of {} answered", waited.size(), std::max(planned, report.turns.size()));
  if (planned > report.turns.size()) text += fmt::format(" ({} not said: the call was over)", planned - report.turns.size());
  if (!waited.empty()) text += fmt::format(", response p50 {:.2f} s, longest {:.2f} s", waited[(waited.size() - 1) / 2], waited.back());
  if (report.closed) text += fmt::format("; closed with {}{}", report.closed->code, report.reason.empty() ? "" : " " + report.reason);
  return text + "\n";
}

}  // namespace antiphon::cli
