#include "antiphon/providers/llm/rules/rules_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::rules {

namespace {

const std::vector<std::string> file_keys{"rules"};
const std::vector<std::string> rule_keys{"when", "reply", "tool_calls", "criteria", "latency", "fault", "set"};
const std::vector<std::string> when_keys{"model", "system", "role", "last", "history", "tool_result", "offers_tool", "turn", "state"};
const std::vector<std::string> result_keys{"name", "matches"};
const std::vector<std::string> call_keys{"name", "arguments"};
const std::vector<std::string> latency_keys{"p50", "p95"};
const std::vector<std::string> fault_keys{"status", "retry_after", "cut_after", "stall"};
const std::vector<std::string> roles{"agent", "user", "judge", "auditor"};
const std::vector<std::string> statuses{"passed", "failed", "inconclusive"};

// Names of `(?<name>…)`, `(?P<name>…)` and `(?'name'…)`.
std::set<std::string> group_names(std::string_view pattern) {
  static const Regex group(R"(\(\?P?[<']([A-Za-z_]\w*)[>'])");
  std::set<std::string> names;
  while (const auto match = group.search(pattern)) {
    names.insert(match->groups[1]);
    pattern.remove_prefix(match->end);
  }
  return names;
}

bool is_number(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string allowed_list(std::span<const std::string> names) { return "allowed: " + join(names, ", "); }

}  // namespace

void RulesReader::refuse(const Location& where, std::string message, std::string hint, std::string underline, int width) {
  problems_.push_back({.message = std::move(message), .where = where, .hint = std::move(hint), .width = width, .underline = std::move(underline)});
}

bool RulesReader::check_mapping(const Node& node, std::string_view what, std::span<const std::string> allowed) {
  if (!node.is_mapping()) {
    refuse(node.where, fmt::format("{} is no mapping", what), allowed_list(allowed));
    return false;
  }
  for (const auto& member : node.members) {
    if (std::find(allowed.begin(), allowed.end(), member.key) != allowed.end()) continue;
    const auto meant = nearest(member.key, allowed);
    refuse(member.where, fmt::format("unknown key {} in {}", quote(member.key), what), allowed_list(allowed),
           meant ? fmt::format("did you mean {}?", quote(*meant)) : "", static_cast<int>(member.key.size()));
  }
  return true;
}

std::string RulesReader::read_text(const Node& node, std::string_view what) {
  if (node.is_scalar()) return node.text;
  refuse(node.where, fmt::format("{} is no text", what), "write a text");
  return {};
}

std::optional<Regex> RulesReader::read_regex(const Node& node) {
  if (!node.is_scalar()) {
    refuse(node.where, "a regular expression is wanted here", R"(write a text, such as "(?i)order")");
    return std::nullopt;
  }
  try {
    Regex regex(node.text);
    captures_.merge(group_names(node.text));
    return regex;
  } catch (const Error& error) {
    refuse(node.where, error.message(), "backslashes are doubled inside \"…\" and stand alone inside '…'");
    return std::nullopt;
  }
}

std::optional<Duration> RulesReader::read_duration(const Node& node) {
  const auto duration = node.is_scalar() ? parse_duration(node.text) : std::nullopt;
  if (!duration)
    refuse(node.where, fmt::format("{} is no duration", node.is_scalar() ? quote(node.text) : "this"), "write it with its unit, such as 200ms or 2s");
  return duration;
}

std::optional<TextTemplate> RulesReader::read_template(const Node& node, std::string_view what) {
  if (!node.is_scalar()) {
    refuse(node.where, fmt::format("{} is no text", what), "write a text; {{name}} stands for what a pattern captured");
    return std::nullopt;
  }
  TextTemplate text(node.text);
  note_references(text.references(), node.where);
  return text;
}

void RulesReader::note_references(const std::vector<TextTemplate::Reference>& references, const Location& where) {
  for (const auto& reference : references) {
    if (!reference.name.starts_with("env.")) {
      if (!reference.fallback) mentions_.push_back({.name = reference.name, .where = where, .captures = {}});
      continue;
    }
    const auto name = reference.name.substr(4);
    if (auto value = environment_(name))
      result_.environment[name] = std::move(*value);
    else if (!reference.fallback)
      refuse(where, fmt::format("the environment variable {} is not set", name), fmt::format("set it, or write {{{{env.{}|default}}}}", name));
  }
}

void RulesReader::check_references() {
  for (const auto& mention : mentions_) {
    if (is_number(mention.name) || mention.captures.contains(mention.name) || variables_.contains(mention.name)) continue;
    std::vector<std::string> known(mention.captures.begin(), mention.captures.end());
    known.insert(known.end(), variables_.begin(), variables_.end());
    const auto meant = nearest(mention.name, known);
    refuse(mention.where, fmt::format("nothing is called {{{{{}}}}}", mention.name),
           fmt::format("capture it in this rule with (?<{0}>…), `set` it, or write {{{{{0}|default}}}}", mention.name),
           meant ? fmt::format("did you mean {{{{{}}}}}?", *meant) : "");
  }
}

std::optional<ToolResultTest> RulesReader::read_tool_result(const Node& node) {
  if (node.is_scalar()) return ToolResultTest{.name = node.text, .matches = {}};
  if (!check_mapping(node, "tool_result", result_keys)) return std::nullopt;
  ToolResultTest test;
  if (const auto* name = node.find("name")) test.name = read_text(*name, "name");
  if (const auto* matches = node.find("matches")) test.matches = read_regex(*matches);
  return test;
}

void RulesReader::read_condition_member(const Node::Member& member, Condition& when) {
  const auto& [key, place, value] = member;
  if (key == "model") when.model = read_regex(value);
  if (key == "system") when.system = read_regex(value);
  if (key == "last") when.last = read_regex(value);
  if (key == "history") when.history = read_regex(value);
  if (key == "tool_result") when.tool_result = read_tool_result(value);
  if (key == "offers_tool") when.offers_tool = read_text(value, "offers_tool");
  if (key == "role") {
    when.role = read_text(value, "role");
    if (std::find(roles.begin(), roles.end(), when.role) == roles.end())
      refuse(value.where, fmt::format("{} is no role", quote(when.role)), allowed_list(roles));
  }
  if (key == "turn") {
    when.turn = value.is_scalar() ? TurnTest::parse(value.text) : std::nullopt;
    if (!when.turn) refuse(value.where, "turn is no number to compare with", R"(write 2, ">= 2" or "< 3")");
  }
  if (key == "state") {
    if (!value.is_mapping()) return refuse(value.where, "state is no mapping", "write {name: \"value\"}");
    for (const auto& variable : value.members) when.state[variable.key] = read_text(variable.value, "a state");
  }
}

Condition RulesReader::read_condition(const Node& node) {
  Condition when;
  if (!check_mapping(node, "when", when_keys)) return when;
  for (const auto& member : node.members) read_condition_member(member, when);
  return when;
}

std::vector<TextTemplate> RulesReader::read_replies(const Node& node) {
  std::vector<TextTemplate> replies;
  const auto add = [&](const Node& item) {
    if (auto text = read_template(item, "reply")) replies.push_back(std::move(*text));
  };
  if (!node.is_sequence()) {
    add(node);
    return replies;
  }
  for (const auto& item : node.items) add(item);
  if (node.items.empty()) refuse(node.where, "the list of replies is empty", "write at least one");
  return replies;
}

void RulesReader::read_tool_call(const Node& node, Rule& rule) {
  if (node.is_scalar()) {
    rule.tool_calls.push_back({.name = node.text});
    return;
  }
  if (!check_mapping(node, "a tool call", call_keys)) return;
  CallTemplate call;
  if (const auto* name = node.find("name")) call.name = read_text(*name, "name");
  if (call.name.empty()) refuse(node.where, "a tool call without a name", "write {name: lookup_order, arguments: {…}}");
  if (const auto* arguments = node.find("arguments")) {
    if (arguments->is_scalar())
      call.text = read_template(*arguments, "arguments");
    else if (arguments->is_mapping())
      call.arguments = arguments->to_json();
    else
      refuse(arguments->where, "arguments is neither a mapping nor a text", "write {order: \"{{id}}\"}");
    std::vector<TextTemplate::Reference> references;
    collect_references(call.arguments, references);
    note_references(references, arguments->where);
  }
  rule.tool_calls.push_back(std::move(call));
}

void RulesReader::read_tool_calls(const Node& node, Rule& rule) {
  if (node.is_scalar() && node.text == "forced") {
    rule.calls_forced_tool = true;
    return;
  }
  if (!node.is_sequence()) return refuse(node.where, "tool_calls is no list", "write [{name: …, arguments: {…}}], or forced");
  for (const auto& item : node.items) read_tool_call(item, rule);
}

std::map<std::string, std::string> RulesReader::read_criteria(const Node& node) {
  std::map<std::string, std::string> criteria;
  if (!node.is_mapping()) {
    refuse(node.where, "criteria is no mapping", "write {\"text of the criterion\": passed, default: inconclusive}");
    return criteria;
  }
  for (const auto& [key, place, value] : node.members) {
    auto status = read_text(value, "a status");
    if (std::find(statuses.begin(), statuses.end(), status) == statuses.end()) {
      const auto meant = nearest(status, statuses);
      refuse(value.where, fmt::format("{} is no status", quote(status)), allowed_list(statuses), meant ? fmt::format("did you mean {}?", quote(*meant)) : "",
             static_cast<int>(status.size()));
    }
    criteria[key] = std::move(status);
  }
  return criteria;
}

std::optional<LatencyDistribution> RulesReader::read_latency(const Node& node) {
  if (node.is_scalar()) return read_duration(node);
  if (node.is_sequence()) return read_recorded(node);
  if (!check_mapping(node, "latency", latency_keys)) return std::nullopt;
  const auto* p50 = node.find("p50");
  if (!p50) {
    refuse(node.where, "latency without p50", "write {p50: 200ms, p95: 450ms}");
    return std::nullopt;
  }
  LatencyDistribution latency(read_duration(*p50).value_or(Duration(0)));
  if (const auto* p95 = node.find("p95")) {
    latency.p95 = read_duration(*p95).value_or(latency.p50);
    if (latency.p95 < latency.p50) refuse(p95->where, "p95 is below p50", "swap them");
  }
  return latency;
}

std::optional<LatencyDistribution> RulesReader::read_recorded(const Node& list) {
  std::vector<Duration> times;
  for (const auto& each : list.items)
    if (const auto time = read_duration(each)) times.push_back(*time);
  if (list.items.empty()) refuse(list.where, "an empty list of latencies", "write those that were recorded: [180ms, 240ms, 900ms]");
  return LatencyDistribution::of_recorded(std::move(times));
}

Fault RulesReader::read_fault(const Node& node) {
  Fault fault;
  if (!check_mapping(node, "fault", fault_keys)) return fault;
  if (const auto* status = node.find("status")) {
    const auto number = status->as_integer();
    if (!number || *number < 400 || *number > 599) refuse(status->where, "status is no HTTP error", "write a number from 400 to 599");
    fault.status = static_cast<int>(number.value_or(500));
  }
  if (const auto* wait = node.find("retry_after")) fault.retry_after = read_duration(*wait);
  if (const auto* stall = node.find("stall")) fault.stall = read_duration(*stall);
  if (const auto* cut = node.find("cut_after")) {
    const auto bytes = cut->as_integer();
    if (!bytes || *bytes < 0) refuse(cut->where, "cut_after is no number of bytes", "write a number, such as 20");
    fault.cut_after = static_cast<std::size_t>(std::max<std::int64_t>(bytes.value_or(0), 0));
  }
  if (node.members.empty()) refuse(node.where, "an empty fault", allowed_list(fault_keys));
  return fault;
}

std::map<std::string, TextTemplate> RulesReader::read_set(const Node& node) {
  std::map<std::string, TextTemplate> values;
  if (!node.is_mapping()) {
    refuse(node.where, "set is no mapping", "write {name: \"value\"}");
    return values;
  }
  for (const auto& [key, place, value] : node.members) {
    variables_.insert(key);
    if (auto text = read_template(value, "a state")) values.emplace(key, std::move(*text));
  }
  return values;
}

Rule RulesReader::read_rule(const Node& node) {
  Rule rule;
  rule.where = node.where;
  captures_.clear();
  first_mention_ = mentions_.size();
  if (!check_mapping(node, "a rule", rule_keys)) return rule;
  for (const auto& [key, place, value] : node.members) {
    if (key == "when") rule.when = read_condition(value);
    if (key == "reply") rule.replies = read_replies(value);
    if (key == "tool_calls") read_tool_calls(value, rule);
    if (key == "criteria") rule.criteria = read_criteria(value);
    if (key == "latency") rule.latency = read_latency(value);
    if (key == "fault") rule.fault = read_fault(value);
    if (key == "set") rule.set = read_set(value);
  }
  const bool answers = node.find("reply") || node.find("tool_calls") || node.find("criteria") || node.find("fault");
  if (!answers) refuse(node.where, "a rule that answers nothing", "add reply, tool_calls, criteria or fault");
  for (auto i = first_mention_; i < mentions_.size(); ++i) mentions_[i].captures = captures_;
  return rule;
}

std::shared_ptr<const RulesFile> RulesReader::read(const Node& root) {
  if (check_mapping(root, "a rules file", file_keys)) {
    const auto* list = root.find("rules");
    if (!list || !list->is_sequence() || list->items.empty())
      refuse(list ? list->where : root.where, "no list of rules", "write rules: and below it entries such as - reply: Hello");
    else
      for (const auto& node : list->items) result_.rules.push_back(read_rule(node));
  }
  check_references();
  if (!problems_.empty()) throw Problems(std::move(problems_));
  return std::make_shared<const RulesFile>(std::move(result_));
}

}  // namespace antiphon::rules
