#include "antiphon/gateway/client/placed_call.hpp"

#include <algorithm>

#include <boost/system/system_error.hpp>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/task_group.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

using namespace std::chrono_literals;

constexpr Duration frame = 20ms;
constexpr std::size_t frame_samples = audio::canonical_rate_hz / 50;
constexpr double voiced_dbfs = -45;  // what synthesisers leave between words is far below, the quietest speech above
constexpr audio::Sample audible = 200;
// So long a silence ends what the agent says, where nothing else tells; where turns are told only the pauses between its sentences have to be outwaited.
constexpr Duration silent_end = 1200ms, told_end = 400ms, greeting_end = 800ms;
constexpr Duration longest_answer = 5min, goodbye_limit = 3s;

std::string text_of(const json::object& event, std::string_view name) {
  const auto* value = event.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

int turn_of(const json::object& event) {
  const auto* value = event.if_contains("turn");
  return value && value->is_int64() ? static_cast<int>(value->as_int64()) : 0;
}

std::string* find_answer(CallTurn& turn, int id) {
  const auto found = std::ranges::find(turn.answers, id, &std::pair<int, std::string>::first);
  return found == turn.answers.end() ? nullptr : &found->second;
}

}  // namespace

std::string CallTurn::answer() const {
  std::string all;
  for (const auto& [id, text] : answers) append_words(all, text);
  return all;
}

bool CallReport::all_answered() const { return std::ranges::all_of(turns, &CallTurn::answered); }

PlacedCall::PlacedCall(Runtime& runtime, CallPlan plan, CallHooks hooks)
    : runtime_(runtime), clock_(runtime.clock), plan_(std::move(plan)), hooks_(std::move(hooks)), encoder_({audio::Encoding::pcm16, 16000}) {
  report_.turns.reserve(plan_.steps.size());  // answers are noted in place
}

void PlacedCall::hang_up() {
  hanging_up_ = true;
  tick_.beat();
}

Task<CallReport> PlacedCall::run(std::unique_ptr<net::WebSocket> socket) {
  socket_ = std::move(socket);
  began_ = clock_.now();
  turn_ = &report_.greeting;
  TaskGroup tasks(runtime_.executor);
  tasks.spawn(receive());
  tasks.spawn(pace());
  tasks.spawn(follow_plan());
  try {
    co_await tasks.join();
  } catch (const Error& error) {
    if (report_.error.empty()) report_.error = error.message();
  }
  report_.closed = socket_->closed();
  co_return std::move(report_);
}

// --- What comes -------------------------------------------------------------------------------------------------------------------------------

Task<> PlacedCall::receive() {
  try {
    while (const auto message = co_await socket_->receive(Deadline::never())) {
      if (message->is_binary())
        take_audio(*message);
      else
        take_event(parse_json(message->data));
    }
    if (const auto closed = socket_->closed(); closed && closed->code != 1000 && !hanging_up_ && report_.reason.empty())
      report_.error = "the gateway closed the call with " + std::to_string(closed->code) + (closed->reason.empty() ? "" : ": " + closed->reason);
  } catch (const Error& error) {
    if (!hanging_up_ && report_.reason.empty()) report_.error = error.message();
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    report_.error = "the gateway sent an event that is no JSON object";
  }
  over_ = true;
  tick_.beat();
}

void PlacedCall::take_audio(const net::WsMessage& message) {
  auto samples = joiner_.feed(message.data);
  const auto begins = std::max(message.arrived_at, heard_until_);
  const auto voiced = std::ranges::find_if(samples, [](audio::Sample sample) { return sample > audible || sample < -audible; });
  if (voiced != samples.end() && !answer_at_) answer_at_ = begins + audio::duration_of(static_cast<std::size_t>(voiced - samples.begin()));
  heard_until_ = begins + audio::duration_of(samples.size());
  if (!samples.empty()) waiting_.push_back({std::move(samples)});
}

void PlacedCall::take_event(const json::value& message) {
  const auto& event = message.as_object();
  if (hooks_.event) hooks_.event(message, clock_.now() - began_);
  const auto type = text_of(event, "type");
  report_.told_events = true;
  if (type == "call.started") report_.call_id = text_of(event, "call_id");
  if (type == "call.ended") report_.reason = text_of(event, "reason");
  if (type == "clear") waiting_.clear(), heard_until_ = clock_.now();
  if (type == "transcript.final") append_words(turn_->heard_by_agent, text_of(event, "text"));
  if (type == "turn.started") open_turn_ = true, answer_at_.reset();  // what was heard before belongs to another
  if (type == "agent.text") note_answer(event);
  if (type == "turn.ended") note_end_of_turn(event);
}

void PlacedCall::note_answer(const json::object& event) {
  const int id = turn_of(event);
  for (auto& turn : report_.turns)
    if (auto* known = find_answer(turn, id)) return append_words(*known, text_of(event, "text"));
  if (auto* known = find_answer(*turn_, id)) return append_words(*known, text_of(event, "text"));
  turn_->answers.emplace_back(id, text_of(event, "text"));
}

/// What was said of it in the end: after an interruption less than was sent.
void PlacedCall::note_end_of_turn(const json::object& event) {
  open_turn_ = false;
  const auto* interrupted = event.if_contains("interrupted");
  const bool cut = interrupted && interrupted->is_bool() && interrupted->as_bool();
  for (auto& turn : report_.turns)
    if (auto* known = find_answer(turn, turn_of(event))) {
      *known = text_of(event, "text");
      turn.interrupted = turn.interrupted || cut;
    }
}

// --- Sound both ways --------------------------------------------------------------------------------------------------------------------------

Task<> PlacedCall::pace() {
  auto next = clock_.now();
  while (!over_) {
    co_await clock_.sleep_until(next += frame);
    if (hooks_.late) hooks_.late(clock_.now() - next);
    const auto spoken = next_spoken();
    const auto heard = next_heard();
    if (audio::rms_dbfs(spoken) > voiced_dbfs) voice_ended_ = next, answer_at_.reset();  // when it was due: what we are late by is waited for, too
    if (audio::rms_dbfs(heard) > voiced_dbfs) sound_at_ = clock_.now();
    if (answer_at_ && turn_) turn_->sound.insert(turn_->sound.end(), heard.begin(), heard.end());
    if (hooks_.sound) hooks_.sound(spoken, heard);
    tick_.beat();
    if (over_) co_return;
    try {
      co_await socket_->send(net::WsMessage::binary(encoder_.encode(spoken)), Deadline::after(clock_, 10s));
    } catch (const Error&) {
      if (hanging_up_) co_return;  // the gateway has heard our goodbye first
      throw;
    }
  }
}

audio::Samples PlacedCall::next_spoken() {
  audio::Samples samples;
  if (spoken_ < speech_.size()) {
    const auto count = std::min(frame_samples, speech_.size() - spoken_);
    samples.assign(speech_.begin() + static_cast<std::ptrdiff_t>(spoken_), speech_.begin() + static_cast<std::ptrdiff_t>(spoken_ + count));
    spoken_ += count;
  } else if (plan_.microphone) {
    samples = plan_.microphone(frame_samples);
  }
  samples.resize(frame_samples);
  return samples;
}

audio::Samples PlacedCall::next_heard() {
  audio::Samples samples;
  while (samples.size() < frame_samples && !waiting_.empty()) {
    auto& first = waiting_.front();
    const auto count = std::min(frame_samples - samples.size(), first.samples.size() - first.used);
    const auto from = first.samples.begin() + static_cast<std::ptrdiff_t>(first.used);
    samples.insert(samples.end(), from, from + static_cast<std::ptrdiff_t>(count));
    first.used += count;
    if (first.used == first.samples.size()) waiting_.pop_front();
  }
  samples.resize(frame_samples);
  return samples;
}

// --- The plan ---------------------------------------------------------------------------------------------------------------------------------

Task<> PlacedCall::follow_plan() {
  co_await await_greeting();
  for (std::size_t i = 0; i < plan_.steps.size() && !over(); ++i) co_await perform(plan_.steps[i], i + 1 == plan_.steps.size());
  while (plan_.microphone && !over()) co_await tick_.wait();
  co_await say_goodbye();
}

Task<bool> PlacedCall::wait_until(std::function<bool()> done, Duration patience) {
  const auto deadline = clock_.now() + patience;
  while (!over() && !done()) {
    if (clock_.now() >= deadline) co_return false;
    co_await tick_.wait();
  }
  co_return done();
}

bool PlacedCall::finished_speaking() const {
  const auto quiet = open_turn_ ? longest_answer : report_.told_events ? told_end : silent_end;
  return waiting_.empty() && clock_.now() - sound_at_ >= quiet;
}

Task<> PlacedCall::await_greeting() {
  if (!co_await wait_until([this] { return answer_at_.has_value(); }, plan_.patience)) co_return;
  report_.greeting_after = *answer_at_ - began_;
  if (plan_.steps.empty()) co_return;  // a person decides for themselves
  co_await wait_until([this] { return waiting_.empty() && clock_.now() - sound_at_ >= greeting_end; }, longest_answer);
}

Task<> PlacedCall::perform(CallStep step, bool last) {
  turn_ = &report_.turns.emplace_back(CallTurn{.step = step});
  turn_->step.speech.clear();
  if (step.speech.empty())
    co_await press(std::move(step.dtmf));
  else
    co_await speak(std::move(step.speech));
  co_await await_answer(!last);
}

/// By a message where the gateway reads them, else as tones.
Task<> PlacedCall::press(std::string keys) {
  if (!report_.told_events) co_return co_await speak(audio::dtmf_tones(keys));
  voice_ended_ = clock_.now();
  answer_at_.reset();
  waiting_.clear();  // a key stops the agent
  heard_until_ = clock_.now();
  co_await socket_->send(net::WsMessage::text(json::serialize(json::object{{"type", "dtmf"}, {"digits", keys}})), Deadline::after(clock_, 10s));
}

Task<> PlacedCall::speak(audio::Samples speech) {
  speech_ = std::move(speech);
  spoken_ = 0;
  answer_at_.reset();
  co_await wait_until([this] { return spoken_ >= speech_.size(); }, longest_answer);
}

Task<> PlacedCall::await_answer(bool may_interrupt) {
  // What the agent was still saying when we cut in is no answer: it is one from the turn on that follows.
  const auto answered = [this] { return answer_at_.has_value() && (!report_.told_events || !turn_->answers.empty()); };
  if (!co_await wait_until(answered, plan_.patience)) co_return;
  turn_->response = std::max<Duration>(*answer_at_ - voice_ended_, Duration{0});
  sound_at_ = std::max(sound_at_, *answer_at_);
  if (may_interrupt && plan_.interrupt_after && !co_await wait_until([this] { return finished_speaking(); }, *plan_.interrupt_after)) {
    turn_->interrupted = !over();
    co_return;
  }
  co_await wait_until([this] { return finished_speaking(); }, longest_answer);
}

Task<> PlacedCall::say_goodbye() {
  const auto deadline = Deadline::after(clock_, goodbye_limit);
  hanging_up_ = true;
  if (over_) co_return;
  try {
    if (report_.told_events) co_await socket_->send(net::WsMessage::text(R"({"type":"hangup"})"), deadline);
    const ScopedAlarm alarm(clock_, deadline.at, [this] { tick_.beat(); });
    while (report_.told_events && !over_ && clock_.now() < deadline.at) co_await tick_.wait();
  } catch (const Error&) {  // gone already, which is what was wanted
  }
  if (!over_) co_await socket_->close(1000, "", Deadline::after(clock_, goodbye_limit));
}

}  // namespace antiphon::gateway
