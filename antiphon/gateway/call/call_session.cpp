#include "antiphon/gateway/call/call_session.hpp"

#include <utility>

namespace antiphon::gateway {

namespace {

std::int64_t in_ms(Duration duration) { return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(); }

void add_ms(json::object& object, const char* name, const std::optional<Duration>& duration) {
  if (duration) object[name] = in_ms(*duration);
}

json::object latency_json(const TurnLatency& latency) {
  json::object object;
  add_ms(object, "asr", latency.asr);
  add_ms(object, "first_token", latency.first_token);
  add_ms(object, "llm", latency.llm);
  add_ms(object, "first_audio", latency.first_audio);
  add_ms(object, "total", latency.total);
  return object;
}

json::object heard_json(const char* type, int turn, const Heard& heard) {
  return {{"type", type}, {"turn", turn}, {"heard_ms", in_ms(heard.length)}, {"heard_text", heard.text}};
}

}  // namespace

CallSession::CallSession(Runtime& runtime, CallerConnection& caller, SpeechToText& recogniser, Dialogue& dialogue, SessionState state, CallSettings settings)
    : clock_(runtime.clock),
      caller_(caller),
      dialogue_(dialogue),
      state_(std::move(state)),
      settings_(std::move(settings)),
      ear_(runtime, recogniser, settings_.ear),
      output_(clock_, caller),
      speech_(clock_, output_, settings_.speech),
      tasks_(runtime.executor) {}

Task<CallEnd> CallSession::run() {
  began_ = active_at_ = clock_.now();
  const ScopedAlarm expires(clock_, began_ + settings_.longest, [this] { end(CallEnd::expired); });
  tasks_.spawn(receive());
  tasks_.spawn(attend());
  tasks_.spawn(converse());
  tasks_.spawn(output_.pump());
  tasks_.spawn(speech_.run());
  tasks_.spawn(ear_.run());
  try {
    co_await tasks_.join();
  } catch (const Error& error) {
    end(error.kind() == ErrorKind::closed ? CallEnd::caller_hangup : CallEnd::error);
  }
  co_await caller_.end(ended_.value_or(CallEnd::error), soon());
  co_return ended_.value_or(CallEnd::error);
}

void CallSession::end(CallEnd why) {
  if (!ended_) ended_ = why;
  tasks_.stop();
}

Deadline CallSession::soon() const { return Deadline::after(clock_, std::chrono::seconds(5)); }
std::int64_t CallSession::ms(Clock::Time at) const { return in_ms(at - began_); }

Task<> CallSession::tell(json::object event) {
  event["t"] = ms(clock_.now());
  co_await caller_.event(std::move(event), soon());
}

Task<> CallSession::receive() {
  while (auto input = co_await caller_.receive(Deadline::never())) {
    if (const auto* audio = std::get_if<CallerAudio>(&*input)) ear_.hear(audio->samples);
    if (const auto* text = std::get_if<CallerText>(&*input)) ear_.events().push(TurnClosed{text->text, 1.0, clock_.now(), {}});
    if (const auto* played = std::get_if<CallerPlayed>(&*input)) output_.played(played->turn, played->played);
  }
  end(CallEnd::caller_hangup);
}

Task<> CallSession::attend() {
  for (;;) {
    auto event = co_await ear_.events().pop(clock_, Deadline::never(), Error(ErrorKind::timeout, "nothing was heard"));
    note_activity();
    co_await take(std::move(event));
  }
}

Task<> CallSession::take(EarEvent event) {
  return std::visit([this](auto& known) { return take(std::move(known)); }, event);
}

Task<> CallSession::take(SpeechStarted started) {
  co_await tell({{"type", "user.speech_started"}, {"at", ms(started.at)}});
  if (settings_.interruptible && output_.busy() && !output_.holding()) co_await interrupt(started.at);
}

Task<> CallSession::interrupt(Clock::Time) {
  co_await output_.hold(soon());
  const auto heard = output_.heard();
  if (answering_) answering_->heard = heard;
  co_await tell(heard_json("barge_in", static_cast<int>(state_.turns.size()), heard));
}

Task<> CallSession::take(SpeechStopped stopped) { co_await tell({{"type", "user.speech_stopped"}, {"at", ms(stopped.at)}}); }

Task<> CallSession::take(PartialHeard partial) {
  json::object event{{"type", "transcript.partial"}, {"text", partial.text}};
  if (partial.confidence) event["confidence"] = *partial.confidence;
  co_await tell(std::move(event));
}

Task<> CallSession::take(TurnLikely) { co_return; }

Task<> CallSession::take(TurnClosed closed) {
  co_await settle_interruption(!closed.text.empty());
  if (closed.text.empty()) co_return;
  json::object event{{"type", "transcript.final"}, {"text", closed.text}};
  if (closed.confidence) event["confidence"] = *closed.confidence;
  co_await tell(std::move(event));
  turns_.push(std::move(closed));
  turned_.beat();
}

Task<> CallSession::take(TurnLost lost) {
  co_await tell({{"type", "error"}, {"code", "asr"}, {"message", std::string(lost.error.what())}, {"fatal", false}});
  co_await settle_interruption(false);
}

/// Words take the floor; a cough gives it back.
Task<> CallSession::settle_interruption(bool with_words) {
  if (!with_words) {
    if (!output_.holding()) co_return;
    const auto heard = output_.heard();
    output_.resume();
    if (answering_) answering_->heard.reset();
    co_return co_await tell(heard_json("barge_in.resumed", static_cast<int>(state_.turns.size()), heard));
  }
  if (!answering_) co_return output_.drop();
  answering_->interrupted = true;
  if (!answering_->heard) answering_->heard = output_.heard();
  speech_.forget();
  output_.drop();
  answering_->work->stop();
}

Task<> CallSession::converse() {
  co_await say_alone(dialogue_.greeting(state_));
  while (after_ == AfterAnswer::go_on) {
    auto closed = co_await next_turn();
    if (!closed) co_return end(CallEnd::expired);
    co_await respond(std::move(*closed));
    if (static_cast<int>(state_.turns.size()) >= settings_.most_turns && after_ == AfterAnswer::go_on) {
      state_.escalated = EscalationReason::turn_limit;
      after_ = AfterAnswer::escalate;
    }
  }
  co_await say_alone(dialogue_.goodbye(state_, after_));
  if (after_ == AfterAnswer::escalate) {
    co_await tell({{"type", "escalation"}, {"reason", to_string(state_.escalated.value_or(EscalationReason::policy))}});
    end(CallEnd::escalated);
  } else {
    end(CallEnd::completed);
  }
}

/// Asks a caller who says nothing whether anybody is there; nullopt where nobody is.
Task<std::optional<TurnClosed>> CallSession::next_turn() {
  for (int asked = 0;;) {
    co_await wait_for_silence();
    if (!turns_.empty()) co_return co_await turns_.pop(clock_, Deadline::never(), Error(ErrorKind::timeout, "no turn"));
    const auto question = asked < settings_.reprompts ? dialogue_.reprompt(state_, asked++) : std::string();
    if (question.empty()) co_return std::nullopt;
    co_await say_alone(question);
  }
}

/// Until a turn is there, or both sides have been silent for long.
Task<> CallSession::wait_for_silence() {
  while (turns_.empty()) {
    if (ear_.speaking()) note_activity();
    const auto due = active_at_ + settings_.silence;
    if (clock_.now() >= due) co_return;
    const ScopedAlarm alarm(clock_, due, [this] { turned_.beat(); });
    co_await turned_.wait();
  }
}

/// Something that answers no turn: the caller may speak over it as over an answer.
Task<> CallSession::say_alone(std::string text) {
  if (text.empty()) co_return;
  output_.begin_turn(static_cast<int>(state_.turns.size()));
  speech_.say(static_cast<int>(state_.turns.size()), text);
  answering_ = std::make_shared<Answering>();
  const auto answering = answering_;
  try {
    co_await answering->work->run(output_.wait_until_idle());
  } catch (...) {
    if (!answering->work->stopped()) throw;
  }
  const auto heard = answering->heard.value_or(output_.heard());
  answering_.reset();
  if (!heard.text.empty()) state_.messages.append(Message::assistant(heard.text));
  note_activity();
}

Task<> CallSession::respond(TurnClosed closed) {
  TurnState turn{.id = static_cast<int>(state_.turns.size()) + 1, .user_text = closed.text};
  turn.latency.asr = closed.recognised_after;
  state_.turns.push_back(std::move(turn));
  state_.messages.append(Message::user(closed.text));
  co_await tell({{"type", "turn.started"}, {"turn", state_.turns.back().id}});
  output_.begin_turn(state_.turns.back().id);
  answering_ = std::make_shared<Answering>();
  answering_->voice_ended = closed.voice_ended;
  const auto answering = answering_;
  try {
    co_await answering->work->run(answer());
  } catch (...) {
    if (!answering->work->stopped()) throw;
  }
  answering_.reset();
  co_await finish_turn(state_.turns.back(), *answering);
}

Task<> CallSession::answer() {
  const int id = state_.turns.back().id;
  std::optional<Error> failed;
  try {
    after_ = co_await dialogue_.answer(state_, {.say = [this, id](std::string sentence) { speech_.say(id, std::move(sentence)); }});
  } catch (const Error& error) {
    failed = error;
  }
  if (failed) {
    co_await tell({{"type", "error"}, {"code", "dialogue"}, {"message", std::string(failed->what())}, {"fatal", false}});
    ++state_.consecutive_failures;
    speech_.say(id, dialogue_.apology(state_));
  }
  co_await speech_.wait_until_synthesised();
  co_await output_.wait_until_idle();
}

Task<> CallSession::finish_turn(TurnState& turn, Answering& answering) {
  const auto heard = answering.heard.value_or(output_.heard());
  turn.interrupted = answering.interrupted;
  turn.heard_text = heard.text;
  if (const auto first = output_.first_heard_at()) turn.latency.total = *first - answering.voice_ended;
  if (!turn.heard_text.empty()) state_.messages.append(Message::assistant(turn.heard_text));
  note_activity();
  co_await tell(
      {{"type", "turn.ended"}, {"turn", turn.id}, {"interrupted", turn.interrupted}, {"text", turn.heard_text}, {"latency_ms", latency_json(turn.latency)}});
}

}  // namespace antiphon::gateway
