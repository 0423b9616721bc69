#include "antiphon/gateway/evaluation/scenario_file.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "antiphon/base/document_reader.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::string_view keys_of_a_telephone = "0123456789*#ABCD";
constexpr std::string_view example = "- {name: order status, turns: [{user: Where is my order?, expect_tool: order_status}]}";

/// Reads one file; its mistakes are kept together.
class ScenarioReader {
 public:
  std::vector<EvaluationScenario> read(const Node& root) {
    std::vector<EvaluationScenario> scenarios;
    if (!root.is_sequence()) {
      const bool is_suite = root.find("antiphon") != nullptr;
      reader_.report(root, is_suite ? "this is a suite and no list of scenarios for an evaluation" : "an evaluation is a list of scenarios",
                     is_suite ? "run it with `antiphon run`" : "write for example " + std::string(example));
    } else if (root.items.empty()) {
      reader_.report(root, "there is no scenario in this list, and nothing is no success", "write for example " + std::string(example));
    }
    for (const auto& item : root.items) scenarios.push_back(read_scenario(item));
    if (!reader_.problems().empty()) throw Problems(std::move(reader_.problems()));
    return scenarios;
  }

 private:
  EvaluationScenario read_scenario(const Node& node) {
    DocumentFields fields(reader_, node, "a scenario", example);
    EvaluationScenario scenario{.where = node.where};
    if (!fields.is_mapping()) return scenario;
    if (fields.require("name", "name: order status")) scenario.name = fields.text("name").value_or("");
    scenario.caller_id = fields.text("caller_id").value_or(scenario.caller_id);
    scenario.locale = fields.text("locale").value_or("");
    scenario.authenticated = fields.boolean("authenticated").value_or(true);
    if (const auto* turns = fields.require("turns", "turns: [{user: hello}]")) read_turns(*turns, scenario);
    fields.finish();
    return scenario;
  }

  void read_turns(const Node& node, EvaluationScenario& scenario) {
    if (!node.is_sequence() || node.items.empty())
      return reader_.report(node, "a scenario has one turn at least", "write `turns: [{user: Where is my order?}]`");
    for (const auto& item : node.items) scenario.turns.push_back(read_turn(item));
  }

  EvaluationTurn read_turn(const Node& node) {
    DocumentFields fields(reader_, node, "a turn", "{user: Where is my order?, expect_tool: order_status}");
    EvaluationTurn turn{.where = node.where};
    if (!fields.is_mapping()) return turn;
    turn.user = fields.text("user").value_or("");
    if (const auto* keys = fields.get("keys")) turn.keys = read_keys(*keys);
    if (trim(turn.user).empty() == turn.keys.empty())
      reader_.report(node, "in a turn the caller either says something or presses keys", "write `user: …`, or `keys: \"1234\"`");
    turn.wait = fields.boolean("wait").value_or(true);
    // The reference's files have null for "any or none".
    if (const auto* tool = fields.get("expect_tool"); tool && !tool->is_null()) turn.expect_tool = read_tool(*tool);
    turn.expect_no_tool = fields.boolean("expect_no_tool").value_or(false);
    if (turn.expect_no_tool && turn.expect_tool) reader_.report(node, "it expects a tool and none", "keep one of them");
    turn.expect_escalation = fields.boolean("expect_escalation");
    turn.contains = read_texts(fields, "contains");
    turn.not_contains = read_texts(fields, "not_contains");
    turn.reference = fields.text("reference").value_or("");
    fields.finish();
    return turn;
  }

  std::optional<std::string> read_tool(const Node& node) {
    if (!node.as_number() && !node.as_bool()) return reader_.text(node, "expect_tool");
    reader_.report(node, fmt::format("expect_tool has to be the name of a tool, and {} is {}", node.text, node.as_bool() ? "a truth value" : "a number"),
                   "write for example `expect_tool: order_status`; a tool of that very name in quotes");
    return std::nullopt;
  }

  std::string read_keys(const Node& node) {
    const auto keys = reader_.text(node, "keys").value_or("");
    if (keys.empty() || keys.find_first_not_of(keys_of_a_telephone) != std::string::npos)
      reader_.report(node, quote(keys) + " are no keys of a telephone", "they are 0-9, *, # and A-D, in quotes: \"1234#\"");
    return keys;
  }

  std::vector<std::string> read_texts(DocumentFields& fields, std::string_view key) {
    const auto* node = fields.get(key);
    if (!node) return {};
    if (node->is_sequence()) return reader_.texts(*node, key).value_or(std::vector<std::string>{});
    const auto text = reader_.text(*node, key);
    if (text && text->empty()) reader_.report(*node, "an empty text is in every answer", "say what the answer holds");
    return text ? std::vector<std::string>{*text} : std::vector<std::string>{};
  }

  DocumentReader reader_;
};

}  // namespace

std::vector<EvaluationScenario> parse_evaluation(std::string_view text, const std::string& file) {
  const auto root = parse_document(text, file);
  return ScenarioReader().read(root);
}

std::vector<EvaluationScenario> read_evaluation(const std::vector<std::string>& files) {
  std::vector<EvaluationScenario> all;
  std::vector<Problem> problems;
  for (const auto& file : files) {
    try {
      const auto root = read_document(file);
      std::ranges::move(ScenarioReader().read(root), std::back_inserter(all));
    } catch (const Problems& of_file) {
      problems.insert(problems.end(), of_file.list().begin(), of_file.list().end());
    }
  }
  if (!problems.empty()) throw Problems(std::move(problems));
  return all;
}

}  // namespace antiphon::gateway
