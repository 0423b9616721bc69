#pragma once

#include <cstddef>
#include <memory>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio::internal {

/// Samples in one piece of long audio: 8 kB.
inline constexpr std::size_t piece_samples = 4096;

struct GivePieceBack {
  void operator()(Sample* piece) const noexcept;
};
/// Room for `piece_samples`; nullptr is silence.
using SamplePiece = std::unique_ptr<Sample[], GivePieceBack>;

/// A piece whose content is whatever was there before. All calls of a process take theirs from one stock, which asks the system for memory in huge pages
/// (`madvise(2)`, MADV_HUGEPAGE): a thousand calls record 100 MB a second, and 25,000 page faults for that took a quarter of their core. What is given
/// back is used again, and returned to the system once nothing is in use. Any thread.
/// @throws std::bad_alloc.
SamplePiece take_piece();

}  // namespace antiphon::audio::internal
