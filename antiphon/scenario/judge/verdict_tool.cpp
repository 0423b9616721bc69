#include "antiphon/scenario/judge/verdict_tool.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/judge/forced_answer.hpp"
#include "antiphon/scenario/judge/judge.hpp"

namespace antiphon {

namespace {

json::object criterion_schema(const std::string& criterion) {
  auto schema = closed_object({
      {"requirement", string_schema("what the criterion asks for, in your own words")},
      {"reasoning", string_schema("what in the conversation speaks for or against it")},
      {"status", json::object{{"type", "string"}, {"enum", json::array{"passed", "failed", "inconclusive"}}}},
      {"evidence", json::object{{"type", "array"},
                                {"items", json::object{{"type", "integer"}, {"minimum", 0}}},
                                {"description", "the [numbers] of the messages that this rests on"}}},
  });
  schema["description"] = criterion;
  return schema;
}

[[noreturn]] void malformed(const std::string& what) { throw Error(ErrorKind::protocol, what); }

CriterionStatus status_from(const json::value& value, const std::string& key) {
  if (value.is_bool()) return value.get_bool() ? CriterionStatus::passed : CriterionStatus::failed;
  const auto word = value.is_string() ? lower(value.get_string()) : std::string();
  if (word == "passed" || word == "true") return CriterionStatus::passed;
  if (word == "failed" || word == "false") return CriterionStatus::failed;
  if (word == "inconclusive") return CriterionStatus::inconclusive;
  malformed(fmt::format("criteria.{}.status is {}; allowed are passed, failed, inconclusive", key, preview(value, 60)));
}

std::vector<int> evidence_from(const json::value* value, const std::string& key, std::size_t messages) {
  std::vector<int> indices;
  if (!value || value->is_null()) return indices;
  if (!value->is_array()) malformed(fmt::format("criteria.{}.evidence is {}; a list of message numbers is wanted", key, preview(*value, 60)));
  for (const auto& item : value->get_array()) {
    if (!item.is_int64() && !item.is_uint64()) malformed(fmt::format("criteria.{}.evidence holds {}; message numbers are wanted", key, preview(item, 60)));
    const auto index = item.to_number<std::int64_t>();
    if (index < 0 || static_cast<std::size_t>(index) >= messages)
      throw Error(ErrorKind::invalid_input, fmt::format("the judge rests its verdict on message {}, and the conversation has {} (0 to {})", index, messages,
                                                        messages == 0 ? 0 : messages - 1));
    indices.push_back(static_cast<int>(index));
  }
  return indices;
}

CriterionResult criterion_from(const json::value& raw, const std::string& criterion, const std::string& key, std::size_t messages) {
  const auto answer = unwrapped(raw);
  CriterionResult result{.criterion = criterion};
  if (!answer.is_object()) {
    result.status = status_from(answer, key);
    return result;
  }
  const auto* status = find(answer, "status");
  if (!status) malformed(fmt::format("criteria.{} has no status", key));
  result.requirement = find_string(answer, "requirement").value_or("");
  result.reasoning = find_string(answer, "reasoning").value_or("");
  result.status = status_from(*status, key);
  result.evidence = evidence_from(find(answer, "evidence"), key, messages);
  return result;
}

}  // namespace

Tool finish_test_tool(const std::vector<std::string>& criteria) {
  const auto keys = criterion_keys(criteria);
  json::object properties;
  for (std::size_t i = 0; i < keys.size(); ++i) properties[keys[i]] = criterion_schema(criteria[i]);
  return {
      .name = "finish_test",
      .description = "Gives the verdict: an answer for every criterion.",
      .parameters = closed_object({{"reasoning", string_schema("the verdict in two or three sentences")}, {"criteria", closed_object(std::move(properties))}})};
}

std::vector<Tool> decision_tools() {
  const auto nothing = closed_object({});
  return {{.name = "continue_test", .description = "The conversation goes on: too little is known yet.", .parameters = nothing},
          {.name = "make_verdict", .description = "Enough is known: the verdict can be given now.", .parameters = nothing}};
}

ParsedVerdict parse_verdict(const ToolCall& call, const std::vector<std::string>& criteria, std::size_t messages) {
  const auto arguments = unwrapped(call.parsed_arguments());
  if (!arguments.is_object()) malformed("the arguments of finish_test are no object: " + preview(arguments, 80));
  const auto* listed = find(arguments, "criteria");
  if (!listed) malformed("finish_test has no criteria");
  const auto answers = unwrapped(*listed);
  if (!answers.is_object()) malformed("criteria of finish_test is no object: " + preview(answers, 80));
  ParsedVerdict parsed{.verdict = {.reasoning = find_string(arguments, "reasoning").value_or("")}, .missing = {}};
  const auto keys = criterion_keys(criteria);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (const auto* answer = find(answers, keys[i])) {
      parsed.verdict.criteria.push_back(criterion_from(*answer, criteria[i], keys[i], messages));
      continue;
    }
    parsed.missing.push_back(criteria[i]);
    parsed.verdict.criteria.push_back({.criterion = criteria[i], .reasoning = "the judge gave no answer for it, asked twice", .party = Party::judge});
  }
  return parsed;
}

}  // namespace antiphon
