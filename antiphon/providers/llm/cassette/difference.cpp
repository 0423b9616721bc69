#include "antiphon/providers/llm/cassette/difference.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::size_t shown = 90;

std::string_view line_at(std::string_view text, std::size_t at) {
  const auto before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const auto begin = before == std::string_view::npos ? 0 : before + 1;
  const auto end = text.find('\n', std::max(begin, std::min(at, text.size())));
  return text.substr(begin, end == std::string_view::npos ? end : end - begin);
}

// The line from somewhat before the difference on.
std::string excerpt(std::string_view text, std::size_t at) {
  const auto line = line_at(text, at);
  const auto offset = at - std::min(at, static_cast<std::size_t>(line.data() - text.data()));
  auto begin = offset > shown / 3 && line.size() > shown ? offset - shown / 3 : 0;
  while (begin > 0 && begin < line.size() && (static_cast<unsigned char>(line[begin]) & 0xC0) == 0x80) --begin;
  return quote((begin > 0 ? "…" : "") + cut(line.substr(std::min(begin, line.size())), shown));
}

std::string words_of(const json::value& message) {
  if (auto text = find_string(message, "content"); text && !find(message, "tool_calls")) return *text;
  return json_text(message);
}

std::string speaker(std::string_view caller, const json::value& message, std::string_view line) {
  const auto role = find_string(message, "role").value_or("");
  if (role == "system" || role == "developer") return "the instructions";
  if (role == "tool") return "the result of a tool";
  if (caller == "user") return role == "user" ? "the agent's message" : "the simulated user's message";
  if (caller == "agent") return role == "user" ? "the user's message" : "the agent's message";
  if (line.starts_with('[') && line.find("] agent:") != std::string_view::npos) return "the agent's message";
  return line.starts_with('[') && line.find("] user:") != std::string_view::npos ? "the user's message" : "the conversation";
}

std::string message_difference(const json::value& recorded, const json::value& now, std::size_t index, std::string_view caller) {
  const auto before = words_of(recorded), after = words_of(now);
  const auto at = static_cast<std::size_t>(std::mismatch(before.begin(), before.end(), after.begin(), after.end()).first - before.begin());
  return fmt::format("{} (message {}) is now {}, and was recorded as {}", speaker(caller, now, line_at(after, at)), index + 1, excerpt(after, at),
                     excerpt(before, at));
}

std::string value_text(const json::value* value) { return value ? preview(*value, shown) : "nothing"; }

std::string tools_difference(const json::value* recorded, const json::value* now) {
  const auto names = [](const json::value* tools) {
    std::vector<std::string> list;
    if (tools && tools->is_array())
      for (const auto& tool : tools->get_array())
        if (const auto* function = find(tool, "function")) list.push_back(find_string(*function, "name").value_or("?"));
    return list;
  };
  const auto before = names(recorded), after = names(now);
  if (before == after) return fmt::format("the description of the tools {} changed", join(after, ", "));
  return fmt::format("the tools are now {}, and were {}", after.empty() ? "none" : join(after, ", "), before.empty() ? "none" : join(before, ", "));
}

std::string messages_difference(const json::value* recorded, const json::value* now, std::string_view caller) {
  static const json::array none;
  const auto& before = recorded && recorded->is_array() ? recorded->get_array() : none;
  const auto& after = now && now->is_array() ? now->get_array() : none;
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i)
    if (before[i] != after[i]) return message_difference(before[i], after[i], i, caller);
  if (after.size() > before.size()) {
    const auto& more = after[before.size()];
    return fmt::format("it has {} messages more, from {} on: {}", after.size() - before.size(), speaker(caller, more, words_of(more)),
                       excerpt(words_of(more), 0));
  }
  return fmt::format("it has {} messages fewer", before.size() - after.size());
}

}  // namespace

std::string call_difference(std::string_view recorded, std::string_view now, std::string_view role) {
  const auto before = try_parse_json(recorded), after = try_parse_json(now);
  if (!before || !after) return "it cannot be compared";
  for (const auto* setting : {"model", "temperature", "max_tokens", "extra", "tool_choice", "response_schema"}) {
    const auto *was = find(*before, setting), *is = find(*after, setting);
    if ((was != nullptr) != (is != nullptr) || (was && is && *was != *is))
      return fmt::format("{} is now {}, and was {}", setting, value_text(is), value_text(was));
  }
  if (find(*after, "texts"))
    return fmt::format("the texts to compare are now {}, and were {}", value_text(find(*after, "texts")), value_text(find(*before, "texts")));
  const auto *was = find(*before, "tools"), *is = find(*after, "tools");
  if ((was != nullptr) != (is != nullptr) || (was && is && *was != *is)) return tools_difference(was, is);
  return messages_difference(find(*before, "messages"), find(*after, "messages"), role);
}

}  // namespace antiphon
