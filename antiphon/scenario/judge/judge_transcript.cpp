#include "antiphon/scenario/judge/judge_transcript.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::size_t value_limit = 4000;

// Audio and pictures say nothing in base64; their size does.
std::string media_note(const json::value& part) {
  const auto type = find_string(part, "type").value_or("part");
  if (type == "text") return {};
  return fmt::format(" [{}, about {} bytes]", type, json::serialize(part).size());
}

std::string content_of(const Message& message) {
  std::string text = message.text().empty() ? std::string() : quote(cut(message.text(), value_limit));
  if (const auto* content = find(message.json(), "content"); content && content->is_array())
    for (const auto& part : content->get_array()) text += media_note(part);
  return text;
}

// The tool's name stands in the call that a result answers.
std::string tool_name(const Message& result, const History& messages) {
  if (auto name = find_string(result.json(), "name")) return *name;
  const auto id = result.tool_call_id();
  for (const auto& message : messages)
    for (const auto& call : message.tool_calls())
      if (id == call.id) return call.name;
  return "unknown";
}

}  // namespace

std::string transcript_line(std::size_t index, const Message& message, const History& messages) {
  if (message.role() == MessageRole::tool) return fmt::format("[{}] tool {} answered: {}", index, tool_name(message, messages), content_of(message));
  const auto speaker = message.role() == MessageRole::assistant ? std::string_view("agent") : to_string(message.role());
  auto line = fmt::format("[{}] {}:", index, speaker);
  if (const auto content = content_of(message); !content.empty()) line += " " + content;
  for (const auto& call : message.tool_calls()) line += fmt::format(" (calls {} with {})", call.name, cut(call.arguments, value_limit));
  return line;
}

const std::string& JudgeTranscript::view(const History& messages) {
  for (; seen_ < messages.size(); ++seen_) text_ += transcript_line(seen_, messages[seen_], messages) + "\n";
  return text_;
}

void JudgeTranscript::forget() {
  text_.clear();
  seen_ = 0;
}

}  // namespace antiphon
