#pragma once

#include <cstddef>
#include <memory>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// Samples in one piece of long audio: 8 kB.
inline constexpr std::size_t piece_samples = 4096;

struct GivePieceBack {
  void operator()(Sample* piece) const noexcept;
};
/// Room for `piece_samples`; nullptr is silence.
using SamplePiece = std::unique_ptr<Sample[], GivePieceBack>;

/// A piece whose content is whatever was there before. All calls of a process take theirs from one stock.
///
/// A thousand calls record 100 MB a second, and to be given memory by the system on first use took a quarter of the thread that paces them. So what is given
/// back is used again, and once 16 MB are in use a thread in the background keeps some ready, in huge pages (`madvise(2)`, MADV_HUGEPAGE). What is neither in
/// use nor kept ready goes back to the system, 2 MB at a time. Any thread.
/// @throws std::bad_alloc.
SamplePiece take_piece();

/// How many are taken and not given back.
std::size_t pieces_in_use();

}  // namespace antiphon::audio
