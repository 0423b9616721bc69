#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/document.hpp"

namespace antiphon::gateway {

/// What a caller says or presses, and what has to come of it.
struct EvaluationTurn {
  Location where{};
  std::string user{};
  std::string keys{};  ///< pressed instead: 0-9, *, #, A-D
  bool wait = true;    ///< for an answer; false: the next line follows at once, and this one need not be answered
  std::optional<std::string> expect_tool{};
  bool expect_no_tool = false;
  std::optional<bool> expect_escalation{};
  std::vector<std::string> contains{}, not_contains{};  ///< of the answer, ignoring case
  std::string reference{};                              ///< the right answer, in somebody's words, for metrics that compare with it
};

/// One conversation of an evaluation (GTW-60).
struct EvaluationScenario {
  Location where{};
  std::string name{};
  std::string caller_id = "test_user";
  std::string locale{};       ///< empty: the gateway's own
  bool authenticated = true;  ///< as the reference has it; false: the caller has to give the PIN
  std::vector<EvaluationTurn> turns{};
};

/// Reads scenario files (docs/gateway/evaluate.md), YAML or JSON: a list of scenarios each.
/// @throws Problems with every mistake of all files; an empty list is one.
std::vector<EvaluationScenario> read_evaluation(const std::vector<std::string>& files);
std::vector<EvaluationScenario> parse_evaluation(std::string_view text, const std::string& file);

}  // namespace antiphon::gateway
