#include "antiphon/gateway/hearing/ear.hpp"

#include <algorithm>
#include <utility>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/stt/local/speech_spans.hpp"

namespace antiphon::gateway {

namespace {

std::vector<Recogniser> chain_of(SpeechToText& first, const EarSettings& settings) {
  std::vector<Recogniser> all{{std::shared_ptr<SpeechToText>(std::shared_ptr<void>(), &first), settings.recognition}};
  all.insert(all.end(), settings.stand_ins.begin(), settings.stand_ins.end());
  return all;
}

}  // namespace

/// What is known of the caller's turn under way.
struct Ear::Turn {
  TurnAudio audio{};
  bool speaking = true;
  int pauses = 0;  ///< how often the voice stopped: what was understood before it went on is not all
  Clock::Time voice_began{0}, voice_ended{0};
  Clock::Time waited_from{0};  ///< as `voice_ended`, but where that was noticed late, on a line that brought no more
  Duration voiced{0};
  std::string answered{};   ///< words whose audio is forgotten
  std::string rest{};       ///< of the audio that is kept
  bool rest_final = false;  ///< else it is a partial
  std::optional<double> confidence{};
  std::optional<Clock::Time> final_at{};
  std::optional<Clock::Time> ended_at{};     ///< the recogniser thinks that the speaker has finished
  std::string likely{};                      ///< as it was told last
  int open_told = 0;                         ///< for which pause
  bool finishing = false, finished = false;  ///< the recogniser was asked for what it still has, and has told all
  int asked_at = 0;                          ///< for which pause
  int broken = 0;                            ///< streams
  bool closed = false;

  std::string text() const {
    auto all = answered;
    append_words(all, rest);
    return all;
  }
  bool told_all() const { return finished && !speaking && pauses == asked_at; }
  /// More was said since, for another stream to hear.
  bool needs_another() const { return finished && !told_all(); }
  /// No word is to come.
  bool settled() const { return (rest.empty() || rest_final) && final_at && *final_at >= voice_ended; }
};

Ear::Ear(Runtime& runtime, SpeechToText& recogniser, EarSettings settings)
    : runtime_(runtime),
      clock_(runtime.clock),
      settings_(std::move(settings)),
      chain_(clock_, chain_of(recogniser, settings_)),
      activity_(settings_.detector),
      pre_roll_(audio::samples_in(settings_.pre_roll + settings_.detector.timing.onset)) {}

Ear::~Ear() = default;

// --- Voice --------------------------------------------------------------------------------------------------------------------------------------

Clock::Time Ear::time_of(std::size_t sample) const { return heard_at_ - audio::duration_of(heard_ - std::min(sample, heard_)); }

void Ear::hear(audio::SampleView samples) {
  heard_ += samples.size();
  heard_at_ = clock_.now();
  if (turn_)
    turn_->audio.add(samples);
  else
    pre_roll_.add(samples);
  const auto edges = activity_.feed(samples);
  for (const auto& edge : edges) {
    if (edge.starts)
      open_turn(time_of(edge.at));
    else if (turn_)
      stop_voice(time_of(edge.at));
  }
  if (!line_watch_ && speaking()) watch_line();
  if (!turn_) return;
  came_.beat();
  if (!edges.empty() || is_long(*turn_)) changed_.beat();
}

/// Whoever sends while a key is held, or mutes the microphone, may send nothing in between: a voice would never end.
void Ear::watch_line() {
  line_watch_.emplace(clock_, heard_at_ + settings_.quiet_line, [this] {
    line_watch_.reset();
    if (!speaking()) return;
    if (clock_.now() >= heard_at_ + settings_.quiet_line) hear(audio::Samples(audio::samples_in(settings_.quiet_line), 0));
    if (!line_watch_ && speaking()) watch_line();
  });
}

bool Ear::is_long(const Turn& turn) const { return turn.audio.unanswered().size() >= audio::samples_in(settings_.longest_piece); }

void Ear::open_turn(Clock::Time began) {
  events_.push(SpeechStarted{began});
  if (!turn_) return begin_turn(began);
  turn_->speaking = true;  // it was a pause and not the end
  turn_->voice_began = began;
  turn_->ended_at.reset();
  turn_->likely.clear();
}

void Ear::begin_turn(Clock::Time voice_began) {
  turn_ = std::make_shared<Turn>();
  turn_->voice_began = voice_began;
  turn_->audio.add(pre_roll_.take());
}

void Ear::stop_voice(Clock::Time at) {
  auto& turn = *turn_;
  turn.speaking = false;
  ++turn.pauses;
  turn.voice_ended = at;
  turn.waited_from = std::max(at, clock_.now() - settings_.detector.timing.hangover);
  turn.voiced += std::max<Duration>(at - turn.voice_began, Duration{0});
  events_.push(SpeechStopped{at, turn.voiced});
  tell_likely(turn);
}

// --- Understanding --------------------------------------------------------------------------------------------------------------------------------

Task<> Ear::run() {
  for (;;) {
    if (stream_ && !turn_) {
      TaskGroup tasks(runtime_.executor);
      tasks.spawn(listen_to_silence());
      tasks.spawn(wait_for_turn(&tasks));
      co_await tasks.join();
    }
    co_await wait_for_turn(nullptr);
    co_await understand(turn_);
  }
}

Task<> Ear::wait_for_turn(TaskGroup* meanwhile) {
  while (!turn_) co_await changed_.wait();
  if (meanwhile) meanwhile->stop();
}

/// Somebody has to await what a stream tells, or it is not kept open; what it tells of a turn that is over is nothing to the next one.
Task<> Ear::listen_to_silence() {
  try {
    while (co_await stream_->next(Deadline::never())) continue;
  } catch (const Error&) {  // a server that hangs up on silence: the next turn connects anew
  }
  stream_.reset();
}

Task<> Ear::understand(std::shared_ptr<Turn> turn) {
  const auto* before = &chain_.current();
  if (&chain_.choose() != before) stream_.reset();
  while (!turn->closed) {
    std::optional<Error> failed;
    try {
      co_await (chain_.current().speech_to_text->capabilities().streaming ? understand_on_the_way(turn) : understand_whole(turn));
    } catch (const Error& error) {
      failed = error;
    }
    if (!failed) continue;
    if (settings_.on_failed) settings_.on_failed(*failed);
    if (can_go_on(*turn, *failed)) continue;
    events_.push(TurnLost{*failed});
    turn->answered.clear(), turn->rest.clear();
    close(*turn);
  }
}

/// After a failure: by a new stream of the same recogniser, or by another recogniser.
bool Ear::can_go_on(Turn& turn, const Error& error) {
  const bool broke_off = std::exchange(stream_, nullptr) != nullptr;
  turn.rest.clear();
  turn.ended_at.reset();
  turn.finishing = turn.finished = false;
  const bool late = error.kind() == ErrorKind::timeout;  // a caller who has waited once does not wait for the same again
  if (broke_off && !late && ++turn.broken <= settings_.reconnects) return true;
  turn.broken = 0;
  return chain_.fall_back();
}

Duration Ear::patience(const std::string& text) const {
  return settings_.is_complete && !settings_.is_complete(text) ? settings_.end_of_unfinished : settings_.end_of_turn;
}

void Ear::tell_likely(Turn& turn) {
  auto text = turn.text();
  if (turn.speaking || turn.closed || text.empty() || text == turn.likely || (settings_.is_complete && !settings_.is_complete(text))) return;
  turn.likely = text;
  events_.push(TurnLikely{std::move(text)});
}

void Ear::tell_open(Turn& turn) {
  if (turn.speaking || turn.closed || std::exchange(turn.open_told, turn.pauses) == turn.pauses) return;
  events_.push(TurnOpen{turn.text(), turn.voiced});
}

void Ear::close(Turn& turn) {
  if (std::exchange(turn.closed, true)) return;
  if (turn.speaking) {  // by our detector; the recogniser knows better
    turn.voice_ended = clock_.now();
    turn.voiced += std::max<Duration>(turn.voice_ended - turn.voice_began, Duration{0});
  }
  const auto recognised_after = std::max<Duration>(turn.final_at.value_or(clock_.now()) - turn.voice_ended, Duration{0});
  events_.push(TurnClosed{turn.text(), turn.confidence, turn.voice_ended, recognised_after, turn.voiced});
  pre_roll_.clear();
  turn_.reset();
  changed_.beat();
  came_.beat();
}

/// Our detector may hear noise, in which no voice begins any more: what is said next is heard all the same.
void Ear::close_and_listen_on(Turn& turn) {
  close(turn);
  if (turn.speaking && speaking()) begin_turn(turn.voice_ended);
}

Task<> Ear::wake_at(Clock::Time due) {
  const ScopedAlarm alarm(clock_, due, [this] { changed_.beat(); });
  co_await changed_.wait();
}

/// When the turn is over, if nothing else happens; nullopt: when the recogniser has told the rest.
std::optional<Clock::Time> Ear::end_of(const Turn& turn) const {
  const auto silent_since = turn.speaking ? turn.ended_at.value_or(clock_.now()) : turn.voice_ended;
  const auto text = turn.text();
  if (turn.told_all() || (turn.ended_at && patience(text) == settings_.end_of_turn)) return clock_.now();
  if (turn.ended_at || (turn.settled() && !text.empty())) return silent_since + patience(text);
  if (text.empty() && turn.voiced < shortest_voice) return silent_since + settings_.without_words;
  return std::nullopt;
}

/// Returns early where the caller goes on.
Task<> Ear::close_when_silent(std::shared_ptr<Turn> turn) {
  const auto pauses = turn->pauses;
  while (!turn->closed && turn->pauses == pauses && (!turn->speaking || turn->ended_at) && !turn->needs_another()) {
    const auto told = turn->waited_from + settings_.without_words;
    const auto asked = turn->waited_from + (turn->text().empty() ? settings_.first_words : std::max(settings_.last_words, patience(turn->text())));
    const auto end = end_of(*turn);
    if (end && clock_.now() >= *end) co_return close_and_listen_on(*turn);
    if (clock_.now() >= told) tell_open(*turn);
    if (!end && clock_.now() >= asked) co_return co_await ask_for_the_rest(turn);
    auto due = end.value_or(asked);
    if (clock_.now() < told) due = std::min(due, told);
    co_await wake_at(due);
  }
}

// --- Whole turns ----------------------------------------------------------------------------------------------------------------------------------

Task<Recognition> Ear::transcribe(audio::Samples samples) {
  const auto& [recogniser, settings] = chain_.current();
  const auto asked = clock_.now();
  auto heard = co_await recogniser->transcribe(std::move(samples), settings, Deadline::after(clock_, limit()));
  if (settings_.on_taken) settings_.on_taken(clock_.now() - asked);
  co_return heard;
}

/// Each time the voice stops all of it is recognised; what came out stands unless the caller goes on. Of long speech the first part is settled before.
Task<> Ear::understand_whole(std::shared_ptr<Turn> turn) {
  turn->audio.begin_stream(0);
  while (!turn->closed) {
    while (turn->speaking && !is_long(*turn)) co_await changed_.wait();
    if (is_long(*turn)) {
      co_await understand_piece(turn);
      continue;
    }
    const auto pauses = turn->pauses;
    const ScopedAlarm late(clock_, turn->waited_from + settings_.without_words, [this, turn, pauses] {
      if (turn->pauses == pauses) tell_open(*turn);
    });
    auto heard = co_await transcribe(turn->audio.unanswered());
    if (turn->speaking || turn->pauses != pauses) continue;
    turn->rest = std::move(heard.text), turn->rest_final = true;
    turn->confidence = heard.confidence;
    turn->final_at = clock_.now();
    if (turn->text().empty()) co_return close(*turn);
    tell_likely(*turn);
    co_await close_when_silent(turn);
  }
}

Task<> Ear::understand_piece(std::shared_ptr<Turn> turn) {
  const auto longest = audio::samples_in(settings_.longest_piece);
  const auto& all = turn->audio.unanswered();
  const auto cut = stt::quietest_place(all, longest / 2, longest);
  auto heard = co_await transcribe(audio::Samples(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut)));
  turn->audio.forget(cut);
  turn->rest.clear();
  append_words(turn->answered, heard.text);
  events_.push(PartialHeard{turn->answered, heard.confidence});
}

// --- On the way -----------------------------------------------------------------------------------------------------------------------------------

Task<> Ear::understand_on_the_way(std::shared_ptr<Turn> turn) {
  const auto& [recogniser, settings] = chain_.current();
  if (!stream_) {
    stream_ = co_await recogniser->open(settings, Deadline::after(clock_, limit()));
    fed_ = 0;
  }
  turn->audio.begin_stream(fed_);
  turn->finishing = turn->finished = false;
  TaskGroup tasks(runtime_.executor);
  tasks.spawn(feed(turn));
  tasks.spawn(follow(turn));
  tasks.spawn(watch(turn, &tasks));
  std::exception_ptr failure;
  try {
    co_await tasks.join();
  } catch (...) {
    failure = std::current_exception();
  }
  fed_ = turn->audio.stream_position();
  if (failure) std::rethrow_exception(failure);
  // What computes here is lent for a turn (contracts.md §11); and a word that comes late would be one of the next turn.
  if (turn->finishing || (!turn->settled() && !turn->ended_at) || recogniser->capabilities().waits_on_clock_alone) stream_.reset();
}

/// Until the turn is over, or the recogniser has told all and a new stream has to hear what follows.
Task<> Ear::watch(std::shared_ptr<Turn> turn, TaskGroup* tasks) {
  while (!turn->closed && !turn->needs_another()) {
    if (turn->speaking && !turn->ended_at)
      co_await changed_.wait();
    else
      co_await close_when_silent(turn);
  }
  tasks->stop();
}

Task<> Ear::feed(std::shared_ptr<Turn> turn) {
  while (!turn->closed) {
    if (!turn->audio.has_new() || turn->finishing) {
      co_await came_.wait();
      continue;
    }
    const auto came = heard_at_;
    co_await stream_->feed(turn->audio.take_new(), Deadline::after(clock_, limit()));
    if (settings_.on_taken) settings_.on_taken(clock_.now() - came);
  }
}

Task<> Ear::follow(std::shared_ptr<Turn> turn) {
  while (!turn->closed) {
    auto event = co_await stream_->next(Deadline::never());
    if (event) {
      take(*turn, std::move(*event));
      continue;
    }
    if (!turn->finishing) throw Error(ErrorKind::closed, chain_.current().speech_to_text->name() + " ended its stream");
    turn->audio.answered_all();
    turn->finished = true;
    changed_.beat();
    co_return;
  }
}

void Ear::take(Turn& turn, RecognitionEvent event) {
  switch (event.kind) {
    case RecognitionEvent::Kind::partial:
      turn.rest = std::move(event.heard.text), turn.rest_final = false;
      turn.ended_at.reset();
      events_.push(PartialHeard{turn.text(), event.heard.confidence});
      break;
    case RecognitionEvent::Kind::final:
      turn.rest.clear();
      append_words(turn.answered, event.heard.text);
      turn.confidence = event.heard.confidence;
      turn.final_at = clock_.now();
      turn.ended_at.reset();
      if (event.heard.words.empty())
        turn.audio.answered_all();
      else
        turn.audio.answered_until(event.heard.words.back().end);
      break;
    case RecognitionEvent::Kind::end_of_utterance:
      if (turn.final_at) turn.ended_at = clock_.now();  // else it is of the turn before
      break;
  }
  tell_likely(turn);
  changed_.beat();
}

/// The recogniser has not said that there is nothing more: it is asked. Where it does not answer it hears nothing.
Task<> Ear::ask_for_the_rest(std::shared_ptr<Turn> turn) {
  const bool has_words = !turn->text().empty();
  const auto patience_ends = clock_.now() + (has_words ? settings_.last_words : limit());
  turn->asked_at = turn->pauses;
  if (!std::exchange(turn->finishing, true)) co_await stream_->finish(Deadline::after(clock_, limit()));
  while (!turn->finished && clock_.now() < patience_ends) co_await wake_at(patience_ends);
  if (turn->finished) co_return;
  // What was said since it was asked is for another stream to hear.
  const bool went_on = turn->speaking || turn->pauses != turn->asked_at;
  Error late(went_on ? ErrorKind::closed : ErrorKind::timeout, chain_.current().speech_to_text->name() + " did not say what it heard");
  if (!has_words || went_on) throw Error(std::move(late));
  if (settings_.on_failed) settings_.on_failed(late);
  close(*turn);
}

}  // namespace antiphon::gateway
