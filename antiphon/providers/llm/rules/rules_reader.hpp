#pragma once

#include <set>
#include <span>

#include "antiphon/providers/llm/rules/rules_file.hpp"

namespace antiphon::rules {

/// Turns a document into rules, collecting every mistake on the way.
class RulesReader {
 public:
  RulesReader(std::string file, const Environment& environment) : environment_(environment) { result_.path = std::move(file); }

  /// @throws Problems.
  std::shared_ptr<const RulesFile> read(const Node& root);

 private:
  Rule read_rule(const Node& node);
  Condition read_condition(const Node& node);
  void read_condition_member(const Node::Member& member, Condition& when);
  std::optional<ToolResultTest> read_tool_result(const Node& node);
  std::vector<TextTemplate> read_replies(const Node& node);
  void read_tool_calls(const Node& node, Rule& rule);
  void read_tool_call(const Node& node, Rule& rule);
  std::map<std::string, std::string> read_criteria(const Node& node);
  std::optional<LatencyDistribution> read_latency(const Node& node);
  std::optional<LatencyDistribution> read_recorded(const Node& list);
  Fault read_fault(const Node& node);
  std::map<std::string, TextTemplate> read_set(const Node& node);

  void refuse(const Location& where, std::string message, std::string hint, std::string underline = "", int width = 1);
  /// Reports members that are not in `allowed`. False where `node` is no mapping, which is reported, too.
  bool check_mapping(const Node& node, std::string_view what, std::span<const std::string> allowed);
  std::optional<Regex> read_regex(const Node& node);
  std::optional<Duration> read_duration(const Node& node);
  std::string read_text(const Node& node, std::string_view what);
  std::optional<TextTemplate> read_template(const Node& node, std::string_view what);
  void note_references(const std::vector<TextTemplate::Reference>& references, const Location& where);
  /// Names in templates can be checked only when all rules are known: `set` may stand in a later one.
  void check_references();

  struct Mention {
    std::string name;
    Location where;
    std::set<std::string> captures;  ///< of the rule in which it stands
  };

  const Environment& environment_;
  RulesFile result_;
  std::vector<Problem> problems_;
  std::vector<Mention> mentions_;
  std::set<std::string> captures_;  ///< of the rule being read
  std::set<std::string> variables_;
  std::size_t first_mention_ = 0;  ///< of the rule being read
};

}  // namespace antiphon::rules
