#include "antiphon/providers/llm/openai/request.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/wire/answer.hpp"

namespace antiphon::openai {

namespace {

// Writes one JSON object member by member.
class ObjectWriter {
 public:
  ObjectWriter(const json::object& extra, const Refusals& refused) : extra_(extra), refused_(refused) {}

  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  bool wants(std::string_view name) const { return !extra_.contains(name) && !refused_.has(name); }
  std::string& begin(std::string_view name) {
    out_ += out_.empty() ? '{' : ',';
    append_json_string(out_, name);
    return out_ += ':';
  }
  void text(std::string_view name, std::string_view value) { append_json_string(begin(name), value); }
  void raw(std::string_view name, std::string_view value) { begin(name) += value; }
  std::string finish() && {
    for (const auto& [name, value] : extra_)
      if (!refused_.has(name)) begin(name) += json::serialize(value);
    out_ += '}';
    return std::move(out_);
  }

 private:
  const json::object& extra_;
  const Refusals& refused_;
  std::string out_;
};

std::size_t bytes_of_messages(const ChatRequest& request) {
  std::size_t total = 0;
  for (const auto& message : request.preamble) total += message.serialized().size() + 1;
  for (const auto& message : request.messages) total += message.serialized().size() + 1;
  return total;
}

void append_messages(std::string& out, const ChatRequest& request, const std::string& last) {
  out += '[';
  const auto start = out.size();
  const auto add = [&](const Message& message) {
    if (out.size() != start) out += ',';
    out += wire::has_native(message) ? wire::without_native(message) : message.serialized();
  };
  for (const auto& message : request.preamble) add(message);
  for (const auto& message : request.messages) add(message);
  if (!last.empty()) add(Message::user(last));
  out += ']';
}

void append_tool_choice(ObjectWriter& writer, const ToolChoice& choice) {
  if (!writer.wants("tool_choice")) return;
  switch (choice.mode) {
    case ToolChoice::Mode::automatic: return;  // the default wherever tools are offered
    case ToolChoice::Mode::none: return writer.text("tool_choice", "none");
    case ToolChoice::Mode::required: return writer.text("tool_choice", "required");
    case ToolChoice::Mode::named: break;
  }
  auto& out = writer.begin("tool_choice");
  out += R"({"type":"function","function":{"name":)";
  append_json_string(out, choice.name);
  out += "}}";
}

void append_schema(ObjectWriter& writer, const json::value& schema) {
  if (!writer.wants("response_format")) return;
  // Strict mode refuses schemas that leave objects open.
  const auto* closed = find(schema, "additionalProperties");
  const bool strict = closed && closed->is_bool() && !closed->get_bool();
  writer.raw("response_format",
             fmt::format(R"({{"type":"json_schema","json_schema":{{"name":"answer","strict":{},"schema":{}}}}})", strict, json::serialize(schema)));
}

// Newer OpenAI models call it max_completion_tokens and refuse the old name; most other servers know the old one only.
std::string_view token_limit_name(const ObjectWriter& writer) { return writer.wants("max_tokens") ? "max_tokens" : "max_completion_tokens"; }

}  // namespace

std::string chat_body(const ChatRequest& request, const BodyOptions& options, const Refusals& refused) {
  ObjectWriter writer(options.extra, refused);
  writer.reserve(bytes_of_messages(request) + request.tools.serialized().size() + 512);
  writer.text("model", options.model);
  append_messages(writer.begin("messages"), request, refused.has("tool_choice") ? wire::asked_in_words(request) : std::string());
  if (!request.tools.empty()) {
    writer.raw("tools", request.tools.serialized());
    append_tool_choice(writer, request.tool_choice);
  }
  if (const auto value = request.temperature ? request.temperature : options.temperature; value && writer.wants("temperature"))
    writer.raw("temperature", fmt::format("{}", *value));
  if (const auto value = request.max_tokens ? request.max_tokens : options.max_tokens; value && writer.wants(token_limit_name(writer)))
    writer.raw(token_limit_name(writer), fmt::format("{}", *value));
  if (request.response_schema) append_schema(writer, *request.response_schema);
  if (options.stream) {
    writer.raw("stream", "true");
    if (writer.wants("stream_options")) writer.raw("stream_options", R"({"include_usage":true})");
  }
  return std::move(writer).finish();
}

std::optional<std::string> refused_parameter(std::string_view body, const json::object& extra) {
  // A message that asks for the new name mentions both; the old one is what was refused.
  constexpr std::string_view names[] = {"max_tokens", "max_completion_tokens", "temperature", "response_format", "stream_options"};
  constexpr std::string_view certain[] = {"tool_choice"};
  return wire::refused_parameter(body, names, extra, certain);
}

}  // namespace antiphon::openai
