#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/document.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/latency_distribution.hpp"
#include "antiphon/base/regex.hpp"
#include "antiphon/providers/llm/rules/text_template.hpp"

namespace antiphon::rules {

/// `2`, `"= 2"`, `">= 2"`, `"> 2"`, `"<= 2"`, `"< 2"`, `"!= 2"`.
struct TurnTest {
  enum class Comparison { equal, unequal, less, at_most, more, at_least } comparison = Comparison::equal;
  int turn = 0;

  static std::optional<TurnTest> parse(std::string_view text);
  bool holds(int actual) const;
};

struct ToolResultTest {
  std::string name;              ///< empty: any tool
  std::optional<Regex> matches;  ///< on the result's text
};

/// Everything that is given must hold.
struct Condition {
  std::optional<Regex> model, system, last, history;
  std::string role;         ///< agent, user or judge; empty: any
  std::string offers_tool;  ///< empty: any
  std::optional<ToolResultTest> tool_result;
  std::optional<TurnTest> turn;
  std::map<std::string, std::string> state;  ///< an unset variable equals ""
};

struct CallTemplate {
  std::string name;
  json::value arguments = json::object{};
  std::optional<TextTemplate> text;  ///< written as text: sent as it is, be it JSON or not
};

/// What goes wrong on purpose.
struct Fault {
  std::optional<int> status;
  std::optional<Duration> retry_after;
  std::optional<std::size_t> cut_after;  ///< bytes of the answer
  std::optional<Duration> stall;         ///< before the answer
};

struct Rule {
  Condition when;
  std::vector<TextTemplate> replies;  ///< one of them, by the seed
  std::vector<CallTemplate> tool_calls;
  bool calls_forced_tool = false;               ///< `tool_calls: forced`: the tool that the request forces, filled by its schema
  std::map<std::string, std::string> criteria;  ///< status by criterion text or key, and `default`
  std::optional<LatencyDistribution> latency;
  std::optional<Fault> fault;
  std::map<std::string, TextTemplate> set;
  Location where;
};

/// A rules file (contracts.md §7), checked and compiled. Immutable, shared by all who answer by it. Thread safe.
struct RulesFile {
  std::string path;
  std::vector<Rule> rules;
  std::map<std::string, std::string, std::less<>> environment;  ///< values of `{{env.NAME}}`, read once

  bool keeps_state() const;
};

using Environment = std::function<std::optional<std::string>(std::string_view)>;
/// Of this process.
std::optional<std::string> process_environment(std::string_view name);

/// @throws Problems with every mistake: syntax, unknown keys (with the nearest known one), wrong types, bad expressions, unknown names in
/// templates, unset environment variables without a default.
std::shared_ptr<const RulesFile> parse_rules(std::string_view text, const std::string& file, const Environment& environment = process_environment);
std::shared_ptr<const RulesFile> read_rules(const std::string& file, const Environment& environment = process_environment);

}  // namespace antiphon::rules
