#include <algorithm>

#include "antiphon/base/text.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon::checks {

namespace {

constexpr std::size_t shown_calls = 20;

struct SeenCall {
  const ToolCall* call;
  std::size_t message;  ///< that made it
  json::value arguments;
  bool malformed = false;
};

SeenCall seen(const ToolCall& call, std::size_t message) {
  if (trim(call.arguments).empty()) return {&call, message, json::object{}};
  if (auto arguments = try_parse_json(call.arguments)) return {&call, message, std::move(*arguments)};
  return {&call, message, json::string(repair_utf8(call.arguments)), true};
}

std::vector<SeenCall> all_calls(const CheckScope& scope) {
  std::vector<SeenCall> calls;
  for (std::size_t i = 0; i < scope.messages.size(); ++i)
    for (const auto& call : scope.messages[i].tool_calls()) calls.push_back(seen(call, i));
  return calls;
}

std::vector<SeenCall> calls_of(std::string_view name, std::vector<SeenCall> calls) {
  std::erase_if(calls, [&](const SeenCall& call) { return call.call->name != name; });
  return calls;
}

json::object shown(const SeenCall& call) {
  json::object object{{"name", call.call->name}, {"arguments", call.arguments}};
  if (call.malformed) object["malformed"] = true;
  return object;
}

json::array shown(const std::vector<SeenCall>& calls) {
  json::array list;
  for (const auto& call : calls)
    if (list.size() < shown_calls) list.push_back(shown(call));
  return list;
}

bool matches(const SeenCall& call, const std::optional<json::value>& wanted) { return !wanted || (!call.malformed && json_includes(call.arguments, *wanted)); }

// {argument: {expected, found}} for each one that is not as wanted; found is left out where it is missing.
json::object differences(const SeenCall& call, const json::value& wanted) {
  json::object differs;
  if (!wanted.is_object() || call.malformed) return differs;
  for (const auto& [name, value] : wanted.get_object()) {
    const auto* there = find(call.arguments, name);
    if (there && json_includes(*there, value)) continue;
    json::object difference{{"expected", value}};
    if (there) difference["found"] = *there;
    differs[name] = std::move(difference);
  }
  return differs;
}

json::array shown_with_differences(const std::vector<SeenCall>& calls, const std::optional<json::value>& wanted) {
  auto list = shown(calls);
  for (std::size_t i = 0; wanted && i < list.size(); ++i)
    if (auto differs = differences(calls[i], *wanted); !differs.empty()) list[i].get_object()["differs"] = std::move(differs);
  return list;
}

// The call that comes closest to what was wanted; of equals the last.
std::size_t nearest_message(const std::vector<SeenCall>& calls, const std::optional<json::value>& wanted) {
  const auto distance = [&](const SeenCall& call) { return call.malformed ? SIZE_MAX : wanted ? differences(call, *wanted).size() : 0; };
  const SeenCall* best = &calls.front();
  for (const auto& call : calls)
    if (distance(call) <= distance(*best)) best = &call;
  return best->message;
}

json::object expectation(const ToolCalledCheck& check) {
  json::object expected{{"name", check.name}};
  if (check.arguments) expected["arguments"] = *check.arguments;
  if (check.times) expected["times"] = *check.times;
  return expected;
}

}  // namespace

CheckResult evaluate(const ToolCalledCheck& check, const CheckScope& scope) {
  CheckResult result{.expected = expectation(check)};
  const auto all = all_calls(scope);
  const auto named = calls_of(check.name, all);
  std::vector<SeenCall> matching;
  std::copy_if(named.begin(), named.end(), std::back_inserter(matching), [&](const SeenCall& call) { return matches(call, check.arguments); });
  result.passed = check.times ? matching.size() == static_cast<std::size_t>(*check.times) : !matching.empty();
  if (result.passed || !matching.empty()) {
    result.found = shown(matching);
    if (!matching.empty()) place(result, scope, matching.front().message);
  } else if (!named.empty()) {
    result.found = shown_with_differences(named, check.arguments);
    place(result, scope, nearest_message(named, check.arguments));
  } else if (!all.empty()) {
    result.found = shown(all);  // other tools: which one was taken instead?
    place(result, scope, all.back().message);
  }
  return result;
}

CheckResult evaluate(const ToolNotCalledCheck& check, const CheckScope& scope) {
  const auto calls = calls_of(check.name, all_calls(scope));
  CheckResult result{.passed = calls.empty(), .expected = json::object{{"name", check.name}}, .found = shown(calls)};
  if (!calls.empty()) place(result, scope, calls.front().message);
  return result;
}

CheckResult evaluate(const ToolOrderCheck& check, const CheckScope& scope) {
  CheckResult result{.expected = json::array(check.names.begin(), check.names.end())};
  json::array names;
  std::size_t next = 0;
  for (const auto& call : all_calls(scope)) {
    names.emplace_back(call.call->name);
    if (next == check.names.size() || call.call->name != check.names[next]) continue;
    ++next;
    place(result, scope, call.message);
  }
  result.passed = next == check.names.size();
  if (!names.empty()) result.found = std::move(names);
  return result;
}

}  // namespace antiphon::checks
