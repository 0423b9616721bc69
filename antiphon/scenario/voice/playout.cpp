#include "antiphon/scenario/voice/playout.hpp"

#include <algorithm>

namespace antiphon::voice {

namespace {

constexpr std::size_t edge_slack = static_cast<std::size_t>(audio::canonical_rate_hz) / 100;  // an edge may stand a little behind the last sample
constexpr std::size_t remembered = static_cast<std::size_t>(audio::canonical_rate_hz) * 60;

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
  pieces_.push_back({placed, heard, received, length});
  while (pieces_.front().placed + remembered < at_) pieces_.pop_front();
  waiting_.push_back({placed, std::move(samples)});
  count(now, audio::duration_of(length));
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
  while (!waiting_.empty() && waiting_.back().placed >= placed_end_) waiting_.pop_back();
  if (!waiting_.empty() && waiting_.back().placed + waiting_.back().samples.size() > placed_end_)
    waiting_.back().samples.resize(placed_end_ - waiting_.back().placed);
  while (!pieces_.empty() && pieces_.back().placed >= placed_end_) pieces_.pop_back();
}

audio::Samples Playout::take(Duration until) {
  const auto end = audio::samples_in(until - closed_gap);
  if (end <= at_) return {};
  audio::Samples track(end - at_, 0);
  while (!waiting_.empty() && waiting_.front().placed < end) {
    auto& piece = waiting_.front();
    const auto from = piece.placed + piece.used;
    const auto count = std::min(piece.samples.size() - piece.used, end - from);
    std::copy_n(piece.samples.begin() + static_cast<std::ptrdiff_t>(piece.used), count, track.begin() + static_cast<std::ptrdiff_t>(from - at_));
    piece.used += count;
    if (piece.used < piece.samples.size()) break;
    waiting_.pop_front();
  }
  at_ = end;
  return track;
}

Duration Playout::tail(Duration now) const { return last_received_ ? audio::duration_of(heard_end_) - now : Duration::zero(); }

const Playout::Piece* Playout::piece_at(Duration place) const {
  const auto at = audio::samples_in(place);
  // Nearly always one of the last: the search goes back in steps that double.
  std::size_t first = pieces_.size(), last = first;
  for (std::size_t step = 1; first > 0 && (first == pieces_.size() || pieces_[first].placed > at); step *= 2) last = first, first -= std::min(step, first);
  const auto begin = pieces_.begin();
  const auto after = std::upper_bound(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(last), at,
                                      [](std::size_t value, const Piece& piece) { return value < piece.placed; });
  if (after == begin) return nullptr;
  const auto& piece = *std::prev(after);
  return at <= piece.placed + piece.length + edge_slack ? &piece : nullptr;
}

Duration Playout::heard_at(Duration place) const {
  const auto* piece = piece_at(place);
  return piece ? place + audio::duration_of(piece->heard - piece->placed) : place;
}

std::optional<Duration> Playout::received_at(Duration place) const {
  const auto* piece = piece_at(place);
  return piece ? std::optional(audio::duration_of(piece->received)) : std::nullopt;
}

}  // namespace antiphon::voice
