#include "antiphon/providers/llm/openai/response.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/wire/failure.hpp"
#include "antiphon/providers/llm/wire/usage.hpp"

namespace antiphon::openai {

namespace {

constexpr std::int64_t max_calls = 1024;  // of one answer; a stream names the call that each chunk belongs to, and room is made up to it

[[noreturn]] void refuse(std::string_view why, const json::value& value) {
  throw Error(ErrorKind::protocol, fmt::format("not a chat completion: {}: {}", why, preview(value)));
}

void refuse_error_object(const json::value& value) {
  const auto* error = find(value, "error");
  if (!error || error->is_null()) return;
  const auto code = find_number(*error, "code");
  const auto kind = code && *code == 429 ? ErrorKind::rate_limited : ErrorKind::unavailable;
  throw Error(kind, fmt::format("the server reports an error: {}", wire::error_message(json::serialize(value))));
}

Usage usage_of(const json::value& body) {
  const auto* usage = find(body, "usage");
  if (!usage) return {.calls = 1};
  Usage counted{.input_tokens = wire::count(*usage, "prompt_tokens"), .output_tokens = wire::count(*usage, "completion_tokens"), .calls = 1};
  if (const auto* input = find(*usage, "prompt_tokens_details")) {
    counted.cached_input_tokens = wire::count(*input, "cached_tokens");
    counted.cache_write_tokens = wire::count(*input, "cache_write_tokens");
    counted.audio_input_tokens = wire::count(*input, "audio_tokens");
  }
  if (const auto* output = find(*usage, "completion_tokens_details")) {
    counted.reasoning_tokens = wire::count(*output, "reasoning_tokens");
    counted.audio_output_tokens = wire::count(*output, "audio_tokens");
  }
  // Some (xAI) count what was thought beside what was said; the total tells.
  const auto apart = counted.input_tokens + counted.output_tokens + counted.reasoning_tokens;
  if (counted.reasoning_tokens > 0 && wire::count(*usage, "total_tokens") == apart) counted.output_tokens += counted.reasoning_tokens;
  return counted;
}

Message tidied(const json::value& value) {
  if (!value.is_object()) refuse("the message is no object", value);
  json::object message;
  for (const auto& [key, member] : value.get_object()) {
    const bool hollow = member.is_null() || ((key == "tool_calls" || key == "annotations") && member.is_array() && member.get_array().empty());
    if (!hollow || key == "content") message.emplace(key, member);
  }
  if (!message.contains("role")) message.emplace("role", "assistant");
  if (!message.contains("content")) message.emplace("content", nullptr);
  Message made{json::value(std::move(message))};
  if (made.role() != MessageRole::assistant) refuse("the message is not the assistant's", value);
  return made;
}

// `choices[0].messages`: what the server's own agent said and called before its reply (contracts.md §5).
std::vector<Message> earlier_messages(const json::value& choice) {
  const auto* list = find(choice, "messages");
  if (!list || list->is_null()) return {};
  if (!list->is_array()) refuse("choices[0].messages is no list", *list);
  std::vector<Message> messages;
  for (const auto& value : list->get_array()) messages.emplace_back(value);
  return messages;
}

bool says_the_same(const Message& a, const Message& b) {
  return a.role() == b.role() && a.text() == b.text() &&
         std::equal(a.tool_calls().begin(), a.tool_calls().end(), b.tool_calls().begin(), b.tool_calls().end(),
                    [](const ToolCall& x, const ToolCall& y) { return x.name == y.name && x.arguments == y.arguments; });
}

ChatResponse without_repetition(ChatResponse response) {
  if (!response.earlier.empty() && says_the_same(response.earlier.back(), response.message)) response.earlier.pop_back();
  return response;
}

const json::value& first_choice(const json::value& body) {
  const auto* choices = find(body, "choices");
  if (!choices || !choices->is_array() || choices->get_array().empty()) refuse("no choices", body);
  return choices->get_array()[0];
}

std::string reason_or(std::string reason, bool calls) { return !reason.empty() ? reason : calls ? "tool_calls" : "stop"; }

}  // namespace

ChatResponse parse_response(std::string_view body) {
  const auto value = parse_json(body);
  refuse_error_object(value);
  const auto& choice = first_choice(value);
  const auto* message = find(choice, "message");
  if (!message) refuse("choices[0] has no message", choice);
  ChatResponse response{.message = tidied(*message), .finish_reason = find_string(choice, "finish_reason").value_or(""), .usage = usage_of(value)};
  response.finish_reason = reason_or(std::move(response.finish_reason), !response.message.tool_calls().empty());
  response.earlier = earlier_messages(choice);
  return without_repetition(std::move(response));
}

std::string ChunkAccumulator::add(std::string_view chunk) {
  if (chunk == "[DONE]") {
    done_ = true;
    return {};
  }
  const auto value = parse_json(chunk);
  refuse_error_object(value);
  if (const auto* usage = find(value, "usage"); usage && usage->is_object()) usage_ = usage_of(value);
  const auto* choices = find(value, "choices");
  if (!choices || !choices->is_array()) refuse("a chunk without choices", value);
  if (choices->get_array().empty()) return {};  // the chunk that only counts tokens
  const auto& choice = choices->get_array()[0];
  if (auto reason = find_string(choice, "finish_reason"); reason && !reason->empty()) finish_reason_ = std::move(*reason);
  if (find(choice, "messages")) earlier_ = earlier_messages(choice);
  const auto* delta = find(choice, "delta");
  if (!delta || delta->is_null()) return {};
  if (const auto* calls = find(*delta, "tool_calls"); calls && !calls->is_null()) add_tool_calls(*calls);
  auto text = find_string(*delta, "content").value_or("");
  text_ += text;
  return text;
}

// Most servers number their calls; some send none and begin each with its id.
ToolCall& ChunkAccumulator::call_for(const json::value& delta) {
  const auto id = find_string(delta, "id").value_or("");
  if (const auto number = find_number(delta, "index")) {
    const auto index = static_cast<std::int64_t>(std::clamp(*number, 0.0, static_cast<double>(max_calls)));
    for (auto& [key, call] : calls_)
      if (key == index) return call;
    return calls_.emplace_back(index, ToolCall{}).second;
  }
  const bool is_new = calls_.empty() || (!id.empty() && calls_.back().second.id != id);
  return is_new ? calls_.emplace_back(static_cast<std::int64_t>(calls_.size()), ToolCall{}).second : calls_.back().second;
}

void ChunkAccumulator::add_tool_calls(const json::value& list) {
  if (!list.is_array()) refuse("delta.tool_calls is no list", list);
  for (const auto& delta : list.get_array()) {
    auto& call = call_for(delta);
    if (static_cast<std::int64_t>(calls_.size()) > max_calls) refuse("too many tool calls", delta);
    if (auto id = find_string(delta, "id"); id && !id->empty()) call.id = std::move(*id);
    const auto* function = find(delta, "function");
    if (!function) continue;
    // Some servers repeat the name in every chunk, so it replaces where arguments append.
    if (auto name = find_string(*function, "name"); name && !name->empty()) call.name = std::move(*name);
    call.arguments += find_string(*function, "arguments").value_or("");
  }
}

ChatResponse ChunkAccumulator::response() const {
  std::vector<ToolCall> calls;
  for (const auto& [index, call] : calls_) {
    if (call.name.empty()) throw Error(ErrorKind::protocol, "not a chat completion: a streamed tool call without a name");
    calls.push_back(call);
  }
  return without_repetition({.message = calls.empty() ? Message::assistant(text_) : Message::assistant_calls(text_, calls),
                             .finish_reason = reason_or(finish_reason_, !calls.empty()),
                             .usage = usage_,
                             .earlier = earlier_});
}

}  // namespace antiphon::openai
