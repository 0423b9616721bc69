#include "antiphon/adapters/line_protocol.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

template <class Messages>
void append_list(std::string& out, const Messages& messages) {
  out += '[';
  bool first = true;
  for (const Message& message : messages) {
    if (!std::exchange(first, false)) out += ',';
    out += message.serialized();
  }
  out += ']';
}

[[noreturn]] void garbage(std::string_view line, std::string_view why) {
  throw Error(ErrorKind::protocol, fmt::format("the agent's process wrote {}: {}", why, quote(cut(line, 200))))
      .with_party(Party::agent)
      .with_hint("it must answer each line with one JSON object that has content, messages or error; logs belong on stderr");
}

std::vector<Message> listed(const json::value& messages, std::string_view line) {
  if (!messages.is_array()) garbage(line, "messages that are no list");
  std::vector<Message> list;
  for (const auto& item : messages.get_array()) {
    try {
      list.emplace_back(item);
    } catch (const Error& error) {
      garbage(line, error.message());
    }
    if (list.back().role() != MessageRole::assistant && list.back().role() != MessageRole::tool)
      garbage(line, fmt::format("a message of the role {}, where an agent has assistant and tool", to_string(list.back().role())));
  }
  return list;
}

}  // namespace

std::string turn_line(const AgentInput& input) {
  std::string line = R"({"type":"turn","thread_id":)";
  append_json_string(line, input.thread_id);
  line += fmt::format(R"(,"turn":{},"messages":)", input.turn);
  append_list(line, input.messages);
  line += R"(,"new_messages":)";
  append_list(line, input.new_messages);
  return line + "}";
}

std::vector<Message> parse_turn_answer(std::string_view line) {
  const auto value = try_parse_json(line);
  if (!value) garbage(line, "something that is no JSON");
  if (const auto* error = find(*value, "error"); error && !error->is_null())
    throw Error(ErrorKind::invalid_input, "the agent reports an error: " + find_string(*error, "message").value_or(preview(*error))).with_party(Party::agent);
  if (const auto* messages = find(*value, "messages")) return listed(*messages, line);
  const auto* content = find(*value, "content");
  if (!content) garbage(line, "an answer without content, messages or error");
  if (!content->is_string() && !content->is_null() && !content->is_array()) garbage(line, "content that is no text");
  return {Message(json::object{{"role", "assistant"}, {"content", *content}})};
}

}  // namespace antiphon
