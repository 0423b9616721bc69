#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/base/pulse.hpp"
#include "antiphon/gateway/call/caller_connection.hpp"

namespace antiphon::gateway {

/// A sentence on its way to the caller. Whoever synthesises it adds audio; the output plays it.
class SpokenSentence {
 public:
  SpokenSentence(int turn, std::string text) : turn_(turn), text_(std::move(text)) {}

  int turn() const { return turn_; }
  const std::string& text() const { return text_; }
  void add(audio::SampleView samples) {
    if (samples_.empty()) samples_.reserve(audio::samples_in(expected_length()));  // in one piece, which grows no more
    samples_.insert(samples_.end(), samples.begin(), samples.end());
  }
  /// At the pace at which people speak; of a sentence that is not synthesised whole nothing better is known.
  Duration expected_length() const { return text_.size() * std::chrono::milliseconds(65); }
  /// No more audio of it comes.
  void finish() { whole_ = true; }
  bool whole() const { return whole_; }
  const audio::Samples& samples() const { return samples_; }

 private:
  int turn_;
  std::string text_;
  audio::Samples samples_;
  bool whole_ = false;
};

/// What the caller has heard of a turn.
struct Heard {
  std::string text{};  ///< whole sentences, and of the one that was cut the words that were played
  Duration length{0};  ///< of audio
};

/// Says sentences to the caller, a frame every 20 ms at absolute times, and knows how far they were heard (contracts.md §10).
///
/// The play-out position is that of a player that begins with the first frame of a stretch and never stalls while there is more: where synthesis is late, a
/// new stretch begins, and where we are late ourselves by more than a player's own buffer holds. One task runs `pump`; everything else is called between its
/// awaits.
class Output {
 public:
  /// @param on_frame is told what the caller hears from when on
  Output(Clock& clock, CallerConnection& caller, std::function<void(audio::SampleView frame, Clock::Time at)> on_frame = {})
      : clock_(clock), caller_(caller), on_frame_(std::move(on_frame)) {}

  /// Plays what is queued until cancelled. @throws Error what sending throws.
  Task<> pump();

  /// What follows belongs to this turn; what was held back or queued before is forgotten.
  void begin_turn(int turn);
  /// Behind what is queued already; held back where that is.
  void queue(std::shared_ptr<SpokenSentence> sentence);
  /// Audio was added to a queued sentence, or one was finished.
  void grown() { more_.beat(); }
  /// The caller hears something, or will as soon as it is synthesised.
  bool busy() const { return !sentences_.empty() || clock_.now() < silent_at(); }
  /// Until all that is queued was heard, or was dropped.
  Task<> wait_until_idle();

  /// Stops at once: the caller's player is emptied, and what was not heard is held back.
  Task<> hold(Deadline deadline);
  bool holding() const { return holding_; }
  /// Goes on from the beginning of the sentence that was being heard.
  void resume();
  /// Goes on where it was stopped.
  void resume_where_heard();
  /// The sentence that is being heard, or is held back; empty: none is.
  std::string_view sentence_under_way() const;
  /// Forgets all but the sentence that is being sent, or heard.
  void keep_current();
  /// Forgets what is held back and what is queued.
  void drop();
  /// The caller's own player told how far it is in the turn.
  void played(int turn, Duration length);

  /// When the first sample of this turn is heard; nullopt: none left yet.
  std::optional<Clock::Time> first_heard_at() const { return first_heard_at_; }
  Heard heard() const;

 private:
  struct Queued {
    std::shared_ptr<SpokenSentence> sentence;
    std::size_t sent = 0;  ///< samples
  };
  /// What left of a sentence, and when it is heard.
  struct Sent {
    std::shared_ptr<SpokenSentence> sentence;
    Clock::Time begins{0};
    Duration length{0};

    bool all_heard(Clock::Time now) const;
  };

  bool has_frame();
  void begin_stretch();
  /// Sending goes on at that time.
  void wake_at(Clock::Time due);
  void go_on();
  bool is_late() const;
  Clock::Time next_due() const { return heard_all_at() + frame_length - caller_.ahead(); }
  Task<> send_frame();
  /// Whole frames of one sentence that may leave together.
  std::size_t frames_at_once() const;
  bool send_frames_now(std::size_t count);
  /// @param padded what it lies in where the last one of a sentence is shorter
  audio::SampleView next_frame(audio::Samples& padded) const;
  void count_frame();
  Clock::Time heard_all_at() const { return stretch_ + sent_; }
  /// When the player has played all; what it tells is believed up to a point.
  Clock::Time silent_at() const { return heard_all_at() + std::min<Duration>(player_lag_, std::chrono::seconds(1)); }
  Clock::Time played_until() const { return clock_.now() - player_lag_; }
  void settle();

  Clock& clock_;
  CallerConnection& caller_;
  std::function<void(audio::SampleView, Clock::Time)> on_frame_;
  int turn_ = 0;
  std::deque<Queued> sentences_;  ///< to be sent; the first may be under way
  std::deque<Sent> sent_sentences_;
  std::deque<Queued> held_;  ///< what was sent of them: as far as it was heard
  Heard told_;               ///< sentences of this turn that were heard whole and are forgotten otherwise
  Duration turn_sent_{0};    ///< audio of this turn that left
  Clock::Time stretch_{0};   ///< when the first sample of this stretch is heard
  Duration sent_{0};         ///< of it
  Duration player_lag_{0};   ///< of the caller's player behind what we think
  std::optional<Clock::Time> first_heard_at_{};
  bool holding_ = false;
  std::uint64_t stops_ = 0;           ///< times that what was being sent was not to be sent any more
  std::optional<ScopedAlarm> alarm_;  ///< for the next frame
  Pulse due_;                         ///< the task that pumps has something to do
  Pulse more_;                        ///< there may be something to send
  Pulse changed_;                     ///< there may be nothing left to wait for
};

}  // namespace antiphon::gateway
