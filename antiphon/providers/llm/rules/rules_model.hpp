#pragma once

#include <map>
#include <memory>
#include <string>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/role_streams.hpp"
#include "antiphon/providers/llm/rules/answer.hpp"

namespace antiphon::rules {

/// A language model made of rules, in this process (SCN-83). It waits on the clock alone, and the same seed gives the same answers and
/// latencies whatever runs beside it. Belongs to one executor.
class RulesModel final : public LanguageModel {
 public:
  RulesModel(std::shared_ptr<const RulesFile> file, std::string name, Clock& clock, std::uint64_t seed, const std::string& scenario_id);

  Task<ChatResponse> complete(ChatRequest request, Deadline deadline) override;
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline deadline) override;
  const std::string& name() const override { return name_; }

 private:
  /// The answer after its latency, without a fault that leaves nothing of it.
  Task<Answer> answer_in_time(ChatRequest request, Deadline deadline);

  std::shared_ptr<const RulesFile> file_;
  std::string name_;
  Clock& clock_;
  RoleStreams choices_;
  RoleStreams timings_;
  std::map<std::pair<std::string, std::string>, State> states_;  ///< by thread and role
};

/// The error that a fault with a status stands for, as a server's reply with it would be.
Error fault_error(const Fault& fault, const std::string& model);

}  // namespace antiphon::rules
