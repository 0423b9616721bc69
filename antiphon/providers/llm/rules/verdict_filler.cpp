#include "antiphon/providers/llm/rules/verdict_filler.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::rules {

namespace {

const json::object* criteria_of(const Tool& tool) {
  const auto* criteria = at_pointer(tool.parameters, "/properties/criteria/properties");
  return criteria ? criteria->if_object() : nullptr;
}

std::string text_of(const json::value& property) {
  if (auto text = find_string(property, "description")) return *text;
  const auto* requirement = at_pointer(property, "/properties/requirement");
  if (!requirement) return {};
  for (const auto* key : {"const", "default", "description"})
    if (auto text = find_string(*requirement, key)) return *text;
  return {};
}

const std::string* status_for(std::string_view key, std::string_view text, const std::map<std::string, std::string>& statuses) {
  const auto by = [&](std::string_view wanted) {
    const auto it = std::find_if(statuses.begin(), statuses.end(), [&](const auto& entry) { return lower(trim(entry.first)) == lower(trim(wanted)); });
    return it == statuses.end() ? nullptr : &it->second;
  };
  if (const auto* status = text.empty() ? nullptr : by(text)) return status;
  if (const auto* status = by(key)) return status;
  return by("default");
}

std::string listing(const json::object& verdicts) {
  std::string out;
  for (const auto& [key, verdict] : verdicts)
    out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", std::string_view(key), find_string(verdict, "status").value_or(""));
  return out;
}

}  // namespace

const Tool* verdict_tool(const ChatRequest& request) {
  if (request.tool_choice.mode == ToolChoice::Mode::named) return request.tools.find(request.tool_choice.name);
  if (const auto* tool = request.tools.find("finish_test")) return tool;
  for (const auto& tool : request.tools.tools())
    if (criteria_of(tool)) return &tool;
  return nullptr;
}

std::optional<std::int64_t> newest_agent_index(std::string_view transcript) {
  static const Regex line(R"((?im)^\s*[\[(#]{0,2}(\d{1,6})[\])]?[.:]?\s*[\[(]?(?:assistant|agent)\b)");
  std::optional<std::int64_t> newest;
  while (const auto found = line.search(transcript)) {
    newest = std::stoll(found->groups[1]);
    transcript.remove_prefix(found->end);
  }
  return newest;
}

json::value fill_verdict(const Tool& tool, const std::map<std::string, std::string>& statuses, const Input& input) {
  json::array evidence;
  if (const auto index = newest_agent_index(input.history())) evidence.push_back(*index);
  json::object verdicts;
  if (const auto* criteria = criteria_of(tool))
    for (const auto& [key, property] : *criteria) {
      auto text = text_of(property);
      const auto* status = status_for(key, text, statuses);
      if (!status) continue;
      verdicts.emplace(key, json::object{{"requirement", text.empty() ? std::string(key) : text},
                                         {"reasoning", fmt::format("A rule says {}.", *status)},
                                         {"status", *status},
                                         {"evidence", *status == "inconclusive" ? json::array{} : evidence}});
    }
  auto reasoning = verdicts.empty() ? std::string("No rule names a criterion of this test.") : "By rules: " + listing(verdicts) + ".";
  return json::object{{"reasoning", std::move(reasoning)}, {"criteria", std::move(verdicts)}};
}

}  // namespace antiphon::rules
