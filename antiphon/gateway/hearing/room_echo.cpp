#include "antiphon/gateway/hearing/room_echo.hpp"

#include <algorithm>
#include <utility>

#include "antiphon/audio/levels.hpp"

namespace antiphon::gateway {

namespace {

using std::chrono::milliseconds;

constexpr double far_rms = PlayedAudio::loud_rms;
constexpr double near_rms = 60;      // what is quieter is no echo that anybody takes for a voice
constexpr double alike = 0.5;        // an echo by itself has more in most rooms, a caller who speaks over it below 0.4, noise below 0.1
constexpr double alike_twice = 0.3;  // at one place, one time after the other
constexpr auto looked_every = milliseconds(500);
constexpr auto ahead = milliseconds(40);  // the canceller has to know what was played before it comes back
constexpr auto least_ahead = milliseconds(20), most_ahead = milliseconds(120);
constexpr auto tail = milliseconds(300);       // of an echo that nobody knows yet
constexpr auto measured = milliseconds(1000);  // a line that brings its audio in bursts has brought some of it in time
constexpr auto too_late = milliseconds(20);

std::size_t count_of(milliseconds duration) { return audio::samples_in(duration); }

void narrow_down(audio::SampleView samples, std::size_t factor, std::vector<float>& out) {
  for (std::size_t i = 0; i + factor <= samples.size(); i += factor) {
    float sum = 0;
    for (const auto sample : samples.subspan(i, factor)) sum += sample;
    out.push_back(sum / static_cast<float>(factor));
  }
}

}  // namespace

void RoomEcho::played(audio::SampleView samples, Clock::Time at) { far_.add(samples, at); }

audio::Samples RoomEcho::take(audio::Samples samples, Clock::Time now) {
  if (far_.empty() || now > far_.loud_until() + longest_delay) {
    running_ = false;
    return samples;
  }
  const auto count = samples.size();
  if (!running_) begin(far_.place_of(now) - static_cast<Place>(count));
  keep_time(far_.place_of(now) - near_end_ - static_cast<Place>(waiting_.size() + count), count);
  waiting_.insert(waiting_.end(), samples.begin(), samples.end());
  const auto whole = waiting_.size() / block * block;
  for (std::size_t at = 0; at < whole; at += block) process(std::span(waiting_).subspan(at, block));
  ready_.insert(ready_.end(), waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(whole));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(whole));
  // What is less than a block comes with the next one, and silence in its place where there is nothing yet.
  if (ready_.size() < count) ready_.insert(ready_.begin(), count - ready_.size(), 0);
  samples.assign(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(count));
  ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(count));
  return samples;
}

void RoomEcho::begin(Place at) {
  if (!canceller_) canceller_.emplace();
  waiting_.clear(), ready_.clear();
  near_.assign(compared, 0);
  near_end_ = at;
  since_look_ = 0;
  least_late_.reset(), timed_ = 0;
  running_ = true;
}

/// Samples are counted, so that a line that stalls and then brings all at once changes nothing. What comes sooner than they tell shows that they began late,
/// and where all of a second is late some were never sent.
void RoomEcho::keep_time(Place late, std::size_t count) {
  if (late < 0) near_end_ += late, late = 0;
  least_late_ = std::min(least_late_.value_or(late), late);
  timed_ += count;
  if (timed_ < count_of(measured)) return;
  if (*least_late_ > static_cast<Place>(count_of(too_late))) near_end_ += *least_late_;
  least_late_.reset(), timed_ = 0;
}

void RoomEcho::process(std::span<audio::Sample> microphone) {
  remember(microphone);
  const auto far = played_at(near_end_ - static_cast<Place>(delay_), block);
  near_end_ += static_cast<Place>(block);
  look_for_delay();
  canceller_->process(far, microphone);
  if (known_) return;
  if (audio::rms(far) > far_rms) heard_ += block;
  if (heard_ < count_of(until_known) && near_end_ < far_.place_of(far_.loud_until() + tail)) std::ranges::fill(microphone, audio::Sample{0});
}

audio::Samples RoomEcho::played_at(Place from, std::size_t count) const {
  audio::Samples samples(count);
  far_.copy(from, std::span(samples));
  return samples;
}

void RoomEcho::remember(audio::SampleView microphone) {
  near_.erase(near_.begin(), near_.begin() + static_cast<std::ptrdiff_t>(microphone.size() / narrow));
  narrow_down(microphone, narrow, near_);
}

void RoomEcho::look_for_delay() {
  since_look_ += block;
  if (since_look_ < count_of(looked_every)) return;
  since_look_ = 0;
  const auto found = find_delay();
  const auto before = std::exchange(seen_, found ? std::optional(found->offset) : std::nullopt);
  if (!found) return;
  const bool again = before && found->offset + block > *before && *before + block > found->offset;
  if ((known_ || found->likeness < alike) && !again) return;  // walls alone may be liker once
  const bool fits = found->offset <= delay_ + count_of(most_ahead) && (delay_ == 0 || found->offset >= delay_ + count_of(least_ahead));
  if (!fits) delay_ = (found->offset - std::min(found->offset, count_of(ahead))) / block * block, canceller_->reset();
  known_ = true;
}

/// `offset` is the count of samples by which what came is behind what was played.
std::optional<Likeness> RoomEcho::find_delay() const {
  if (energy_of(near_) < near_rms * near_rms * static_cast<double>(compared)) return std::nullopt;
  constexpr auto longest = static_cast<std::size_t>(longest_delay.count()) * audio::canonical_rate_hz / 1000 / narrow;
  constexpr auto looked_at = (longest + compared) * narrow;
  std::vector<float> far;
  far.reserve(longest + compared);
  narrow_down(played_at(near_end_ - static_cast<Place>(looked_at), looked_at), narrow, far);
  auto found = most_alike(near_, far, far_rms * far_rms * static_cast<double>(compared), alike_twice);
  if (found) found->offset = (longest - found->offset) * narrow;
  return found;
}

}  // namespace antiphon::gateway
