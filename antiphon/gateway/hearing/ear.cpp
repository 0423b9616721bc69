#include "antiphon/gateway/hearing/ear.hpp"

#include <utility>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

Duration length_of(std::size_t samples) { return Duration(static_cast<std::int64_t>(samples) * 1'000'000'000 / audio::canonical_rate_hz); }

void append_words(std::string& text, const std::string& more) {
  if (more.empty()) return;
  if (!text.empty()) text += ' ';
  text += more;
}

}  // namespace

/// What is known of the caller's turn under way.
struct Ear::Turn {
  audio::Samples audio;  ///< from the pre-roll on; what a recogniser on the way was fed with is gone
  bool speaking = true;
  int pauses = 0;  ///< how often the voice stopped: what was understood before it went on is not all
  Clock::Time voice_ended{0};
  std::string finals, partial;
  std::optional<double> confidence;
  std::optional<Clock::Time> final_at;
  bool ended_by_recogniser = false;
  bool closed = false;

  std::string text() const {
    auto all = finals;
    append_words(all, partial);
    return all;
  }
};

Ear::Ear(Runtime& runtime, SpeechToText& recogniser, EarSettings settings)
    : runtime_(runtime),
      clock_(runtime.clock),
      recogniser_(recogniser),
      settings_(std::move(settings)),
      activity_(settings_.detector),
      pre_roll_(audio::samples_in(settings_.pre_roll + settings_.detector.timing.onset)) {}

Ear::~Ear() = default;

Clock::Time Ear::time_of(std::size_t sample) const { return heard_at_ - length_of(heard_ - std::min(sample, heard_)); }

void Ear::hear(audio::SampleView samples) {
  heard_ += samples.size();
  heard_at_ = clock_.now();
  if (turn_)
    turn_->audio.insert(turn_->audio.end(), samples.begin(), samples.end());
  else
    pre_roll_.add(samples);
  const auto edges = activity_.feed(samples);
  for (const auto& edge : edges) {
    if (edge.starts) {
      open_turn(time_of(edge.at));
    } else if (turn_) {
      turn_->speaking = false;
      ++turn_->pauses;
      turn_->voice_ended = time_of(edge.at);
      events_.push(SpeechStopped{turn_->voice_ended});
    }
  }
  if (!turn_) return;
  came_.beat();
  if (!edges.empty() || is_full(*turn_)) changed_.beat();
}

bool Ear::is_full(const Turn& turn) const { return turn.audio.size() >= audio::samples_in(settings_.longest_turn); }

void Ear::open_turn(Clock::Time began) {
  events_.push(SpeechStarted{began});
  if (turn_) {  // a pause, not the end
    turn_->speaking = true;
    return;
  }
  turn_ = std::make_shared<Turn>();
  turn_->audio = pre_roll_.take();
}

Task<> Ear::run() {
  for (;;) {
    while (!turn_) co_await changed_.wait();
    co_await understand(turn_);
  }
}

Task<> Ear::understand(std::shared_ptr<Turn> turn) {
  std::optional<Error> failed;
  try {
    co_await (recogniser_.capabilities().streaming ? understand_on_the_way(turn) : understand_whole(turn));
  } catch (const Error& error) {
    failed = error;
  }
  if (!failed) co_return;
  stream_.reset();
  events_.push(TurnLost{*failed});
  close(*turn);
}

Duration Ear::patience(const std::string& text) const {
  return settings_.is_complete && !settings_.is_complete(text) ? settings_.end_of_unfinished : settings_.end_of_turn;
}

/// Each time the voice stops all of it is recognised; what came out stands unless the caller goes on.
Task<> Ear::understand_whole(std::shared_ptr<Turn> turn) {
  while (!turn->closed) {
    while (turn->speaking && !is_full(*turn)) co_await changed_.wait();
    const auto pauses = turn->pauses;
    const auto asked = clock_.now();
    auto heard = co_await recogniser_.transcribe(turn->audio, settings_.recognition, Deadline::after(clock_, settings_.recognition_timeout));
    if (settings_.on_taken) settings_.on_taken(clock_.now() - asked);
    if (!is_full(*turn) && (turn->speaking || turn->pauses != pauses)) continue;
    turn->finals = std::move(heard.text);
    turn->confidence = heard.confidence;
    turn->final_at = clock_.now();
    if (turn->speaking) turn->voice_ended = clock_.now();
    if (turn->finals.empty() || is_full(*turn)) co_return close(*turn);
    events_.push(TurnLikely{turn->finals});
    co_await close_when_silent(turn);
  }
}

/// Until the caller's silence has lasted; returns early where the caller goes on.
Task<> Ear::close_when_silent(std::shared_ptr<Turn> turn) {
  for (const auto pauses = turn->pauses; !turn->closed && !turn->speaking && turn->pauses == pauses;) {
    const auto due = turn->voice_ended + (turn->finals.empty() ? settings_.without_words : patience(turn->text()));
    if (clock_.now() >= due) co_return close(*turn);
    const ScopedAlarm alarm(clock_, due, [this] { changed_.beat(); });
    co_await changed_.wait();
  }
}

void Ear::close(Turn& turn) {
  if (std::exchange(turn.closed, true)) return;
  events_.push(TurnClosed{turn.text(), turn.confidence, turn.voice_ended, turn.final_at.value_or(clock_.now()) - turn.voice_ended});
  pre_roll_.clear();
  turn_.reset();
  changed_.beat();
  came_.beat();
}

Task<> Ear::understand_on_the_way(std::shared_ptr<Turn> turn) {
  if (!stream_) stream_ = co_await recogniser_.open(settings_.recognition, Deadline::after(clock_, settings_.recognition_timeout));
  TaskGroup both(runtime_.executor);
  both.spawn(feed(turn));
  both.spawn(follow(turn));
  co_await both.end_with(close_in_time(turn, both));
}

/// The recogniser may say itself that the turn is over; where it does not, silence does.
Task<> Ear::close_in_time(std::shared_ptr<Turn> turn, const TaskGroup& recognising) {
  while (!turn->closed && !recognising.idle() && !recognising.stopped()) co_await (turn->speaking ? changed_.wait() : close_when_silent(turn));
}

Task<> Ear::feed(std::shared_ptr<Turn> turn) {
  while (!turn->closed) {
    if (turn->audio.empty()) {
      co_await came_.wait();
      continue;
    }
    const auto came = heard_at_;
    co_await stream_->feed(std::exchange(turn->audio, {}), Deadline::after(clock_, settings_.recognition_timeout));
    if (settings_.on_taken) settings_.on_taken(clock_.now() - came);
  }
}

Task<> Ear::follow(std::shared_ptr<Turn> turn) {
  while (!turn->closed) {
    auto event = co_await stream_->next(Deadline::never());
    if (!event) throw Error(ErrorKind::closed, recogniser_.name() + " ended its stream");
    switch (event->kind) {
      case RecognitionEvent::Kind::partial:
        turn->partial = std::move(event->heard.text);
        events_.push(PartialHeard{turn->text(), event->heard.confidence});
        break;
      case RecognitionEvent::Kind::final:
        turn->partial.clear();
        append_words(turn->finals, event->heard.text);
        turn->confidence = event->heard.confidence;
        turn->final_at = clock_.now();
        break;
      case RecognitionEvent::Kind::end_of_utterance:
        if (!turn->final_at) turn->final_at = clock_.now();
        if (turn->speaking) turn->voice_ended = clock_.now();
        close(*turn);
        break;
    }
    changed_.beat();
  }
}

}  // namespace antiphon::gateway
