#include "antiphon/scenario/voice/voice_call.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/voice/call_errors.hpp"
#include "antiphon/scenario/voice/call_events.hpp"
#include "antiphon/scenario/voice/read_back.hpp"
#include "antiphon/scenario/voice/turn_text.hpp"

namespace antiphon::voice {

using namespace std::chrono_literals;

namespace {

constexpr auto speech_limit = 30s;     // to synthesise or understand one turn
constexpr auto transcript_grace = 2s;  // for an agent's own transcript of a turn that was heard to its end
constexpr auto around_speech = 300ms;  // more than its voiced edges is handed to a recogniser

SpeechContext speech_context(const CallPlace& place) {
  return {.runtime = place.runtime,
          .http = place.http,
          .seed = place.seed,
          .scenario_id = place.scenario_id,
          .spans = place.spans,
          .cassette = place.memory.cassette,
          .cache = place.memory.cache,
          .concurrency = place.concurrency};
}

TurnRules rules_of(const VoiceOptions& options, const VoiceAgentSpec& spec) {
  TurnRules rules{.signalled = spec.capabilities.turn_end};
  const auto choose = [](Duration& rule, const std::optional<Duration>& ours, const std::optional<Duration>& theirs) {
    rule = ours ? *ours : theirs.value_or(rule);
  };
  choose(rules.tail_silence, options.tail_silence, spec.tail_silence);
  choose(rules.response_timeout, options.response_timeout, spec.response_timeout);
  choose(rules.longest, options.response_max_duration, spec.response_max_duration);
  return rules;
}

void require_real_time(const CallPlace& place) {
  const bool live = (place.loudspeaker && place.loudspeaker->needs_real_time()) || (place.microphone && place.microphone->needs_real_time());
  if (!live || !place.runtime.clock.is_virtual()) return;
  throw Error(ErrorKind::configuration, "a call in virtual time is over before anybody could listen to it, or speak in it")
      .with_party(Party::harness)
      .with_hint("set `clock: wall`");
}

std::optional<CallWatch> watch_for(const CallPlace& place) {
  if (!place.hooks || !*place.hooks) return std::nullopt;
  return CallWatch(*place.hooks, place.scenario_id);
}

// Who is late already does not breathe in first.
Speech without_silence_before(Speech speech) {
  if (speech.voiced.empty() || speech.voiced.front().start <= VoiceLine::frame) return speech;
  const auto skipped = speech.voiced.front().start - VoiceLine::frame;
  for (auto& span : speech.voiced) span.start -= skipped, span.end -= skipped;
  const auto rest = audio::SampleView(*speech.samples).subspan(audio::samples_in(skipped));
  speech.samples = std::make_shared<const audio::Samples>(rest.begin(), rest.end());
  return speech;
}

/// A flag that stands for as long as this lives, which may be longer than the call: what never ends is destroyed with its executor.
class Raised {
 public:
  explicit Raised(std::shared_ptr<bool> flag) : flag_(std::move(flag)) { *flag_ = true; }
  ~Raised() { *flag_ = false; }
  Raised(const Raised&) = delete;
  Raised& operator=(const Raised&) = delete;

 private:
  std::shared_ptr<bool> flag_;
};

}  // namespace

VoiceCall::VoiceCall(const VoiceOptions& options, const VoiceAgentSpec& spec, std::unique_ptr<VoiceAgentAdapter> adapter, CallPlace place)
    : options_(options),
      place_(std::move(place)),
      capabilities_(spec.capabilities),
      rules_(rules_of(options, spec)),
      greeting_(options.greeting ? *options.greeting : spec.greeting.value_or(Greeting{Duration::zero()})),
      speaker_(place_.runtime, options, place_.speech, speech_context(place_), spec.capabilities.paced),
      interjections_(options, place_.seed, place_.scenario_id),
      watch_(watch_for(place_)),
      line_(place_.runtime, std::move(adapter),
            {.turns = rules_,
             .detector = options.detection(),
             .noise = speaker_.take_noise(),
             .watch = watch_ ? &*watch_ : nullptr,
             .file = place_.file,
             .loudspeaker = place_.loudspeaker,
             .microphone = place_.microphone}) {
  require_real_time(place_);
  if (options.hear || !capabilities_.streaming_transcripts || place_.microphone)
    ear_ = place_.speech.open(options.hear.value_or(EarChoice{}), speech_context(place_));
  if (speaker_.notice()) notices_.push_back(*speaker_.notice());
  if (ear_ && ear_->notice) notices_.push_back(*ear_->notice);
}

Deadline VoiceCall::soon() const { return Deadline::after(place_.runtime.clock, speech_limit); }

Task<std::optional<Heard>> VoiceCall::begin(Deadline deadline, bool script_takes_greeting) {
  co_await prepare_interjections();
  co_await line_.open(deadline);
  if (script_takes_greeting || greeting_.longest <= Duration::zero()) co_return std::nullopt;
  if (!co_await until_speaking(greeting_.longest)) co_return std::nullopt;
  while (line_.turns().open()) co_await tick();
  const auto turn = next_ended(Duration::zero());
  if (!turn) co_return std::nullopt;
  co_return co_await take(*turn);
}

// Made ready before the call: a sound that comes late is none.
Task<> VoiceCall::prepare_interjections() {
  std::optional<OpenEar> ear;
  for (auto* sound : interjections_.sounds()) {
    sound->samples = std::make_shared<const audio::Samples>(co_await speaker_.synthesise(sound->word, {}, soon()));
    if (!is_a_noise(sound->word)) continue;
    if (!ear) ear = ear_ ? *ear_ : place_.speech.open(EarChoice{}, speech_context(place_));
    co_await require_read_back(*sound, *ear, soon());
  }
}

void VoiceCall::interject() {
  if (interjections_.none() || !line_.turns().open()) return;
  const auto& turns = line_.turns().turns();
  const auto turn = turns.size() - 1;
  const bool free = line_.turns().speaking() && !line_.speaking() && !*cutting_in_ && cut_turn_ != turn && !line_.closed();
  const auto* sound = interjections_.due(turn, line_.known_until() - turns.back().start, free);
  if (!sound) return;
  auto speech = speaker_.aside(sound->samples);
  line_.say({.kind = sound->kind, .text = sound->word, .voiced = std::move(speech.voiced), .expect = Expectation::ignore}, std::move(speech.samples));
}

Task<> VoiceCall::tick() {
  interject();
  co_await line_.tick();
}

Task<> VoiceCall::end(Deadline deadline) { co_await line_.close(deadline); }

Task<> VoiceCall::measure_sound() {
  auto call = std::make_shared<const CallRecord>(record());
  if (place_.runtime.clock.is_virtual())
    sound_ = voice::measure_sound(*call, *line_.tracks(), {});
  else
    sound_ = co_await measure_sound_apart(place_.runtime.clock, BlockingPool::in_background(), std::move(call), line_.tracks());
}

Task<std::size_t> VoiceCall::send(UserUtterance utterance, std::shared_ptr<const audio::Samples> samples, bool own_noise) {
  if (speaker_.noise_changed()) line_.set_noise(speaker_.take_noise());
  return sent(line_.say(std::move(utterance), std::move(samples), own_noise));
}

Task<std::size_t> VoiceCall::send_silence(UserUtterance utterance, Duration length) {
  if (speaker_.noise_changed()) line_.set_noise(speaker_.take_noise());
  return sent(line_.say_nothing(std::move(utterance), length));
}

Task<std::size_t> VoiceCall::sent(std::size_t index) {
  const auto& utterance = line_.utterances()[index];
  if (utterance.expect == Expectation::respond || utterance.kind == UtteranceKind::interruption) answerable_since_ = line_.now();
  co_await line_.said(index);
  co_return index;
}

Task<std::size_t> VoiceCall::send(Speech speech, std::string text, const SayOptions& how) {
  return send({.kind = how.kind, .text = std::move(text), .voiced = std::move(speech.voiced), .expect = how.expect}, std::move(speech.samples),
              speech.own_noise);
}

Task<std::size_t> VoiceCall::say(std::string text, SayOptions how) {
  auto speech = co_await speaker_.speak(text, how.style, how.effects, soon());
  co_return co_await send(std::move(speech), std::move(text), how);
}

Task<std::size_t> VoiceCall::play(FindRecording recording, std::string text, SayOptions how) {
  auto speech = co_await speaker_.play(std::move(recording), how.effects);
  co_return co_await send(std::move(speech), std::move(text), how);
}

Task<std::size_t> VoiceCall::stay_silent(Duration duration) { co_return co_await send_silence({.kind = UtteranceKind::silence}, duration); }

Task<std::size_t> VoiceCall::press(std::string keys) {
  auto tones = audio::dtmf_tones(keys);
  if (!capabilities_.dtmf) {
    auto voiced = voiced_spans(tones, options_.detection());
    co_return co_await send({.kind = UtteranceKind::dtmf, .keys = std::move(keys), .voiced = std::move(voiced)},
                            std::make_shared<const audio::Samples>(std::move(tones)));
  }
  co_await line_.send_keys(keys, soon());
  co_return co_await send_silence({.kind = UtteranceKind::dtmf, .keys = std::move(keys)}, audio::duration_of(tones.size()));
}

Task<> VoiceCall::wait(Duration duration) {
  const auto until = line_.now() + duration;
  while (line_.now() < until) co_await line_.tick();
}

void VoiceCall::set_effects(const std::vector<VoiceEffect>& effects) { speaker_.set_effects(effects); }

Task<std::optional<Spoken>> VoiceCall::listen() {
  for (;;) {
    const auto spoken = line_.take_spoken();
    if (!spoken && (left_ || line_.is_over())) co_return std::nullopt;
    if (!spoken) {
      co_await line_.tick();
      continue;
    }
    const auto said = line_.utterances()[*spoken];
    const auto from = std::max(Duration::zero(), said.start - around_speech);
    auto heard = co_await ear_->recogniser->transcribe(line_.user_audio(from, said.end + around_speech), ear_->defaults, soon());
    auto& utterance = line_.utterances()[*spoken];
    // A cough asks for no answer.
    if (heard.text.empty()) {
      utterance.expect = Expectation::ignore;
      continue;
    }
    utterance.text = heard.text;
    answerable_since_ = utterance.start;
    co_return Spoken{.utterance = *spoken, .text = std::move(heard.text)};
  }
}

std::optional<std::size_t> VoiceCall::next_ended(Duration since) const {
  const auto& turns = line_.turns().turns();
  for (std::size_t i = taken_; i < turns.size(); ++i)
    if (turns[i].ending != TurnEnding::open && speech_began(turns, i) >= since) return i;
  return std::nullopt;
}

bool VoiceCall::quiet_for_too_long(Duration since) const {
  if (line_.turns().open() || !line_.playout().idle(line_.now())) return false;
  const auto& turns = line_.turns().turns();
  const auto last = turns.empty() ? since : std::max(since, turns.back().end);
  return line_.now() - last >= rules_.response_timeout;
}

Task<std::optional<Heard>> VoiceCall::answer() {
  const auto since = line_.now();
  const auto answerable = answerable_since_;  // of the line that is answered, whatever is said meanwhile
  for (;;) {
    if (const auto turn = next_ended(answerable)) {
      auto heard = co_await take(*turn);
      co_return heard;
    }
    if (line_.is_over() && !line_.turns().open()) {
      if (line_.closed()->on_purpose) co_return std::nullopt;
      throw hung_up(line_);
    }
    if (quiet_for_too_long(since)) {
      line_.tell_error(fmt::format("the agent said nothing for {:g} s", to_seconds(rules_.response_timeout)));
      throw said_nothing(line_, rules_.response_timeout);
    }
    co_await tick();
  }
}

Task<> VoiceCall::overhear_before_our_line() {
  const auto& turns = line_.turns().turns();
  while (taken_ < turns.size() && turns[taken_].ending != TurnEnding::open && turns[taken_].start < answerable_since_) co_await overhear_next();
}

Task<> VoiceCall::overhear_rest() {
  while (taken_ < line_.turns().turns().size()) co_await overhear_next();
}

Task<> VoiceCall::overhear() {
  while (next_ended(Duration::zero())) co_await overhear_next();
}

Task<> VoiceCall::overhear_next() {
  auto heard = co_await take_next();
  overheard_.push_back(std::move(heard));
}

// The turns before it were cut off, or went on beside what our user said: they are heard as well, and their words are not those of this one.
Task<Heard> VoiceCall::take(std::size_t index) {
  while (taken_ < index) co_await overhear_next();
  co_return co_await take_next();
}

// A turn that nobody could wait for is taken by whoever asks next.
Task<Heard> VoiceCall::take_next() {
  const auto index = taken_++;
  Understood turn;
  try {
    turn = co_await understand(index);
  } catch (...) {
    if (taken_ == index + 1) taken_ = index;
    throw;
  }
  if (!turn.failed) co_return std::move(turn.heard);
  if (!turn.heard.text.empty()) overheard_.push_back(std::move(turn.heard));
  std::rethrow_exception(turn.failed);
}

Task<VoiceCall::Understood> VoiceCall::understand(std::size_t index) {
  const auto until = line_.now() + transcript_grace;
  while (capabilities_.streaming_transcripts && line_.text().empty() && line_.now() < until && !line_.is_still()) co_await line_.tick();
  auto told = line_.text().take();
  const auto turn = line_.turns().turns()[index];
  std::optional<std::string> heard;
  std::exception_ptr failed;
  try {
    heard = co_await hear(turn, told);
  } catch (const Error&) {
    failed = std::current_exception();  // to ask it again would not help
  } catch (...) {
    if (taken_ == index + 1) line_.text().put_back(std::move(told));
    throw;
  }
  auto& kept = line_.turns().turns()[index];
  kept.recognised = heard.has_value();
  if (!told.empty()) kept.told = told;
  // Where our recogniser understood nothing at all, our user still knows what was said.
  auto text = heard && !heard->empty() ? *std::move(heard) : std::move(told);
  kept.transcript = text;
  co_return Understood{{.turn = index, .text = std::move(text), .start = turn.start, .end = turn.end}, failed};
}

// What our user was told to hear with decides; else the agent's own words do.
Task<std::optional<std::string>> VoiceCall::hear(AgentTurn turn, std::string told) {
  if (!ear_ || (!told.empty() && !options_.hear) || turn.voiced.empty()) co_return std::nullopt;
  const auto from = std::max(Duration::zero(), turn.start - around_speech);
  auto heard = co_await ear_->recogniser->transcribe(line_.agent_audio(from, std::min(turn.end + around_speech, line_.known_until())), ear_->defaults, soon());
  co_return std::move(heard.text);
}

Task<bool> VoiceCall::until_speaking(Duration limit) {
  const auto until = line_.now() + limit;
  while (!line_.turns().open()) {
    if (line_.now() >= until || line_.is_over()) co_return false;
    co_await line_.tick();
  }
  co_return true;
}

// What the agent told of the turn that began last.
std::string_view VoiceCall::words_so_far() const {
  const auto turns = line_.turns().turns().size();
  return turns > taken_ ? line_.text().of(turns - taken_ - 1) : std::string_view();
}

// In proportion to what was heard of all that came, where the agent tells its words; else what a recogniser makes of it so far.
Task<std::string> VoiceCall::heard_so_far() {
  const auto& turns = line_.turns().turns();
  if (turns.size() <= taken_) co_return "";
  const auto& turn = turns.back();
  const auto heard = line_.known_until() - turn.start;
  if (const auto words = words_so_far(); !words.empty()) {
    const auto all = std::max(line_.playout().track_end() - turn.start, heard);
    const auto share = static_cast<double>(count_words(words)) * to_seconds(heard) / std::max(to_seconds(all), 0.001);
    co_return std::string(first_words(words, static_cast<std::size_t>(std::max(share, 0.0))));
  }
  if (!ear_) co_return "";
  const auto from = std::max(Duration::zero(), turn.start - around_speech);
  const auto so_far = co_await ear_->recogniser->transcribe(line_.agent_audio(from, line_.known_until()), ear_->defaults, soon());
  co_return so_far.text;
}

Task<bool> VoiceCall::until_words(int words) {
  constexpr auto look_again = 240ms;  // a recogniser starts anew each time
  auto next = line_.now();
  while (line_.turns().open()) {
    const bool told = !words_so_far().empty();
    if (told || line_.now() >= next) {
      const auto heard = co_await heard_so_far();
      if (count_words(heard) >= static_cast<std::size_t>(words)) co_return true;
      next = line_.now() + look_again;
    }
    co_await line_.tick();
  }
  co_return false;
}

/// When the cut-in should be heard, or why the moment did not come. Returns early enough for `lead`, the silence before its first word.
Task<VoiceCall::Moment> VoiceCall::moment_for(const CutIn& cut, Duration lead) {
  if (!co_await until_speaking(cut.wait_for_speech)) co_return Moment{.missed = nothing_to_cut(line_, cut.wait_for_speech)};
  const auto turn = line_.turns().turns().size() - 1;
  const auto over = [this, turn](std::string before) { return Moment{.spoke = true, .missed = turn_was_over(line_.turns().turns()[turn], before)}; };
  if (cut.after_words && !co_await until_words(*cut.after_words)) co_return over(fmt::format("{} words of it were heard", *cut.after_words));
  if (cut.after) {
    const auto moment = line_.turns().turns()[turn].start + *cut.after;
    while (line_.turns().open() && line_.now() + VoiceLine::frame / 2 < moment - lead) co_await line_.tick();
    if (!line_.turns().open()) co_return over(fmt::format("the {} after which our user was to cut in", format_duration(*cut.after)));
    co_return Moment{.at = moment, .spoke = true};
  }
  if (cut.after_sent) {
    while (line_.turns().open() && !(line_.last_received() && line_.now() - *line_.last_received() >= *cut.after_sent)) co_await line_.tick();
    if (!line_.turns().open() || line_.playout().idle(line_.now())) co_return over(fmt::format("it had sent nothing for {}", format_duration(*cut.after_sent)));
  }
  co_return Moment{.at = line_.now() + lead, .spoke = true};
}

Task<> VoiceCall::until_stopped(Duration since) {
  while (line_.turns().open() && line_.turns().turns().back().start < since && line_.now() < since + stop_window) co_await line_.tick();
}

// A signal of the transport's is there at once; our words begin with a silence.
Duration VoiceCall::lead_of(const Speech& speech) const {
  return speech.voiced.empty() || capabilities_.interruption ? Duration::zero() : speech.voiced.front().start;
}

Task<Speech> VoiceCall::words_of(CutIn& cut) {
  if (cut.audio) co_return co_await speaker_.play(std::move(cut.audio), cut.how.effects);
  if (cut.words) {
    auto heard = co_await heard_so_far();
    cut.text = co_await cut.words(std::move(heard));
  }
  co_return co_await speaker_.speak(cut.text, cut.how.style, cut.how.effects, soon());
}

bool VoiceCall::still_in(std::size_t turns) const { return line_.turns().open() && line_.turns().turns().size() == turns; }

Task<Cut> VoiceCall::interrupt(CutIn cut) {
  const Raised cutting_in(cutting_in_);
  while (line_.speaking()) co_await line_.tick();  // a small sound of ours
  std::optional<Speech> made;
  if (!cut.words) made = co_await words_of(cut);  // ready before the moment comes: synthesis may take a while
  auto moment = co_await moment_for(cut, made ? lead_of(*made) : Duration::zero());
  const auto turns = line_.turns().turns().size();
  if (!made) made = without_silence_before(co_await words_of(cut));
  const bool in_time = moment.at && still_in(turns) && !line_.closed();
  if (moment.at && !in_time)
    moment.missed = line_.closed() ? gone_before_the_cut(line_) : turn_was_over(line_.turns().turns()[turns - 1], "the words to cut in with were found");
  auto& speech = *made;
  Interruption record{.utterance = line_.utterances().size(), .intended = moment.at};
  UserUtterance utterance{.kind = UtteranceKind::speech, .text = std::move(cut.text), .voiced = std::move(speech.voiced)};
  if (!in_time) {
    record.outcome = moment.spoke ? "turn_was_over" : "nothing_heard";
    record.missed = std::move(moment.missed);
    interruptions_.push_back(std::move(record));
    co_return Cut{.utterance = co_await send(std::move(utterance), std::move(speech.samples), speech.own_noise), .fired = false};
  }
  utterance.kind = cut.how.kind, utterance.expect = cut.how.expect;
  record.outcome = "fired_after_speech";
  const auto cut_at = line_.now();
  line_.turns().cut_into();
  if (capabilities_.interruption) {
    record.native = true;
    record.achieved = cut_at;
    co_await line_.interrupt(soon());
  }
  line_.tell({.time = cut_at,
              .type = VoiceEventType::user_interrupt,
              .metadata = {{"adapter", line_.adapter_name()}, {"native", record.native}, {"outcome", record.outcome}}});
  line_.turns().turns().back().transcript_truncated = true;
  cut_turn_ = line_.turns().turns().size() - 1;
  const auto place = interruptions_.size();
  interruptions_.push_back(std::move(record));
  const auto index = co_await send(std::move(utterance), std::move(speech.samples), speech.own_noise);
  const auto& said = line_.utterances()[index];
  if (!interruptions_[place].achieved && said.sent && !said.voiced.empty()) interruptions_[place].achieved = said.voiced.front().start;
  co_await until_stopped(cut_at);
  co_return Cut{.utterance = index, .fired = true};
}

std::vector<std::string> VoiceCall::notices() const {
  auto all = notices_;
  for (auto& notice : line_.notices()) all.push_back(std::move(notice));
  return all;
}

std::optional<double> VoiceCall::oov_rate() const {
  if (!ear_->count_words) return std::nullopt;
  WordCount sum;
  try {
    for (const auto& turn : line_.turns().turns()) {
      const auto count = turn.told ? ear_->count_words(*turn.told) : WordCount{};
      sum.words += count.words, sum.unknown += count.unknown;
    }
  } catch (const Error&) {
    return 1;  // a dictionary that is gone knows no word: nothing is judged by it
  }
  return sum.words > 0 ? std::optional(static_cast<double>(sum.unknown) / static_cast<double>(sum.words)) : std::nullopt;
}

CallRecord VoiceCall::record() const {
  CallRecord call;
  call.adapter = line_.adapter_name();
  call.detector = line_.detector();
  if (ear_) call.recogniser = ear_->recogniser->name(), call.primed = ear_->primed;
  if (ear_) call.oov_rate = oov_rate();
  call.voice = speaker_.voice();
  call.duration = std::max(line_.known_until(), line_.utterances().empty() ? Duration::zero() : line_.utterances().back().end);
  call.utterances = line_.utterances();
  call.turns = line_.turns().turns();
  call.interruptions = interruptions_;
  call.delivery = line_.playout().delivery();
  call.claims = line_.claims();
  call.user_sound = sound_.user, call.agent_sound = sound_.agent;
  call.agent_closed = line_.closed().has_value();
  call.tail_silence = rules_.tail_silence;
  for (const auto& utterance : call.utterances)
    if (utterance.sent) call.user_voiced.insert(call.user_voiced.end(), utterance.voiced.begin(), utterance.voiced.end());
  for (const auto& turn : call.turns) call.agent_voiced.insert(call.agent_voiced.end(), turn.voiced.begin(), turn.voiced.end());
  settle_interruptions(call);
  call.events = events_of(call, line_.told());
  return call;
}

std::shared_ptr<VoiceRecording> VoiceCall::recording(const CallRecord& record) { return std::make_shared<VoiceRecording>(line_.tracks(), record); }

}  // namespace antiphon::voice
