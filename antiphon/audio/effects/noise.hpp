#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/random.hpp"

namespace antiphon::audio {

/// What a place sounds like; `voice` is one person who speaks elsewhere in the room.
enum class NoiseKind { cafe, street, office, airport, babble, voice };

std::string_view to_string(NoiseKind kind);
/// @throws Error configuration, naming what there is.
NoiseKind noise_kind_from(std::string_view name);

/// Eight seconds of it that can be repeated without a seam; −23 dBFS (active level). Made by computation, the same on every call; kept for the process.
std::shared_ptr<const Samples> noise_bed(NoiseKind kind);

/// Noise without an end, from a random place on: for what lies under a whole call.
class NoiseSource {
 public:
  /// Repeats `bed` at a level `gain_db` above its own. @throws Error configuration for an empty bed or a gain out of range.
  NoiseSource(std::shared_ptr<const Samples> bed, double gain_db, RandomStream& random);
  Samples next(std::size_t count);

 private:
  Samples bed_;
  std::size_t at_;
};

}  // namespace antiphon::audio
