#include "antiphon/adapters/antiphon/gateway_events.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::wire {

namespace {

constexpr std::string_view silence = "antiphon.silence";
constexpr std::size_t most_notices = 20, most_open_calls = 1000;
constexpr double longest_claim_ms = 24 * 3600 * 1000;

/// Names of the gateway for what a claim is of, and ours.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> claims{
    {{"total", "response"}, {"asr", "asr"}, {"llm", "llm"}, {"first_audio", "tts"}, {"first_token", "first_token"}}};

std::string text_of(const json::object& event, std::string_view name) { return find_string(event, name).value_or(""); }

bool is_true(const json::object& event, std::string_view name) {
  const auto* value = event.if_contains(name);
  return value && value->is_bool() && value->get_bool();
}

void add_claims(const json::object& event, std::vector<WireSignal>& signals) {
  const auto* latencies = event.if_contains("latency_ms");
  if (!latencies || !latencies->is_object()) return;
  for (const auto& [theirs, ours] : claims) {
    const auto ms = find_number(*latencies, theirs);
    if (!ms || !(*ms >= 0 && *ms <= longest_claim_ms)) continue;
    signals.push_back(AgentLatencyClaim{std::string(ours), std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(*ms))});
  }
}

}  // namespace

const std::map<std::string_view, GatewayEvents::Handler>& GatewayEvents::handlers() {
  static const std::map<std::string_view, Handler> all{{"call.started", &GatewayEvents::on_call_started},
                                                       {"call.ended", &GatewayEvents::on_call_ended},
                                                       {"turn.started", &GatewayEvents::on_turn_started},
                                                       {"turn.ended", &GatewayEvents::on_turn_ended},
                                                       {"agent.text", &GatewayEvents::on_agent_text},
                                                       {"transcript.final", &GatewayEvents::on_understood},
                                                       {"transcript.partial", &GatewayEvents::on_understanding},
                                                       {"user.speech_started", &GatewayEvents::on_speech_started},
                                                       {"user.speech_stopped", &GatewayEvents::on_speech_stopped},
                                                       {"tool.call", &GatewayEvents::on_tool_call},
                                                       {"tool.result", &GatewayEvents::on_tool_result},
                                                       {"clear", &GatewayEvents::on_clear},
                                                       {"barge_in.resumed", &GatewayEvents::on_resumed},
                                                       {"escalation", &GatewayEvents::on_escalation},
                                                       {"error", &GatewayEvents::on_error},
                                                       {silence, &GatewayEvents::on_silence}};
  return all;
}

net::WsMessage GatewayEvents::silent_message() { return net::WsMessage::text(json::serialize(json::object{{"type", silence}})); }

std::vector<WireSignal> GatewayEvents::read(const net::WsMessage& message) {
  if (message.is_binary()) {
    spoke_ = spoke_ || !message.data.empty();
    return {WireAudio{message.data}};
  }
  const auto event = try_parse_json(message.data);
  if (!event || !event->is_object())
    throw Error(ErrorKind::protocol, fmt::format("an event is no JSON object: {}", quote(cut(repair_utf8(message.data), 160)))).with_party(Party::agent);
  Signals signals;
  const auto handler = handlers().find(text_of(event->get_object(), "type"));
  if (handler != handlers().end()) (this->*handler->second)(event->get_object(), signals);
  return signals;
}

void GatewayEvents::note(std::string line) {
  if (notices_.size() < most_notices && std::ranges::find(notices_, line) == notices_.end()) notices_.push_back(std::move(line));
}

/// What was said so far is a turn, or what is left of one.
void GatewayEvents::end_speech(Signals& signals) {
  if (held_ || spoke_) signals.push_back(AgentTurnEnd{});  // its words are complete, and the next ones another turn's
  if (held_) signals.push_back(AgentClear{});
  held_ = spoke_ = false;
}

void GatewayEvents::on_call_started(const json::object& event, Signals&) {
  resume_token_ = text_of(event, "resume");
  const auto* told = event.if_contains("notices");
  if (!told || !told->is_array()) return;
  for (const auto& notice : told->get_array())
    if (const auto message = find_string(notice, "message")) note("the gateway says: " + cut(*message, 200));
}

void GatewayEvents::on_call_ended(const json::object& event, Signals& signals) {
  end_speech(signals);
  ended_ = true;
  const auto reason = text_of(event, "reason");
  const bool on_purpose = reason == "completed" || reason == "escalated" || reason == "caller_hangup";
  signals.push_back(AgentClosed{.on_purpose = on_purpose, .reason = fmt::format("the gateway ended the call ({})", cut(reason, 60))});
}

void GatewayEvents::on_turn_started(const json::object&, Signals& signals) {
  end_speech(signals);
  in_turn_ = true;
}

// A turn in which nothing was said is none for whoever listens: what follows it, such as "I connect you to a colleague", is the answer.
void GatewayEvents::on_turn_ended(const json::object& event, Signals& signals) {
  if (spoke_ || held_) add_claims(event, signals);
  held_ = held_ || (spoke_ && is_true(event, "interrupted"));
  end_speech(signals);
  in_turn_ = false;
}

void GatewayEvents::on_agent_text(const json::object& event, Signals& signals) {
  signals.push_back(AgentTranscript{.text = text_of(event, "text"), .final = true});
}

void GatewayEvents::on_understood(const json::object& event, Signals& signals) {
  signals.push_back(AgentTranscript{.speaker = audio::Speaker::user, .text = text_of(event, "text"), .final = true});
}

void GatewayEvents::on_understanding(const json::object& event, Signals& signals) {
  signals.push_back(AgentTranscript{.speaker = audio::Speaker::user, .text = text_of(event, "text"), .whole = true});
}

void GatewayEvents::on_speech_started(const json::object&, Signals& signals) { signals.push_back(AgentHeardUser{.started = true}); }

void GatewayEvents::on_speech_stopped(const json::object&, Signals& signals) { signals.push_back(AgentHeardUser{.started = false}); }

void GatewayEvents::on_tool_call(const json::object& event, Signals& signals) {
  const auto* arguments = event.if_contains("arguments");
  ToolCall call{.id = text_of(event, "id"), .name = text_of(event, "name"), .arguments = arguments ? json_text(*arguments) : "{}"};
  if (calls_.size() < most_open_calls) calls_[call.id] = call;
  signals.push_back(AgentToolCall{std::move(call)});
}

void GatewayEvents::on_tool_result(const json::object& event, Signals& signals) {
  const auto found = calls_.find(text_of(event, "id"));
  if (found == calls_.end()) return;
  json::object result{{"ok", is_true(event, "ok")}};
  if (const auto error = find_string(event, "error")) result["error"] = *error;
  signals.push_back(AgentToolCall{.call = std::move(found->second), .result = std::move(result)});
  calls_.erase(found);
}

void GatewayEvents::on_clear(const json::object&, Signals& signals) {
  held_ = true;
  signals.push_back(AgentClear{.may_go_on = true});
}

void GatewayEvents::on_resumed(const json::object&, Signals&) { held_ = false; }

void GatewayEvents::on_escalation(const json::object& event, Signals&) {
  note(fmt::format("the caller goes to a person ({})", cut(text_of(event, "reason"), 60)));
}

void GatewayEvents::on_error(const json::object& event, Signals&) {
  const auto told = fmt::format("{}: {}", cut(text_of(event, "code"), 60), cut(text_of(event, "message"), 200));
  if (is_true(event, "fatal")) throw Error(ErrorKind::invalid_input, "the gateway reports an error: " + told).with_party(Party::agent);
  note("behind the gateway something failed: " + told);
}

void GatewayEvents::on_silence(const json::object&, Signals& signals) {
  if (awaits_silence()) end_speech(signals);
}

}  // namespace antiphon::wire
