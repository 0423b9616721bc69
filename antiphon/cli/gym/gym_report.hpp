#pragma once

#include <optional>
#include <string>

#include "antiphon/gym/conversation_log.hpp"
#include "antiphon/gym/criteria_judge.hpp"

namespace antiphon::cli {

/// What is known of one conversation once it is over.
struct GymOutcome {
  gym::ConversationLog log{};
  std::optional<gym::JudgeResult> judgment{};
  json::value judgment_json{};  ///< as in judge_evaluation.json; null: none
  std::string judge_error{};

  bool is_error() const { return !log.end.is_regular() || !judge_error.empty(); }
  bool is_failed() const { return judgment && !judgment->overall_pass; }
};

/// One line of `--json`, `antiphon.gym/1` (docs/guides/gym.md).
json::object gym_json(const GymOutcome& outcome);

/// For people: the turns of this session, then a line of figures.
std::string gym_turns(const gym::ConversationLog& log);
std::string gym_summary(const GymOutcome& outcome);

}  // namespace antiphon::cli
