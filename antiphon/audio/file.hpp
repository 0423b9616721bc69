#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

struct AudioFileLimits {
  std::size_t bytes = std::size_t{256} << 20;             ///< of the file
  std::chrono::seconds duration = std::chrono::hours{3};  ///< of what it holds
};

/// Reads WAV, FLAC, OGG (Vorbis), Opus or MP3, told apart by content, of any rate from 1,000 to 192,000 Hz and up to 16 channels, as canonical audio:
/// channels averaged, rate converted.
/// @throws Error configuration, naming the file and the reason: it looks like a URL, is none of these formats, is empty, damaged or cut off.
///         not_found or io where it cannot be read; too_large over a limit.
Samples read_audio_file(const std::string& path, const AudioFileLimits& limits = {});
/// The same where many read one file, at once or one after another: it is decoded once for as long as somebody holds what it holds, and again where it has
/// changed meanwhile. From any thread. @throws Error as `read_audio_file`; configuration for folders, and for pipes and devices, which might keep
/// everybody waiting.
std::shared_ptr<const Samples> share_audio_file(const std::string& path);
/// Whether that could be done now. A file is decoded for it once, and again where it has changed. From any thread. @throws Error as `share_audio_file`.
void check_audio_file(const std::string& path);
/// The same for bytes at hand; `name` stands for the file in errors.
Samples decode_audio_file(std::string bytes, std::string_view name, const AudioFileLimits& limits = {});

enum class FileKind { wav, flac, ogg, mp3 };

/// By the suffix, in any case. @throws Error configuration for every other one, naming those that there are.
FileKind file_kind_of(const std::string& path);

/// A whole file: WAV and FLAC as PCM16, OGG as Vorbis. `channels` is 1 or 2, interleaved.
/// @throws Error configuration for another count of channels, or half a frame at the end.
std::string encode_audio_file(SampleView samples, FileKind kind, int channels = 1, int rate_hz = canonical_rate_hz);
/// In the format of the suffix, whole or not at all: a reader never sees half of it.
/// @throws Error configuration as above, io naming path and reason.
void write_audio_file(const std::string& path, SampleView samples, int channels = 1, int rate_hz = canonical_rate_hz);

}  // namespace antiphon::audio
