#include "antiphon/scenario/voice/playout.hpp"

#include <algorithm>
#include <utility>

#include "antiphon/base/prefetch.hpp"

namespace antiphon::voice {

namespace {

constexpr std::size_t edge_slack = static_cast<std::size_t>(audio::canonical_rate_hz) / 100;  // an edge may stand a little behind the last sample
constexpr std::size_t remembered = static_cast<std::size_t>(audio::canonical_rate_hz) * 60;

/// Makes room for one more, where all is taken: of those that are too old, before there are more.
template <class Entry, class IsOld>
void make_room(std::vector<Entry>& entries, IsOld is_old) {
  if (entries.size() == entries.capacity()) entries.erase(entries.begin(), std::ranges::find_if_not(entries, is_old));
}

}  // namespace

void Playout::receive(audio::Samples samples, Duration now) {
  const auto length = samples.size();
  if (length == 0) return;
  const auto received = audio::samples_in(now);
  const bool first = !last_received_;
  const auto heard = std::max(received, heard_end_);
  const auto placed = std::max(place_for(heard, first), at_);
  heard_end_ = heard + length;
  placed_end_ = placed + length;
  remember({placed, heard, length}, received);
  wait_for(placed, samples);
  count(now, audio::duration_of(length));
}

void Playout::remember(Run piece, std::size_t received) {
  make_room(arrivals_, [&](const Arrival& each) { return each.placed + remembered < at_; });
  arrivals_.push_back({piece.placed, received});
  if (!runs_.empty() && runs_.back().end() == piece.placed && runs_.back().heard - runs_.back().placed == piece.heard - piece.placed) {
    runs_.back().length += piece.length;
    return;
  }
  make_room(runs_, [&](const Run& each) { return each.end() + remembered < at_; });
  runs_.push_back(piece);
}

void Playout::wait_for(std::size_t placed, audio::SampleView samples) {
  if (used_ > samples_.size() / 2) samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(std::exchange(used_, 0)));
  samples_.insert(samples_.end(), samples.begin(), samples.end());
  if (!waiting_.empty() && waiting_.back().placed + waiting_.back().length == placed)
    waiting_.back().length += samples.size();
  else
    waiting_.push_back({placed, samples.size()});
}

// Measured from the end of what the track holds, so that a sender that is always a little late is an under-run in the end.
std::size_t Playout::place_for(std::size_t heard, bool first) {
  const bool pausing = first || std::exchange(turn_ended_, false);
  if (heard <= placed_end_) return placed_end_;
  const auto gap = audio::duration_of(heard - placed_end_);
  if (pausing || gap >= pause) return heard;
  const auto fresh = heard > heard_end_ ? audio::duration_of(heard - heard_end_) : Duration::zero();
  if (gap < closed_gap) {
    if (fresh > Duration::zero()) ++delivery_.jitters, delivery_.jitter += fresh;
    return placed_end_;
  }
  ++delivery_.under_runs, delivery_.under_run += gap;
  return heard;
}

void Playout::count(Duration now, Duration length) {
  ++delivery_.frames;
  delivery_.audio += length;
  if (last_received_ && now - *last_received_ < pause) delivery_.sending += now - *last_received_;
  last_received_ = now;
  delivery_.longest_tail = std::max(delivery_.longest_tail, tail(now));
}

void Playout::clear(Duration now) {
  const auto left = tail(now);
  if (left <= Duration::zero()) return;
  delivery_.dropped += left;
  turn_ended_ = true;  // what comes after a gap of the sender's own making is no under-run
  const auto gone = audio::samples_in(left);
  heard_end_ -= std::min(gone, heard_end_);
  placed_end_ = std::max(placed_end_ - std::min(gone, placed_end_), at_);
  for (; !waiting_.empty() && waiting_.back().placed + waiting_.back().length > placed_end_;) {
    auto& last = waiting_.back();
    const auto kept = placed_end_ - std::min(placed_end_, last.placed);
    samples_.resize(samples_.size() - (last.length - kept));
    last.length = kept;
    if (kept > 0) break;
    waiting_.pop_back();
  }
  while (!arrivals_.empty() && arrivals_.back().placed >= placed_end_) arrivals_.pop_back();
  while (!runs_.empty() && runs_.back().placed >= placed_end_) runs_.pop_back();
  if (!runs_.empty()) runs_.back().length = std::min(runs_.back().length, placed_end_ - runs_.back().placed);
}

audio::Samples Playout::take(Duration until) {
  const auto end = audio::samples_in(until - closed_gap);
  if (end <= at_) return {};
  audio::Samples track(end - at_, 0);
  auto span = waiting_.begin();
  for (; span != waiting_.end() && span->placed < end; ++span) {
    const auto part = std::min(span->length, end - span->placed);
    std::copy_n(samples_.begin() + static_cast<std::ptrdiff_t>(used_), part, track.begin() + static_cast<std::ptrdiff_t>(span->placed - at_));
    used_ += part;
    span->placed += part, span->length -= part;
    if (span->length > 0) break;
  }
  waiting_.erase(waiting_.begin(), span);
  if (waiting_.empty()) samples_.clear(), used_ = 0;
  at_ = end;
  return track;
}

void Playout::prefetch_next() const {
  prefetch(waiting_.data(), sizeof(Span));
  if (!runs_.empty()) prefetch(&runs_.back(), sizeof(Run));
  const auto next = audio::SampleView(samples_).subspan(used_);
  prefetch(next.data(), std::min(next.size(), audio::samples_in(std::chrono::milliseconds(20))) * sizeof(audio::Sample));
}

Duration Playout::tail(Duration now) const { return last_received_ ? audio::duration_of(heard_end_) - now : Duration::zero(); }

const Playout::Run* Playout::run_at(std::size_t at) const {
  const auto run = std::find_if(runs_.rbegin(), runs_.rend(), [&](const Run& each) { return each.placed <= at; });  // nearly always the last
  return run != runs_.rend() && at <= run->end() + edge_slack ? &*run : nullptr;
}

Duration Playout::heard_at(Duration place) const {
  const auto* run = run_at(audio::samples_in(place));
  return run ? place + audio::duration_of(run->heard - run->placed) : place;
}

std::optional<Duration> Playout::received_at(Duration place) const {
  const auto at = audio::samples_in(place);
  if (!run_at(at)) return std::nullopt;
  const auto after = std::ranges::upper_bound(arrivals_, at, {}, &Arrival::placed);
  return after == arrivals_.begin() ? std::nullopt : std::optional(audio::duration_of(std::prev(after)->received));
}

}  // namespace antiphon::voice
