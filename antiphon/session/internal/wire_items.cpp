#include <fmt/format.h>

#include "antiphon/session/internal/wire.hpp"

namespace antiphon::session {

namespace {

wire::ChatRole role_to_wire(MessageRole role) {
  switch (role) {
    case MessageRole::developer: return wire::DEVELOPER;
    case MessageRole::system: return wire::SYSTEM;
    case MessageRole::user: return wire::USER;
    default: return wire::ASSISTANT;
  }
}

MessageRole role_from_wire(wire::ChatRole role) {
  switch (role) {
    case wire::DEVELOPER: return MessageRole::developer;
    case wire::SYSTEM: return MessageRole::system;
    case wire::USER: return MessageRole::user;
    default: return MessageRole::assistant;
  }
}

template <class Message>
void put_time(const std::optional<WallTime>& time, Message& out) {
  if (time) *out.mutable_created_at() = to_wire(*time);
}
template <class Message>
std::optional<WallTime> time_of(const Message& message) {
  return message.has_created_at() ? std::optional(from_wire(message.created_at())) : std::nullopt;
}

void metrics_to_wire(const MessageMetrics& metrics, wire::MetricsReport& out) {
  if (metrics.started_speaking_at) *out.mutable_started_speaking_at() = to_wire(*metrics.started_speaking_at);
  if (metrics.stopped_speaking_at) *out.mutable_stopped_speaking_at() = to_wire(*metrics.stopped_speaking_at);
  if (metrics.transcription_delay) out.set_transcription_delay(*metrics.transcription_delay);
  if (metrics.end_of_turn_delay) out.set_end_of_turn_delay(*metrics.end_of_turn_delay);
  if (metrics.on_user_turn_completed_delay) out.set_on_user_turn_completed_delay(*metrics.on_user_turn_completed_delay);
  if (metrics.llm_node_ttft) out.set_llm_node_ttft(*metrics.llm_node_ttft);
  if (metrics.tts_node_ttfb) out.set_tts_node_ttfb(*metrics.tts_node_ttfb);
  if (metrics.e2e_latency) out.set_e2e_latency(*metrics.e2e_latency);
  if (metrics.llm_node_tps) out.set_llm_node_tps(*metrics.llm_node_tps);
  if (metrics.llm_node_ttfs) out.set_llm_node_ttfs(*metrics.llm_node_ttfs);
}

MessageMetrics metrics_from_wire(const wire::MetricsReport& report) {
  const auto given = [](bool there, double value) { return there ? std::optional(value) : std::nullopt; };
  MessageMetrics metrics;
  if (report.has_started_speaking_at()) metrics.started_speaking_at = from_wire(report.started_speaking_at());
  if (report.has_stopped_speaking_at()) metrics.stopped_speaking_at = from_wire(report.stopped_speaking_at());
  metrics.transcription_delay = given(report.has_transcription_delay(), report.transcription_delay());
  metrics.end_of_turn_delay = given(report.has_end_of_turn_delay(), report.end_of_turn_delay());
  metrics.on_user_turn_completed_delay = given(report.has_on_user_turn_completed_delay(), report.on_user_turn_completed_delay());
  metrics.llm_node_ttft = given(report.has_llm_node_ttft(), report.llm_node_ttft());
  metrics.tts_node_ttfb = given(report.has_tts_node_ttfb(), report.tts_node_ttfb());
  metrics.e2e_latency = given(report.has_e2e_latency(), report.e2e_latency());
  metrics.llm_node_tps = given(report.has_llm_node_tps(), report.llm_node_tps());
  metrics.llm_node_ttfs = given(report.has_llm_node_ttfs(), report.llm_node_ttfs());
  return metrics;
}

struct ItemWriter {
  wire::ChatContext::ChatItem& out;

  void operator()(const ChatMessage& message) const {
    auto& to = *out.mutable_message();
    to.set_id(wire_text(message.id));
    to.set_role(role_to_wire(message.role));
    if (!message.text.empty()) to.add_content()->set_text(wire_text(message.text));
    to.set_interrupted(message.interrupted);
    if (message.transcript_confidence) to.set_transcript_confidence(*message.transcript_confidence);
    for (const auto& [key, value] : message.extra) (*to.mutable_extra())[wire_text(key)] = wire_text(value);
    if (message.metrics) metrics_to_wire(*message.metrics, *to.mutable_metrics());
    put_time(message.created_at, to);
  }
  void operator()(const FunctionCall& call) const { write(call, *out.mutable_function_call()); }
  void operator()(const FunctionCallOutput& output) const { write(output, *out.mutable_function_call_output()); }
  void operator()(const AgentHandoff& handoff) const {
    auto& to = *out.mutable_agent_handoff();
    to.set_id(wire_text(handoff.id));
    if (handoff.old_agent_id) to.set_old_agent_id(wire_text(*handoff.old_agent_id));
    to.set_new_agent_id(wire_text(handoff.new_agent_id));
    put_time(handoff.created_at, to);
  }
  void operator()(const AgentConfigUpdate& update) const {
    auto& to = *out.mutable_agent_config_update();
    to.set_id(wire_text(update.id));
    if (update.instructions) to.set_instructions(wire_text(*update.instructions));
    for (const auto& tool : update.tools_added) to.add_tools_added(wire_text(tool));
    for (const auto& tool : update.tools_removed) to.add_tools_removed(wire_text(tool));
    put_time(update.created_at, to);
  }

  static void write(const FunctionCall& call, wire::FunctionCall& to) {
    to.set_id(wire_text(call.id));
    to.set_call_id(wire_text(call.call_id));
    to.set_arguments(wire_text(call.arguments));
    to.set_name(wire_text(call.name));
    put_time(call.created_at, to);
  }
  static void write(const FunctionCallOutput& output, wire::FunctionCallOutput& to) {
    to.set_id(wire_text(output.id));
    to.set_name(wire_text(output.name));
    to.set_call_id(wire_text(output.call_id));
    to.set_output(wire_text(output.output));
    to.set_is_error(output.is_error);
    put_time(output.created_at, to);
  }
};

ChatMessage read(const wire::ChatMessage& from) {
  ChatMessage message{.id = from.id(), .role = role_from_wire(from.role()), .interrupted = from.interrupted(), .created_at = time_of(from)};
  for (const auto& part : from.content()) {
    if (!part.has_text()) continue;
    if (!message.text.empty()) message.text += '\n';
    message.text += part.text();
  }
  if (from.has_transcript_confidence()) message.transcript_confidence = from.transcript_confidence();
  message.extra.insert(from.extra().begin(), from.extra().end());
  if (from.has_metrics()) message.metrics = metrics_from_wire(from.metrics());
  return message;
}

FunctionCall read(const wire::FunctionCall& from) {
  return {.id = from.id(), .call_id = from.call_id(), .name = from.name(), .arguments = from.arguments(), .created_at = time_of(from)};
}

FunctionCallOutput read(const wire::FunctionCallOutput& from) {
  return {.id = from.id(), .call_id = from.call_id(), .name = from.name(), .output = from.output(), .is_error = from.is_error(), .created_at = time_of(from)};
}

AgentHandoff read(const wire::AgentHandoff& from) {
  AgentHandoff handoff{.id = from.id(), .new_agent_id = from.new_agent_id(), .created_at = time_of(from)};
  if (from.has_old_agent_id()) handoff.old_agent_id = from.old_agent_id();
  return handoff;
}

AgentConfigUpdate read(const wire::AgentConfigUpdate& from) {
  AgentConfigUpdate update{.id = from.id(), .created_at = time_of(from)};
  if (from.has_instructions()) update.instructions = from.instructions();
  update.tools_added.assign(from.tools_added().begin(), from.tools_added().end());
  update.tools_removed.assign(from.tools_removed().begin(), from.tools_removed().end());
  return update;
}

struct EventWriter {
  wire::AgentSessionEvent& out;

  void operator()(const AgentStateChanged& change) const {
    out.mutable_agent_state_changed()->set_old_state(to_wire(change.old_state));
    out.mutable_agent_state_changed()->set_new_state(to_wire(change.new_state));
  }
  void operator()(const UserStateChanged& change) const {
    out.mutable_user_state_changed()->set_old_state(to_wire(change.old_state));
    out.mutable_user_state_changed()->set_new_state(to_wire(change.new_state));
  }
  void operator()(const ItemAdded& added) const { to_wire(added.item, *out.mutable_conversation_item_added()->mutable_item()); }
  void operator()(const UserInputTranscribed& heard) const {
    auto& to = *out.mutable_user_input_transcribed();
    to.set_transcript(wire_text(heard.transcript));
    to.set_is_final(heard.is_final);
    if (heard.language) to.set_language(wire_text(*heard.language));
  }
  void operator()(const ToolsExecuted& executed) const {
    auto& to = *out.mutable_function_tools_executed();
    for (const auto& call : executed.calls) ItemWriter::write(call, *to.add_function_calls());
    for (const auto& output : executed.outputs) ItemWriter::write(output, *to.add_function_call_outputs());
  }
  void operator()(const SessionTrouble& trouble) const { out.mutable_error()->set_message(wire_text(trouble.message)); }
  void operator()(const OtherEvent&) const {}
};

ToolsExecuted read(const wire::AgentSessionEvent::FunctionToolsExecuted& from) {
  ToolsExecuted executed;
  for (const auto& call : from.function_calls()) executed.calls.push_back(read(call));
  for (const auto& output : from.function_call_outputs()) executed.outputs.push_back(read(output));
  return executed;
}

UserInputTranscribed read(const wire::AgentSessionEvent::UserInputTranscribed& from) {
  UserInputTranscribed heard{.transcript = from.transcript(), .is_final = from.is_final()};
  if (from.has_language()) heard.language = from.language();
  return heard;
}

// Its own JSON, without what every event has.
OtherEvent read_other(const wire::AgentSessionEvent& event) {
  auto all = json_of(event);
  all.erase("created_at");
  if (all.size() != 1 || !all.begin()->value().is_object()) return {};
  return {.name = std::string(all.begin()->key()), .value = all.begin()->value().get_object()};
}

}  // namespace

void to_wire(const SessionItem& item, wire::ChatContext::ChatItem& out) { std::visit(ItemWriter{out}, item); }

std::optional<SessionItem> from_wire(const wire::ChatContext::ChatItem& item) {
  using Item = wire::ChatContext::ChatItem;
  switch (item.item_case()) {
    case Item::kMessage: return read(item.message());
    case Item::kFunctionCall: return read(item.function_call());
    case Item::kFunctionCallOutput: return read(item.function_call_output());
    case Item::kAgentHandoff: return read(item.agent_handoff());
    case Item::kAgentConfigUpdate: return read(item.agent_config_update());
    case Item::ITEM_NOT_SET: break;
  }
  return std::nullopt;
}

void to_wire(const SessionEvent& event, wire::AgentSessionEvent& out) {
  if (event.created_at) *out.mutable_created_at() = to_wire(*event.created_at);
  std::visit(EventWriter{out}, event.what);
}

SessionEvent from_wire(const wire::AgentSessionEvent& event) {
  using Event = wire::AgentSessionEvent;
  SessionEvent out;
  if (event.has_created_at()) out.created_at = from_wire(event.created_at());
  switch (event.event_case()) {
    case Event::kAgentStateChanged:
      out.what = AgentStateChanged{from_wire(event.agent_state_changed().old_state()), from_wire(event.agent_state_changed().new_state())};
      break;
    case Event::kUserStateChanged:
      out.what = UserStateChanged{from_wire(event.user_state_changed().old_state()), from_wire(event.user_state_changed().new_state())};
      break;
    case Event::kConversationItemAdded: {
      auto item = from_wire(event.conversation_item_added().item());
      if (item)
        out.what = ItemAdded{std::move(*item)};
      else
        out.what = OtherEvent{};
      break;
    }
    case Event::kUserInputTranscribed: out.what = read(event.user_input_transcribed()); break;
    case Event::kFunctionToolsExecuted: out.what = read(event.function_tools_executed()); break;
    case Event::kError: out.what = SessionTrouble{event.error().message()}; break;
    default: out.what = read_other(event); break;
  }
  return out;
}

}  // namespace antiphon::session
