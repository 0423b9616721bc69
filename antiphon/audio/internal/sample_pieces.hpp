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

/// A piece whose content is whatever was there before. All calls of a process take theirs from one stock.
///
/// A thousand calls record 100 MB a second, and to be given memory by the system on first use took a quarter of the thread that paces them. So a thread in the
/// background keeps some ready once much is in use, in huge pages (`madvise(2)`, MADV_HUGEPAGE), and what is given back is used again; it is returned
/// to the system when nothing is in use any more. Any thread.
/// @throws std::bad_alloc.
SamplePiece take_piece();

}  // namespace antiphon::audio::internal
