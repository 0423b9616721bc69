#pragma once

#include <functional>
#include <optional>

#include "antiphon/audio/sample_store.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon {

/// Measures one side of a call (VOX-90): a few milliseconds a minute, in pieces, so that an hour takes no more memory than a minute.
///
/// @param voiced where it speaks, in order
/// @param keys_in where keys are looked for; nullopt: everywhere
/// @param stopped asked between pieces: true gives up, nullopt
/// @throws Error io.
std::optional<SideSound> measure_sound(const audio::SampleStore& track, const std::vector<VoicedSpan>& voiced,
                                       const std::optional<std::vector<VoicedSpan>>& keys_in, const std::function<bool()>& stopped);

}  // namespace antiphon
