#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gym/conversation_log.hpp"
#include "antiphon/gym/settings.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon::gym {

struct CriterionJudgment {
  int criterion_id = 0;  ///< from 1
  bool passed = false;
};

/// What a judge says of a conversation.
struct JudgeResult {
  std::vector<CriterionJudgment> criteria_results{};
  bool overall_pass = false;  ///< every criterion passed; one that cannot be decided has not
  std::string reasoning{};
  std::string model{};
  std::string evaluated_at{};
};

/// Decides whether an agent met criteria (GYM-6), with the judge of this program: each criterion on its own, by what the transcript shows.
class CriteriaJudge {
 public:
  /// @param model `openai/gpt-5-mini`, `rules/FILE`; empty: as `usual_model` says.
  /// @throws Error configuration without criteria, or with a blank one.
  explicit CriteriaJudge(std::vector<std::string> criteria, ModelSettings model = {}, std::string additional_context = {});

  /// @throws Error configuration where there is no model; provider or judge for what goes wrong with it.
  Task<JudgeResult> evaluate(Runtime& runtime, net::HttpClient& http, ConversationLog log, std::shared_ptr<const ModelRegistry> models = {},
                             Settings::Variables environment = {}) const;
  /// The same, blocking: for callbacks that are no coroutines.
  JudgeResult evaluate(const ConversationLog& log) const;

  /// Writes `judge_evaluation.json` (schema 1.0) into the conversation's folder. @throws Error io.
  void save_results(const JudgeResult& result, const ConversationLog& log) const;
  /// The same, by id and folder of conversations.
  void save_results(const JudgeResult& result, const std::string& conversation_id, const std::string& output_root) const;
  json::object to_json(const JudgeResult& result) const;

  const std::vector<std::string>& criteria() const { return criteria_; }

 private:
  std::vector<std::string> criteria_;
  ModelSettings model_;
  std::string additional_context_;
};

}  // namespace antiphon::gym
