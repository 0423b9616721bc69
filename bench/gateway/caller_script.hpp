#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "bench/gateway/spread.hpp"

namespace antiphon::bench {

/// What callers do, and what is known of the agent whom they call.
struct CallerSettings {
  std::chrono::milliseconds speech{1500};       ///< of one utterance
  std::chrono::milliseconds barge_after{1000};  ///< of an answer
  double barge_share = 0.5;                     ///< of the answers that are interrupted
  std::chrono::milliseconds answer{6000};       ///< of audio in an answer that nobody interrupts
  std::size_t rate_hz = 24000;                  ///< of what the agent says, PCM16
  Moment counted_from{}, counted_until{};       ///< what begins earlier or later is not measured
};

/// What all callers of a load have seen.
struct Tally {
  Spread greeting, response, barge_wire, barge_ear, ahead, chunk_lateness;
  std::uint64_t answers = 0, interruptions = 0, over_already = 0;
  std::uint64_t no_greeting = 0, no_answer = 0, not_stopped = 0, cut_short = 0, out_of_turn = 0, refused = 0, hung_up_on = 0;

  /// "none", or each fault with its number.
  std::string faults() const;
};

/// One scripted caller: hears the greeting; then, again and again: a pause, an utterance, the answer, which is interrupted as often as not. Knows no socket.
class CallerScript {
 public:
  CallerScript(const CallerSettings& settings, Tally& tally, std::uint32_t seed) : settings_(settings), tally_(tally), random_(seed) {}

  void begin(Moment now) { enter(State::greeting, now); }
  /// Every 20 ms. @param due when this frame of the caller's was to leave. @returns the number of the loud frame that is sent; nullopt: silence.
  std::optional<std::size_t> frame(Moment due, Moment now);
  void hear(std::string_view pcm, Moment now);
  /// The agent asks the caller's player to drop what it holds.
  void clear(Moment now);
  bool has_been_greeted() const { return state_ != State::greeting; }

 private:
  enum class State { greeting, pause, speaking, waiting, hearing };

  void enter(State state, Moment now) { state_ = state, since_ = now; }
  void pause(Moment now);
  void speak(bool interrupting, Moment now);
  void end_answer(bool interrupted);
  void end_utterance(Moment now);
  void watch(Moment now);
  bool silent(Moment now) const;
  bool counts(Moment at) const { return at >= settings_.counted_from && at < settings_.counted_until; }
  nanoseconds length_of(std::size_t bytes) const {
    return nanoseconds(static_cast<std::int64_t>(bytes / 2) * 1'000'000'000 / static_cast<std::int64_t>(settings_.rate_hz));
  }

  const CallerSettings& settings_;
  Tally& tally_;
  std::minstd_rand random_;
  State state_ = State::greeting;
  Moment since_{}, pause_ends_{};
  std::size_t frames_said_ = 0;
  bool interrupting_ = false, interruption_decided_ = false;
  Moment first_loud_{}, last_loud_{};
  std::optional<Moment> greeted_at_{}, last_heard_while_interrupting_{};
  Moment last_heard_{}, player_empty_{};
  // The answer that is being heard.
  bool in_answer_ = false, answer_counts_ = false;
  Moment answer_began_{};
  std::size_t answer_bytes_ = 0;
  nanoseconds worst_lateness_{0}, ahead_{0};
};

}  // namespace antiphon::bench
