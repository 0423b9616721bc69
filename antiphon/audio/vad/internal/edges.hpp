#pragma once

#include <optional>
#include <vector>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio::internal {

/// Where sound begins and ends around what a detector decided: levels of a stream in blocks of 4 ms, against the noise beneath them.
///
/// A detector says that somebody speaks, late and in its own frames; an edge stands where the level leaves the noise, or comes back to it. All places are
/// canonical samples since the beginning.
class EdgeFinder {
 public:
  static constexpr std::size_t block = 96;  ///< 4 ms

  /// `reach`: how far back a decision may lie when it is asked about.
  explicit EdgeFinder(std::size_t reach);
  void feed(SampleView samples);

  /// The beginning of the sound that was decided to be speech from `decided` on, not before `earliest`; nullopt: there is nothing but noise so far.
  std::optional<std::size_t> start(std::size_t decided, std::size_t earliest);
  /// The frame from `from` to now was voiced: where its sound ends, so far. `from` where it holds none.
  std::size_t voiced_until(std::size_t from) const;
  /// The end of speech of which no frame after `decided` was voiced.
  std::size_t end(std::size_t decided, std::size_t earliest);
  /// There is something above the noise that followed the last speech, and no detector can know yet whether it is speech.
  bool sounding() const;
  void prefetch_next() const;

 private:
  using Block = std::ptrdiff_t;
  void add(double value);
  /// Of a block and its neighbours: less by chance than that of one.
  double power(Block at) const;
  Block oldest() const;
  bool silent(Block at, double floor) const;
  double share(Block from, Block to, double quantile) const;
  double loudest(Block from, Block to) const;

  float& kept(Block at) { return ring_[static_cast<std::size_t>(at) & (ring_.size() - 1)]; }
  float kept(Block at) const { return ring_[static_cast<std::size_t>(at) & (ring_.size() - 1)]; }

  Block remembered_;         ///< so many blocks back is known
  std::vector<float> ring_;  ///< a power of two, so that places in it cost nothing
  Block blocks_ = 0;         ///< complete ones
  double sum_ = 0;           ///< of the block under way
  std::size_t in_block_ = 0;
  double quiet_ = 0;  ///< power that nothing exceeded after the last speech
  Block sounding_ = 0, quiet_for_ = 0;
  double floor_ = 0;  ///< power that blocks of the speech under way exceed
};

}  // namespace antiphon::audio::internal
