#include "antiphon/providers/llm/wire/refusals.hpp"

#include "antiphon/base/text.hpp"

namespace antiphon::wire {

namespace {

bool sounds_like_refusal(std::string_view message) {
  for (const std::string_view word : {"support", "unknown", "unrecognized", "unrecognised", "unexpected", "not permitted", "not allowed", "may not be",
                                      "deprecated", "cannot both", "extra inputs", "not available", "not enabled"})
    if (contains_ignoring_case(message, word)) return true;
  return false;
}

std::string said_in(std::string_view body) {
  const auto parsed = try_parse_json(body);
  const auto* error = parsed ? find(*parsed, "error") : nullptr;
  if (!error) return std::string(body);
  auto message = find_string(*error, "message").value_or(json::serialize(*error));
  for (const auto* member : {"param", "code"}) message += " " + find_string(*error, member).value_or("");
  return message;
}

}  // namespace

bool mentions(std::string_view message, std::string_view name) {
  const auto is_word = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  for (auto at = message.find(name); at != std::string_view::npos; at = message.find(name, at + 1)) {
    const auto end = at + name.size();
    if ((at == 0 || !is_word(message[at - 1])) && (end == message.size() || !is_word(message[end]))) return true;
  }
  return false;
}

std::optional<std::string> refused_parameter(std::string_view body, std::span<const std::string_view> names, const json::object& extra,
                                             std::span<const std::string_view> certain) {
  const auto message = said_in(body);
  for (const auto name : certain)
    if (mentions(message, name)) return std::string(name);
  if (!sounds_like_refusal(message)) return std::nullopt;
  for (const auto name : names)
    if (mentions(message, name)) return std::string(name);
  for (const auto& [name, value] : extra)
    if (mentions(message, name)) return std::string(name);
  return std::nullopt;
}

}  // namespace antiphon::wire
