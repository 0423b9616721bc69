#include "antiphon/gateway/hosting/hosted_session.hpp"

#include <map>
#include <utility>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/hosting/attended_dialogue.hpp"

namespace antiphon::gateway {

using namespace std::chrono_literals;
using session::AgentTurn;
using session::SessionError;
using session::Stage;

namespace {

constexpr auto patience = 10s;  // for the rest of what was begun to be typed, such as a PIN
constexpr std::string_view a_person = "person";

SessionError closed() { return {Stage::session, "closed", std::nullopt, "the conversation is over"}; }

SessionError failure_in(Stage stage, const Error& error) {
  if (const auto* told = dynamic_cast<const SessionError*>(&error)) return *told;
  return {stage, std::string(to_string(error.kind())), error.status(), error.message()};
}

// What the wire says of an answer that could not be found; what else was thrown, such as the end of the session, goes on.
[[noreturn]] void fail(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    throw failure_in(Stage::llm, error);
  }
}

bool is_error(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error&) {
    return true;
  } catch (...) {
    return false;
  }
}

session::ChatMessage with_reason(session::ChatMessage message, const std::string& cut_short) {
  if (!cut_short.empty()) message.extra["finish_reason"] = cut_short;
  return message;
}

bool failed(const std::string& content) {
  const auto value = try_parse_json(content);
  return value && value->is_object() && value->get_object().contains("error");
}

}  // namespace

session::SessionItems tools_in(const History& messages, std::size_t from) {
  session::SessionItems items;
  std::map<std::string, std::string> names;
  for (auto at = from; at < messages.size(); ++at) {
    const auto& message = messages[at];
    for (const auto& call : message.tool_calls()) {
      names[call.id] = call.name;
      items.emplace_back(session::FunctionCall{.call_id = call.id, .name = call.name, .arguments = call.arguments});
    }
    if (const auto id = message.tool_call_id())
      items.emplace_back(session::FunctionCallOutput{.call_id = *id, .name = names[*id], .output = message.text(), .is_error = failed(message.text())});
  }
  return items;
}

/// One answer of the dialogue on its way to the controller. What is said between tools is one message.
class HostedSession::Reply {
 public:
  explicit Reply(SessionState& state) : state_(state), known_(state.messages.size()) {}

  AnswerSink sink(CallObserver* observer) {
    return {.say = [this](std::string sentence) { append_words(segment_, sentence), append_words(said_, sentence); },
            .event =
                [this](const json::object& event) {
                  if (event.at("type").as_string() == "tool.call") end_segment();
                  if (event.at("type").as_string() == "tool.result") take_tools();
                },
            .observer = observer};
  }
  /// Until cancelled.
  Task<> pass_on(Clock& clock, AgentTurn& turn) {
    for (;;) {
      passing_ = co_await items_.pop(clock, Deadline::never(), Error(ErrorKind::timeout, "nothing to tell"));
      if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return;  // `finish` passes it on
      co_await turn.add(*std::exchange(passing_, std::nullopt));
    }
  }
  /// What is left. @param cut_short why the last of it is not whole; empty: it is
  Task<> finish(AgentTurn& turn, const std::string& cut_short) {
    take_tools();
    if (!segment_.empty() || !cut_short.empty()) items_.push(with_reason({.text = std::exchange(segment_, {})}, cut_short));
    if (passing_) co_await turn.add(*std::exchange(passing_, std::nullopt));
    while (auto item = items_.try_pop()) co_await turn.add(std::move(*item));
  }
  void say(std::string_view text) { append_words(segment_, text), append_words(said_, text); }
  const std::string& said() const { return said_; }

 private:
  void end_segment() {
    if (!segment_.empty()) items_.push(session::ChatMessage{.text = std::exchange(segment_, {})});
  }
  void take_tools() {
    for (auto& item : tools_in(state_.messages, known_)) items_.push(std::move(item));
    known_ = state_.messages.size();
  }

  SessionState& state_;
  std::size_t known_;
  std::string segment_, said_;
  Channel<session::SessionItem> items_;
  std::optional<session::SessionItem> passing_;
};

HostedSession::HostedSession(Runtime& runtime, CallParts parts, SessionState state, HostedIdentity identity, session::SessionIo io)
    : runtime_(runtime),
      parts_(std::move(parts)),
      identity_(std::move(identity)),
      state_(std::move(state)),
      io_(io),
      intake_(parts_.dialogue->intake()),
      greeting_(parts_.dialogue->greeting(state_)),
      greets_in_call_(wants_call()) {
  if (intake_) intake_->attach([this](std::string text) { floors_.push(std::move(text)); });
}

HostedSession::~HostedSession() = default;

session::SessionHostOptions HostedSession::host_options(session::SessionHostOptions options) {
  options.io = io_;
  options.text_input = [this](std::string text) { return take(std::move(text)); };
  return options;
}

session::AgentInfo HostedSession::info() const {
  session::AgentInfo info{.id = state().escalated ? std::string(a_person) : identity_.id, .tools = identity_.tools};
  if (!identity_.instructions.empty()) info.instructions = identity_.instructions;
  return info;
}

std::map<std::string, std::string> HostedSession::options() const {
  return {{"locale", state().locale}, {"interruptible", parts_.settings.interruptible ? "true" : "false"}};
}

void HostedSession::io_changed(const session::SessionIo& io) {
  io_ = io;
  if (!wants_call() && call_) switching_ = true, call_->end(CallEnd::completed);
  changed_.beat();
}

void HostedSession::hear(const session::SessionAudio& audio) {
  if (caller_) caller_->hear(audio);
}

// What was heard of the turn under way is in the history by then.
Task<> HostedSession::fall_silent() {
  if (!call_) co_return;
  const auto caller = caller_;  // both may be gone from here meanwhile
  const auto call = call_;
  co_await call->fall_silent();
  while (call_ && started_ > ended_) co_await changed_.wait();
}

Task<> HostedSession::run(session::SessionHost& host) {
  host_ = &host;
  gateway::tell(parts_.settings.observer.get(), CallBegan{state_.caller_id, state_.locale});
  while (!closing_) {
    while (!closing_ && (!wants_call() || thinking_ || over_)) co_await changed_.wait();
    if (!closing_) co_await hold_call();
  }
}

void HostedSession::close() {
  closing_ = true;
  if (call_) call_->end(CallEnd::caller_hangup);
  changed_.beat();
}

void HostedSession::dismiss() {
  dismissed_ = true;
  if (call_) return call_->part(Parting::call_ended);
  host_->stop();
}

void HostedSession::end() {
  const auto why = given_up_ ? CallEnd::error : state_.escalated ? CallEnd::escalated : over_ || dismissed_ ? CallEnd::completed : CallEnd::caller_hangup;
  gateway::tell(parts_.settings.observer.get(), CallEnded{why, static_cast<int>(state_.turns.size())});
}

// --- In text ----------------------------------------------------------------------------------------------------------------------------------

Task<> HostedSession::greet(AgentTurn& turn) {
  if (greeting_.empty()) co_return;
  if (!greets_in_call_) state_.messages.append(Message::assistant(greeting_));
  co_await turn.say(greeting_);
}

// What only the intake may know stays out of the history.
Task<std::string> HostedSession::take(std::string text) {
  if (!intake_) co_return raw_ = std::move(text);
  if (call_ || wants_call()) {
    raw_ = std::move(text);
    co_return intake_->show(raw_);
  }
  auto taken = intake_->take(text, runtime_.clock.now());
  answer_wanted_ = taken.answer;
  co_return std::move(taken.text);
}

Task<> HostedSession::answer(std::string text, AgentTurn& turn) {
  while (switching_ || (wants_call() && !call_ && !over_ && !thinking_)) co_await changed_.wait();
  if (over_) throw closed();
  if (call_) co_return co_await answer_by_call(turn);
  thinking_ = true;
  const std::shared_ptr<void> done(nullptr, [this](void*) {
    thinking_ = false;
    changed_.beat();
  });
  co_await answer_in_text(std::move(text), turn);
}

Task<std::optional<std::string>> HostedSession::floor_for(std::string text) {
  if (std::exchange(answer_wanted_, true)) co_return text;
  if (auto floor = floors_.try_pop()) co_return floor;
  try {
    co_return co_await floors_.pop(runtime_.clock, Deadline::after(runtime_.clock, patience), Error(ErrorKind::timeout, "there was no more"));
  } catch (const Error&) {
    // then there is nothing to answer
  }
  co_return std::nullopt;
}

Task<> HostedSession::answer_in_text(std::string text, AgentTurn& turn) {
  auto floor = co_await floor_for(std::move(text));
  if (!floor) co_return;
  state_.turns.push_back({.id = static_cast<int>(state_.turns.size()) + 1, .user_text = *floor});
  state_.messages.append(Message::user(*floor));
  gateway::tell(parts_.settings.observer.get(), TurnBegan{state_.turns.back().id, *floor, runtime_.clock.now(), {}});
  Reply reply(state_);
  auto after = AfterAnswer::go_on;
  std::exception_ptr failure;
  try {
    after = co_await beside(reply.pass_on(runtime_.clock, turn), parts_.dialogue->answer(state_, reply.sink(parts_.settings.observer.get())));
  } catch (...) {
    failure = std::current_exception();
  }
  const auto cut_short = state_.turns.back().cut_short;
  // A model that was not let say a word has answered in part: with none.
  if (failure && !cut_short.empty() && reply.said().empty() && is_error(failure)) failure = nullptr;
  // Also where it was cut off: what it has said so far was said.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (!failure && after != AfterAnswer::go_on) {
    reply.say(parts_.dialogue->goodbye(state_, after));
    over_ = true;
  }
  co_await reply.finish(turn, failure ? std::string() : cut_short);
  note_turn(reply.said(), failure != nullptr);
  if (!failure && after == AfterAnswer::escalate) co_await hand_over(turn);
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  if (failure) fail(failure);
}

void HostedSession::note_turn(const std::string& said, bool interrupted) {
  auto& turn = state_.turns.back();
  turn.heard_text = said, turn.interrupted = interrupted;
  if (!said.empty()) state_.messages.append(Message::assistant(said));
  gateway::tell(parts_.settings.observer.get(), TurnEnded{turn.id, said, interrupted, turn.latency});
}

Task<> HostedSession::hand_over(AgentTurn& turn) {
  auto* observer = parts_.settings.observer.get();
  std::optional<Error> failure;
  try {
    co_await parts_.dialogue->hand_over(state_);
  } catch (const Error& error) {
    failure = error;
  }
  if (failure) {
    gateway::tell(observer, StageFailed{"escalation", failure->message()});
    auto [say, after] = parts_.dialogue->not_taken(state_);
    over_ = given_up_ = after != AfterAnswer::go_on;
    if (say.empty()) co_return;
    state_.messages.append(Message::assistant(say));
    co_return co_await turn.say(say);
  }
  gateway::tell(observer, CallEscalated{state_.escalated.value_or(EscalationReason::policy)});
  co_await turn.add(session::AgentHandoff{.old_agent_id = identity_.id, .new_agent_id = std::string(a_person)});
}

// --- As a call --------------------------------------------------------------------------------------------------------------------------------

namespace {

/// A call inside a session: its beginning and its end are the session's.
class Within final : public CallObserver {
 public:
  explicit Within(std::shared_ptr<CallObserver> whole) : whole_(std::move(whole)) {}
  void note(const CallNote& note) noexcept override {
    if (!std::holds_alternative<CallBegan>(note) && !std::holds_alternative<CallEnded>(note)) whole_->note(note);
  }

 private:
  std::shared_ptr<CallObserver> whole_;
};

}  // namespace

// Nobody is asked whether they are there: who writes may take their time.
CallSettings HostedSession::settings_of_call() {
  auto settings = parts_.settings;
  settings.silence = settings.longest;
  if (settings.observer) settings.observer = std::make_shared<Within>(settings.observer);
  settings.speech.on_lost = [this, then = std::move(settings.speech.on_lost)](const Error& error) {
    note_failure(asked_ ? asked_->number : 0, failure_in(Stage::tts, error));
    if (then) then(error);
  };
  if (std::exchange(has_called_, true) || !greets_in_call_) settings.resumes = Resumption{};
  return settings;
}

// The call went from under it: what was heard of the answer was said.
Task<> HostedSession::end_asked() {
  const auto asked = asked_;
  if (!std::exchange(asked->told, true) && !asked->said.empty()) {
    state_.messages.append(Message::assistant(asked->said));
    co_await asked->turn->add(session::ChatMessage{.text = asked->said, .interrupted = true});
  }
  asked->ended = true;
}

std::unique_ptr<Dialogue> HostedSession::attended() {
  return std::make_unique<AttendedDialogue>(
      *parts_.dialogue, AttendedDialogue::Attendant{.answered = [this](int turn, AfterAnswer after) { note_after(turn, after); },
                                                    .failed = [this](int turn, const Error& error) { note_failure(turn, failure_in(Stage::llm, error)); }});
}

void HostedSession::note_after(int number, AfterAnswer after) {
  if (is_asked(number)) asked_->farewell = after != AfterAnswer::go_on;
}

// Of a text that was asked it is the answer; whatever else fails is told of as it happens.
void HostedSession::note_failure(int number, SessionError error) {
  if (!is_asked(number))
    host_->emit({.what = session::SessionTrouble{error.to_wire()}});
  else if (!asked_->failure)
    asked_->failure = std::move(error);
}

Task<> HostedSession::hold_call() {
  caller_ = std::make_shared<SessionCaller>(runtime_.clock, SessionCaller::Ends{.event = [this](json::object event) { return on_event(std::move(event)); },
                                                                                .play = [this](session::SessionAudio audio) { return play(std::move(audio)); },
                                                                                .clear = [this] { host_->clear_playback(); }});
  started_ = ended_ = static_cast<int>(state_.turns.size());
  told_ = state_.messages.size();
  own_to_come_ = told_of_ = 0;
  attended_ = attended();
  call_ = std::make_shared<CallSession>(runtime_, *caller_, *parts_.recogniser, *attended_, std::move(state_), settings_of_call());
  changed_.beat();
  std::exception_ptr failure;
  try {
    given_up_ = co_await call_->run() == CallEnd::error;
  } catch (...) {
    failure = std::current_exception();
  }
  state_ = call_->state();
  call_.reset();
  caller_.reset();
  if (intake_) intake_->attach([this](std::string text) { floors_.push(std::move(text)); });
  if (!std::exchange(switching_, false)) over_ = true;
  if (asked_) co_await end_asked();
  if (dismissed_) host_->stop();
  host_->set_user_state(session::UserState::listening);
  host_->set_agent_state(session::AgentState::listening);
  changed_.beat();
  if (failure) std::rethrow_exception(failure);
}

Task<> HostedSession::until_answered(std::shared_ptr<Asked> asked) {
  while (asked->number == 0 && !asked->ended) co_await changed_.wait();
}

Task<> HostedSession::answer_by_call(AgentTurn& turn) {
  const auto asked = asked_ = std::make_shared<Asked>(Asked{.turn = &turn});
  ++own_to_come_;
  caller_->say(raw_);
  std::exception_ptr failure;
  try {
    bool begun = false;
    do {
      try {
        co_await at_most(runtime_.clock, Deadline::after(runtime_.clock, patience), until_answered(asked), Error(ErrorKind::timeout, "there was no more"));
        begun = true;
      } catch (const Error&) {
        // part of something, or nothing that is answered; or it has to wait for a turn that nobody may interrupt
      }
    } while (!begun && started_ > ended_);
    while (begun && !asked->ended) co_await changed_.wait();
  } catch (...) {
    failure = std::current_exception();
  }
  asked_.reset();
  if (!failure && asked->failure) throw SessionError(*asked->failure);
  if (!failure && asked->number == 0 && over_) throw closed();
  if (!failure) co_return;
  if (!asked->told) told_of_ = asked->number;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (!asked->told && !asked->said.empty()) co_await turn.say(asked->said);
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  std::rethrow_exception(failure);
}

Task<> HostedSession::play(session::SessionAudio audio) {
  if (asked_ && asked_->number > 0) co_return co_await asked_->turn->play(std::move(audio));
  host_->play(std::move(audio));
}

Task<> HostedSession::add(int number, session::SessionItem item) {
  if (is_asked(number)) co_return co_await asked_->turn->add(std::move(item));
  host_->add(std::move(item));
}

Task<> HostedSession::tell_tools(int number) {
  const auto& messages = call_->state().messages;
  auto items = tools_in(messages, std::min(told_, messages.size()));
  told_ = messages.size();
  for (auto& item : items) co_await add(number, std::move(item));
}

Task<> HostedSession::on_event(json::object event) {
  const std::string_view type = event.at("type").as_string();
  const auto* turn = event.if_contains("turn");
  const int number = turn ? turn->to_number<int>() : 0;
  const auto text = [&event] { return std::string(event.at("text").as_string()); };
  if (type == "user.speech_started") {
    host_->set_user_state(session::UserState::speaking);
  } else if (type == "user.speech_stopped") {
    host_->set_user_state(session::UserState::listening);
  } else if (type == "transcript.partial") {
    host_->emit({.what = session::UserInputTranscribed{.transcript = text()}});
  } else if (type == "transcript.final") {
    if (own_to_come_ > 0) {  // the host has written it down
      --own_to_come_;
      co_return;
    }
    host_->emit({.what = session::UserInputTranscribed{.transcript = text(), .is_final = true}});
    host_->add(session::ChatMessage{.role = MessageRole::user, .text = text()});
  } else if (type == "turn.started") {
    started_ = number;
    if (asked_ && asked_->number == 0) asked_->number = number;
    host_->set_agent_state(session::AgentState::thinking);
    changed_.beat();
  } else if (type == "tool.result") {
    co_await tell_tools(number);
  } else if (type == "agent.text") {
    co_await on_sentence(number, text());
  } else if (type == "turn.ended") {
    co_await on_turn_ended(number, event);
  } else if (type == "escalation") {
    co_await add(asked_ ? asked_->number : 0, session::AgentHandoff{.old_agent_id = identity_.id, .new_agent_id = std::string(a_person)});
  } else if (type == "error") {
    tell_trouble(event);
  }
}

// What answers no text: of models and voices more is known where they fail.
void HostedSession::tell_trouble(const json::object& event) {
  const std::string_view code = event.at("code").as_string();
  const std::string kind(event.at("message").as_string());
  if (code == "asr") host_->emit({.what = session::SessionTrouble{SessionError(Stage::stt, kind, std::nullopt, "the user could not be heard").to_wire()}});
  if (code == "escalation") host_->emit({.what = session::SessionTrouble{SessionError(Stage::tool, kind, std::nullopt, "nobody took the call").to_wire()}});
}

Task<> HostedSession::on_sentence(int number, std::string text) {
  host_->set_agent_state(session::AgentState::speaking);
  if (is_asked(number)) append_words(asked_->said, text);
  // What answers no turn: a goodbye, an apology. The greeting is in the history already.
  const bool greets = number == 0 && greeting_.find(text) != std::string::npos;
  if (number == ended_ && !greets) co_await add(number, session::ChatMessage{.text = std::move(text)});
}

Task<> HostedSession::on_turn_ended(int number, const json::object& event) {
  co_await tell_tools(number);
  ended_ = number;
  const auto asked = is_asked(number) ? asked_ : nullptr;
  if (asked) asked->told = true;
  const bool interrupted = event.at("interrupted").as_bool();
  const auto& turns = call_->state().turns;
  const auto cut_short = interrupted || turns.empty() ? std::string() : turns.back().cut_short;
  const bool is_told = number == std::exchange(told_of_, 0) && number > 0;
  auto message = with_reason({.text = std::string(event.at("text").as_string()), .interrupted = interrupted}, cut_short);
  if (!is_told && (!message.text.empty() || interrupted)) co_await add(number, std::move(message));
  const bool is_last = static_cast<int>(turns.size()) >= parts_.settings.most_turns;
  if (!asked)
    host_->flush_playback();
  else if (!is_last && (!asked->farewell || interrupted))
    asked->ended = true;  // else when the call is over: it says goodbye
  host_->set_agent_state(session::AgentState::listening);
  changed_.beat();
}

}  // namespace antiphon::gateway
