#include "antiphon/result/sound.hpp"

#include <algorithm>
#include <cmath>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/repeats.hpp"

namespace antiphon {

namespace {

constexpr std::size_t piece_size = static_cast<std::size_t>(audio::canonical_rate_hz) * 5;
constexpr double near_full_scale_dbfs = -0.01;
constexpr auto longest_key = static_cast<std::size_t>(audio::canonical_rate_hz);  // of those that are found at one place wherever a piece ends

class Ear {
 public:
  Ear(const audio::SampleStore& track, const std::function<bool()>& stopped) : track_(track), stopped_(stopped) {}

  // False: somebody asked to give up.
  template <class Use>
  bool each_piece(std::size_t from, std::size_t to, Use use) const {
    to = std::min(to, track_.size());
    for (auto at = from; at < to; at += piece_size) {
      if (stopped_ && stopped_()) return false;
      use(at, track_.read(at, std::min(piece_size, to - at)));
    }
    return true;
  }
  template <class Use>
  bool each_piece(const std::vector<VoicedSpan>& spans, Use use) const {
    return std::ranges::all_of(spans, [&](const VoicedSpan& span) { return each_piece(audio::samples_in(span.start), audio::samples_in(span.end), use); });
  }

  bool levels(SideSound& sound) const {
    double peak = audio::silence_dbfs;
    std::size_t clipped = 0;
    const bool whole = each_piece(0, track_.size(), [&](std::size_t, const audio::Samples& piece) {
      const auto here = audio::peak_dbfs(piece);
      peak = std::max(peak, here);
      if (here > near_full_scale_dbfs) clipped += audio::clipped_samples(piece);
    });
    if (std::isfinite(peak)) sound.peak_dbfs = peak;
    sound.clipped = audio::duration_of(clipped);
    return whole;
  }

  bool speech(SideSound& sound, const std::vector<VoicedSpan>& voiced) const {
    audio::LoudnessMeter meter;
    std::size_t repeated = 0;
    const bool whole = each_piece(voiced, [&](std::size_t, const audio::Samples& piece) {
      sound.voiced += audio::duration_of(piece.size());
      meter.feed(piece);
      for (const auto& repeat : audio::find_repeats(piece)) ++sound.repeats, repeated += repeat.length;
    });
    sound.loudness_lufs = meter.lufs();
    sound.repeated = audio::duration_of(repeated);
    return whole;
  }

  bool keys(SideSound& sound, const std::vector<VoicedSpan>& where) const {
    return std::ranges::all_of(where, [&](const VoicedSpan& span) { return keys(sound, span); });
  }

 private:
  // A key at the edge of a piece is found in that to which its middle belongs.
  bool keys(SideSound& sound, const VoicedSpan& span) const {
    return each_piece(audio::samples_in(span.start), audio::samples_in(span.end), [&](std::size_t at, const audio::Samples& piece) {
      const auto from = at > longest_key ? at - longest_key : 0;
      const auto around = track_.read(from, at - from + piece.size() + longest_key);
      for (const auto& key : audio::find_keys(around)) {
        const auto middle = from + (key.start + key.end) / 2;
        if (middle >= at && middle < at + piece.size())
          sound.keys.push_back({key.key, audio::duration_of(from + key.start), audio::duration_of(from + key.end)});
      }
    });
  }

  const audio::SampleStore& track_;
  const std::function<bool()>& stopped_;
};

}  // namespace

std::optional<SideSound> measure_sound(const audio::SampleStore& track, const std::vector<VoicedSpan>& voiced,
                                       const std::optional<std::vector<VoicedSpan>>& keys_in, const std::function<bool()>& stopped) {
  const Ear ear(track, stopped);
  SideSound sound;
  const std::vector<VoicedSpan> everywhere{{Duration::zero(), audio::duration_of(track.size())}};
  if (!ear.levels(sound) || !ear.speech(sound, voiced) || !ear.keys(sound, keys_in.value_or(everywhere))) return std::nullopt;
  return sound;
}

}  // namespace antiphon
