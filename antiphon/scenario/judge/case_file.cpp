#include "antiphon/scenario/judge/case_file.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/trace/readable.hpp"

namespace antiphon {

namespace {

constexpr std::string_view expand_transcript = "expand_transcript", grep_transcript = "grep_transcript";
constexpr std::string_view expand_trace = "expand_trace", grep_trace = "grep_trace";
constexpr std::size_t step_bytes = 2 * trace::answer_bytes;  // many calls in one step get no more than this

json::value parameters(std::string_view name, json::object schema) {
  return json::object{
      {"type", "object"}, {"properties", json::object{{name, std::move(schema)}}}, {"required", json::array{name}}, {"additionalProperties", false}};
}

json::object list_of(std::string_view type, std::string_view description) {
  return {{"type", "array"}, {"items", json::object{{"type", type}}}, {"description", description}};
}

json::object pattern_schema() { return {{"type", "string"}, {"description", "a word, or a regular expression; case does not matter"}}; }

Tool tool(std::string_view name, std::string_view description, json::value schema) {
  return {.name = std::string(name), .description = std::string(description), .parameters = std::move(schema)};
}

// One value where a list is wanted is a list of one.
std::vector<json::value> listed(const json::value& arguments, std::string_view name) {
  const auto* value = find(arguments, name);
  if (!value || value->is_null()) return {};
  if (!value->is_array()) return {*value};
  return {value->get_array().begin(), value->get_array().end()};
}

std::vector<std::string> ids_in(const json::value& arguments) {
  std::vector<std::string> ids;
  for (const auto& item : listed(arguments, "span_ids")) ids.push_back(item.is_string() ? std::string(item.get_string()) : json::serialize(item));
  return ids;
}

// What is no whole number is no index; models write them as text, too.
std::vector<long> indices_in(const json::value& arguments) {
  std::vector<long> indices;
  for (const auto& item : listed(arguments, "indices")) {
    const auto number = item.is_string() ? try_parse_json(item.get_string()) : std::optional(item);
    if (number && number->is_int64()) indices.push_back(static_cast<long>(number->get_int64()));
  }
  return indices;
}

std::string pattern_in(const json::value& arguments) { return find_string(arguments, "pattern").value_or(""); }

}  // namespace

bool is_discovery_tool(std::string_view name) { return name == expand_transcript || name == grep_transcript || name == expand_trace || name == grep_trace; }

CaseFile::CaseFile(std::shared_ptr<const trace::Recorder> spans, std::size_t token_threshold) : token_threshold_(token_threshold) {
  if (spans) digest_.emplace(std::move(spans));
}

void CaseFile::update(const History& messages) {
  transcript_.update(messages);
  if (digest_) digest_->update();
  begun_ = !messages.empty();
}

bool CaseFile::transcript_is_folded() const { return trace::estimated_tokens(transcript_.full().size()) > token_threshold_; }
bool CaseFile::digest_is_folded() const { return digest_ && digest_->tokens() > token_threshold_; }

std::string CaseFile::text() const {
  const auto& transcript = transcript_is_folded() ? transcript_.outline() : transcript_.full();
  std::string out;
  out.reserve(transcript.size() + 512 + (digest_ ? 5 * std::min(digest_->tokens(), token_threshold_) : 0));
  out += fmt::format("The conversation{}:\n", begun_ ? " so far" : " has not begun");
  if (transcript_is_folded()) out += "(It is long: this is its structure. Read messages with expand_transcript, look for words with grep_transcript.)\n";
  out += transcript;
  if (!timeline_.empty()) out += "\nWhen who spoke in the call, as it was heard:\n" + timeline_;
  if (!digest_ || digest_->empty()) return out;
  out += "\nWhat the agent did, as its run was recorded (OpenTelemetry spans):\n";
  if (digest_is_folded()) {
    out += "(It is long: this is its structure. Read spans with expand_trace, look for words with grep_trace.)\n";
    digest_->append_outline(out);
  } else {
    digest_->append_full(out);
  }
  return out;
}

std::vector<Tool> CaseFile::tools() const {
  std::vector<Tool> list;
  if (transcript_is_folded()) {
    list.push_back(tool(expand_transcript, "Shows messages of the conversation whole.", parameters("indices", list_of("integer", "their [numbers]"))));
    list.push_back(tool(grep_transcript, "Finds messages in which something occurs.", parameters("pattern", pattern_schema())));
  }
  if (digest_is_folded()) {
    list.push_back(tool(expand_trace, "Shows spans with all that they hold, and those below them.", parameters("span_ids", list_of("string", "their [ids]"))));
    list.push_back(tool(grep_trace, "Finds spans in which something occurs.", parameters("pattern", pattern_schema())));
  }
  return list;
}

std::optional<std::string> CaseFile::look_up(const ToolCall& call) const {
  if (!is_discovery_tool(call.name)) return std::nullopt;
  json::value arguments;
  try {
    arguments = call.parsed_arguments();
  } catch (const Error& error) {
    return fmt::format("The arguments cannot be read: {}\n", error.message());
  }
  if (call.name == expand_transcript) return transcript_.expand(indices_in(arguments));
  if (call.name == grep_transcript) return transcript_.grep(pattern_in(arguments));
  if (!digest_) return "No spans were recorded.\n";
  return call.name == expand_trace ? digest_->expand(ids_in(arguments)) : digest_->grep(pattern_in(arguments));
}

bool Inquiry::look_up(ChatRequest& request, const Message& message) {
  const auto& calls = message.tool_calls();
  if (!may_look() || std::none_of(calls.begin(), calls.end(), [](const ToolCall& call) { return is_discovery_tool(call.name); })) return false;
  request.messages.append(message);
  std::size_t given = 0;
  for (const auto& call : calls) {
    auto answer = file_.look_up(call).value_or("There is no such tool.\n");
    if (given > step_bytes) answer = "Not answered: this is too much at once. Ask again for less.\n";
    given += answer.size();
    found_ += fmt::format("You called {} with {} and found:\n{}\n", call.name, cut(call.arguments, 400), answer);
    request.messages.append(Message::tool_result(call.id, call.name, answer));
  }
  looked_ = true;
  --steps_left_;
  return true;
}

}  // namespace antiphon
