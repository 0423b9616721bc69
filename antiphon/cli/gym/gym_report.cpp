#include "antiphon/cli/gym/gym_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::cli {

namespace {

/// What a stranger sends is shown, not obeyed.
std::string one_line(std::string text) {
  for (auto& byte : text)
    if (static_cast<unsigned char>(byte) < ' ' || byte == '\x7f') byte = ' ';
  return text;
}

std::string shown(const std::optional<std::string>& text) { return text && !text->empty() ? one_line(*text) : "(audio only)"; }

std::string timing(const gym::AgentMessage& message) {
  if (!message.latency_ms) return {};
  auto text = fmt::format("  (after {} ms", *message.latency_ms);
  if (message.ttfab_ms) text += fmt::format(", heard after {} ms", *message.ttfab_ms);
  return text + ")";
}

}  // namespace

json::object gym_json(const GymOutcome& outcome) {
  auto transcript = gym::to_json(outcome.log);
  json::object line{{"schema", "antiphon.gym/1"}};
  for (auto& member : transcript) line[member.key()] = std::move(member.value());
  line["folder"] = outcome.log.folder.empty() ? json::value(nullptr) : json::value(outcome.log.folder);
  line["judgment"] = outcome.judgment_json;
  line["error"] = outcome.log.end.is_regular() ? json::value(nullptr) : json::value(outcome.log.end.message);
  if (!outcome.judge_error.empty()) line["error"] = "judge: " + outcome.judge_error;
  return line;
}

std::string gym_turns(const gym::ConversationLog& log) {
  std::string text;
  for (std::size_t i = static_cast<std::size_t>(log.first_turn); i < log.turns.size(); ++i) {
    const auto& turn = log.turns[i];
    if (turn.user_message) text += fmt::format("{:>3} user   {}\n", turn.turn_number, shown(turn.user_message->text));
    if (turn.agent_message)
      text += fmt::format("{:>3} agent  {}{}\n", turn.turn_number, shown(turn.agent_message->text), timing(*turn.agent_message));
    else
      text += fmt::format("{:>3} agent  (nothing)\n", turn.turn_number);
  }
  for (const auto& problem : log.problems) text += fmt::format("    note   {}\n", one_line(problem));
  return text;
}

std::string gym_summary(const GymOutcome& outcome) {
  const auto& log = outcome.log;
  auto text = fmt::format("{}: {} {}, {:.2f} s", log.conversation_id.empty() ? "no conversation" : one_line(log.conversation_id), log.stats.total_turns,
                          log.stats.total_turns == 1 ? "turn" : "turns", log.stats.duration_seconds);
  if (log.stats.avg_latency_ms) text += fmt::format(", latency {} ms on average", *log.stats.avg_latency_ms);
  if (log.stats.avg_ttfab_ms) text += fmt::format(", first audio {} ms", *log.stats.avg_ttfab_ms);
  text += fmt::format("; {}{}\n", log.end.reason, log.end.is_regular() ? "" : ": " + one_line(log.end.message));
  if (outcome.judgment) text += fmt::format("judge: {}  {}\n", outcome.judgment->overall_pass ? "PASS" : "FAIL", one_line(outcome.judgment->reasoning));
  if (!outcome.judge_error.empty()) text += fmt::format("judge: {}\n", one_line(outcome.judge_error));
  if (!log.folder.empty()) text += fmt::format("kept in {}\n", log.folder);
  return text;
}

}  // namespace antiphon::cli
