#include "antiphon/scenario/judge/judge_transcript.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/trace/readable.hpp"

namespace antiphon {

namespace {

// Bytes of one message: what is looked up leaves a quarter of an answer (`trace::answer_bytes`) to others; an excerpt tells what it is about.
constexpr std::size_t expanded_limit = 12'000, excerpt_limit = 400, longest_type = 40;

// One message stays one line, so that nobody can forge another's.
std::string on_one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

// Audio and pictures say nothing in base64; their size does.
std::string media_note(const json::value& part) {
  const auto type = find_string(part, "type").value_or("part");
  if (type == "text") return {};
  return on_one_line(fmt::format(" [{}, about {} bytes]", cut(type, longest_type), json::serialize(part).size()));
}

std::string readable(std::string_view text, std::size_t limit) { return trace::shortened(trace::without_media(text), limit); }

std::string content_of(const Message& message, std::size_t limit) {
  std::string text = message.text().empty() ? std::string() : quote(readable(message.text(), limit));
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

std::string speaker_of(const Message& message, const History& messages) {
  if (message.role() == MessageRole::tool) return on_one_line("tool " + tool_name(message, messages));
  return std::string(message.role() == MessageRole::assistant ? std::string_view("agent") : to_string(message.role()));
}

std::string outline_of(std::size_t index, const Message& message, const History& messages, std::size_t bytes) {
  auto line = fmt::format("[{}] {}", index, speaker_of(message, messages));
  std::string calls;
  for (const auto& call : message.tool_calls()) calls += (calls.empty() ? "" : ", ") + on_one_line(call.name);
  if (!calls.empty()) line += fmt::format(" [calls {}]", calls);
  return line + fmt::format(" (about {} tokens)\n", trace::estimated_tokens(bytes));
}

std::string which_there_are(const History& messages) {
  return messages.empty() ? "the conversation has not begun" : fmt::format("there are 0 to {}", messages.size() - 1);
}

}  // namespace

std::string transcript_line(std::size_t index, const Message& message, const History& messages, std::size_t value_limit) {
  auto line = fmt::format("[{}] {}{}", index, speaker_of(message, messages), message.role() == MessageRole::tool ? " answered:" : ":");
  if (const auto content = content_of(message, value_limit); !content.empty() || message.role() == MessageRole::tool) line += " " + content;
  for (const auto& call : message.tool_calls()) line += on_one_line(fmt::format(" (calls {} with {})", call.name, readable(call.arguments, value_limit)));
  return line;
}

void JudgeTranscript::update(const History& messages) {
  for (auto i = messages_.size(); i < messages.size(); ++i) {
    const auto line = transcript_line(i, messages[i], messages);
    full_.append(line) += '\n';
    outline_ += outline_of(i, messages[i], messages, line.size());
  }
  messages_ = messages;
}

void JudgeTranscript::forget() { messages_ = {}, full_.clear(), outline_.clear(); }

std::string JudgeTranscript::expand(std::span<const long> indices) const {
  std::string out;
  for (const auto index : indices) {
    if (index < 0 || static_cast<std::size_t>(index) >= messages_.size()) {
      out += fmt::format("There is no message {}; {}.\n", index, which_there_are(messages_));
      continue;
    }
    const auto at = static_cast<std::size_t>(index);
    out.append(transcript_line(at, messages_[at], messages_, expanded_limit)) += '\n';
    if (out.size() > trace::answer_bytes) break;
  }
  if (out.empty()) return fmt::format("No indices of messages were given; {}.\n", which_there_are(messages_));
  return trace::cut_answer(std::move(out));
}

std::string JudgeTranscript::grep(const std::string& pattern) const {
  if (trim(pattern).empty()) return "The pattern is empty: give a word to look for.\n";
  const auto regex = trace::as_pattern(pattern);
  std::string out;
  std::size_t found = 0;
  try {
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      const auto line = transcript_line(i, messages_[i], messages_, static_cast<std::size_t>(-1));
      const auto match = trace::matching_lines(regex, line);
      if (match.empty() || ++found > trace::most_found) continue;
      out += line.size() <= excerpt_limit ? line + "\n" : fmt::format("[{}] {}:\n{}", i, speaker_of(messages_[i], messages_), match);
    }
  } catch (const Error&) {
    return trace::too_long_to_match(pattern);
  }
  if (found > trace::most_found) out += fmt::format("({} more messages match: use a narrower pattern)\n", found - trace::most_found);
  return found == 0 ? fmt::format("No message matches {}; {}.\n", quote(cut(pattern, 80)), which_there_are(messages_)) : trace::cut_answer(std::move(out));
}

}  // namespace antiphon
