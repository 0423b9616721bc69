#include "antiphon/providers/llm/anthropic/response.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/providers/llm/anthropic/conversation.hpp"
#include "antiphon/providers/llm/wire/answer.hpp"
#include "antiphon/providers/llm/wire/failure.hpp"
#include "antiphon/providers/llm/wire/usage.hpp"

namespace antiphon::anthropic {

namespace {

constexpr std::size_t max_blocks = 1024;  // of one answer; a stream names the block that each event belongs to, and room is made up to it

[[noreturn]] void refuse(std::string_view why, const json::value& value) {
  throw Error(ErrorKind::protocol, fmt::format("not a message of the Messages API: {}: {}", why, preview(value)));
}

void refuse_error_object(const json::value& value) {
  if (find_string(value, "type") != "error") return;
  const auto* error = find(value, "error");
  throw Error(kind_of_error(error ? find_string(*error, "type").value_or("") : ""),
              fmt::format("the server reports an error: {}", wire::error_message(json::serialize(value))));
}

std::string finish_reason(std::string_view stop_reason, bool calls) {
  if (stop_reason == "max_tokens" || stop_reason == "model_context_window_exceeded") return "length";
  if (stop_reason == "refusal") return "content_filter";
  return stop_reason == "tool_use" || calls ? "tool_calls" : "stop";
}

std::string refusal_text(std::string_view stop_reason, const json::value& details) {
  if (stop_reason != "refusal") return {};
  if (auto text = find_string(details, "explanation")) return *text;
  return fmt::format("the model refused to answer{}", find_string(details, "category") ? " (" + *find_string(details, "category") + ")" : "");
}

// `input_tokens` leaves out what went into the cache or came from it.
Usage usage_of(const json::value& usage) {
  const auto cached = wire::count(usage, "cache_read_input_tokens"), written = wire::count(usage, "cache_creation_input_tokens");
  Usage counted{.input_tokens = wire::count(usage, "input_tokens") + written + cached,
                .output_tokens = wire::count(usage, "output_tokens"),
                .calls = 1,
                .cached_input_tokens = cached,
                .cache_write_tokens = written};
  if (const auto* details = find(usage, "output_tokens_details")) counted.reasoning_tokens = wire::count(*details, "thinking_tokens");
  return counted;
}

// Whether text and then calls say it all; anything else has to go back to the vendor as it came.
bool is_plain(const json::array& content) {
  bool called = false;
  for (const auto& block : content) {
    const auto type = find_string(block, "type");
    if (type == "text" ? called : type != "tool_use") return false;
    called = called || type == "tool_use";
  }
  return true;
}

struct Raw {
  const json::array& content;
  std::string stop_reason;
  json::value stop_details;
  json::value usage;
};

ToolCall call_of(const json::value& block, const std::string* written) {
  ToolCall call{.id = find_string(block, "id").value_or(""), .name = find_string(block, "name").value_or(""), .arguments = "{}"};
  if (call.name.empty()) refuse("a tool_use without a name", block);
  const auto* input = find(block, "input");
  if (written && !written->empty())
    call.arguments = *written;
  else if (input && !input->is_null())
    call.arguments = json::serialize(*input);
  return call;
}

/// @param written the arguments of each block as text, where they came so
ChatResponse response_of(const Raw& raw, const std::vector<const std::string*>& written = {}) {
  wire::Answer answer;
  for (std::size_t i = 0; i < raw.content.size(); ++i) {
    const auto& block = raw.content[i];
    const auto type = find_string(block, "type");
    if (!type) refuse("a block without a type", block);
    if (*type == "text") answer.text += find_string(block, "text").value_or("");
    if (*type == "tool_use") answer.calls.push_back(call_of(block, i < written.size() ? written[i] : nullptr));
  }
  answer.refusal = refusal_text(raw.stop_reason, raw.stop_details);
  if (!is_plain(raw.content)) answer.native = raw.content;
  return {
      .message = wire::message_of(answer, vendor_name), .finish_reason = finish_reason(raw.stop_reason, !answer.calls.empty()), .usage = usage_of(raw.usage)};
}

json::value member(const json::value& object, std::string_view name) {
  const auto* found = find(object, name);
  return found ? *found : json::value(nullptr);
}

}  // namespace

ErrorKind kind_of_error(std::string_view type) {
  if (type == "rate_limit_error") return ErrorKind::rate_limited;
  if (type == "authentication_error" || type == "permission_error") return ErrorKind::unauthorized;
  if (type == "not_found_error") return ErrorKind::not_found;
  if (type == "invalid_request_error" || type == "request_too_large" || type == "billing_error") return ErrorKind::invalid_input;
  return ErrorKind::unavailable;  // overloaded_error, api_error, timeout_error, and what comes after them
}

ChatResponse parse_message(std::string_view body) {
  const auto value = parse_json(body);
  refuse_error_object(value);
  const auto* content = find(value, "content");
  if (!content || !content->is_array()) refuse("no content", value);
  if (find_string(value, "role").value_or("assistant") != "assistant") refuse("it is not the assistant's", value);
  return response_of({.content = content->get_array(),
                      .stop_reason = find_string(value, "stop_reason").value_or(""),
                      .stop_details = member(value, "stop_details"),
                      .usage = member(value, "usage")});
}

std::string EventAccumulator::add(std::string_view data) {
  const auto event = parse_json(data);
  refuse_error_object(event);
  const auto type = find_string(event, "type");
  if (!type) refuse("an event without a type", event);
  if (*type == "message_start") {
    if (const auto* message = find(event, "message")) take_usage(*message);
  } else if (*type == "content_block_start") {
    start_block(event);
  } else if (*type == "content_block_delta") {
    return add_delta(event);
  } else if (*type == "message_delta") {
    take_usage(event);
    if (const auto* delta = find(event, "delta")) {
      if (auto reason = find_string(*delta, "stop_reason")) stop_reason_ = std::move(*reason);
      stop_details_ = member(*delta, "stop_details");
    }
  } else if (*type == "message_stop") {
    ended_ = true;
  }
  return {};
}

// Counts are cumulative, and a later event need not repeat what an earlier one said.
void EventAccumulator::take_usage(const json::value& holder) {
  const auto* usage = find(holder, "usage");
  if (!usage || !usage->is_object()) return;
  for (const auto& [name, value] : usage->get_object())
    if (!value.is_null()) usage_.insert_or_assign(name, value);
}

void EventAccumulator::start_block(const json::value& event) {
  const auto index = find_number(event, "index");
  const auto* block = find(event, "content_block");
  if (!index || !block || !block->is_object()) refuse("content_block_start without index or block", event);
  if (blocks_.size() >= max_blocks) refuse("too many blocks", event);
  blocks_.push_back({.index = static_cast<std::int64_t>(std::clamp(*index, 0.0, 1e9)), .value = block->get_object(), .input = {}});
}

std::string EventAccumulator::add_delta(const json::value& event) {
  const auto index = find_number(event, "index");
  const auto* delta = find(event, "delta");
  if (!index || !delta) refuse("content_block_delta without index or delta", event);
  const auto number = static_cast<std::int64_t>(std::clamp(*index, 0.0, 1e9));
  const auto block = std::find_if(blocks_.begin(), blocks_.end(), [&](const Block& one) { return one.index == number; });
  if (block == blocks_.end()) refuse("a delta of a block that never began", event);
  const auto type = find_string(*delta, "type").value_or("");
  const auto append = [&](std::string_view member_name) {
    auto piece = find_string(*delta, member_name).value_or("");
    auto& text = block->value[member_name];
    if (!text.is_string()) text = json::string();
    text.get_string().append(piece);
    return piece;
  };
  if (type == "text_delta") return append("text");
  if (type == "input_json_delta") block->input += find_string(*delta, "partial_json").value_or("");
  if (type == "thinking_delta") append("thinking");
  if (type == "signature_delta") append("signature");
  return {};
}

ChatResponse EventAccumulator::response() const {
  json::array content;
  std::vector<const std::string*> written;
  for (const auto& block : blocks_) {
    auto value = block.value;
    if (!block.input.empty())
      if (auto input = try_parse_json(block.input)) value.insert_or_assign("input", std::move(*input));
    content.push_back(std::move(value));
    written.push_back(&block.input);
  }
  return response_of({.content = content, .stop_reason = stop_reason_, .stop_details = stop_details_, .usage = usage_}, written);
}

}  // namespace antiphon::anthropic
