#include "antiphon/adapters/websocket/voice_messages.hpp"

#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::wire {

namespace {

constexpr double longest_claim_ms = 24 * 3600 * 1000;

Error broken(std::string message) { return Error(ErrorKind::protocol, std::move(message)).with_party(Party::agent); }

class Reading {
 public:
  Reading(const VoiceMessages& shape, const json::value& message) : shape_(shape), message_(message) {}

  std::vector<WireSignal> all() && {
    report_error();
    if (matches(shape_.clear)) add(AgentClear{});
    if (const auto* words = told(shape_.understood))
      add(AgentTranscript{.speaker = audio::Speaker::user, .text = text_of(*words, "a transcript"), .final = true});
    if (const auto* words = told(shape_.transcript))
      add(AgentTranscript{.text = text_of(*words, "a transcript"), .whole = shape_.transcript_is_whole, .final = !shape_.transcript_is_whole});
    if (const auto* value = told(shape_.latency)) add(claim(*value));
    if (const auto* audio = told(shape_.agent_audio)) add(WireAudio{bytes_of(*audio)});
    if (matches(shape_.turn_end)) add(AgentTurnEnd{});
    if (matches(shape_.closing)) add(AgentClosed{.on_purpose = true, .reason = words_at(shape_.closing->at)});
    return std::move(signals_);
  }

 private:
  void add(WireSignal signal) { signals_.push_back(std::move(signal)); }

  bool matches(const std::optional<VoiceMessageRule>& rule) const {
    if (!rule || !json_includes(message_, rule->when)) return false;
    return !rule->when.empty() || (!rule->at.empty() && at_pointer(message_, rule->at));
  }

  // Where a rule says of which messages it holds, what it tells of has to be there.
  const json::value* told(const std::optional<VoiceMessageRule>& rule) const {
    if (!matches(rule)) return nullptr;
    const auto* value = at_pointer(message_, rule->at);
    if (value) return value->is_null() ? nullptr : value;
    throw broken(fmt::format("a message has nothing at {}: {}", rule->at, preview(message_, 160)));
  }

  std::string text_of(const json::value& value, std::string_view what) const {
    if (value.is_string()) return std::string(value.get_string());
    throw broken(fmt::format("{} is no text: {}", what, preview(message_, 160)));
  }

  std::string bytes_of(const json::value& value) const {
    if (!value.is_string()) throw broken(fmt::format("the audio of a message is no text in base64: {}", preview(message_, 160)));
    auto bytes = decode_base64(value.get_string());
    if (!bytes) throw broken(fmt::format("the audio of a message is no base64: {}", preview(message_, 160)));
    return *std::move(bytes);
  }

  std::string words_at(const std::string& pointer) const {
    const auto* value = at_pointer(message_, pointer);
    if (!value || value->is_null()) return {};
    return value->is_string() ? std::string(value->get_string()) : preview(*value, 300);
  }

  AgentLatencyClaim claim(const json::value& value) const {
    const double ms = value.is_number() ? value.to_number<double>() : -1;
    if (!(ms >= 0 && ms <= longest_claim_ms)) throw broken(fmt::format("a latency is no number of milliseconds: {}", preview(message_, 160)));
    auto what = shape_.latency_of.empty() ? std::string() : words_at(shape_.latency_of);
    return {what.empty() ? "response" : cut(what, 60), std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(ms))};
  }

  void report_error() const {
    if (!matches(shape_.error)) return;
    const auto said = shape_.error->at.empty() ? preview(message_, 300) : words_at(shape_.error->at);
    throw Error(ErrorKind::invalid_input, fmt::format("the agent reports an error: {}", said.empty() ? preview(message_, 300) : cut(said, 300)))
        .with_party(Party::agent);
  }

  const VoiceMessages& shape_;
  const json::value& message_;
  std::vector<WireSignal> signals_;
};

std::string fill_text(std::string text, const Filling& filling) {
  const auto fill = [&text](std::string_view name, std::string_view value) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) text.replace(at, name.size(), value);
  };
  fill("${thread_id}", filling.thread_id);
  fill("${keys}", filling.keys);
  fill("${audio}", filling.audio);
  fill("${text}", filling.text);  // last: what somebody says is filled into nothing
  return text;
}

json::value filled(const json::value& value, const Filling& filling) {
  if (value.is_string()) return json::string(fill_text(std::string(value.get_string()), filling));
  if (value.is_array()) {
    json::array list;
    for (const auto& item : value.get_array()) list.push_back(filled(item, filling));
    return list;
  }
  if (!value.is_object()) return value;
  json::object object;
  for (const auto& [key, item] : value.get_object()) object[key] = filled(item, filling);
  return object;
}

}  // namespace

std::vector<WireSignal> read_voice_message(const VoiceMessages& shape, std::string_view text) {
  const auto message = try_parse_json(text);
  if (!message) throw broken(fmt::format("a message is no JSON: {}", quote(cut(repair_utf8(text), 160))));
  return Reading(shape, *message).all();
}

std::string fill_voice_message(const json::value& message, const Filling& filling) { return json::serialize(filled(message, filling)); }

}  // namespace antiphon::wire
