#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/scenario/engine/blame.hpp"
#include "antiphon/scenario/engine/call_participant.hpp"
#include "antiphon/scenario/engine/scenario_run.hpp"
#include "antiphon/scenario/voice/call_errors.hpp"

namespace antiphon {

using namespace std::chrono_literals;

namespace {

constexpr auto connect_limit = 30s;
constexpr auto hang_up_limit = 5s;
constexpr auto sound_limit = 30s;  // to measure how a call of hours sounds
constexpr auto no_limit = Duration::max();

[[noreturn]] void refuse_without_call(std::string_view step) {
  throw Error(ErrorKind::configuration, fmt::format("the script's `{}` needs an agent that is spoken to, and this one is written to", step))
      .with_party(Party::harness)
      .with_hint("use an agent by voice, such as `composed`");
}

voice::SayOptions options_of(const SpokenHow& how, UtteranceKind kind = UtteranceKind::speech) {
  const auto usual = kind == UtteranceKind::interruption ? Expectation::stop : Expectation::respond;
  return {.kind = kind, .style = how.style, .effects = how.effects, .expect = how.expect.value_or(usual)};
}

// What a recording says, where somebody wrote that down.
std::string words_of(const auto& step) { return step.text.empty() ? "[audio]" : step.text; }

voice::FindRecording in_file(const std::string& file) {
  return [file] { return audio::share_audio_file(file); };
}

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw write_failure(path, error.value());
}

bool begins_with_agent(const std::vector<Step>& script) {
  if (script.empty()) return false;
  const auto* first = std::get_if<Step::Speak>(&script.front().what);
  return first && first->role == Role::agent && !first->text && !first->message;
}

}  // namespace

std::string ScenarioRun::recording_file() const {
  if (place_.recordings.empty()) return {};
  const std::array<std::string_view, 1> key{stream_key_};  // two ids may make one name
  const auto name = fmt::format("{}-{:08x}.wav", file_name_of(stream_key_), mix_seed(0, key) & 0xffffffffU);
  return (std::filesystem::path(place_.recordings) / name).string();
}

std::unique_ptr<Participant> ScenarioRun::take_call(const ParticipantSpec& spec, const ParticipantContext& context) {
  if (call_) throw Error(ErrorKind::configuration, "a call has one agent, and two are spoken to").with_party(Party::harness);
  const auto file = recording_file();
  if (!file.empty()) make_folder(place_.recordings);
  call_ = std::make_unique<voice::VoiceCall>(scenario_.voice, *spec.voice(), spec.voice()->make(context),
                                             voice::CallPlace{.runtime = place_.runtime,
                                                              .speech = *place_.speech,
                                                              .http = place_.http,
                                                              .seed = memory_.seed(),
                                                              .scenario_id = stream_key_,
                                                              .spans = context.spans,
                                                              .memory = memory_.calls(),
                                                              .concurrency = place_.concurrency,
                                                              .file = file,
                                                              .loudspeaker = place_.loudspeaker,
                                                              .microphone = place_.microphone,
                                                              .hooks = place_.hooks});
  return std::make_unique<CallParticipant>(*call_);
}

Task<> ScenarioRun::begin_call() {
  if (!call_) co_return;
  speaking_role_ = Role::agent;
  const bool takes_greeting = begins_with_agent(scenario_.script) || scenario_.first == Role::agent;
  auto greeting = co_await watchdog_.guard(no_limit, call_->begin(Deadline::after(clock(), connect_limit), takes_greeting));
  call_began_ = clock().now() - call_->now();
  speaking_role_.reset();
  if (greeting) add_heard(*greeting, find_seat(Role::agent));
}

Task<> ScenarioRun::end_call() {
  if (!call_) co_return;
  watchdog_.forgive();
  const bool cut_off = voice::hung_up_while_speaking(call_->line());
  try {
    co_await watchdog_.guard(hang_up_limit + 1s, call_->end(Deadline::after(clock(), hang_up_limit)));
    co_await watchdog_.guard(sound_limit, call_->measure_sound());
    if (cut_off || ending_.error) co_await watchdog_.guard(sound_limit, call_->overhear_rest());
  } catch (...) {
    // What was said and heard stands, however the line went down.
  }
  keep_overheard(find_seat(Role::agent));
  const bool failed = ending_.kind == Ending::Kind::failed || ending_.verdict == RunOutcome::failed ||
                      std::ranges::any_of(criteria_, [](const CriterionResult& result) { return result.status == CriterionStatus::failed; });
  if (cut_off && !failed && !ending_.error)
    ending_ = {.kind = Ending::Kind::error, .error = blame(std::make_exception_ptr(voice::hung_up(call_->line())), Role::agent), .line = std::nullopt};
  // What breaks at the very end has nobody left to tell it to: a hook, a disk that is full.
  const auto hook = call_->hook_failure();
  if (const auto failure = hook ? hook : call_->line().lost(); failure && !ending_.error)
    ending_ = {.kind = Ending::Kind::error, .error = blame(failure, std::nullopt), .line = std::nullopt};
  for (auto& notice : call_->notices()) notices_.push_back(std::move(notice));
}

// What checks look at: the call so far or, once it is over, the whole of it.
void ScenarioRun::measure_call() {
  if (!call_) return;
  call_record_ = std::make_shared<const CallRecord>(call_->record());
  measures_ = voice::measure(*call_record_);
}

void ScenarioRun::keep_call(ScenarioResult& result) {
  if (!call_record_) measure_call();
  result.call = call_record_;
  if (place_.keep_audio) result.recording = call_->recording(*result.call);
  if (!call_->line().recorded()) return;
  const std::filesystem::path file(recording_file());
  result.recording_file = (place_.result_folder.empty() || file.empty() ? file : file.lexically_relative(place_.result_folder)).generic_string();
}

void ScenarioRun::add_heard(const voice::Heard& heard, std::optional<std::size_t> author) {
  call_->place_turn(heard.turn, messages().size());
  add(Message(MessageRole::assistant, heard.text), {call_began_ + heard.start, call_began_ + heard.end}, author);
}

void ScenarioRun::keep_overheard(std::optional<std::size_t> author) {
  for (const auto& heard : call_->take_overheard()) add_heard(heard, author);
}

// What the agent said beside its answers comes before what our user says next.
Task<> ScenarioRun::overhear() {
  co_await watchdog_.guard(turn_limit(), call_->overhear());
  keep_overheard(find_seat(Role::agent));
}

// Nor does it answer what our user says over it.
Task<> ScenarioRun::overhear_cut_off() {
  co_await watchdog_.guard(turn_limit(), call_->overhear_before_our_line());
  keep_overheard(find_seat(Role::agent));
}

void ScenarioRun::expect(std::size_t utterance, const SpokenHow& how) {
  if (how.expect) expected_turns_.push_back({.utterance = utterance, .expect = *how.expect, .line = line_});
}

void ScenarioRun::add_said(Message message, std::size_t utterance, std::optional<std::size_t> author, bool scripted) {
  const auto& said = call_->line().utterances()[utterance];
  if (!said.sent && call_->line().closed()) {
    notices_.push_back(
        fmt::format("{} was not said: the agent had hung up {:.2f} s into the call", quote(cut(message.text(), 60)), to_seconds(call_->line().closed_at())));
    return;
  }
  agent_called_ = true;  // it hears us, whether or not a step waits for its answer
  call_->place_utterance(utterance, messages().size());
  add(std::move(message), {call_began_ + said.start, call_began_ + said.end}, author, scripted);
}

Task<> ScenarioRun::say(Message message, std::optional<std::size_t> author, bool scripted, const SpokenHow& how) {
  voice::require_speech(message.text(), scripted ? Party::harness : Party::simulated_user);
  co_await overhear();
  const auto utterance = co_await watchdog_.guard(no_limit, call_->say(message.text(), options_of(how)));
  co_await overhear_cut_off();
  expect(utterance, how);
  add_said(std::move(message), utterance, author, scripted);
}

Task<> ScenarioRun::say_reply(std::size_t seat, AgentReply reply) {
  seats_[seat].concluded |= reply.concludes();
  const auto before = messages().size();
  for (auto& message : std::move(reply).messages(MessageRole::user)) co_await say(std::move(message), seat, false, {});
  trace_.produced(seat, before, messages().size());
}

void ScenarioRun::take_answer(std::size_t seat, const CallParticipant& agent) {
  keep_overheard(seat);
  if (!agent.last()) return;  // it has hung up: what is left of the script concludes quietly
  if (const auto latency = response_latency(*agent.last())) {
    answer_s_.push_back(*latency);
    agent_s_ += *latency;
  }
  const auto before = messages().size();
  add_heard(*agent.last(), seat);
  trace_.produced(seat, before, messages().size());
}

// From our user's last voiced sample to the agent's first; nullopt where nothing was said before, or it began over our words.
std::optional<double> ScenarioRun::response_latency(const voice::Heard& heard) const {
  const auto& said = call_->line().utterances();
  for (auto utterance = said.rbegin(); utterance != said.rend(); ++utterance) {
    if (!utterance->sent || utterance->expect == Expectation::ignore || utterance->start > heard.start) continue;
    const bool without_a_word = utterance->kind == UtteranceKind::silence || utterance->kind == UtteranceKind::dtmf;
    if (utterance->voiced.empty() && without_a_word) continue;
    if (utterance->voiced.empty()) return std::nullopt;  // effects have left nothing of it
    const auto latency = heard.start - utterance->voiced.back().end;
    return latency >= Duration::zero() ? std::optional(to_seconds(latency)) : std::nullopt;
  }
  return std::nullopt;
}

// What our user does on the line at a step of the script, as a turn of its own. `act` begins only when nothing else is to be heard first.
Task<> ScenarioRun::act(std::string told, std::function<Task<std::size_t>()> act, const SpokenHow& how) {
  co_await join_background();
  if (ended()) co_return;
  const auto seat = order_.claim(Role::user);
  co_await overhear();
  const auto utterance = co_await watchdog_.guard(no_limit, act());
  co_await overhear_cut_off();
  expect(utterance, how);
  add_said(Message(MessageRole::user, std::move(told)), utterance, seat, true);
}

Task<> ScenarioRun::play(const Step::Audio& step) {
  if (!call_) refuse_without_call("audio");
  const auto recording = step.samples ? voice::FindRecording([samples = step.samples] { return samples; }) : in_file(step.file);
  const auto play = [this, &step, &recording] { return call_->play(recording, step.text, options_of(step.how, UtteranceKind::audio)); };
  co_await act(words_of(step), play, step.how);
}

Task<> ScenarioRun::play(const Step::Silence& step) {
  if (!call_) refuse_without_call("silence");
  co_await act(fmt::format("[silence of {:g} s]", to_seconds(step.duration)), [this, &step] { return call_->stay_silent(step.duration); }, {});
}

Task<> ScenarioRun::play(const Step::Dtmf& step) {
  if (!call_) refuse_without_call("dtmf");
  co_await act(fmt::format("[keys {}]", step.keys), [this, &step] { return call_->press(step.keys); }, {});
}

Task<> ScenarioRun::play(const Step::Interrupt& step) {
  if (!call_) refuse_without_call("interrupt");
  if (!background_) {
    const auto seat = order_.claim(Role::agent);
    if (!seat) throw Error(ErrorKind::configuration, "nobody plays the agent that the script interrupts").with_party(Party::harness);
    agent_called_ = true;
    start_background(*seat);
  }
  co_await interrupt_agent(step, true);
}

// The agent's turn is cut, and it answers what cut it: both are part of the turn that it had anyway.
Task<> ScenarioRun::interrupt_turn(std::size_t seat, const Step::Interrupt& cut) {
  agent_called_ = true;
  start_background(seat);
  co_await interrupt_agent(cut, false);
  if (!ended()) co_await call_seat(seat);
}

std::optional<Step::Interrupt> ScenarioRun::unscripted_interruption() {
  const auto settings = interruptions_of(scenario_);
  if (!call_ || !settings) return std::nullopt;
  if (!interruptions_) {
    const std::array<std::string_view, 3> key{stream_key_, "user", "interruptions"};
    interruptions_.emplace(memory_.seed(), key);
  }
  // Drawn whether or not it is used, so that one turn's luck shifts no other's.
  const auto roll = interruptions_->uniform(), delay = interruptions_->uniform();
  static const std::vector<std::string> stock{"Hold on, that is not right.",
                                              "Wait, let me explain that again.",
                                              "Hold on a second.",
                                              "Actually, forget that.",
                                              "Sorry to cut in.",
                                              "I forgot to mention something.",
                                              "Let me correct myself."};
  const auto& phrases = settings->phrases.empty() ? stock : settings->phrases;
  const auto phrase = interruptions_->below(phrases.size());
  if (roll >= settings->probability) return std::nullopt;
  const auto after = settings->least + std::chrono::duration_cast<Duration>((settings->most - settings->least) * delay);
  const bool by_model = settings->strategy == InterruptionStrategy::contextual;
  return Step::Interrupt{.text = by_model ? std::string() : phrases[phrase], .after = after};
}

// Part of the user's say, and no call of its own: what is new to it stays new.
Task<std::string> ScenarioRun::find_words(std::string heard) {
  const auto seat = find_seat(Role::user);
  auto* user = seat ? dynamic_cast<CutsIn*>(seats_[*seat].participant.get()) : nullptr;
  if (!user)
    throw Error(ErrorKind::configuration, "interruptions by the user's model need a user with a model, and this one has none").with_party(Party::harness);
  speaking_ = seat;
  asked_ = clock().now();
  auto words = co_await user->cut_in({.thread_id = thread_id_,
                                      .messages = messages(),
                                      .turn = order_.turn(),
                                      .last_turn = last_turn(),
                                      .state = this,
                                      .deadline = watchdog_.deadline_for(turn_limit())},
                                     std::move(heard));
  voice::require_speech(words, Party::simulated_user);
  speaking_.reset();
  co_return words;
}

Task<> ScenarioRun::interrupt_agent(const Step::Interrupt& step, bool scripted) {
  voice::CutIn cut{
      .text = step.text, .after_words = step.after_words, .after = step.after, .after_sent = step.after_sent, .wait_for_speech = step.wait_for_speech};
  cut.how = options_of(step.how, UtteranceKind::interruption);
  if (!step.file.empty())
    cut.audio = in_file(step.file);
  else if (!step.text.empty())
    voice::require_speech(step.text, Party::harness);
  else
    cut.words = [this](std::string heard) { return find_words(std::move(heard)); };
  const auto done = co_await watchdog_.guard(no_limit, call_->interrupt(std::move(cut)));
  if (done.fired || background_->is_over() || call_->line().closed()) {
    co_await join_background();
  } else {
    // Nothing was heard that it could have been an answer to: what comes answers the line that was spoken instead.
    co_await background_->abandon();
    background_.reset();
  }
  expect(done.utterance, step.how);
  if (ended()) co_return;
  const auto seat = scripted ? order_.claim(Role::user) : find_seat(Role::user);
  const auto& said = call_->line().utterances()[done.utterance].text;
  add_said(Message(MessageRole::user, said.empty() ? words_of(step) : said), done.utterance, seat, scripted);
}

Task<> ScenarioRun::play(const Step::Effects& step) {
  if (!call_) refuse_without_call("effects");
  call_->set_effects(step.effects);
  co_return;
}

std::vector<VoiceEvent> ScenarioRun::timeline() const { return call_ ? call_->record().events : std::vector<VoiceEvent>{}; }

audio::Samples ScenarioRun::call_audio() const { return call_ ? call_->line().both_sides() : audio::Samples{}; }

void ScenarioRun::set_effects(const std::vector<VoiceEffect>& effects) {
  if (!call_) return RunState::set_effects(effects);
  call_->set_effects(effects);
}

}  // namespace antiphon
