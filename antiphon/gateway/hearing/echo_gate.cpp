#include "antiphon/gateway/hearing/echo_gate.hpp"

#include <algorithm>

#include "antiphon/audio/levels.hpp"
#include "antiphon/gateway/hearing/likeness.hpp"

namespace antiphon::gateway {

namespace {

static_assert(audio::canonical_rate_hz / 8000 == 3);
constexpr std::size_t frame_samples = audio::canonical_rate_hz / 50;
constexpr double loud_rms = 200;             // quieter than what any detector takes for a voice
constexpr int frames_of_onset = 3;           // a voice of as many frames is told
constexpr int frames_of_pause = 10;          // so long a silence ends a voice
constexpr double alike = 0.7;                // of a place among all
constexpr double alike_where_it_was = 0.55;  // where an echo was a moment ago
constexpr std::size_t drift = 160;           // samples: a line that is not regular brings it a frame earlier or later
constexpr auto fresh = std::chrono::seconds(2);
constexpr auto compared_every = std::chrono::milliseconds(100);

/// Three samples to one.
template <class Out>
void decimate(const audio::Sample* from, Out* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i, from += 3) {
    const int mean = (from[0] + from[1] + from[2]) / 3;
    to[i] = static_cast<Out>(mean);
  }
}

}  // namespace

void EchoGate::played(audio::SampleView samples, Clock::Time at) {
  if (near_.empty()) near_.assign(2 * window, 0);
  audio::Samples decimated(samples.size() / decimation);
  decimate(samples.data(), decimated.data(), decimated.size());
  far_.add(decimated, at);
}

audio::Samples EchoGate::take(audio::Samples samples, Clock::Time now) {
  if (far_.empty() || now > far_.loud_until() + longest_delay) {
    loud_ = quiet_ = 0;
    is_voice_ = false;
    // What the caller said before the agent spoke again is nothing to compare an echo with.
    if (near_end_ != window) std::ranges::fill(near_, 0.F), near_end_ = window;
    return samples;
  }
  for (std::size_t at = 0; at < samples.size(); at += frame_samples) {
    const auto size = std::min(frame_samples, samples.size() - at);
    const auto frame = std::span(samples).subspan(at, size);
    if (judge(frame, now - audio::duration_of(samples.size() - at - size)) == Verdict::echo) std::ranges::fill(frame, audio::Sample{0});
  }
  return samples;
}

void EchoGate::remember(audio::SampleView frame) {
  const auto count = std::min(frame.size() / decimation, window);
  if (near_end_ + count > near_.size()) {  // seldom, or all of it would be moved for each frame
    std::copy(near_.begin() + static_cast<std::ptrdiff_t>(near_end_ - window), near_.begin() + static_cast<std::ptrdiff_t>(near_end_), near_.begin());
    near_end_ = window;
  }
  decimate(frame.data(), near_.data() + near_end_, count);
  near_end_ += count;
}

EchoGate::Verdict EchoGate::judge(audio::SampleView frame, Clock::Time now) {
  remember(frame);
  const auto level = audio::rms(frame);
  if (level <= loud_rms) {
    loud_ = 0;
    if (++quiet_ >= frames_of_pause) is_voice_ = false;
    return Verdict::quiet;
  }
  quiet_ = 0;
  if (is_voice_) return judge_again(level, now);
  ++loud_;
  if (loud_ < frames_of_onset && now > echo_at_ + fresh) return Verdict::undecided;
  if (is_echo(now, true)) {
    loud_ = 0;
    return Verdict::echo;
  }
  // As long as a voice is not told it may yet turn out to be none.
  is_voice_ = loud_ >= frames_of_onset;
  if (is_voice_) lowest_ = level, compared_at_ = now;
  return is_voice_ ? Verdict::voice : Verdict::undecided;
}

/// What was taken for a voice may be the noise of a line, on which an echo begins.
EchoGate::Verdict EchoGate::judge_again(double level, Clock::Time now) {
  lowest_ = std::min(lowest_, level);
  if (level < 2 * lowest_ || now < compared_at_ + compared_every) return Verdict::voice;
  compared_at_ = now;
  if (!is_echo(now, false)) return Verdict::voice;
  is_voice_ = false;
  loud_ = 0;
  return Verdict::echo;
}

bool EchoGate::is_echo(Clock::Time now, bool may_be_where_it_was) {
  std::optional<std::size_t> found;
  if (may_be_where_it_was && lag_ && now <= echo_at_ + fresh) found = search(*lag_ - std::min(*lag_, drift), *lag_ + drift, now, alike_where_it_was);
  if (!found && loud_ >= frames_of_onset) found = search(0, static_cast<std::size_t>(longest_delay.count()) * rate_hz / 1000, now, alike);
  if (!found) return false;
  lag_ = found;
  echo_at_ = now;
  return true;
}

/// The delay at which what was played is most like what came, if it is like it at least.
std::optional<std::size_t> EchoGate::search(std::size_t from, std::size_t to, Clock::Time now, double least) const {
  // What was played, oldest first, in one row: at `to - from` lies the beginning of the window at the smallest delay.
  std::vector<float> far(to - from + window);
  far_.copy(far_.place_of(now) - static_cast<PlayedAudio::Place>(to + window), std::span(far));
  const auto near = std::span(near_).subspan(near_end_ - window, window);
  const auto found = most_alike(near, far, energy_of(near), least);  // an echo is quieter than what it comes from
  return found ? std::optional(to - found->offset) : std::nullopt;
}

}  // namespace antiphon::gateway
