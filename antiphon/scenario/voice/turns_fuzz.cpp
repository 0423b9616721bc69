// Whatever comes when: the path from the wire to turns keeps its order and its sums, and never fails.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/scenario/voice/playout.hpp"
#include "antiphon/scenario/voice/turn_tracker.hpp"

namespace {

using namespace antiphon;
using namespace std::chrono_literals;

void require(bool holds) {
  if (!holds) std::abort();
}

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool empty() const { return at_ >= size_; }
  unsigned next() { return empty() ? 0 : data_[at_++]; }

 private:
  const std::uint8_t* data_;
  std::size_t size_, at_ = 0;
};

audio::Samples sound(unsigned kind, std::size_t count) {
  audio::Samples samples(count);
  const int height = static_cast<int>(kind % 16) * 2000, period = 20 + static_cast<int>(kind / 16) * 12;
  for (std::size_t i = 0; i < count; ++i) samples[i] = audio::to_sample(static_cast<int>(i) % period < period / 2 ? height : -height);
  return samples;
}

void check(const std::vector<AgentTurn>& turns) {
  Duration before{0};
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const auto& turn = turns[i];
    require(before <= turn.start && turn.start <= turn.end);
    require(turn.ending != TurnEnding::open || i + 1 == turns.size());
    auto voiced = turn.start;
    for (const auto& span : turn.voiced) {
      require(voiced <= span.start && span.start <= span.end && span.end <= turn.end);
      voiced = span.end;
    }
    before = turn.end;
  }
}

/// As `VoiceLine` drives them, 20 ms at a time.
class Line {
 public:
  explicit Line(unsigned settings)
      : activity_({.timing = {.onset = std::chrono::milliseconds(10 + settings % 8 * 20)}, .fine_edges = settings % 2 == 0}),
        turns_({.tail_silence = 200ms + settings % 5 * 200ms, .response_timeout = 3s, .longest = 2s + settings % 3 * 4s, .signalled = settings / 128 == 1}) {}

  void receive(unsigned kind, std::size_t count) {
    received_ += audio::duration_of(count);
    playout_.receive(sound(kind, count), now_);
  }
  void end_of_turn() {
    playout_.end_of_turn();
    turns_.end_signal(std::max(playout_.track_end(), now_));
  }
  void clear() {
    playout_.clear(now_);
    turns_.cleared(now_);
  }
  void step() {
    hear(now_);
    now_ += 20ms;
  }
  void finish() {
    for (int i = 0; i < 3; ++i) step();
    for (const auto& edge : activity_.finish())
      if (!edge.starts) turns_.stop_speaking(playout_.heard_at(audio::duration_of(edge.at)));
    turns_.closed(now_);
    check(turns_.turns());
    require(!turns_.open());
    const auto& delivery = playout_.delivery();
    require(delivery.audio == received_ && delivery.dropped <= received_ && delivery.sending <= now_);
    require(delivery.jitters + delivery.under_runs <= delivery.frames);
    require(track_ <= audio::samples_in(now_));
  }

 private:
  void hear(Duration at) {
    const auto from = playout_.taken();
    const auto track = playout_.take(at);
    track_ += track.size();
    require(playout_.taken() == from + audio::duration_of(track.size()) || playout_.taken() >= from);
    require(audio::samples_in(playout_.taken()) == track_);
    for (const auto& edge : activity_.feed(track)) {
      const auto place = audio::duration_of(edge.at);
      require(edge.at <= track_);
      if (edge.starts)
        turns_.start_speaking(playout_.heard_at(place), playout_.received_at(place));
      else
        turns_.stop_speaking(playout_.heard_at(place));
    }
    const auto last = playout_.heard_at(audio::duration_of(activity_.last_voiced_end()));
    turns_.advance(playout_.taken(), activity_.speaking() ? std::optional(last) : std::nullopt, activity_.may_be_starting());
    check(turns_.turns());
  }

  audio::VoiceActivity activity_;
  voice::Playout playout_;
  voice::TurnTracker turns_;
  Duration now_{0}, received_{0};
  std::size_t track_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, std::min<std::size_t>(size, 400));
  Line line(bytes.next());
  while (!bytes.empty()) {
    const auto what = bytes.next();
    switch (what % 8) {
      case 0: line.end_of_turn(); break;
      case 1: line.clear(); break;
      case 2:
      case 3:
        for (unsigned i = 0; i <= what / 8; ++i) line.step();
        break;
      default: line.receive(bytes.next(), 1 + what * (what % 8) * 6); break;
    }
    if (what % 2 == 1) line.step();
  }
  line.finish();
  return 0;
}
