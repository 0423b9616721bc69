#include "antiphon/scenario/voice/voice_line.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/audio/mix.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/prefetch.hpp"
#include "antiphon/scenario/voice/call_watch.hpp"

namespace antiphon::voice {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t frame_samples = 480;
constexpr auto send_limit = 5s;

json::value arguments_of(const ToolCall& call) {
  try {
    return call.parsed_arguments();
  } catch (const Error&) {
    return json::value(call.arguments);
  }
}

std::string what_broke(const AgentClosed& closed) {
  std::string what = closed.party.value_or(Party::agent) == Party::agent ? "the agent hung up" : "the call broke off";
  return closed.reason.empty() ? what : what + ": " + closed.reason;
}

bool asks(const UserUtterance& utterance) { return utterance.kind != UtteranceKind::silence && utterance.expect != Expectation::ignore; }

audio::Samples piece_of(const audio::SampleStore& track, Duration from, Duration to) {
  const auto at = audio::samples_in(from), end = audio::samples_in(to);
  return end > at ? track.read(at, end - at) : audio::Samples{};
}

}  // namespace

VoiceLine::VoiceLine(Runtime& runtime, std::unique_ptr<VoiceAgentAdapter> adapter, LineSettings settings)
    : clock_(runtime.clock),
      adapter_(std::move(adapter)),
      began_(clock_.now()),
      activity_(settings.detector),
      turns_(settings.turns),
      settings_(std::move(settings)),
      runtime_(runtime) {
  if (!settings_.file.empty()) file_ = std::make_unique<CallFile>(settings_.file);
  if (settings_.microphone) person_ = std::make_unique<PersonSpeech>(*settings_.microphone, settings_.detector);
}

VoiceLine::~VoiceLine() = default;

Task<> VoiceLine::open(Deadline deadline) {
  co_await adapter_->connect(deadline);
  began_ = clock_.now();
  running_ = true;
  // Detached from the executor's point of view only: `close` stops both and waits until they have ended.
  if (adapter_->sends_now())
    ticker_.emplace(clock_, began_, frame, [this](std::int64_t k) { pace_now(k * frame); }), paced_.open();
  else
    asio::co_spawn(runtime_.executor, drive(pacing_.run(pace()), paced_), asio::detached);
  if (adapter_->deliver_to(this))
    listened_.open();
  else
    asio::co_spawn(runtime_.executor, drive(listening_.run(listen()), listened_), asio::detached);
}

Task<> VoiceLine::drive(Task<> work, Latch& done) {
  try {
    co_await std::move(work);
  } catch (...) {
    fail(std::current_exception());
  }
  wake_all();
  done.open();
}

void VoiceLine::fail(std::exception_ptr failure) {
  if (!failure_ && running_) {
    failure_ = std::move(failure);
    tell_error(describe(failure_));
  }
  wake_all();
}

void VoiceLine::wake_all() {
  frames_.beat();
  ends_.beat();
}

Task<> VoiceLine::close(Deadline deadline) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (std::exchange(running_, false)) {
    pacing_.stop();
    ticker_.reset();
    listening_.stop();
    adapter_->deliver_to(nullptr);
    co_await paced_.wait();
    co_await listened_.wait();
    try {
      finish();
    } catch (...) {
      // A full disk or a hook that throws is no reason not to hang up.
      if (!failure_) failure_ = std::current_exception();
    }
  }
  co_await adapter_->disconnect(deadline);
}

void VoiceLine::finish() {
  hear(now() + Playout::closed_gap);
  for (const auto& edge : activity_.finish())
    if (!edge.starts) turns_.stop_speaking(playout_.heard_at(audio::duration_of(edge.at)));
  if (settings_.watch) settings_.watch->look(*this, now(), true);
  if (file_) file_->finish();
}

Task<> VoiceLine::tick() { return next(frames_); }

Task<> VoiceLine::next(Pulse& pulse) {
  if (failure_) std::rethrow_exception(failure_);
  co_await pulse.wait();
  if (failure_) std::rethrow_exception(failure_);
}

Task<> VoiceLine::pace() {
  for (std::int64_t k = 0;; ++k) {
    const auto at = k * frame;
    co_await clock_.sleep_until(began_ + at);
    auto made = make_frame(at);
    if (!made) continue;
    co_await adapter_->send_audio({.samples = std::move(made->samples), .transcript = {}, .start = {}, .end = {}}, soon());
    if (made->ends) co_await adapter_->end_of_utterance(soon());
  }
}

// The same where nothing has to be waited for: no coroutine is woken for a frame.
void VoiceLine::pace_now(Duration at) {
  if (broke_) return;
  prefetch_all();
  try {
    if (const auto made = make_frame(at)) adapter_->send_now(made->samples, made->ends);
  } catch (...) {
    broke_ = true;  // a ticker may not be stopped by what it calls
    fail(std::current_exception());
  }
}

// Each would be waited for by itself where it is needed.
void VoiceLine::prefetch_all() const {
  prefetch(adapter_.get(), 512);
  playout_.prefetch_next();
  activity_.prefetch_all();
  user_track_.prefetch_end();
  agent_track_.prefetch_end();
  if (outgoing_.empty() || !outgoing_.front().samples) return;
  const auto next = audio::SampleView(*outgoing_.front().samples).subspan(outgoing_.front().used);
  prefetch(next.data(), std::min(next.size(), frame_samples) * sizeof(audio::Sample));
}

std::optional<VoiceLine::Frame> VoiceLine::make_frame(Duration at) {
  const auto theirs = hear(at);
  const bool talking = speaking() || (person_ && person_->speaking());
  auto samples = next_frame(at);
  play(samples, theirs);
  const auto ended = std::exchange(ended_now_, std::nullopt);
  user_track_.append(samples);
  if (file_) file_->add_user(samples);
  if (settings_.watch) settings_.watch->sent(samples, at), settings_.watch->look(*this, at);
  frames_.beat();
  if (ended) ends_.beat();
  if ((!adapter_->capabilities().paced && !talking) || closed_) return std::nullopt;
  return Frame{.samples = std::move(samples), .ends = ended && utterances_[*ended].expect != Expectation::ignore};
}

Deadline VoiceLine::soon() const { return Deadline::after(clock_, send_limit); }

audio::Samples VoiceLine::hear(Duration at) {
  auto track = playout_.take(at);
  if (!track.empty()) {
    if (settings_.watch) settings_.watch->heard(track, audio::duration_of(agent_track_.size()));
    agent_track_.append(track);
    if (file_) file_->add_agent(track);
    for (const auto& edge : activity_.feed(track)) {
      const auto place = audio::duration_of(edge.at);
      if (edge.starts)
        turns_.start_speaking(playout_.heard_at(place), playout_.received_at(place));
      else
        turns_.stop_speaking(playout_.heard_at(place));
    }
  }
  const bool voiced = activity_.speaking();
  turns_.advance(playout_.taken(), voiced ? std::optional(playout_.heard_at(audio::duration_of(activity_.last_voiced_end()))) : std::nullopt,
                 activity_.may_be_starting());
  if (is_over()) turns_.closed(at);
  return track;
}

void VoiceLine::play(audio::SampleView ours, audio::SampleView theirs) {
  if (!settings_.loudspeaker) return;
  const std::array<audio::Placed, 2> parts{audio::Placed{person_ ? audio::SampleView() : ours}, audio::Placed{theirs}};
  auto heard = audio::mix(parts);
  heard.resize(std::max(heard.size(), ours.size()));  // silence, too, takes its time
  settings_.loudspeaker->play(heard);
}

audio::Samples VoiceLine::next_frame(Duration at) {
  audio::Samples samples;
  const bool own_noise = !outgoing_.empty() && outgoing_.front().own_noise;
  if (!outgoing_.empty()) samples = next_speech(at);
  if (person_) {
    if (samples.empty())
      samples = person_->frame(frame_samples, utterances_);
    else
      person_->pass(frame_samples, utterances_);
    if (const auto ended = person_->take_ended()) spoken_.push_back(*ended), ended_now_ = ended;
  }
  samples.resize(frame_samples);
  if (!settings_.noise || own_noise || !adapter_->capabilities().paced) return samples;
  const auto noise = settings_.noise->next(frame_samples);
  const std::array<audio::Placed, 2> parts{audio::Placed{samples}, audio::Placed{noise}};
  return audio::mix(parts);
}

// An utterance begins with a frame of its own.
audio::Samples VoiceLine::next_speech(Duration at) {
  auto& speech = outgoing_.front();
  auto& utterance = utterances_[speech.utterance];
  if (speech.used == 0) {
    for (auto& span : utterance.voiced) span.start += at, span.end += at;
    utterance.start = at;
    utterance.sent = true;
    if (asks(utterance)) turns_.answerable_line(at, utterance.voiced.empty() ? at + audio::duration_of(speech.length) : utterance.voiced.back().end);
  }
  const auto count = std::min(frame_samples, speech.length - speech.used);
  audio::Samples samples(frame_samples);
  if (speech.samples) std::copy_n(speech.samples->begin() + static_cast<std::ptrdiff_t>(speech.used), count, samples.begin());
  speech.used += count;
  utterance.end = at + audio::duration_of(count);
  if (speech.used == speech.length) {
    ended_now_ = speech.utterance;
    outgoing_.pop_front();
  }
  return samples;
}

std::size_t VoiceLine::say(UserUtterance utterance, std::shared_ptr<const audio::Samples> samples, bool own_noise) {
  const auto length = samples->size();
  return put(std::move(utterance), {.length = length, .samples = std::move(samples), .own_noise = own_noise});
}

std::size_t VoiceLine::say_nothing(UserUtterance utterance, Duration length) { return put(std::move(utterance), {.length = audio::samples_in(length)}); }

std::size_t VoiceLine::put(UserUtterance utterance, Outgoing speech) {
  utterance.sent = false;
  utterances_.push_back(std::move(utterance));
  const auto index = utterances_.size() - 1;
  if (speech.length == 0 || closed_) {
    utterances_[index].start = utterances_[index].end = now();
    return index;
  }
  speech.utterance = index;
  outgoing_.push_back(std::move(speech));
  return index;
}

Task<> VoiceLine::said(std::size_t utterance) {
  const auto waiting = [&] { return std::any_of(outgoing_.begin(), outgoing_.end(), [&](const Outgoing& speech) { return speech.utterance == utterance; }); };
  while (waiting() && !closed_) co_await next(ends_);
  while (now() < utterances_[utterance].end && !closed_) co_await tick();
}

Task<> VoiceLine::interrupt(Deadline deadline) { co_await adapter_->interrupt(deadline); }

Task<> VoiceLine::send_keys(std::string keys, Deadline deadline) { co_await adapter_->send_dtmf(std::move(keys), deadline); }

Task<> VoiceLine::listen() {
  while (!closed_) take(co_await adapter_->receive(Deadline::never()));
}

void VoiceLine::take(AgentSignal signal) {
  if (closed_) return;
  std::visit([this](auto& what) { take(std::move(what)); }, signal);
  if (closed_) wake_all();
}

void VoiceLine::take(AgentAudio audio) {
  last_received_ = now();
  playout_.receive(std::move(audio.samples), now());
}

// Words that come when the agent's turn is over, and our user has said something since, are the first of the next turn's: a turn that was cut off may still be
// told while our user speaks, and one that follows comes in pieces.
bool VoiceLine::begins_text() const {
  const auto& turns = turns_.turns();
  if (turns.empty() || turns_.open()) return false;
  return std::ranges::any_of(utterances_, [&](const UserUtterance& said) {
    const auto ended = said.voiced.empty() ? said.end : said.voiced.back().end;
    return said.sent && asks(said) && said.start > turns.back().start && ended <= now() && ended > told_at_;
  });
}

void VoiceLine::take(AgentTranscript transcript) {
  if (transcript.speaker == audio::Speaker::agent) {
    if (begins_text()) text_.begin_turn(turns_.turns().size());
    text_.add(transcript);
    told_at_ = now();
  } else if (transcript.final) {
    claims_.understood.emplace_back(now(), std::move(transcript.text));
  }
}

void VoiceLine::take(AgentTurnEnd) {
  text_.end_of_turn();
  playout_.end_of_turn();
  if (settings_.turns.signalled) turns_.end_signal(std::max(playout_.track_end(), now()));
}

void VoiceLine::take(AgentClear clear) {
  const bool unheard = turns_.speaking() || playout_.track_end() > now();
  playout_.clear(now());
  if (clear.may_go_on) return turns_.held();
  text_.dropped(turns_.turns().size());
  if (turns_.open() && unheard) turns_.turns().back().transcript_truncated = true;
  turns_.cleared(now());
}

void VoiceLine::take(AgentToolCall call) {
  const auto type = call.result ? VoiceEventType::tool_result : VoiceEventType::tool_call;
  told_.push_back({.time = now(), .type = type, .name = call.call.name, .args = arguments_of(call.call), .result = call.result.value_or(nullptr)});
}

void VoiceLine::take(AgentHeardUser heard) {
  told_.push_back(
      {.time = now(), .type = heard.started ? VoiceEventType::user_start_speaking : VoiceEventType::user_stop_speaking, .metadata = {{"source", "agent"}}});
}

void VoiceLine::take(AgentLatencyClaim claim) { claims_.latencies.push_back({.what = std::move(claim.what), .latency = claim.latency, .time = now()}); }

void VoiceLine::take(AgentClosed closed) {
  if (!closed.on_purpose) tell_error(what_broke(closed));
  closed_ = std::move(closed);
  std::erase_if(outgoing_, [](const Outgoing& speech) { return speech.used == 0; });  // nobody is there to hear it
  closed_at_ = now();
}

void VoiceLine::tell_error(std::string message) { told_.push_back({.time = now(), .type = VoiceEventType::error, .name = std::move(message)}); }

std::exception_ptr VoiceLine::lost() const {
  if (!failure_) return nullptr;
  try {
    std::rethrow_exception(failure_);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::io && error.party() == Party::harness ? failure_ : nullptr;
  } catch (...) {
    return nullptr;
  }
}

audio::Samples VoiceLine::agent_audio(Duration from, Duration to) const { return piece_of(agent_track_, from, to); }

std::optional<std::size_t> VoiceLine::take_spoken() {
  if (spoken_.empty()) return std::nullopt;
  const auto utterance = spoken_.front();
  spoken_.pop_front();
  return utterance;
}

audio::Samples VoiceLine::user_audio(Duration from, Duration to) const { return piece_of(user_track_, from, to); }

audio::Samples VoiceLine::both_sides() const {
  const auto user = user_track_.read(0, user_track_.size()), agent = agent_track_.read(0, agent_track_.size());
  const std::array<audio::Placed, 2> sides{audio::Placed{user}, audio::Placed{agent}};
  return audio::mix(sides);
}

std::shared_ptr<const CallTracks> VoiceLine::tracks() {
  const auto longer = std::max(user_track_.size(), agent_track_.size());
  for (auto* track : {&user_track_, &agent_track_})
    if (track->size() < longer) track->append(audio::Samples(longer - track->size()));
  return tracks_;
}

}  // namespace antiphon::voice
