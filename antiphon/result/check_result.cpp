#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/result/check_phrases.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

namespace {

constexpr std::size_t sentence_limit = 110, expected_limit = 56;

std::string text_of(const json::value& value, std::size_t limit) {
  if (value.is_null()) return "nothing";
  return value.is_string() ? quote(cut(value.get_string(), limit)) : preview(value, limit);
}

// A check may state what it wants as a bare value or under the key its suite file uses.
const json::value& wanted(const json::value& expected, std::string_view key) {
  const auto* member = find(expected, key);
  return member ? *member : expected;
}

std::string speaker(const json::value& expected) {
  const auto role = find_string(expected, "role").value_or("assistant");
  return role == "user" ? "the user" : role == "any" ? "somebody" : "the agent";
}

std::string names(const json::value& value, std::string_view nothing) {
  if (!value.is_array()) return value.is_null() ? std::string(nothing) : preview(value, expected_limit);
  std::vector<std::string> list;
  for (const auto& item : value.get_array()) list.push_back(find_string(item, "name").value_or(item.is_string() ? preview(item) : json::serialize(item)));
  return list.empty() ? std::string(nothing) : join(list, ", ");
}

std::string call(const json::value& value) {
  const auto name = find_string(value, "name").value_or(value.is_string() ? preview(value) : "a tool");
  const auto* arguments = find(value, "arguments");
  return arguments && !arguments->is_null() ? name + " " + preview(*arguments, expected_limit) : name;
}

std::string calls(const json::value& value) {
  if (!value.is_array()) return value.is_null() ? "no call" : call(value);
  std::vector<std::string> list;
  for (const auto& item : value.get_array()) list.push_back(call(item));
  return list.empty() ? "no call" : join(list, ", ");
}

std::string wanted_call(const json::value& expected) {
  const auto times = find_number(expected, "times");
  return times ? fmt::format("{} calls of {}", *times, call(expected)) : "a call of " + call(expected);
}

std::string count_limits(const json::value& expected) {
  std::vector<std::string> parts;
  if (const auto low = find_number(expected, "at_least")) parts.push_back(fmt::format("at least {}", *low));
  if (const auto high = find_number(expected, "at_most")) parts.push_back(fmt::format("at most {}", *high));
  return (parts.empty() ? preview(expected, expected_limit) : join(parts, " and ")) + " turns";
}

std::string number(const json::value& object, std::string_view key) { return fmt::format("{:.2f}", find_number(object, key).value_or(0)); }

Phrases similar(const CheckResult& check) {
  const auto& expected = check.expected;
  auto wish = fmt::format("{} to say something like {}", speaker(expected), text_of(wanted(expected, "to"), 22));
  if (find(expected, "at_least")) wish += fmt::format(" ({})", number(expected, "at_least"));
  if (!check.found.is_object()) return {std::move(wish), check.found.is_null() ? "nothing" : ""};
  return {std::move(wish), fmt::format("{} by {}", number(check.found, "similarity"), find_string(check.found, "embedding").value_or("?"))};
}

std::string spoken(const json::value& found) {
  if (found.is_null()) return "nothing";
  const auto* text = find(found, "text");
  return find_string(found, "language").value_or("no language that can be told") + (text ? ": " + text_of(*text, 50) : "");
}

std::string personal_data(const json::value& expected) {
  constexpr std::size_t most_named = 3;
  const auto& kinds = wanted(expected, "absent");
  return kinds.is_array() && kinds.get_array().size() <= most_named ? names(kinds, "personal data") : "personal data";
}

std::string findings(const json::value& found) {
  if (!found.is_array()) return found.is_null() ? "nothing said" : "";
  std::vector<std::string> list;
  for (const auto& item : found.get_array()) list.push_back(find_string(item, "kind").value_or("?") + " " + find_string(item, "value").value_or("?"));
  return join(list, ", ");
}

Phrases phrases(const CheckResult& check) {
  const auto& kind = check.kind;
  const auto said = [&](std::string_view verb, std::string_view key) {
    return Phrases{fmt::format("{} {} {}", speaker(check.expected), verb, text_of(wanted(check.expected, key), expected_limit)), ""};
  };
  if (kind == "contains") return said("to say", "text");
  if (kind == "not_contains") return said("not to say", "text");
  if (kind == "equals") return said("to say exactly", "text");
  if (kind == "regex") return said("to match", find(check.expected, "pattern") ? "pattern" : "text");
  if (kind == "json_schema") return {speaker(check.expected) + " to answer by the schema", ""};
  if (kind == "similar") return similar(check);
  if (kind == "language") return {speaker(check.expected) + " to speak " + text_of(wanted(check.expected, "language"), 20), spoken(check.found)};
  if (kind == "pii") return {speaker(check.expected) + " to say no " + personal_data(check.expected), findings(check.found)};
  if (kind == "tool_called") return {wanted_call(check.expected), calls(check.found)};
  if (kind == "tool_not_called") return {"no call of " + call(check.expected), calls(check.found)};
  if (kind == "tool_order") return {"calls in the order " + names(check.expected, "none"), names(check.found, "no call")};
  if (kind == "turns") return {count_limits(check.expected), text_of(check.found, 40)};
  if (kind == "latency") return {"answers with " + phrase::limits(check.expected), phrase::measured(check.found, check.expected)};
  if (kind == "completed") return {"answers for " + names(check.expected, "nothing"), names(check.found, "none")};
  if (auto of_a_call = phrases_of_call(check)) return *std::move(of_a_call);
  return {check.expected.is_null() ? kind : kind + " " + text_of(check.expected, expected_limit), ""};
}

// A check of the caller's own need not say what it looked for: then its name has to do.
bool says_nothing(const CheckResult& check) { return check.expected.is_null() && check.found.is_null(); }

}  // namespace

std::string CheckResult::sentence() const {
  const auto [wish, fact] = phrases(*this);
  if (const auto why = find_string(found, "undecided"); why && inconclusive)
    return cut(fmt::format("not decided ({}): {}: {}", antiphon::to_string(*inconclusive), kind, *why), sentence_limit);
  auto text = inconclusive ? fmt::format("not decided ({}): ", antiphon::to_string(*inconclusive)) : std::string();
  if (says_nothing(*this) && wish == kind) return cut(text + kind + (passed ? " holds" : " does not hold"), sentence_limit);
  text += fmt::format("expected {}; found ", wish);
  constexpr std::size_t quotes = 2, least = 20;
  text += fact.empty() ? text_of(found, std::max(least, sentence_limit - std::min(sentence_limit, text.size() + quotes))) : fact;
  return cut(text, sentence_limit);
}

}  // namespace antiphon
