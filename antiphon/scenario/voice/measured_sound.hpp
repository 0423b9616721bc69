#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "antiphon/base/blocking.hpp"
#include "antiphon/result/recording.hpp"

namespace antiphon::voice {

/// How both sides of a call sound (VOX-90); a side that was not measured to its end is unset.
struct MeasuredSound {
  std::optional<SideSound> user{}, agent{};
};

/// @param stopped as in `antiphon::measure_sound`
/// @throws Error io.
MeasuredSound measure_sound(const CallRecord& call, const CallTracks& tracks, const std::function<bool()>& stopped);

/// The same on a thread of `pool`, so that frames of other calls leave on time. It stops within a piece of audio when it is told to; one that does not is
/// left to itself, and keeps what it reads. @throws Error io, cancelled.
Task<MeasuredSound> measure_sound_apart(Clock& clock, BlockingPool& pool, std::shared_ptr<const CallRecord> call, std::shared_ptr<const CallTracks> tracks);

}  // namespace antiphon::voice
