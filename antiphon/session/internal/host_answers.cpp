#include <fmt/format.h>

#include "antiphon/session/framing.hpp"
#include "antiphon/session/internal/host_state.hpp"

namespace antiphon::session {

namespace {

using wire::AgentSessionMessage;
using wire::SessionRequest;
using wire::SessionResponse;

constexpr std::size_t most_jobs = 256;

}  // namespace

SessionResponse answer_to(const SessionRequest& request) {
  SessionResponse response;
  response.set_request_id(request.request_id());
  return response;
}

void SessionHost::State::take_request(const SessionRequest& request) {
  const bool run = request.has_run_input();
  if (!run && !request.has_finalize_simulation()) return answer_now(request);
  if (run && request.run_input().text().empty()) return respond_error(request, {Stage::session, "empty_input", std::nullopt, "empty run_input text"});
  if (jobs.size() >= most_jobs)
    return respond_error(request, {Stage::session, "exhausted", std::nullopt, fmt::format("{} requests wait already", jobs.size())});
  jobs.push_back(request);
  if (!run) silence();
  interrupt();
  jobs_changed.beat();
}

void SessionHost::State::answer_now(const SessionRequest& request) {
  auto response = answer_to(request);
  try {
    answer_getter(request, response);
  } catch (...) {
    return respond_error(request, failure_of(std::current_exception()));
  }
  respond(std::move(response));
}

void SessionHost::State::answer_getter(const SessionRequest& request, SessionResponse& response) {
  switch (request.request_case()) {
    case SessionRequest::kPing: response.mutable_pong(); break;
    case SessionRequest::kGetChatHistory: to_wire(history, *response.mutable_get_chat_history()->mutable_items()); break;
    case SessionRequest::kGetAgentInfo: {
      const auto info = agent.info();
      auto& out = *response.mutable_get_agent_info();
      out.set_id(wire_text(info.id));
      if (info.instructions) out.set_instructions(wire_text(*info.instructions));
      for (const auto& tool : info.tools) out.add_tools(wire_text(tool));
      auto& chat = *out.mutable_chat_ctx();
      info.chat.empty() ? to_wire(history, chat) : to_wire(info.chat, chat);
      break;
    }
    case SessionRequest::kGetSessionState: {
      auto& out = *response.mutable_get_session_state();
      out.set_agent_state(to_wire(agent_state));
      out.set_user_state(to_wire(user_state));
      out.set_agent_id(wire_text(agent.info().id));
      for (const auto& [name, value] : agent.options()) (*out.mutable_options())[wire_text(name)] = wire_text(value);
      *out.mutable_created_at() = to_wire(born);
      break;
    }
    case SessionRequest::kGetRtcStats: response.mutable_get_rtc_stats(); break;
    case SessionRequest::kGetSessionUsage:
      to_wire(agent.usage(), *response.mutable_get_session_usage()->mutable_usage());
      *response.mutable_get_session_usage()->mutable_created_at() = to_wire(now());
      break;
    case SessionRequest::kGetFrameworkInfo:
      response.mutable_get_framework_info()->set_sdk(wire_text(options.sdk));
      response.mutable_get_framework_info()->set_sdk_version(wire_text(options.sdk_version));
      break;
    case SessionRequest::kUpdateIo:
      change_io(from_wire(request.update_io()));
      response.mutable_update_io();
      break;
    default: throw SessionError(Stage::session, "unsupported", std::nullopt, "this session knows no such request");
  }
}

void SessionHost::State::change_io(const IoChange& change) {
  io.input_audio = change.input_audio.value_or(io.input_audio);
  io.input_video = change.input_video.value_or(io.input_video);
  io.output_audio = change.output_audio.value_or(io.output_audio);
  io.output_video = change.output_video.value_or(io.output_video);
  io.output_transcription = change.output_transcription.value_or(io.output_transcription);
  agent.io_changed(io);
  playback.beat();  // nobody may be listening any more
}

void SessionHost::State::send(const wire::AgentSessionMessage& message) { outbox.push(encode(message)); }

void SessionHost::State::respond(SessionResponse response) {
  wire::AgentSessionMessage message;
  *message.mutable_response() = std::move(response);
  auto bytes = encode(message);
  if (bytes.size() > frame_limit) {
    const auto id = message.response().request_id();
    message.mutable_response()->Clear();
    message.mutable_response()->set_request_id(id);
    message.mutable_response()->set_error(
        SessionError(Stage::session, "too_large", std::nullopt, fmt::format("the answer has {} bytes, over the {} of a frame", bytes.size(), frame_limit))
            .to_wire());
    bytes = encode(message);
  }
  outbox.push(std::move(bytes));
}

void SessionHost::State::respond_error(const SessionRequest& request, const SessionError& error) {
  auto response = answer_to(request);
  response.set_error(wire_text(error.to_wire()));
  if (request.has_run_input()) to_wire(error.items(), *response.mutable_run_input()->mutable_items());
  if (request.has_finalize_simulation()) response.mutable_finalize_simulation();
  respond(std::move(response));
}

void SessionHost::State::emit(SessionEvent event) {
  if (std::holds_alternative<OtherEvent>(event.what)) return;
  if (!event.created_at) event.created_at = now();
  wire::AgentSessionMessage message;
  to_wire(event, *message.mutable_event());
  auto bytes = encode(message);
  if (bytes.size() > frame_limit)
    ++dropped_events;
  else
    outbox.push(std::move(bytes));
}

void SessionHost::State::set_agent_state(AgentState state) {
  if (state == agent_state) return;
  emit({.what = AgentStateChanged{std::exchange(agent_state, state), state}});
}

void SessionHost::State::set_user_state(UserState state) {
  if (state == user_state) return;
  emit({.what = UserStateChanged{std::exchange(user_state, state), state}});
}

void SessionHost::State::play(const SessionAudio& audio) {
  if (!io.output_audio || silenced || audio.samples.empty()) return;
  sounding = true;
  last_sound = flushes + 1;
  AgentSessionMessage message;
  to_wire(audio, *message.mutable_audio_output());
  send(message);
}

void SessionHost::State::flush_playback() {
  ++flushes;
  AgentSessionMessage message;
  message.mutable_audio_playback_flush();
  send(message);
}

// Who waits for it to be played need not any more.
void SessionHost::State::silence() {
  silenced = true;
  if (sounding) clear_playback();
  playback.beat();
}

void SessionHost::State::clear_playback() {
  const bool cleared_already = silenced && !sounding;
  sounding = false;
  if (cleared_already) return;
  AgentSessionMessage message;
  message.mutable_audio_playback_clear();
  send(message);
}

WallTime SessionHost::State::now() const { return born + (runtime.clock.now() - born_at); }

}  // namespace antiphon::session
