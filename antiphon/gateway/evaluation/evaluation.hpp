#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/limit.hpp"
#include "antiphon/gateway/config/gateway_config.hpp"
#include "antiphon/gateway/evaluation/evaluated_call.hpp"
#include "antiphon/gateway/server/served_agent.hpp"

namespace antiphon::gateway {

/// The configuration without what an evaluation must not touch: stubs hear and speak, no person is told of a caller, and circuit breakers stay closed, so
/// that no scenario decides over another.
GatewayConfig without_callers(GatewayConfig config);

struct EvaluationOptions {
  std::size_t at_once = 4;  ///< scenarios; at least 1. One after another in virtual time
  EvaluatedCallSettings call{};
  /// Called for each, in the order of the files.
  std::function<void(const ScenarioEvaluation&)> on_result{};
  std::function<void(const std::string& line)> log{};  ///< one line for a person
  /// Looks at a scenario that was played, before it is told: measures what it wants.
  std::function<Task<>(ScenarioEvaluation& result, const SessionState& session)> measure{};
};

/// Plays scenarios against the dialogue of a gateway (GTW-60). One executor; used once.
class Evaluation {
 public:
  /// @param agent has been loaded
  Evaluation(Runtime& runtime, std::shared_ptr<ServedAgent> agent, std::vector<EvaluationScenario> scenarios, EvaluationOptions options = {});

  /// Those that were played, in the order of the files; all, but where `stop` was called. @throws whatever `measure` throws.
  Task<std::vector<ScenarioEvaluation>> run();
  /// Begins no other scenario, and ends those under way without a result.
  void stop() { stopping_->stop(); }
  bool stopped() const { return stopping_->stopped(); }

 private:
  Task<> play_all();
  Task<> work();
  Task<> play(std::size_t index);
  std::string spoken_locale(const std::string& asked) const;
  void tell();

  Runtime& runtime_;
  std::shared_ptr<ServedAgent> agent_;
  std::vector<EvaluationScenario> scenarios_;
  EvaluationOptions options_;
  std::vector<std::optional<ScenarioEvaluation>> results_;
  std::size_t next_ = 0, told_ = 0;
  std::shared_ptr<Stoppable> stopping_ = std::make_shared<Stoppable>();
};

}  // namespace antiphon::gateway
