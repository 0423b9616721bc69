#include "antiphon/providers/llm/gemini/response.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/net/http_status.hpp"
#include "antiphon/providers/llm/gemini/conversation.hpp"
#include "antiphon/providers/llm/wire/answer.hpp"
#include "antiphon/providers/llm/wire/failure.hpp"
#include "antiphon/providers/llm/wire/usage.hpp"

namespace antiphon::gemini {

namespace {

constexpr std::size_t max_parts = 65536;  // of one answer; streams add one per chunk, and models end far below 65,536 tokens of output

[[noreturn]] void refuse(std::string_view why, const json::value& value) {
  throw Error(ErrorKind::protocol, fmt::format("not a generateContent response: {}: {}", why, preview(value)));
}

const json::value* error_in(const json::value& body) {
  const auto* whole = body.is_array() && !body.get_array().empty() ? &body.get_array()[0] : &body;
  return find(*whole, "error");
}

const json::value* details_of(const json::value& body) {
  const auto* error = error_in(body);
  const auto* details = error ? find(*error, "details") : nullptr;
  return details && details->is_array() ? details : nullptr;
}

void refuse_error_object(const json::value& value) {
  const auto* error = error_in(value);
  if (!error || error->is_null()) return;
  const auto text = json::serialize(value);
  const auto code = find_number(*error, "code").value_or(500);
  const auto kind = code >= 400 && code < 600 ? error_kind_of(static_cast<int>(code)) : ErrorKind::unavailable;
  throw Error(kind_in(text).value_or(kind), fmt::format("the server reports an error: {}", wire::error_message(text))).with_retry_after(wait_in(text));
}

void refuse_blocked_prompt(const json::value& value) {
  const auto* feedback = find(value, "promptFeedback");
  const auto reason = feedback ? find_string(*feedback, "blockReason") : std::nullopt;
  if (!reason) return;
  throw Error(ErrorKind::invalid_input, fmt::format("the prompt was blocked: {}", find_string(*feedback, "blockReasonMessage").value_or(*reason)))
      .with_hint("change the words, or loosen `extra: {safetySettings: […]}`");
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) { return std::find(list.begin(), list.end(), word) != list.end(); }

bool is_held_back(std::string_view reason) {
  return is_one_of(reason, {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT",
                            "IMAGE_RECITATION", "MODEL_ARMOR", "ESCALATION"});
}

bool is_malformed(std::string_view reason) {
  return is_one_of(reason, {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE"});
}

std::string finish_reason(std::string_view reason, bool calls) {
  if (reason == "MAX_TOKENS") return "length";
  if (is_held_back(reason)) return "content_filter";
  return calls ? "tool_calls" : "stop";
}

std::int64_t sound_in(const json::value& usage, std::string_view details) {
  const auto* list = find(usage, details);
  std::int64_t tokens = 0;
  if (list && list->is_array())
    for (const auto& part : list->get_array())
      if (find_string(part, "modality") == "AUDIO") tokens += wire::count(part, "tokenCount");
  return tokens;
}

// Thoughts are counted beside what was said, and what tools of the vendor's own brought beside the prompt.
Usage usage_of(const json::value& usage) {
  const auto thoughts = wire::count(usage, "thoughtsTokenCount");
  return {.input_tokens = wire::count(usage, "promptTokenCount") + wire::count(usage, "toolUsePromptTokenCount"),
          .output_tokens = wire::count(usage, "candidatesTokenCount") + thoughts,
          .calls = 1,
          .cached_input_tokens = wire::count(usage, "cachedContentTokenCount"),
          .reasoning_tokens = thoughts,
          .audio_input_tokens = sound_in(usage, "promptTokensDetails"),
          .audio_output_tokens = sound_in(usage, "candidatesTokensDetails")};
}

bool is_thought(const json::value& part) {
  const auto* thought = find(part, "thought");
  return thought && thought->is_bool() && thought->get_bool();
}

std::string said_in(const json::value& part) { return is_thought(part) ? std::string() : find_string(part, "text").value_or(""); }

bool is_plain(const json::value& part) {
  if (is_thought(part) || find(part, "thoughtSignature")) return false;
  return find(part, "text") || find(part, "functionCall");
}

ToolCall call_of(const json::value& call, std::size_t number) {
  const auto* args = find(call, "args");
  ToolCall made{.id = find_string(call, "id").value_or(""), .name = find_string(call, "name").value_or(""), .arguments = "{}"};
  if (made.name.empty()) refuse("a functionCall without a name", call);
  if (made.id.empty()) made.id = fmt::format("{}{}", made_up_id, number);
  if (args && !args->is_null()) made.arguments = json::serialize(*args);
  return made;
}

struct Raw {
  const json::array& parts;
  std::string finish_reason;
  std::string finish_message;
  json::value usage;
  std::size_t calls;
};

ChatResponse response_of(const Raw& raw) {
  if (is_malformed(raw.finish_reason))
    throw Error(ErrorKind::unavailable,
                fmt::format("the model's answer cannot be used: {}", raw.finish_message.empty() ? raw.finish_reason : raw.finish_message));
  wire::Answer answer;
  bool plain = true;
  for (const auto& part : raw.parts) {
    if (!part.is_object()) refuse("a part is no object", part);
    answer.text += said_in(part);
    if (const auto* call = find(part, "functionCall")) answer.calls.push_back(call_of(*call, raw.calls + answer.calls.size() + 1));
    plain = plain && is_plain(part);
  }
  if (!plain) answer.native = raw.parts;
  if (is_held_back(raw.finish_reason))
    answer.refusal = raw.finish_message.empty() ? fmt::format("the answer was held back: {}", raw.finish_reason) : raw.finish_message;
  return {
      .message = wire::message_of(answer, vendor_name), .finish_reason = finish_reason(raw.finish_reason, !answer.calls.empty()), .usage = usage_of(raw.usage)};
}

const json::value* first_candidate(const json::value& value) {
  const auto* candidates = find(value, "candidates");
  if (!candidates || candidates->is_null()) return nullptr;
  if (!candidates->is_array()) refuse("candidates is no list", value);
  return candidates->get_array().empty() ? nullptr : &candidates->get_array()[0];
}

const json::array* parts_in(const json::value& candidate) {
  const auto* content = find(candidate, "content");
  const auto* parts = content ? find(*content, "parts") : nullptr;
  if (!parts || parts->is_null()) return nullptr;
  if (!parts->is_array()) refuse("parts is no list", candidate);
  return &parts->get_array();
}

}  // namespace

std::optional<ErrorKind> kind_in(std::string_view body) {
  const auto value = try_parse_json(body);
  const auto* details = value ? details_of(*value) : nullptr;
  if (!details) return std::nullopt;
  for (const auto& detail : details->get_array())
    if (find_string(detail, "reason") == "API_KEY_INVALID") return ErrorKind::unauthorized;
  return std::nullopt;
}

std::optional<std::chrono::nanoseconds> wait_in(std::string_view body) {
  const auto value = try_parse_json(body);
  const auto* details = value ? details_of(*value) : nullptr;
  if (!details) return std::nullopt;
  for (const auto& detail : details->get_array())
    if (auto delay = find_string(detail, "retryDelay"); delay && delay->ends_with('s'))  // "34.07s"
      return wire::parse_retry_after(delay->substr(0, delay->size() - 1), {});
  return std::nullopt;
}

ChatResponse parse_generated(std::string_view body, std::size_t calls) {
  ChunkAccumulator chunks(calls);
  chunks.add(body);
  if (!chunks.whole()) refuse("no finishReason", parse_json(body));
  return chunks.response();
}

std::string ChunkAccumulator::add(std::string_view data) {
  const auto value = parse_json(data);
  refuse_error_object(value);
  refuse_blocked_prompt(value);
  if (!value.is_object()) refuse("no object", value);
  if (const auto* usage = find(value, "usageMetadata"); usage && usage->is_object()) usage_ = *usage;
  const auto* candidate = first_candidate(value);
  if (!candidate) return {};
  if (auto reason = find_string(*candidate, "finishReason")) finish_reason_ = std::move(*reason);
  if (auto message = find_string(*candidate, "finishMessage")) finish_message_ = std::move(*message);
  std::string said;
  if (const auto* parts = parts_in(*candidate))
    for (const auto& part : *parts) said += add_part(part);
  return said;
}

// Pieces of one text become one part; a signature belongs to just the part that carries it.
std::string ChunkAccumulator::add_part(const json::value& part) {
  if (!part.is_object()) refuse("a part is no object", part);
  if (parts_.size() >= max_parts) refuse("too many parts", part);
  const auto is_bare = [](const json::value& one) { return find_string(one, "text") && one.get_object().size() == (find(one, "thought") ? 2U : 1U); };
  if (!parts_.empty() && is_bare(part) && is_bare(parts_.back()) && is_thought(part) == is_thought(parts_.back())) {
    parts_.back().get_object().at("text").get_string().append(part.get_object().at("text").get_string());
  } else {
    parts_.push_back(part);
  }
  return said_in(part);
}

ChatResponse ChunkAccumulator::response() const {
  return response_of({.parts = parts_, .finish_reason = finish_reason_, .finish_message = finish_message_, .usage = usage_, .calls = calls_});
}

}  // namespace antiphon::gemini
