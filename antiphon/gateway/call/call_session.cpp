#include "antiphon/gateway/call/call_session.hpp"

#include <algorithm>
#include <utility>

#include "antiphon/base/error.hpp"

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

/// What a failure that nothing else could be made of means for the call.
CallEnd end_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::closed ? CallEnd::caller_hangup : CallEnd::error;
  } catch (...) {
    return CallEnd::error;
  }
}

bool is_callers_fault(const std::exception_ptr& failure) {
  if (!failure) return false;
  try {
    std::rethrow_exception(failure);
  } catch (const CallerFault&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// At the end of its scope a caller's inputs go to nobody.
struct Deaf {
  CallerConnection& caller;
  ~Deaf() { caller.listen({}); }
};

json::object transcript_json(const std::string& text, const std::optional<double>& confidence) {
  json::object event{{"type", "transcript.final"}, {"text", text}};
  if (confidence) event["confidence"] = *confidence;
  return event;
}

bool is_question(std::string_view sentence) { return sentence.ends_with('?') || sentence.ends_with("؟"); }

json::object heard_json(const char* type, int turn, const Heard& heard) {
  return {{"type", type}, {"turn", turn}, {"heard_ms", in_ms(heard.length)}, {"heard_text", heard.text}};
}

}  // namespace

CallSession::CallSession(Runtime& runtime, CallerConnection& caller, SpeechToText& recogniser, Dialogue& dialogue, SessionState state, CallSettings settings)
    : clock_(runtime.clock),
      caller_(caller),
      dialogue_(dialogue),
      intake_(dialogue.intake()),
      state_(std::move(state)),
      settings_(std::move(settings)),
      echo_(make_echo_remover(settings_.echo)),
      ear_(runtime, recogniser, with_intake(settings_.ear)),
      output_(clock_, caller, with_echo()),
      speech_(clock_, output_, with_notes(settings_.speech)),
      tasks_(runtime.executor) {
  if (intake_) intake_->attach([this](std::string text) { give_floor({.text = std::move(text)}); });
}

std::function<void(audio::SampleView, Clock::Time)> CallSession::with_echo() {
  if (!echo_) return {};
  return [this](audio::SampleView frame, Clock::Time at) { echo_->played(frame, at); };
}

EarSettings CallSession::with_intake(EarSettings settings) {
  if (settings_.observer) {
    settings.on_taken = [this](Duration lag) { observe(AudioRecognised{lag}); };
    settings.on_failed = [this](const Error& error) { observe(StageFailed{"asr", error.message()}); };
  }
  if (intake_ && !settings.is_complete) settings.is_complete = [intake = intake_](const std::string& text) { return intake->is_complete(text); };
  return settings;
}

Speech::Settings CallSession::with_notes(Speech::Settings settings) {
  settings.on_lost = [this, then = std::move(settings.on_lost)](const Error& error) {
    note_error("tts", error);
    voice_lost_ = true;
    if (then) then(error);
  };
  settings.on_stand_in = [this](int turn, const std::string& voice, const Error& error) { observe(StoodIn{turn, "tts", voice, error.message()}); };
  settings.on_first_sample = [this, then = std::move(settings.on_first_sample)](Duration took) {
    if (answering_ && !state_.turns.empty() && !state_.turns.back().latency.first_audio) state_.turns.back().latency.first_audio = took;
    if (then) then(took);
  };
  if (settings_.observer)
    settings.on_spoken = [this](const Speech::Spoken& spoken) {
      observe(SentenceSpoken{spoken.turn, spoken.text, spoken.began, clock_.now() - spoken.began, spoken.first_sample, spoken.error, spoken.interrupted});
    };
  return settings;
}

Task<CallEnd> CallSession::run() {
  began_ = active_at_ = heard_at_ = clock_.now();
  observe(CallBegan{state_.caller_id, state_.locale});
  const ScopedAlarm expires(clock_, began_ + settings_.longest, [this] { part(Parting::time_limit); });
  if (ended_) tasks_.stop();  // somebody ended it before it began
  tasks_.spawn(receive());
  tasks_.spawn(attend());
  tasks_.spawn(tell_notes());
  tasks_.spawn(converse());
  tasks_.spawn(output_.pump());
  tasks_.spawn(speech_.run());
  tasks_.spawn(ear_.run());
  std::exception_ptr failure;
  try {
    co_await tasks_.join();
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) end(end_of(failure));
  const auto why = ended_.value_or(CallEnd::error);
  CallEnded note{.why = why, .turns = turn_number(), .ignored = caller_.ignored()};
  if (failure && why == CallEnd::error) note.error = antiphon::describe(failure), note.callers_fault = is_callers_fault(failure);
  observe(std::move(note));
  // Whoever stops the gateway waits for the last of its callers.
  co_await caller_.end(why, why == CallEnd::drain ? Deadline::after(clock_, settings_.last_goodbye) : soon());
  co_return why;
}

void CallSession::end(CallEnd why) {
  if (!ended_) ended_ = why;
  tasks_.stop();
  turned_.beat();
}

void CallSession::wind_down(CallEnd why) {
  if (ended_) return;
  if (!std::exchange(winding_down_, true))
    tasks_.spawn(end_after_sentence(why, {}));
  else if (!hurried_)
    hurried_.emplace(clock_, clock_.now() + settings_.last_sentence, [this, why] { end(why); });  // last words may take longer than that
  turned_.beat();
}

void CallSession::part(Parting why) {
  if (ended_ || (winding_down_ && why == Parting::time_limit)) return;  // it ends already
  const auto as = why == Parting::call_ended ? CallEnd::completed : CallEnd::expired;
  auto text = dialogue_.parting(state_, why);
  if (text.empty() || winding_down_) return end(as);
  winding_down_ = true;
  tasks_.spawn(end_after_sentence(as, std::move(text)));
  turned_.beat();
}

Task<> CallSession::end_after_sentence(CallEnd why, std::string parting) {
  speech_.forget_waiting();
  output_.keep_current();
  if (answering_) answering_->work->stop();
  bool whole = true;
  try {
    co_await at_most(clock_, Deadline::after(clock_, settings_.last_sentence), hear_out(), Error(ErrorKind::timeout, "the sentence is long"));
  } catch (const Error&) {
    whole = false;
  }
  if (!whole) {
    if (answering_ && !answering_->heard) answering_->heard = output_.heard();
    speech_.forget();
    output_.drop();
  }
  try {
    if (!parting.empty())
      co_await at_most(clock_, Deadline::after(clock_, settings_.parting), say_parting(std::move(parting)), Error(ErrorKind::timeout, "it takes long"));
  } catch (const Error&) {}
  end(why);
}

/// Until the sentence under way was said, and what was heard of its turn is known.
Task<> CallSession::hear_out() {
  co_await output_.wait_until_idle();
  while (answering_) co_await turned_.wait();
}

Task<> CallSession::say_parting(std::string text) {
  co_await hear_out();
  output_.begin_turn(turn_number());
  speech_.say(turn_number(), std::move(text));
  co_await speech_.wait_until_synthesised();
  co_await output_.wait_until_idle();
  if (const auto heard = output_.heard(); !heard.text.empty()) state_.messages.append(Message::assistant(heard.text));
}

Deadline CallSession::soon() const { return Deadline::after(clock_, std::chrono::seconds(5)); }
std::int64_t CallSession::ms(Clock::Time at) const { return in_ms(at - began_); }

Task<> CallSession::tell(json::object event) {
  event.emplace("t", ms(clock_.now()));
  co_await caller_.event(std::move(event), soon());
}

void CallSession::note_error(std::string_view code, const Error& error) {
  observe(StageFailed{code, error.message()});
  tell_error(code, error);
}

void CallSession::tell_error(std::string_view code, const Error& error) {
  // Callers are strangers: which server failed, and how, is not for them.
  notes_.push({{"type", "error"}, {"code", code}, {"message", to_string(error.kind())}, {"fatal", false}});
}

Task<> CallSession::tell_notes() {
  for (;;) co_await tell(co_await notes_.pop(clock_, Deadline::never(), Error(ErrorKind::timeout, "nothing to tell")));
}

Task<> CallSession::receive() {
  caller_.listen([this](CallerInput input) { take(std::move(input)); });
  const Deaf deaf{caller_};
  while (auto input = co_await caller_.receive(Deadline::never())) take(std::move(*input));
  end(CallEnd::caller_hangup);
}

void CallSession::take(CallerInput input) {
  if (auto* audio = std::get_if<CallerAudio>(&input))
    hear(std::move(audio->samples));
  else if (auto* keys = std::get_if<CallerKeys>(&input))
    press(std::move(keys->digits));
  else if (const auto* text = std::get_if<CallerText>(&input))
    ear_.events().push(TurnClosed{text->text, {}, clock_.now(), {}});
  else if (const auto* played = std::get_if<CallerPlayed>(&input))
    output_.played(played->turn, played->played);
}

void CallSession::hear(audio::Samples samples) {
  auto taken = tones_.take(std::move(samples));
  if (echo_) taken.samples = echo_->take(std::move(taken.samples), clock_.now());
  ear_.hear(taken.samples);
  if (!taken.keys.empty()) press(std::move(taken.keys));
}

/// A key takes the floor as words do, at once.
void CallSession::press(std::string keys) {
  if (intake_ && keys_.empty() && intake_->ignores(keys)) return;
  note_activity();
  pressed_at_ = clock_.now();
  keys_ += keys;
  if (!keys_.empty() && !std::exchange(pressing_, true)) tasks_.spawn(press_all());
}

Task<> CallSession::press_all() {
  while (!keys_.empty()) {
    if (settings_.interruptible && output_.busy() && !output_.holding()) co_await interrupt();
    if (output_.holding()) co_await settle_interruption(true);
    if (const auto keys = std::exchange(keys_, {}); intake_) intake_->press(keys);
  }
  pressing_ = false;
}

Task<> CallSession::attend() {
  for (;;) {
    auto event = co_await ear_.events().pop(clock_, Deadline::never(), Error(ErrorKind::timeout, "nothing was heard"));
    const auto* closed = std::get_if<TurnClosed>(&event);
    const bool is_noise = closed && closed->text.empty() && ear_.speaking();
    if (!is_noise) note_activity(), heard_at_ = clock_.now();
    co_await take(std::move(event));
  }
}

Task<> CallSession::take(EarEvent event) {
  return std::visit([this](auto& known) { return take(std::move(known)); }, event);
}

Task<> CallSession::take(SpeechStarted started) {
  if (!answering_ && !floor_given_) stop_thinking();  // the caller goes on: it was not all
  if (intake_) intake_->set_speaking(true);
  co_await tell({{"type", "user.speech_started"}, {"t", ms(started.at)}});
  if (!settings_.interruptible || !output_.busy() || output_.holding()) co_return;
  over_agent_ = !is_question(output_.sentence_under_way());
  co_await interrupt();
}

Task<> CallSession::fall_silent() {
  if (output_.busy() && !output_.holding()) co_await interrupt();
  if (answering_ || output_.busy()) cut_off();
  // Turns that wait are begun all the same, so that the history tells of them.
  while (floor_given_ && !winding_down_ && !ended_) {
    if (answering_ && !answering_->interrupted) cut_off();
    co_await turned_.wait();
  }
}

Task<> CallSession::interrupt() {
  co_await output_.hold(soon());
  const auto heard = output_.heard();
  if (answering_) answering_->heard = heard;
  observe(BargedIn{turn_number(), heard.length});
  co_await tell(heard_json("barge_in", turn_number(), heard));
}

Task<> CallSession::take(SpeechStopped stopped) {
  if (intake_) intake_->set_speaking(false);
  co_await tell({{"type", "user.speech_stopped"}, {"t", ms(stopped.at)}});
}

Task<> CallSession::take(PartialHeard partial) {
  json::object event{{"type", "transcript.partial"}, {"text", intake_ ? intake_->show(partial.text) : partial.text}};
  if (partial.confidence) event["confidence"] = *partial.confidence;
  co_await tell(std::move(event));
}

/// While the agent speaks, or an answer is under way, nobody knows yet what the model has to be shown.
Task<> CallSession::take(TurnLikely likely) {
  if (!settings_.think_ahead || answering_ || winding_down_ || !turns_.empty()) co_return;
  auto session = state_;
  session.turns.push_back({.id = turn_number() + 1, .user_text = intake_ ? intake_->show(likely.text) : std::move(likely.text)});
  session.messages.append(Message::user(session.turns.back().user_text));
  stop_thinking();
  thinking_ = std::make_shared<Stoppable>();
  tasks_.spawn(think(thinking_, std::move(session)));
}

Task<> CallSession::think(std::shared_ptr<Stoppable> work, SessionState session) {
  try {
    co_await work->run(dialogue_.think_ahead(std::move(session)));
  } catch (...) {
    if (!work->stopped()) throw;
  }
}

void CallSession::stop_thinking() {
  if (const auto thinking = std::exchange(thinking_, nullptr)) thinking->stop();
}

/// No words: a cough, most likely. Those that are understood later interrupt again.
Task<> CallSession::take(TurnOpen open) {
  if (is_ignored(open.text, open.voiced)) co_return co_await take_back(true);
  if (open.text.empty()) co_await settle_interruption(false);
}

/// A word into a question is an answer, and a digit where a PIN is awaited is one of it.
bool CallSession::is_ignored(const std::string& text, Duration voiced) const {
  if (!over_agent_ || !settings_.is_backchannel || (intake_ && !intake_->is_complete({}))) return false;
  return voiced < shortest_voice || settings_.is_backchannel(text);
}

Task<> CallSession::take(TurnClosed closed) {
  const bool ignored = closed.voiced && is_ignored(closed.text, *closed.voiced);
  over_agent_ = false;
  if (ignored) {
    co_await take_back(true);
    if (!closed.text.empty()) co_await tell(transcript_json(closed.text, closed.confidence));
    co_return;
  }
  if (!closed.text.empty() && settings_.interruptible && output_.busy() && !output_.holding()) co_await interrupt();
  co_await settle_interruption(!closed.text.empty());
  if (closed.text.empty()) co_return;
  auto taken = intake_ ? intake_->take(closed.text, closed.voice_ended) : Intake::Taken{std::move(closed.text)};
  co_await tell(transcript_json(taken.text, closed.confidence));
  if (taken.answer) give_floor({.text = std::move(taken.text), .voice_ended = closed.voice_ended, .recognised_after = closed.recognised_after});
}

Task<> CallSession::take(TurnLost lost) {
  tell_error("asr", lost.error);  // each failure of a recogniser was noted when it happened
  co_await settle_interruption(false);
  give_floor({});
}

void CallSession::give_floor(Floor floor) {
  if (winding_down_) return;
  turns_.push(std::move(floor));
  floor_given_ = true;
  turned_.beat();
}

/// Words take the floor; a cough gives it back.
Task<> CallSession::settle_interruption(bool with_words) {
  if (!with_words || !settings_.interruptible) co_return co_await take_back(false);
  cut_off();
}

void CallSession::cut_off() {
  if (!answering_) return output_.drop();
  answering_->interrupted = true;
  if (!answering_->heard) answering_->heard = output_.heard();
  speech_.forget();
  output_.drop();
  answering_->work->stop();
}

/// The agent speaks on: where it was stopped, or from the beginning of that sentence.
Task<> CallSession::take_back(bool where_heard) {
  if (!output_.holding()) co_return;
  const auto heard = output_.heard();
  if (where_heard)
    output_.resume_where_heard();
  else
    output_.resume();
  if (answering_) answering_->heard.reset();
  observe(BargeInTakenBack{turn_number()});
  co_await tell(heard_json("barge_in.resumed", turn_number(), heard));
}

Task<> CallSession::converse() {
  co_await (settings_.resumes ? go_on() : say_alone(dialogue_.greeting(state_)));
  do {
    co_await hold_turns();
    if (!winding_down_ && !ended_) co_await say_goodbye();
  } while (after_ == AfterAnswer::go_on && !winding_down_ && !ended_);
}

Task<> CallSession::hold_turns() {
  while (after_ == AfterAnswer::go_on && !winding_down_) {
    auto floor = co_await next_turn();
    if (!floor) {
      // Who cuts in is there after all; a call that ends already does so with words of its own.
      if (winding_down_ || !co_await say_uncut(dialogue_.parting(state_, Parting::nobody_heard)) || !turns_.empty() || somebody_speaks()) continue;
      if (!winding_down_) end(CallEnd::expired);
      co_return;
    }
    co_await (floor->text.empty() ? answer_unheard() : respond(std::move(*floor)));
    floor_given_ = !turns_.empty();
    turned_.beat();
    if (turn_number() >= settings_.most_turns && after_ == AfterAnswer::go_on) {
      state_.escalated = EscalationReason::turn_limit;
      after_ = AfterAnswer::escalate;
    }
  }
}

Task<> CallSession::say_goodbye() {
  if (after_ != AfterAnswer::escalate) {
    co_await say_alone(dialogue_.goodbye(state_, after_));
    if (!winding_down_) end(CallEnd::completed);
    co_return;
  }
  bool taken = false;
  std::vector<Task<>> both;
  both.push_back(say_alone(dialogue_.goodbye(state_, after_)));
  both.push_back(hand_over(taken));
  co_await at_once(std::move(both));
  if (!taken && !settings_.puts_through) co_return co_await say_nobody_there();
  observe(CallEscalated{state_.escalated.value_or(EscalationReason::policy)});
  co_await tell({{"type", "escalation"}, {"reason", to_string(state_.escalated.value_or(EscalationReason::policy))}});
  end(CallEnd::escalated);
}

Task<> CallSession::say_nobody_there() {
  auto [say, after] = dialogue_.not_taken(state_);
  co_await say_alone(std::move(say));
  after_ = after;
  if (after_ != AfterAnswer::go_on && !winding_down_) end(CallEnd::error);
}

Task<> CallSession::hand_over(bool& taken) {
  try {
    co_await dialogue_.hand_over(state_);
    taken = true;
  } catch (const Error& error) {
    note_error("escalation", error);
  }
}

/// What the caller said is lost: asks for it again, so that nobody waits for an answer that never comes.
Task<> CallSession::answer_unheard() {
  ++state_.consecutive_failures;
  co_await say_alone(dialogue_.apology(state_));
  after_ = dialogue_.after_failure(state_);
}

/// Asks a caller who says nothing whether anybody is there; nullopt where nobody is.
Task<std::optional<CallSession::Floor>> CallSession::next_turn() {
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
    if (somebody_speaks()) note_activity();
    const auto due = active_at_ + settings_.silence;
    if (clock_.now() >= due) co_return;
    const ScopedAlarm alarm(clock_, due, [this] { turned_.beat(); });
    co_await turned_.wait();
  }
}

/// A voice that was lost is one failure, also where a model has succeeded meanwhile: nobody heard that.
Task<> CallSession::speak_until_cut_off(std::shared_ptr<Answering> answering, Task<> work) {
  const auto failures_before = state_.consecutive_failures;
  voice_lost_ = false;
  try {
    co_await answering->work->run(std::move(work));
  } catch (...) {
    if (!answering->work->stopped()) throw;
  }
  if (voice_lost_) state_.consecutive_failures = std::max(state_.consecutive_failures, failures_before) + 1;
  if (winding_down_) co_await output_.wait_until_idle();  // its sentence is said to the end
}

/// Something that answers no turn: the caller may speak over it as over an answer.
Task<> CallSession::say_alone(std::string text) { co_await say_uncut(std::move(text)); }

/// Whether the caller did not speak or press a key over it.
Task<bool> CallSession::say_uncut(std::string text) {
  if (text.empty() || winding_down_) co_return true;
  const auto began = clock_.now();
  output_.begin_turn(turn_number());
  speech_.say(turn_number(), text);
  answering_ = std::make_shared<Answering>();
  turned_.beat();
  const auto answering = answering_;
  co_await speak_until_cut_off(answering, output_.wait_until_idle());
  const auto heard = answering->heard.value_or(output_.heard());
  answering_.reset();
  turned_.beat();
  if (!heard.text.empty()) state_.messages.append(Message::assistant(heard.text));
  note_activity();
  co_return !answering->interrupted && pressed_at_ < began;
}

Task<> CallSession::respond(Floor floor) {
  TurnState turn{.id = turn_number() + 1, .user_text = floor.text};
  turn.latency.asr = floor.recognised_after;
  state_.turns.push_back(std::move(turn));
  state_.messages.append(Message::user(floor.text));
  open_.emplace();
  observe(TurnBegan{state_.turns.back().id, floor.text, floor.voice_ended.value_or(clock_.now()), floor.recognised_after});
  co_await tell({{"type", "turn.started"}, {"turn", state_.turns.back().id}});
  co_await answer_turn(floor.voice_ended.value_or(clock_.now()), answer());
}

/// The caller may have heard some of an answer before the connection was lost; nobody knows, so all of it is said again.
Task<> CallSession::go_on() {
  open_ = std::move(settings_.resumes->open);
  if (state_.escalated) after_ = AfterAnswer::escalate;
  if (!open_ || state_.turns.empty()) co_return co_await say_alone(dialogue_.resuming(state_));
  observe(TurnBegan{state_.turns.back().id, state_.turns.back().user_text, clock_.now()});
  if (open_->whole) co_return co_await answer_turn(clock_.now(), repeat());
  open_.emplace();
  state_.turns.back().agent_text.clear();
  co_await answer_turn(clock_.now(), answer());
}

Task<> CallSession::repeat() {
  for (const auto& sentence : open_->sentences) speech_.say(state_.turns.back().id, sentence);
  after_ = open_->after;
  co_await speech_.wait_until_synthesised();
  co_await output_.wait_until_idle();
}

Task<> CallSession::answer_turn(Clock::Time voice_ended, Task<> work) {
  output_.begin_turn(state_.turns.back().id);
  answering_ = std::make_shared<Answering>();
  answering_->voice_ended = voice_ended;
  turned_.beat();
  const auto answering = answering_;
  co_await speak_until_cut_off(answering, std::move(work));
  answering_.reset();
  stop_thinking();
  // Who says goodbye and is interrupted has not been heard out.
  if (answering->interrupted && after_ == AfterAnswer::end_call) after_ = AfterAnswer::go_on;
  co_await finish_turn(state_.turns.back(), *answering);
}

Task<> CallSession::answer() {
  const int id = state_.turns.back().id;
  const auto say = [this, id](std::string sentence) {
    open_->sentences.push_back(sentence);
    speech_.say(id, std::move(sentence));
  };
  const auto event = [this, id](json::object what) {
    what["turn"] = id;
    notes_.push(std::move(what));
  };
  const AnswerSink sink{.say = say, .event = event, .observer = settings_.observer.get()};
  std::optional<Error> failed;
  try {
    after_ = co_await dialogue_.answer(state_, sink);
  } catch (const Error& error) {
    failed = error;
  }
  if (failed) {
    note_error("dialogue", *failed);
    ++state_.consecutive_failures;
    say(dialogue_.apology(state_));
  }
  open_->whole = true, open_->after = after_;
  if (settings_.on_whole_answer) settings_.on_whole_answer();
  co_await speech_.wait_until_synthesised();
  co_await output_.wait_until_idle();
}

Task<> CallSession::finish_turn(TurnState& turn, Answering& answering) {
  const auto heard = answering.heard.value_or(output_.heard());
  open_.reset();
  turn.interrupted = answering.interrupted;
  turn.heard_text = heard.text;
  if (const auto first = output_.first_heard_at()) turn.latency.total = *first - answering.voice_ended;
  turned_.beat();
  if (!turn.heard_text.empty()) state_.messages.append(Message::assistant(turn.heard_text));
  note_activity();
  observe(TurnEnded{turn.id, turn.heard_text, turn.interrupted, turn.latency});
  co_await tell(
      {{"type", "turn.ended"}, {"turn", turn.id}, {"interrupted", turn.interrupted}, {"text", turn.heard_text}, {"latency_ms", latency_json(turn.latency)}});
}

}  // namespace antiphon::gateway
