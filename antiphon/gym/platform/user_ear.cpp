#include "antiphon/gym/platform/user_ear.hpp"

#include <utility>

#include "antiphon/base/task_group.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/protocol/layercode/client_messages.hpp"

namespace antiphon::gym {

namespace {

// What recognisers get from before the first voiced frame.
constexpr Duration pre_roll = std::chrono::milliseconds(350);
// Of turns: who sends audio faster than anybody understands it is not heard.
constexpr std::size_t most_unrecognised = 8;
constexpr audio::VoiceTiming timing{.onset = std::chrono::milliseconds(60), .hangover = std::chrono::milliseconds(200)};

}  // namespace

struct UserEar::Turn {
  int number = 0;
  audio::Samples waiting;  ///< not given to a recogniser on the way yet
  std::size_t samples = 0;
  bool over = false;
  std::string finals, partial;

  std::string text() const {
    auto all = finals;
    append_words(all, partial);
    return all;
  }
};

UserEar::UserEar(Runtime& runtime, SpeechToText* recogniser, RecognitionSettings recognition, const HearingSettings& settings, TurnTrigger trigger,
                 EarListener listener)
    : runtime_(runtime),
      recogniser_(recogniser),
      recognition_(std::move(recognition)),
      settings_(settings),
      trigger_(trigger),
      listener_(std::move(listener)),
      rate_(layercode::client_rate_hz, audio::canonical_rate_hz),
      activity_(audio::VoiceSettings{.timing = timing}) {}

UserEar::~UserEar() = default;

void UserEar::hear(std::string_view bytes) {
  if (!recogniser_) return;
  const auto samples = rate_.feed(audio::samples_from_bytes(bytes));
  last_audio_ = runtime_.clock.now();
  if (trigger_ == TurnTrigger::automatic) return hear_automatic(samples);
  if (turn_) add(samples);
}

void UserEar::hear_automatic(audio::SampleView samples) {
  if (turn_) {
    add(samples);
  } else {
    pre_roll_.insert(pre_roll_.end(), samples.begin(), samples.end());
  }
  for (const auto& edge : activity_.feed(samples)) {
    stopped_at_ = edge.starts ? std::nullopt : std::optional(runtime_.clock.now());
    if (edge.starts && !turn_) open_turn();
  }
  if (activity_.speaking() && !turn_) open_turn();  // the turn before was full
  const auto most = audio::samples_in(pre_roll + timing.onset);
  if (pre_roll_.size() > most) pre_roll_.erase(pre_roll_.begin(), pre_roll_.end() - static_cast<std::ptrdiff_t>(most));
  changed_.beat();
}

void UserEar::open_turn() {
  if (to_recognise_.size() >= most_unrecognised) return;
  turn_ = std::make_shared<Turn>();
  turn_->number = ++turns_;
  to_recognise_.push_back(turn_);
  listener_.began(turn_->number);
  changed_.beat();
  add(std::exchange(pre_roll_, {}));
}

void UserEar::add(audio::SampleView samples) {
  turn_->waiting.insert(turn_->waiting.end(), samples.begin(), samples.end());
  turn_->samples += samples.size();
  came_.beat();
  if (turn_->samples >= audio::samples_in(settings_.longest_turn)) close_turn();
}

void UserEar::close_turn() {
  if (!turn_) return;
  std::exchange(turn_, nullptr)->over = true;
  came_.beat();
  changed_.beat();
}

void UserEar::press() {
  if (!recogniser_ || turn_) return;
  pre_roll_.clear();
  open_turn();
}

void UserEar::release() { close_turn(); }

/// When the turn under way is over, unless more is heard: what has come decides, however fast it came.
std::optional<Clock::Time> UserEar::due() const {
  if (!turn_ || trigger_ == TurnTrigger::push_to_talk) return std::nullopt;
  return stopped_at_ ? *stopped_at_ + settings_.end_of_turn - timing.hangover : last_audio_ + settings_.inactivity;
}

Task<> UserEar::run() {
  TaskGroup both(runtime_.executor);
  both.spawn(recognise());
  co_await both.end_with(watch());
}

Task<> UserEar::watch() {
  for (;;) {
    const auto at = due();
    if (at && runtime_.clock.now() >= *at) {
      // Whoever closed a gate in the middle of a word begins anew.
      if (!stopped_at_) activity_ = audio::VoiceActivity(audio::VoiceSettings{.timing = timing});
      close_turn();
      continue;
    }
    std::optional<ScopedAlarm> alarm;
    if (at) alarm.emplace(runtime_.clock, *at, [this] { changed_.beat(); });
    co_await changed_.wait();
  }
}

Task<> UserEar::recognise() {
  for (;;) {
    while (to_recognise_.empty()) co_await changed_.wait();
    co_await understand(to_recognise_.front());
    to_recognise_.pop_front();
  }
}

Task<> UserEar::understand(std::shared_ptr<Turn> turn) {
  std::optional<Error> lost;
  try {
    co_await (recogniser_->capabilities().streaming ? understand_on_the_way(turn) : understand_whole(turn));
  } catch (const Error& error) {
    lost = error;
  }
  while (!turn->over) co_await came_.wait();  // a turn is told to be over when it is, whatever became of its words
  listener_.over({.number = turn->number, .text = std::string(trim(turn->text())), .audio = audio::duration_of(turn->samples), .lost = lost});
}

Task<> UserEar::understand_whole(std::shared_ptr<Turn> turn) {
  while (!turn->over) co_await came_.wait();
  auto heard = co_await recogniser_->transcribe(std::move(turn->waiting), recognition_, soon());
  turn->finals = std::move(heard.text);
}

Task<> UserEar::understand_on_the_way(std::shared_ptr<Turn> turn) {
  const auto stream = co_await recogniser_->open(recognition_, soon());
  TaskGroup both(runtime_.executor);
  both.spawn(feed(turn, *stream));
  both.spawn(follow(turn, *stream));
  co_await both.join();
}

Task<> UserEar::feed(std::shared_ptr<Turn> turn, RecognitionStream& stream) {
  while (!turn->over || !turn->waiting.empty()) {
    if (turn->waiting.empty())
      co_await came_.wait();
    else
      co_await stream.feed(std::exchange(turn->waiting, {}), soon());
  }
  co_await stream.finish(soon());
}

Task<> UserEar::follow(std::shared_ptr<Turn> turn, RecognitionStream& stream) {
  for (;;) {
    // While somebody speaks no word may come for long.
    auto event = co_await stream.next(Deadline::after(runtime_.clock, settings_.longest_turn + settings_.recognition_timeout));
    if (!event) co_return;
    if (event->kind == RecognitionEvent::Kind::end_of_utterance) continue;
    if (event->kind == RecognitionEvent::Kind::final) {
      append_words(turn->finals, event->heard.text);
      turn->partial.clear();
    } else {
      turn->partial = event->heard.text;
    }
    if (const auto text = turn->text(); !text.empty()) listener_.understood(turn->number, text);
  }
}

}  // namespace antiphon::gym
