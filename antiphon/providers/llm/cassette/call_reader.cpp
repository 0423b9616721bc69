#include "antiphon/providers/llm/cassette/call_reader.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace antiphon {

namespace {

constexpr std::string_view kind = "llm";

// The path of a rules file differs from machine to machine.
std::string portable_name(const std::string& model) {
  constexpr std::string_view rules = "rules/";
  return model.starts_with(rules) ? std::string(rules) + std::filesystem::path(model.substr(rules.size())).filename().string() : model;
}

void append_member(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
}

void append_choice(std::string& out, const ToolChoice& choice) {
  switch (choice.mode) {
    case ToolChoice::Mode::automatic: return;
    case ToolChoice::Mode::none: append_member(out, "tool_choice"), out += "\"none\""; return;
    case ToolChoice::Mode::required: append_member(out, "tool_choice"), out += "\"required\""; return;
    case ToolChoice::Mode::named: append_member(out, "tool_choice"), append_json_string(out, choice.name); return;
  }
}

}  // namespace

CallReader::CallReader(const ModelSettings& settings) : model_(portable_name(settings.model)), extra_(settings.extra) {}

std::string CallReader::raw_head(const ChatRequest& request, const Secrets& secrets) const {
  std::string out = "{";
  out.reserve(256 + request.tools.serialized().size());
  append_member(out, "model");
  append_json_string(out, model_);
  if (request.temperature) append_member(out, "temperature"), out += json_text(*request.temperature);
  if (request.max_tokens) append_member(out, "max_tokens"), out += fmt::format("{}", *request.max_tokens);
  if (!extra_.empty()) append_member(out, "extra"), out += json_text(secrets.hidden(extra_));
  append_choice(out, request.tool_choice);
  if (request.response_schema) append_member(out, "response_schema"), out += json_text(*request.response_schema);
  if (!request.tools.empty()) append_member(out, "tools"), out += request.tools.serialized();
  out += '}';
  return out;
}

void CallReader::begin(const ChatRequest& request, const Secrets& secrets) {
  if (request.tags.thread_id != thread_id_ || request.tags.role != role_ || secrets.size() != secrets_known_) {
    thread_id_ = request.tags.thread_id, role_ = request.tags.role, secrets_known_ = secrets.size();
    seen_.clear(), raw_head_.clear();
  }
  auto head = raw_head(request, secrets);
  if (head == raw_head_) return;
  raw_head_ = std::move(head);
  head_ = std::make_shared<const std::string>(secrets.hidden(raw_head_));
  head_key_ = CallKey(kind, role_, *head_);
  keyed_ = 0;
}

void CallReader::read_message(std::size_t at, const Message& message, bool in_preamble, const Secrets& secrets) {
  const auto known = [&](const Seen& seen) {
    return seen.in_preamble == in_preamble && (seen.message.same_as(message) || seen.message.serialized() == message.serialized());
  };
  if (at >= seen_.size() || !known(seen_[at])) {
    seen_.erase(seen_.begin() + static_cast<std::ptrdiff_t>(std::min(at, seen_.size())), seen_.end());
    const RunMarks marks{.dates = in_preamble, .times = !in_preamble && is_told_times(role_)};
    auto text = std::make_shared<const std::string>(secrets.hidden(without_run_marks(message.serialized(), thread_id_, marks)));
    seen_.push_back({message, in_preamble, std::move(text), head_key_});
    keyed_ = std::min(keyed_, at);
  }
  if (at < keyed_) return;
  seen_[at].key = at == 0 ? head_key_ : seen_[at - 1].key;
  seen_[at].key.add(*seen_[at].text);
  keyed_ = at + 1;
}

AskedCall CallReader::read(const ChatRequest& request, const Secrets& secrets) {
  begin(request, secrets);
  std::size_t count = 0;
  for (const auto& message : request.preamble) read_message(count++, message, true, secrets);
  for (const auto& message : request.messages) read_message(count++, message, false, secrets);
  AskedCall asked{.kind = std::string(kind), .role = role_, .turn = request.tags.turn, .request = {.head = head_, .has_messages = true}, .key = {}};
  asked.request.messages.reserve(count);
  for (std::size_t i = 0; i < count; ++i) asked.request.messages.push_back(seen_[i].text);
  asked.key = (count == 0 ? head_key_ : seen_[count - 1].key).text();
  return asked;
}

}  // namespace antiphon
