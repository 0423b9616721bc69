#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace antiphon::audio::internal {

/// Takes each piece of what was decoded: one channel, full scale 1, at that rate.
using Mp3Sink = std::function<void(std::span<const float>, long rate_hz)>;

/// Decodes MP3 without a word on standard error, which libsndfile's way to the same decoder writes for every damaged frame. Channels are averaged.
/// @returns why it failed; empty when it did not.
std::string decode_mp3(std::string_view bytes, const Mp3Sink& sink);

}  // namespace antiphon::audio::internal
