#include "bench/gateway/caller_script.hpp"

#include <algorithm>
#include <cstring>

namespace antiphon::bench {

namespace {

using namespace std::chrono_literals;

constexpr nanoseconds greeting_limit = 10s, answer_limit = 8s;
constexpr nanoseconds player_silent = 300ms, line_silent = 600ms;  // both: what is being said is over
constexpr nanoseconds shortest_pause = 100ms, longest_pause = 1500ms;
constexpr nanoseconds frame_length = 20ms, stopped_for = 100ms;
constexpr int loud = 64;  // what lies below is no voice, but a line's own noise

bool is_voiced(std::string_view pcm) {
  for (std::size_t at = 0; at + 2 <= pcm.size(); at += 2) {
    std::int16_t sample = 0;
    std::memcpy(&sample, pcm.data() + at, sizeof sample);
    if (sample > loud || sample < -loud) return true;
  }
  return false;
}

}  // namespace

std::string Tally::faults() const {
  std::string text;
  const auto add = [&](std::string_view what, std::uint64_t count) {
    if (count > 0) text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", what, count);
  };
  add("no greeting", no_greeting), add("no answer", no_answer), add("not stopped", not_stopped), add("cut short", cut_short);
  add("out of turn", out_of_turn), add("refused", refused), add("hung up on", hung_up_on);
  return text.empty() ? "none" : text;
}

bool CallerScript::silent(Moment now) const { return now > player_empty_ + player_silent && now > last_heard_ + line_silent; }

void CallerScript::pause(Moment now) {
  pause_ends_ =
      now + std::chrono::duration_cast<nanoseconds>(std::uniform_real_distribution<double>(0, 1)(random_) * (longest_pause - shortest_pause) + shortest_pause);
  enter(State::pause, now);
}

void CallerScript::speak(bool interrupting, Moment now) {
  frames_said_ = 0;
  interrupting_ = interrupting;
  last_heard_while_interrupting_.reset();
  enter(State::speaking, now);
}

void CallerScript::watch(Moment now) {
  switch (state_) {
    case State::greeting:
      if (greeted_at_ ? silent(now) : now > since_ + greeting_limit) {
        if (!greeted_at_) ++tally_.no_greeting;
        pause(now);
      }
      break;
    case State::pause:
      if (now >= pause_ends_) speak(false, now);
      break;
    case State::waiting:
      if (now <= last_loud_ + answer_limit) break;
      if (counts(last_loud_)) ++tally_.no_answer;
      pause(now);
      break;
    case State::hearing:
      if (!interruption_decided_ && now >= answer_began_ + settings_.barge_after) {
        interruption_decided_ = true;
        if (std::bernoulli_distribution(settings_.barge_share)(random_)) {
          end_answer(true);
          return speak(true, now);
        }
      }
      if (silent(now)) {
        end_answer(false);
        pause(now);
      }
      break;
    case State::speaking: break;
  }
}

std::optional<std::size_t> CallerScript::frame(Moment due, Moment now) {
  watch(now);
  if (state_ != State::speaking) return std::nullopt;
  if (frames_said_ == 0) {
    first_loud_ = due;
    ahead_ = std::max(player_empty_ - due, nanoseconds{0});
  }
  last_loud_ = due;
  const auto number = frames_said_++;
  if (frames_said_ * frame_length >= settings_.speech) end_utterance(now);
  return number;
}

void CallerScript::end_utterance(Moment now) {
  if (interrupting_ && counts(first_loud_)) {
    ++tally_.interruptions;
    tally_.ahead.add(ahead_);
    tally_.barge_ear.add(std::max(player_empty_ - first_loud_, nanoseconds{0}));
    const auto& last = last_heard_while_interrupting_;
    if (!last)
      ++tally_.over_already;
    else if (now < *last + stopped_for)
      ++tally_.not_stopped;
    else
      tally_.barge_wire.add(*last - first_loud_);
  }
  enter(State::waiting, now);
}

void CallerScript::end_answer(bool interrupted) {
  if (in_answer_ && answer_counts_) {
    ++tally_.answers;
    tally_.chunk_lateness.add(worst_lateness_);
    if (!interrupted && length_of(answer_bytes_) < settings_.answer * 97 / 100) ++tally_.cut_short;
  }
  in_answer_ = false;
}

void CallerScript::hear(std::string_view pcm, Moment now) {
  if (!is_voiced(pcm)) return;
  switch (state_) {
    case State::greeting:
      if (!greeted_at_) tally_.greeting.add(now - since_), greeted_at_ = now;
      break;
    case State::waiting:
      answer_counts_ = counts(last_loud_);
      if (answer_counts_) tally_.response.add(now - last_loud_);
      in_answer_ = true, interruption_decided_ = false;
      answer_began_ = player_empty_ = now;
      answer_bytes_ = 0, worst_lateness_ = {};
      enter(State::hearing, now);
      break;
    case State::speaking:
      if (interrupting_)
        last_heard_while_interrupting_ = now;
      else
        ++tally_.out_of_turn;
      break;
    case State::pause: ++tally_.out_of_turn; break;
    case State::hearing: break;
  }
  if (state_ == State::hearing) {
    worst_lateness_ = std::max<nanoseconds>(worst_lateness_, now - (answer_began_ + length_of(answer_bytes_)));  // for a player that holds nothing back
    answer_bytes_ += pcm.size();
  }
  last_heard_ = now;
  player_empty_ = std::max(player_empty_, now) + length_of(pcm.size());
}

void CallerScript::clear(Moment now) { player_empty_ = std::min(player_empty_, now); }

}  // namespace antiphon::bench
