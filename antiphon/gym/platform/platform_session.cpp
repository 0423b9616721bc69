#include "antiphon/gym/platform/platform_session.hpp"

#include <utility>

#include <fmt/format.h>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gym {

namespace {

constexpr int most_data_under_way = 32;
constexpr auto longest_goodbye = std::chrono::seconds(2);
constexpr auto longest_session_end = std::chrono::seconds(10);

}  // namespace

/// One answer of the backend, from its webhook on until it has been heard.
struct PlatformSession::Answer {
  explicit Answer(PlatformSession& session, std::string id)
      : turn_id(std::move(id)), asked_at(session.runtime_.clock.now()), speech(session.speech_of(turn_id)) {}

  std::string turn_id;
  Clock::Time asked_at;
  std::shared_ptr<AssistantSpeech> speech;
  std::shared_ptr<Stoppable> speaking = std::make_shared<Stoppable>();  ///< that speech
  Stoppable stop{};
  bool to_user = true;         ///< the user waits for it: it is told to end, whatever came
  bool started = false;        ///< `turn.start` was sent
  bool ended = false;          ///< `response.end` was sent
  bool heard_in_full = false;  ///< the client says so
  bool hangs_up = false;
  bool recorded = false;
  std::optional<Clock::Time> first_words{};
  std::optional<HeardWords> held{};           ///< a voice has stopped it, of which nobody knows yet whether it speaks: what was heard by then
  std::vector<layercode::ReplyEvent> kept{};  ///< that came meanwhile
  std::string heard_before{};                 ///< under the names that the turn had before voices without words stopped it
  Duration spoken_before{0};

  bool is_over(Clock::Time now) const { return !held && ended && (heard_in_full || now >= speech->plays_until()); }
  std::string heard(Clock::Time now) const {
    auto all = heard_before;
    append_words(all, held ? held->text : is_over(now) ? speech->text() : speech->heard().text);
    return all;
  }
};

std::shared_ptr<AssistantSpeech> PlatformSession::speech_of(const std::string& turn_id) {
  return std::make_shared<AssistantSpeech>(runtime_, speech_, line_, turn_id, settings_.audio_lead,
                                           [this](const Error& error) { notice("a sentence was not spoken: " + error.message()); });
}

PlatformSession::PlatformSession(const Parts& parts, net::WebSocket& socket, SessionRecord& record)
    : runtime_(parts.runtime),
      settings_(parts.settings),
      speech_(parts.speech),
      socket_(socket),
      record_(record),
      backend_(parts.runtime, parts.http, parts.settings.backend),
      line_(parts.runtime, socket),
      ear_(parts.runtime, parts.speech.recogniser.get(), parts.speech.recognition, parts.settings.hearing, record.grant().trigger, listener()),
      tasks_(parts.runtime.executor) {}

PlatformSession::~PlatformSession() = default;

void PlatformSession::notice(std::string_view what) const {
  if (settings_.notice) settings_.notice(fmt::format("{}: {}", record_.session_id(), what));
}

void PlatformSession::leave(std::uint16_t code, std::string reason) {
  goodbye_ = {code, std::move(reason)};
  reading_.stop();
}

void PlatformSession::close() { leave(1001, "the platform shuts down"); }

// --- The connection ---------------------------------------------------------------------------------------------------------------------------

Task<> PlatformSession::run() {
  tasks_.spawn(keep(line_.pump()));
  if (speech_.recogniser) tasks_.spawn(keep(ear_.run()));
  try {
    co_await tasks_.end_with(reading_.run(read()));
  } catch (const Error& error) {
    notice(error.message());
  } catch (const boost::system::system_error&) {
    if (!reading_.stopped()) throw;
  }
  co_await finish();
}

/// What fails here ends the session, and nothing else.
Task<> PlatformSession::keep(Task<> work) {
  try {
    co_await std::move(work);
  } catch (const Error& error) {
    notice(error.message());
    leave(1011, "the session failed");
  }
}

Task<> PlatformSession::read() {
  const auto deadline = Deadline::after(runtime_.clock, settings_.longest_session);
  bool over_time = false;
  for (;;) {
    std::optional<net::WsMessage> message;
    try {
      message = co_await socket_.receive(deadline);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::timeout) throw;
      over_time = true;
    }
    if (over_time) {
      goodbye_ = {1000, "the session has lasted as long as it may"};
      co_return notice(goodbye_.reason);
    }
    if (!message) co_return;
    if (message->is_binary())
      notice("a binary message of the client was ignored");
    else
      take(message->data);
  }
}

void PlatformSession::take(std::string_view text) {
  std::optional<Frame> message;
  try {
    message = layercode::read_client_message(text);
  } catch (const Error& error) {
    notice("ignored: " + error.message());
    if (++bad_frames_ > settings_.most_bad_frames) leave(1008, "too many messages that are none");
  }
  if (message) std::visit([this](const auto& known) { handle(known); }, *message);
}

Task<> PlatformSession::finish() {
  if (answer_) record(*answer_);
  co_await socket_.close(goodbye_.code, goodbye_.reason, Deadline::after(runtime_.clock, longest_goodbye));
  record_.end(wall_time());
  const auto told = Deadline::after(runtime_.clock, longest_session_end);
  try {
    const auto outcome =
        co_await at_most(runtime_.clock, told, post(record_.end_event(), {}), Error(ErrorKind::timeout, "it did not answer session.end in time"));
    if (outcome.problem) notice("the backend: " + *outcome.problem);
  } catch (const Error& error) {
    notice("the backend: " + error.message());
  }
}

layercode::Webhook PlatformSession::webhook(layercode::WebhookEvent event) const {
  const auto& grant = record_.grant();
  return {.event = std::move(event),
          .session_id = record_.session_id(),
          .conversation_id = grant.conversation_id,
          .metadata = grant.metadata,
          .custom_metadata = grant.custom_metadata};
}

Task<WebhookOutcome> PlatformSession::post(layercode::WebhookEvent event, Backend::OnEvent on_event) {
  if (!on_event) on_event = [](const layercode::ReplyEvent&) {};
  co_return co_await backend_.post(webhook(std::move(event)), record_.grant().custom_headers, std::move(on_event));
}

// --- Messages of the client -------------------------------------------------------------------------------------------------------------------

void PlatformSession::handle(const layercode::ClientReady&) {
  if (!std::exchange(ready_, true)) begin_answer(layercode::SessionStartEvent{new_turn_id()}, false);
}

void PlatformSession::handle(const layercode::ClientAudio& audio) {
  const bool deaf = record_.grant().trigger == TurnTrigger::automatic && !record_.grant().can_interrupt && !ear_.in_turn() && assistant_busy();
  if (!deaf) ear_.hear(audio.bytes);
}

void PlatformSession::handle(const layercode::ClientVad& vad) {
  // Where the client's own detector is missing it sends everything; what it finds is found here again.
  if (vad.event == layercode::ClientVad::Event::model_failed) notice("the client has no voice detector of its own");
}

void PlatformSession::handle(const layercode::ClientTrigger& trigger) {
  if (record_.grant().trigger != TurnTrigger::push_to_talk) return notice("push to talk was ignored: turns are automatic");
  trigger.starts ? ear_.press() : ear_.release();
}

void PlatformSession::handle(const layercode::ClientText& text) {
  if (trim(text.content).empty()) return;
  interrupt();
  const auto turn_id = new_turn_id();
  record_.user_said(text.content, wall_time());
  line_.send(layercode::UserTranscript{.content = text.content, .turn_id = "user-" + turn_id});
  ask(text.content, turn_id);
}

void PlatformSession::handle(const layercode::ClientData& data) {
  if (data_under_way_ >= most_data_under_way) return notice("data of the client was dropped: the backend has not answered what came before");
  ++data_under_way_;
  tasks_.spawn(keep(pass_data({new_turn_id(), data.data})));
}

void PlatformSession::handle(const layercode::ReplayFinished& finished) {
  // A hint: it may have no id, be of another turn, come twice, or while more audio is on its way.
  if (!answer_ || !answer_->ended || answer_->held || finished.reason != "completed") return;
  if (finished.turn_id.empty() || finished.turn_id == answer_->turn_id) answer_->heard_in_full = true;
}

void PlatformSession::handle(const layercode::ReplayInterrupted&) {}
void PlatformSession::handle(const layercode::ClientSessionUpdate&) {}
void PlatformSession::handle(const layercode::UnknownMessage&) {}

// --- The user's voice -------------------------------------------------------------------------------------------------------------------------

EarListener PlatformSession::listener() {
  return {.began = [this](int number) { user_began(number); },
          .understood = [this](int number, const std::string& text) { user_understood(number, text); },
          .over = [this](const HeardTurn& heard) { user_ended(heard); }};
}

void PlatformSession::user_began(int number) {
  hold();
  const auto id = user_turns_[number] = new_turn_id();
  line_.send(layercode::TurnStart{layercode::Role::user, "user-" + id});
}

void PlatformSession::user_understood(int number, const std::string& text) {
  if (answer_ && answer_->held) interrupt();
  line_.send(layercode::UserTranscript{layercode::UserTranscript::Kind::interim, text, "user-" + user_turns_[number], 0});
}

void PlatformSession::user_ended(const HeardTurn& heard) {
  const auto turn_id = user_turns_.extract(heard.number).mapped();
  if (heard.lost) notice("what the user said is lost: " + heard.lost->message());
  if (!heard.lost && heard.text.empty()) notice(fmt::format("no words were understood in {:.1f} s of the user's audio", to_seconds(heard.audio)));
  if (!heard.text.empty()) {
    record_.user_said(heard.text, wall_time(), heard.audio);
    line_.send(layercode::UserTranscript{layercode::UserTranscript::Kind::delta, heard.text, "user-" + turn_id, 0});
    line_.send(layercode::UserTranscript{.content = heard.text, .turn_id = "user-" + turn_id});
    append_words(unanswered_, heard.text);
    if (answer_ && answer_->held) interrupt();
  }
  // Nobody is answered in the middle of a word: where the user has gone on meanwhile, both turns are one message.
  if (ear_.in_turn()) return;
  if (unanswered_.empty()) return go_on();
  interrupt();  // a typed line may have come while the recogniser worked
  ask(std::exchange(unanswered_, {}), turn_id);
}

// --- Turns of the assistant -------------------------------------------------------------------------------------------------------------------

std::string PlatformSession::new_turn_id() { return settings_.make_id("turn"); }

bool PlatformSession::assistant_busy() const { return answer_ && (answer_->started || answer_->to_user) && !answer_->is_over(runtime_.clock.now()); }

void PlatformSession::ask(std::string text, std::string turn_id) {
  begin_answer(layercode::MessageEvent{std::move(turn_id), std::move(text), std::exchange(interruption_, std::nullopt)}, true);
}

void PlatformSession::interrupt() {
  const auto cut = std::exchange(answer_, nullptr);
  if (!cut) return;
  record(*cut);
  if (cut->is_over(runtime_.clock.now())) return;
  const auto heard = cut->held.value_or(cut->speech->heard());
  cut->stop.stop();
  line_.drop_audio(cut->turn_id);
  // A greeting that nobody has heard a word of was not cut off.
  if (cut->started || cut->to_user) interruption_ = layercode::InterruptionContext{true, heard.words, heard.text, cut->turn_id};
}

/// A voice stops the agent at once. Whether it says something is known later: until then the backend's request goes on.
void PlatformSession::hold() {
  if (!answer_ || answer_->held) return;
  if (answer_->is_over(runtime_.clock.now())) return interrupt();
  answer_->held = answer_->speech->heard();
  answer_->speaking->stop();
  answer_->speech->hush();
  line_.drop_audio(answer_->turn_id);
  held_.beat();
}

/// It was a cough, or nobody could understand it: what was not heard is said again, as a turn of another name, for of one that was stopped players play no
/// more.
void PlatformSession::go_on() {
  if (!answer_ || !answer_->held) return;
  auto& answer = *answer_;
  const auto heard = *std::exchange(answer.held, std::nullopt);
  const auto rest = words_behind(answer.speech->text(), heard.words);
  append_words(answer.heard_before, heard.text);
  answer.spoken_before += answer.speech->spoken();
  if (std::exchange(answer.started, false)) answer.turn_id = new_turn_id();
  answer.ended = answer.heard_in_full = false;
  answer.speech = speech_of(answer.turn_id);
  answer.speaking = std::make_shared<Stoppable>();
  if (!rest.empty()) take_event(answer, layercode::ReplySpeech{rest});
  for (const auto& event : std::exchange(answer.kept, {})) take_event(answer, event);
  held_.beat();
}

void PlatformSession::record(Answer& answer) {
  if (std::exchange(answer.recorded, true)) return;
  std::optional<Duration> latency;
  if (answer.to_user && answer.first_words) latency = *answer.first_words - answer.asked_at;
  record_.assistant_said(answer.heard(runtime_.clock.now()), wall_time(), answer.spoken_before + answer.speech->spoken(), latency);
}

void PlatformSession::begin_answer(layercode::WebhookEvent event, bool to_user) {
  auto answer = std::make_shared<Answer>(*this, layercode::turn_of(event));
  answer->to_user = to_user;
  answer_ = answer;
  tasks_.spawn(keep(this->answer(std::move(answer), std::move(event))));
}

Task<> PlatformSession::answer(std::shared_ptr<Answer> answer, layercode::WebhookEvent event) {
  try {
    co_await answer->stop.run(beside(speak(answer), reply(answer, std::move(event))));
  } catch (const boost::system::system_error&) {
    if (!answer->stop.stopped()) throw;
  }
}

Task<> PlatformSession::reply(std::shared_ptr<Answer> answer, layercode::WebhookEvent event) {
  const auto outcome = co_await post(std::move(event), [this, answer](const layercode::ReplyEvent& said) { take_event(*answer, said); });
  if (outcome.problem) notice("the backend: " + *outcome.problem);
  do {
    while (answer->held) co_await held_.wait();
  } while (!co_await say_to_the_end(answer));
  if (!answer->hangs_up) co_return;
  co_await line_.wait_until_sent();
  leave(1000, "the agent hung up");
}

/// False: a voice has stopped it.
Task<bool> PlatformSession::say_to_the_end(std::shared_ptr<Answer> answer) {
  const auto speech = answer->speech;
  speech->finish();
  if (answer->to_user) start_speaking(*answer);
  if (answer->started) {  // else nobody is told of a greeting that never came
    co_await speech->wait_until_spoken();
    if (answer->held || answer->speech != speech) co_return false;
    line_.send(layercode::ResponseEnd{answer->turn_id});
  }
  answer->ended = true;
  const ScopedAlarm played(runtime_.clock, speech->plays_until(), [this] { held_.beat(); });
  while (!answer->held && answer->speech == speech && !answer->is_over(runtime_.clock.now())) co_await held_.wait();
  co_return !answer->held && answer->speech == speech;
}

Task<> PlatformSession::speak(std::shared_ptr<Answer> answer) {
  for (;;) {
    const auto speech = answer->speech;
    const auto speaking = answer->speaking;
    try {
      co_await speaking->run(speech->run());
    } catch (const boost::system::system_error&) {
      if (!speaking->stopped()) throw;
    }
    while (answer->speech == speech) co_await held_.wait();
  }
}

void PlatformSession::take_event(Answer& answer, const layercode::ReplyEvent& event) {
  if (answer.held) return answer.kept.push_back(event);
  if (const auto* speech = std::get_if<layercode::ReplySpeech>(&event)) {
    start_speaking(answer);
    line_.send(layercode::ResponseText{speech->content, answer.turn_id});
    answer.speech->say(speech->content);
  } else if (const auto* data = std::get_if<layercode::ReplyData>(&event)) {
    start_speaking(answer);
    line_.send(layercode::ResponseData{data->content, answer.turn_id});
  } else if (std::holds_alternative<layercode::ReplyHangUp>(event)) {
    answer.hangs_up = true;
    start_speaking(answer);
  }
}

void PlatformSession::start_speaking(Answer& answer) {
  if (!answer.first_words) answer.first_words = runtime_.clock.now();
  if (!std::exchange(answer.started, true)) line_.send(layercode::TurnStart{layercode::Role::assistant, answer.turn_id});
}

/// Data of a client interrupts nobody. What the backend answers in words is said when it is its turn; data goes back at once.
Task<> PlatformSession::pass_data(layercode::DataEvent event) {
  const auto turn_id = event.turn_id;
  std::string words;
  const auto outcome = co_await post(std::move(event), [&](const layercode::ReplyEvent& said) {
    if (const auto* data = std::get_if<layercode::ReplyData>(&said)) line_.send(layercode::ResponseData{data->content, turn_id});
    if (const auto* speech = std::get_if<layercode::ReplySpeech>(&said)) words += speech->content;
  });
  --data_under_way_;
  if (outcome.problem) notice("the backend: " + *outcome.problem);
  if (!words.empty()) notice("words in answer to data were not spoken: a backend answers data by data");
}

}  // namespace antiphon::gym
