#include "antiphon/gateway/tracing/call_tracer.hpp"

#include <utility>

#include "antiphon/trace/attributes.hpp"

namespace antiphon::gateway {

namespace {

namespace attr = trace::attr;
using trace::SpanKind;

constexpr std::string_view session_id = "session.id", user_id = "user.id", locale_name = "antiphon.locale", transport_name = "antiphon.transport";
constexpr std::string_view user_text = "antiphon.user_text", agent_text = "antiphon.agent_text", heard_text = "antiphon.heard_text";
constexpr std::string_view first_token_ms = "antiphon.first_token_ms", first_chunk_ms = "antiphon.first_chunk_ms", total_ms = "antiphon.latency_ms";
constexpr std::string_view interrupted = "antiphon.interrupted", escalation_reason = "antiphon.escalation.reason", turn_count = "antiphon.turns";
constexpr std::string_view heard_ms = "antiphon.heard_ms", stage_name = "antiphon.stage", error_message = "error.message", provider_name = "antiphon.provider";

std::int64_t in_ms(Duration duration) { return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(); }

// Of one call: enough for an hour of it, and no more memory than its audio takes.
constexpr trace::RecorderLimits call_limits{.spans = 5'000, .value_bytes = 4 * 1024, .text_bytes = 1024 * 1024};

trace::TraceId trace_id_of(RandomStream& ids) {
  const auto high = ids.next();
  return {high, ids.next() | 1};  // all zeros would be none
}

}  // namespace

CallTracer::CallTracer(const Clock& clock, RandomStream ids, std::chrono::system_clock::time_point began, CallIdentity call, Done done)
    : clock_(clock), began_(began), call_(std::move(call)), done_(std::move(done)) {
  time_.time = clock.now();
  const auto id = trace_id_of(ids);
  recorder_ = std::make_shared<trace::Recorder>(time_, id, ids, call_limits);
}

void CallTracer::note(const CallNote& note) noexcept {
  time_.time = clock_.now();
  try {
    std::visit([this](const auto& known) { on(known); }, note);
  } catch (...) {  // out of memory: the call goes on without
  }
}

trace::ActiveSpan CallTracer::begin(std::string name, SpanKind kind, int turn, Clock::Time since) {
  const auto known = turns_.find(turn);
  time_.time = since;
  return recorder_->begin(std::move(name), kind, known == turns_.end() ? session_.id() : known->second);
}

void CallTracer::end(trace::ActiveSpan& span, Clock::Time at) {
  time_.time = at;
  span.end();
}

void CallTracer::on(const CallBegan& note) {
  session_ = recorder_->begin("voice_session", SpanKind::server);
  session_.set(attr::conversation, call_.id).set(session_id, call_.id).set(user_id, note.caller_id);
  session_.set(locale_name, note.locale).set(transport_name, call_.transport);
}

void CallTracer::on(const TurnBegan& note) {
  voice_ended_ = note.voice_ended;
  turn_ = begin("turn", SpanKind::internal, 0, note.voice_ended);
  turn_.set(attr::turn, note.turn).set(user_text, note.text);
  turns_[note.turn] = turn_.id();
  if (!note.asr) return;
  auto asr = begin("asr", SpanKind::client, note.turn, note.voice_ended);
  asr.set(attr::operation, "transcription").set(user_text, note.text);
  end(asr, note.voice_ended + *note.asr);
}

void CallTracer::on(const ModelAnswered& note) {
  auto span = begin(note.after_tools ? "llm_tool_response" : "llm_call", SpanKind::client, note.turn, note.began);
  span.set(attr::operation, "chat").set(agent_text, note.text);
  if (note.first_token) span.set(first_token_ms, in_ms(*note.first_token));
  if (note.input_tokens) span.set(attr::input_tokens, *note.input_tokens);
  if (note.output_tokens) span.set(attr::output_tokens, *note.output_tokens);
  if (note.interrupted) span.set(interrupted, true);
  if (!note.error.empty()) span.fail("llm", note.error);
  end(span, note.began + note.took);
}

void CallTracer::on(const ToolAnswered& note) {
  const auto ended = clock_.now();
  auto span = begin("tool_" + note.name, SpanKind::client, note.turn, ended - note.latency);
  span.set(attr::operation, "execute_tool").set(attr::tool_name, note.name).set(attr::tool_arguments, note.arguments);
  if (!note.ok) span.fail("tool", note.error);
  end(span, ended);
}

void CallTracer::on(const SentenceSpoken& note) {
  auto span = begin("tts", SpanKind::client, note.turn, note.began);
  span.set(attr::operation, "speech").set(agent_text, note.text);
  if (note.first_sample) span.set(first_chunk_ms, in_ms(*note.first_sample));
  if (note.interrupted) span.set(interrupted, true);
  if (!note.error.empty()) span.fail("tts", note.error);
  end(span, note.began + note.took);
}

void CallTracer::on(const BargedIn& note) { current().add_event("barge_in", {{heard_ms, in_ms(note.heard)}}); }
void CallTracer::on(const BargeInTakenBack&) { current().add_event("barge_in.resumed"); }

void CallTracer::on(const StageFailed& note) { current().add_event("provider_failed", {{stage_name, std::string(note.stage)}, {error_message, note.error}}); }

void CallTracer::on(const StoodIn& note) {
  current().add_event("provider_failed", {{stage_name, std::string(note.stage)}, {provider_name, note.provider}, {error_message, note.error}});
}

void CallTracer::on(const TurnEnded& note) {
  if (!turn_) return;  // it began on another instance
  if (note.latency.total) {
    auto audio = begin("first_audio", SpanKind::internal, note.turn, voice_ended_);
    end(audio, voice_ended_ + *note.latency.total);
    turn_.set(total_ms, in_ms(*note.latency.total));
  }
  turn_.set(heard_text, note.heard_text).set(interrupted, note.interrupted);
  end(turn_, clock_.now());
}

void CallTracer::on(const CallEscalated& note) { session_.set(escalation_reason, to_string(note.reason)); }

void CallTracer::on(const CallEnded& note) {
  session_.set(attr::outcome, to_string(note.why)).set(turn_count, note.turns);
  if (note.why == CallEnd::error) session_.fail("call", note.callers_fault ? "the client broke the protocol" : "the call broke");
  turn_ = {}, session_ = {};
  recorder_->close();
  done_({recorder_, began_});
}

}  // namespace antiphon::gateway
