#include "antiphon/gateway/sessions/kept_call.hpp"

#include <array>
#include <utility>

#include "antiphon/base/error.hpp"

namespace antiphon::gateway {

namespace {

constexpr int version = 1;
constexpr std::array reasons{EscalationReason::human_requested, EscalationReason::failures,       EscalationReason::pin,
                             EscalationReason::turn_limit,      EscalationReason::low_confidence, EscalationReason::policy};
constexpr std::array<std::pair<AfterAnswer, std::string_view>, 3> afters{
    {{AfterAnswer::go_on, "go_on"}, {AfterAnswer::end_call, "end_call"}, {AfterAnswer::escalate, "escalate"}}};
constexpr std::array<std::pair<const char*, std::optional<Duration> TurnLatency::*>, 5> stages{{{"asr", &TurnLatency::asr},
                                                                                                {"first_token", &TurnLatency::first_token},
                                                                                                {"llm", &TurnLatency::llm},
                                                                                                {"first_audio", &TurnLatency::first_audio},
                                                                                                {"total", &TurnLatency::total}}};

json::object to_json(const TurnLatency& latency) {
  json::object object;
  for (const auto& [name, stage] : stages)
    if (latency.*stage) object[name] = (latency.*stage)->count();
  return object;
}

json::object to_json(const ToolResult& result) {
  return {{"tool", result.tool}, {"ok", result.ok}, {"data", result.data}, {"error", result.error}, {"latency", result.latency.count()}};
}

json::object to_json(const TurnState& turn) {
  json::array tools;
  for (const auto& result : turn.tools) tools.push_back(to_json(result));
  return {{"id", turn.id},
          {"user", turn.user_text},
          {"agent", turn.agent_text},
          {"heard", turn.heard_text},
          {"interrupted", turn.interrupted},
          {"tools", std::move(tools)},
          {"latency", to_json(turn.latency)}};
}

json::object to_json(const SessionState& state) {
  json::array turns, messages;
  for (const auto& turn : state.turns) turns.push_back(to_json(turn));
  for (const auto& message : state.messages) messages.push_back(message.json());
  return {{"id", state.id},
          {"caller_id", state.caller_id},
          {"locale", state.locale},
          {"authenticated", state.authenticated},
          {"wrong_pins", state.wrong_pins},
          {"consecutive_failures", state.consecutive_failures},
          {"escalated", state.escalated ? json::value(to_string(*state.escalated)) : json::value(nullptr)},
          {"turns", std::move(turns)},
          {"messages", std::move(messages)},
          {"context", state.context}};
}

std::string_view name_of(AfterAnswer after) {
  for (const auto& [value, name] : afters)
    if (value == after) return name;
  return "go_on";
}

json::value to_json(const std::optional<OpenTurn>& open) {
  if (!open) return nullptr;
  json::array sentences(open->sentences.begin(), open->sentences.end());
  return json::object{{"sentences", std::move(sentences)}, {"whole", open->whole}, {"after", name_of(open->after)}};
}

std::string text(const json::object& object, std::string_view name) { return std::string(object.at(name).as_string()); }
int number(const json::object& object, std::string_view name) { return object.at(name).to_number<int>(); }
Duration duration(const json::value& value) { return Duration(value.to_number<std::int64_t>()); }

TurnLatency read_latency(const json::object& object) {
  TurnLatency latency;
  for (const auto& [name, stage] : stages)
    if (const auto* value = object.if_contains(name)) latency.*stage = duration(*value);
  return latency;
}

TurnState read_turn(const json::object& object) {
  TurnState turn{.id = number(object, "id"),
                 .user_text = text(object, "user"),
                 .agent_text = text(object, "agent"),
                 .heard_text = text(object, "heard"),
                 .interrupted = object.at("interrupted").as_bool(),
                 .latency = read_latency(object.at("latency").as_object())};
  for (const auto& item : object.at("tools").as_array()) {
    const auto& tool = item.as_object();
    turn.tools.push_back({.tool = text(tool, "tool"),
                          .ok = tool.at("ok").as_bool(),
                          .data = tool.at("data"),
                          .error = text(tool, "error"),
                          .latency = duration(tool.at("latency"))});
  }
  return turn;
}

std::optional<EscalationReason> read_reason(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  for (const auto reason : reasons)
    if (to_string(reason) == value.as_string()) return reason;
  return EscalationReason::policy;
}

SessionState read_state(const json::object& object) {
  SessionState state{.id = text(object, "id"),
                     .caller_id = text(object, "caller_id"),
                     .locale = text(object, "locale"),
                     .authenticated = object.at("authenticated").as_bool(),
                     .wrong_pins = number(object, "wrong_pins"),
                     .consecutive_failures = number(object, "consecutive_failures"),
                     .escalated = read_reason(object.at("escalated")),
                     .context = object.at("context").as_object()};
  for (const auto& turn : object.at("turns").as_array()) state.turns.push_back(read_turn(turn.as_object()));
  for (const auto& message : object.at("messages").as_array()) state.messages.append(Message(message));
  return state;
}

std::optional<OpenTurn> read_open(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  const auto& object = value.as_object();
  OpenTurn open{.whole = object.at("whole").as_bool()};
  for (const auto& sentence : object.at("sentences").as_array()) open.sentences.emplace_back(sentence.as_string());
  for (const auto& [after, name] : afters)
    if (name == object.at("after").as_string()) open.after = after;
  return open;
}

}  // namespace

std::string write_kept_call(const KeptCall& call) {
  return json::serialize(
      json::object{{"version", version}, {"state", to_json(call.state)}, {"open", to_json(call.open)}, {"memory", call.memory}, {"began_ms", call.began_ms}});
}

KeptCall read_kept_call(std::string_view written) {
  const auto value = parse_json(written);
  try {
    const auto& object = value.as_object();
    if (number(object, "version") != version) throw Error(ErrorKind::protocol, "a call that another version of the gateway has kept");
    KeptCall call{.state = read_state(object.at("state").as_object()),
                  .open = read_open(object.at("open")),
                  .memory = object.at("memory").as_object(),
                  .began_ms = object.at("began_ms").to_number<std::int64_t>()};
    if (call.open && call.state.turns.empty()) throw Error(ErrorKind::protocol, "a kept call with an answer to no turn");
    return call;
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    throw Error(ErrorKind::protocol, "what was kept of a call is none");
  }
}

}  // namespace antiphon::gateway
