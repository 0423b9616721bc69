#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon::bench {

/// An agent in this process that answers at once with a line of ordinary length.
inline Task<AgentReply> answer_at_once(AgentInput input) {
  co_return fmt::format("Your order A-1007 has left our warehouse; it should be with you on Thursday. Anything else? ({})", input.turn);
}

/// A simulated user and a judge, both models, against that agent. The stub's criteria.
inline Scenario rehearsal(int number, int turns, const ModelSettings& model) {
  Scenario scenario;
  scenario.name = fmt::format("rehearsal {}", number);
  scenario.description = "A customer waits for a parcel and wants to know when it arrives. The order number is A-1007.";
  scenario.agent = ParticipantSpec(answer_at_once);
  scenario.user = user_simulator();
  scenario.judge = judge_agent(std::vector<std::string>{"polite", "answers"});
  scenario.model = model;
  scenario.max_turns = turns;
  return scenario;
}

inline std::vector<Scenario> rehearsals(int count, int turns, const ModelSettings& model) {
  std::vector<Scenario> list;
  for (int i = 0; i < count; ++i) list.push_back(rehearsal(i, turns, model));
  return list;
}

inline ModelSettings stub_model(const std::string& base_url) {
  ModelSettings settings("openai/stub");
  settings.base_url = base_url;
  settings.key = "none";
  return settings;
}

/// Ends the program when a run did not go as the measurement assumes: figures of failed runs mean nothing.
inline void require_all_passed(const std::vector<ScenarioResult>& results, int turns) {
  for (const auto& result : results) {
    if (result.outcome == RunOutcome::passed && result.turns == turns) continue;
    fmt::print(stderr, "{}: {} turns, {}\n", result.name, result.turns, result.error ? result.error->message : result.reasoning);
    std::exit(1);
  }
}

}  // namespace antiphon::bench
