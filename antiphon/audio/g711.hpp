#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "antiphon/audio/pcm.hpp"

/// The two laws of the telephone: a byte per sample, at whatever rate the samples have (8,000 Hz on lines). Pure.
/// @see ITU-T G.711
namespace antiphon::audio {

std::uint8_t mulaw_from_sample(Sample sample);
Sample sample_from_mulaw(std::uint8_t code);
std::uint8_t alaw_from_sample(Sample sample);
Sample sample_from_alaw(std::uint8_t code);

std::string encode_mulaw(SampleView samples);
Samples decode_mulaw(std::string_view bytes);
std::string encode_alaw(SampleView samples);
Samples decode_alaw(std::string_view bytes);

}  // namespace antiphon::audio
