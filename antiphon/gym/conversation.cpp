#include "antiphon/gym/conversation.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/system/system_error.hpp>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/compute.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gym {

using namespace std::chrono_literals;

namespace {

constexpr auto goodbye_limit = 2s;
constexpr auto data_patience = 2s;  // data need not be answered
constexpr std::size_t most_problems = 50;
constexpr auto load_patience = 100ms;  // for a processor that has nothing better to do
constexpr auto mix_growth = 1.5;       // the mix is written as a whole: after each turn would cost the square of them

LayercodeCall::Options call_options(const UserSimulator& simulator, const Settings& settings, const GymParts& shared) {
  LayercodeTurnTiming timing;
  timing.idle = settings.assistant_idle_timeout;
  timing.unknown_idle = std::max(timing.unknown_idle, timing.idle);
  timing.longest_gap = std::max<Duration>(settings.response_timeout, timing.idle);
  return {.access = settings.access(), .pace = settings.layercode_pace(), .timing = timing, .by_text = simulator.sends_text(), .late = shared.late};
}

std::size_t samples_of(const LayercodeAnswer& answer) {
  std::size_t count = 0;
  for (const auto& sound : answer.sounds) count += sound.samples->size();
  return count;
}

audio::Samples sound_of(const LayercodeAnswer& answer) {
  audio::Samples all;
  all.reserve(samples_of(answer));
  for (const auto& sound : answer.sounds) all.insert(all.end(), sound.samples->begin(), sound.samples->end());
  return all;
}

std::int64_t ms_between(Clock::Time from, Clock::Time to) {
  return std::max<std::int64_t>(0, std::chrono::round<std::chrono::milliseconds>(to - from).count());
}

std::string with_hint(const Error& error) { return error.hint().empty() ? error.message() : fmt::format("{} ({})", error.message(), error.hint()); }

}  // namespace

Conversation::Conversation(Runtime& runtime, net::HttpClient& http, Parts parts, ConversationStart start, std::string name)
    : runtime_(runtime),
      clock_(runtime.clock),
      parts_(std::move(parts)),
      settings_(parts_.settings),
      start_(std::move(start)),
      context_{.runtime = runtime,
               .http = http,
               .models = *parts_.models,
               .speech = *parts_.speech,
               .settings = settings_,
               .environment = parts_.shared.environment,
               .id = std::move(name),
               .seed = parts_.shared.seed},
      call_(runtime, http, call_options(parts_.simulator, settings_, parts_.shared)),
      began_(clock_.now()),
      began_at_(std::chrono::system_clock::now()) {
  log_.agent_id = settings_.agent_id;
  log_.started_at = stamp(began_);
}

std::string Conversation::stamp(Clock::Time at) const {
  return utc_text(began_at_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(at - began_));
}

void Conversation::note(std::string problem) {
  if (log_.problems.size() < most_problems) log_.problems.push_back(std::move(problem));
}

void Conversation::end(std::string reason, std::string message) {
  if (!std::exchange(ended_, true)) log_.end = {.reason = std::move(reason), .message = std::move(message)};
}

void Conversation::end(const Error& error, std::string reason) { end(std::move(reason), with_hint(error)); }

// --- From beginning to end --------------------------------------------------------------------------------------------------------------------

Task<ConversationLog> Conversation::run(StopSource stop) {
  auto session = std::make_shared<Stoppable>();
  const auto asked = stop.on_request([this, session, weak = std::weak_ptr(session), executor = runtime_.executor] {
    asio::post(executor, [this, weak] {
      if (const auto alive = weak.lock()) interrupted_ = true, alive->stop();
    });
  });
  const ScopedAlarm alarm(clock_, began_ + settings_.conversation_timeout, [this, session] { timed_out_ = true, session->stop(); });
  try {
    co_await session->run(converse());
  } catch (const Error& error) {
    if (!interrupted_ && !timed_out_) end(error, error.kind() == ErrorKind::io ? "output_failed" : stage_);
  } catch (const std::exception& error) {
    if (!interrupted_ && !timed_out_) end(stage_, error.what());
  }
  if (interrupted_) end("interrupted", "somebody asked to stop");
  if (timed_out_) end("timeout", fmt::format("the conversation took longer than {}", format_duration(settings_.conversation_timeout)));
  std::optional<Error> unwritten;
  try {
    co_await finish();
  } catch (const Error& error) {
    if (!folder_ || error.kind() != ErrorKind::io) throw;
    unwritten = error;
  }
  if (unwritten) co_await say_what_failed(*unwritten);
  co_return std::move(log_);
}

Task<> Conversation::converse() {
  user_ = parts_.simulator.make(context_);
  co_await user_->prepare();
  co_await get_key();
  stage_ = "output_failed";
  open_folder(call_.conversation_id());
  stage_ = "connect_failed";
  co_await call_.connect();
  stage_ = "internal";
  save();
  co_await greet();
  while (!call_.over()) {
    stage_ = "simulator_failed";
    auto response = co_await next_words();
    adopt_greeting();
    if (!response || call_.over()) break;
    co_await complete_turn();
    stage_ = "internal";
    if (clock_.now() - began_ >= mixed_until_ * mix_growth) save_mix();
    co_await perform(std::move(*response));
    if (silent_ >= settings_.max_silent_turns) co_return end("agent_silent", fmt::format("the agent answered {} lines in a row with nothing at all", silent_));
  }
  if (!call_.over()) co_return end("completed", "the user had nothing more to say");
  take_answer();
  if (call_.hung_up() && user_->is_done() && was_answered()) co_return end("completed", "the agent hung up");
  if (const auto& failure = call_.failure()) end(*failure, failure->kind() == ErrorKind::closed ? "closed" : "protocol");
}

bool Conversation::was_answered() const { return !records_.empty() && log_.turns.back().user_message && log_.turns.back().agent_message; }

Task<> Conversation::get_key() {
  stage_ = "authorize_failed";
  if (start_.session_key.empty()) co_return co_await call_.authorise(start_.conversation_id);
  if (start_.conversation_id.empty())
    throw Error(ErrorKind::configuration, "a session key without its conversation id").with_hint("give both, as the backend answered them");
  call_.take_key(start_.session_key, start_.conversation_id);
}

void Conversation::open_folder(const std::string& id) {
  folder_ = std::make_shared<const ConversationFolder>(settings_.output_root, id);
  log_.conversation_id = id;
  log_.folder = folder_->path();
  writer_.emplace(runtime_, folder_);
  if (!folder_->notice().empty()) note(folder_->notice());
  if (!folder_->earlier()) return;
  const auto& earlier = *folder_->earlier();
  log_.started_at = earlier.started_at.empty() ? log_.started_at : earlier.started_at;
  log_.turns = earlier.turns;
  log_.first_turn = static_cast<int>(earlier.turns.size());
  log_.problems.insert(log_.problems.begin(), earlier.problems.begin(), earlier.problems.end());
  earlier_seconds_ = earlier.stats.duration_seconds;
}

// --- Turns ------------------------------------------------------------------------------------------------------------------------------------

void Conversation::begin_turn() {
  const int number = log_.turns.empty() ? 0 : log_.turns.back().turn_number + 1;
  log_.turns.push_back({.turn_number = number});
  records_.push_back({.answer = call_.ear().current()});
  open_ = true;
}

Task<> Conversation::greet() {
  if (settings_.greeting <= Duration{0}) co_return;
  const auto pause = user_->waits() ? std::optional(settings_.assistant_idle_timeout) : std::nullopt;
  const auto how = co_await call_.listen(settings_.greeting, pause);
  if (call_.ear().answer().is_empty()) co_return;
  adopt_greeting();
  turn_over_ = how != LayercodeCall::End::pause;
  if (how == LayercodeCall::End::idle) note("the end of the greeting was not told, and was taken from silence");
  if (turn_over_) co_await call_.acknowledge();
  save();
}

/// What the agent said before our user did is a turn of its own.
void Conversation::adopt_greeting() {
  if (open_ || call_.ear().answer().is_empty()) return;
  begin_turn();
  greeted_ = greeted_ || records_.size() == 1;
}

/// Until the agent's turn is over, or pauses.
Task<> Conversation::listen(Duration patience) {
  const auto pause = user_->waits() ? std::optional(settings_.assistant_idle_timeout) : std::nullopt;
  const auto how = co_await call_.listen(patience, pause);
  turn_over_ = how != LayercodeCall::End::pause;
  if (how == LayercodeCall::End::idle)
    note(fmt::format("turn {}: the platform told no end of it, and silence was taken for one", log_.turns.back().turn_number));
  if (how == LayercodeCall::End::over || how == LayercodeCall::End::idle) co_await call_.acknowledge();
}

UserRequest Conversation::request(const WaitContext& waits) const {
  const auto& answer = call_.ear().answer();
  UserRequest request{.conversation_id = log_.conversation_id,
                      .turn_number = log_.turns.empty() ? 0 : log_.turns.back().turn_number + 1,
                      .text = answer.text,
                      .data = answer.data,
                      .may_wait = waits.wait_count < settings_.max_consecutive_waits,
                      .may_go_on = !turn_over_};
  if (waits.wait_count > 0) request.wait_context = waits;
  for (const auto& turn : log_.turns)
    if (turn.agent_message) request.agent_transcript.push_back(turn.agent_message->text);
  return request;
}

Task<std::optional<UserResponse>> Conversation::next_words() {
  WaitContext waits;
  while (!call_.over()) {
    take_answer();
    const auto asked = request(waits);
    auto response = co_await user_->get_response(asked);
    if (!response || response->has_payload()) co_return response;
    if (!response->is_wait()) co_return std::nullopt;
    if (!asked.may_wait)
      throw Error(ErrorKind::protocol, fmt::format("the user has waited {} times in a row, and would wait again", waits.wait_count))
          .with_party(Party::simulated_user)
          .with_hint("answer where `may_wait` is false, or raise max_consecutive_waits");
    const auto longest = bounded_wait(*response->wait_seconds);
    waits.record_wait(to_seconds(longest), asked.text.size());
    co_await wait(longest);
    save();
  }
  co_return std::nullopt;
}

/// No longer than until the agent has said something more, to its end.
Task<> Conversation::wait(Duration longest) {
  const auto& ear = call_.ear();
  const auto until = clock_.now() + longest;
  const auto size = [&] { return ear.answer().text.size() + ear.answer().data.size() + ear.answer().sounds.size(); };
  const auto before = size();
  while (!call_.over() && clock_.now() < until && size() == before && (turn_over_ || !ear.ended())) co_await call_.wait_until(until);
  if (call_.over() || (size() == before && ear.heard_until() <= clock_.now() && (turn_over_ || !ear.ended()))) co_return;
  co_await listen(max_wait);
  adopt_greeting();
}

/// What the line carries of it; nothing where it has no sound. Hundreds of conversations may be here at once while others speak, so that it may wait, but
/// not behind all that they write.
Task<audio::Samples> Conversation::load(UserResponse& response) {
  if (response.speech.empty() && !response.audio_path) co_return audio::Samples{};
  stage_ = "simulator_failed";
  const auto made = std::make_shared<const audio::Samples>(std::exchange(response.speech, {}));
  const Error busy(ErrorKind::timeout, "no processor was idle");
  const std::function<audio::Samples()> work = [made, path = response.audio_path.value_or("")] {
    return layercode_speech(made->empty() ? audio::read_audio_file(path) : *made);
  };
  try {
    co_return co_await at_most(clock_, Deadline::after(clock_, load_patience), compute_in_background<audio::Samples>(runtime_, work), busy);
  } catch (const Error& error) {
    if (error.message() != busy.message()) throw;
  }
  co_return co_await compute<audio::Samples>(runtime_, work);
}

Task<> Conversation::perform(UserResponse response) {
  auto speech = co_await load(response);
  call_.ear().begin_answer(speech.empty());
  begin_turn();
  const auto at = records_.size() - 1;
  auto& turn = log_.turns.back();
  turn.user_message = UserMessage{.text = response.text, .timestamp = stamp(clock_.now()), .data = response.data};
  const bool says_something = !speech.empty() || (response.text && !trim(*response.text).empty());
  for (auto& data : response.data) co_await call_.send_data(std::move(data));
  if (!speech.empty()) {
    if (settings_.store_audio) {
      records_[at].speech = std::make_shared<const audio::Samples>(speech);
      mix_.add_user(records_[at].speech, layercode::client_rate_hz, clock_.now() - began_);
    }
    records_[at].reference = (co_await call_.say(std::move(speech))).voice_ended;
  } else if (says_something) {
    records_[at].reference = clock_.now();
    co_await call_.say_text(*response.text);
  } else {
    records_[at].reference = clock_.now();
  }
  co_await await_answer(says_something ? settings_.response_timeout : data_patience);
  silent_ = call_.ear().answer().is_empty() && says_something ? silent_ + 1 : 0;
  if (silent_ > 0 && !call_.over())
    note(call_.ear().ended()
             ? fmt::format("turn {}: the agent's turn ended without words, sound or data", log_.turns.back().turn_number)
             : fmt::format("turn {}: nothing came of the agent within {}", log_.turns.back().turn_number, format_duration(settings_.response_timeout)));
  save();
}

/// A greeting that took longer than it was waited for is no answer: the platform has not even said yet what it understood of our user.
Task<> Conversation::await_answer(Duration patience) {
  co_await listen(patience);
  auto& answer = call_.ear().answer();
  if (std::exchange(greeted_, true) || call_.over() || !turn_over_ || answer.is_empty() || !call_.ear().understood().empty()) co_return;
  const auto event = std::exchange(answer.first_event, std::nullopt), sound = std::exchange(answer.first_sound, std::nullopt);
  call_.ear().await_another();
  co_await listen(std::max<Duration>(settings_.greeting, data_patience));
  if (call_.ear().answer().first_event)
    note("the greeting came when the user had spoken already: it stands before the first answer");
  else
    call_.ear().answer().first_event = event, call_.ear().answer().first_sound = sound;
}

/// What has come so far goes into the log.
void Conversation::take_answer() {
  const auto& ear = call_.ear();
  const std::size_t first = log_.turns.size() - records_.size();
  for (std::size_t i = 0; i < records_.size(); ++i) {
    const auto& record = records_[i];
    const auto& answer = ear.answers()[record.answer];
    auto& turn = log_.turns[first + i];
    if (turn.user_message && i + 1 == records_.size()) {
      const auto heard = ear.understood();
      if (!heard.empty() && (record.speech || !turn.user_message->text)) turn.user_message->heard = heard;
      if (!turn.user_message->text && !heard.empty()) turn.user_message->text = heard;
    }
    if (answer.is_empty()) continue;
    if (!turn.agent_message) turn.agent_message.emplace();
    auto& message = *turn.agent_message;
    message.text = answer.text;
    message.timestamp = stamp(answer.first_event.value_or(clock_.now()));
    message.turn_id = answer.last_turn_id();
    message.data = answer.data;
    if (!record.reference) continue;
    if (answer.first_event) message.latency_ms = ms_between(*record.reference, *answer.first_event);
    if (answer.first_sound) message.ttfab_ms = ms_between(*record.reference, *answer.first_sound);
  }
}

Task<> Conversation::complete_turn() {
  if (!std::exchange(open_, false)) co_return;
  save();
  if (!parts_.turn_callback) co_return;
  co_await writer_->settled();  // it finds the files of its turn
  std::string thrown;
  try {
    co_await parts_.turn_callback.call(runtime_, log_.turns.back(), log_);
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    thrown = error.what();
  } catch (...) {
    thrown = describe(std::current_exception());
  }
  if (!thrown.empty()) note(fmt::format("turn {}: the turn callback threw: {}", log_.turns.back().turn_number, thrown));
}

// --- Files ------------------------------------------------------------------------------------------------------------------------------------

/// All that is not on disk yet, and the transcript.
void Conversation::save() {
  if (!writer_) return;
  writer_->check();
  take_answer();
  log_.stats = stats_of(log_.turns);
  log_.stats.duration_seconds = earlier_seconds_ + to_seconds(clock_.now() - began_);
  std::vector<Clip> clips;
  const std::size_t first = log_.turns.size() - records_.size();
  for (std::size_t i = 0; settings_.store_audio && i < records_.size(); ++i) {
    auto& record = records_[i];
    auto& turn = log_.turns[first + i];
    if (record.speech && !std::exchange(record.user_written, true)) {
      turn.user_message->audio_path = fmt::format("user_{}.wav", turn.turn_number);
      clips.push_back({true, turn.turn_number, record.speech});
    }
    const auto& answer = call_.ear().answers()[record.answer];
    if (const auto count = samples_of(answer); count > 0 && count != record.written_samples) {
      record.written_samples = count;
      turn.agent_message->audio_path = fmt::format("assistant_{}.wav", turn.turn_number);
      clips.push_back({false, turn.turn_number, std::make_shared<const audio::Samples>(sound_of(answer))});
    }
  }
  writer_->write(std::move(clips), std::make_shared<const ConversationLog>(log_));
}

/// Both voices so far. What of the agent was mixed before may have been cut off since.
void Conversation::save_mix() {
  if (!writer_ || !settings_.store_audio) return;
  mixed_until_ = clock_.now() - began_;
  const auto& answers = call_.ear().answers();
  auto mix = std::make_shared<Mix>(mix_);
  for (const auto& record : records_)
    for (const auto& sound : answers[record.answer].sounds) mix->add_agent(sound.samples, layercode::response_rate_hz, sound.heard_at - began_);
  if (!mix->empty()) writer_->write_mix(std::move(mix));
}

/// Whatever happened: says goodbye, writes all, and tells who wants to know.
Task<> Conversation::finish() {
  co_await call_.close(Deadline::after(clock_, goodbye_limit));
  if (!folder_) open_folder(start_.conversation_id);
  take_answer();
  co_await tell_everybody();
  log_.ended_at = stamp(clock_.now());
  save();
  save_mix();
  co_await writer_->settled();
  if (!parts_.conversation_callback) co_return;
  std::string thrown;
  try {
    co_await parts_.conversation_callback.call(runtime_, log_);
  } catch (...) {
    thrown = describe(std::current_exception());
  }
  if (thrown.empty()) co_return;
  note(fmt::format("the conversation callback threw: {}", thrown));
  save();
  co_await writer_->settled();
}

/// What could not be written is lost; the rest, and who asked, shall know.
Task<> Conversation::say_what_failed(const Error& error) {
  log_.end = {.reason = "output_failed", .message = with_hint(error)};
  try {
    save();
    co_await writer_->settled();
  } catch (const Error&) {}  // the same disk
}

/// The last turn is told of, too.
Task<> Conversation::tell_everybody() {
  if (records_.empty()) adopt_greeting();  // one that was cut off
  co_await complete_turn();
}

}  // namespace antiphon::gym
