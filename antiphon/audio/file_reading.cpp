#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/internal/file_shape.hpp"
#include "antiphon/audio/internal/memory_file.hpp"
#include "antiphon/audio/internal/mp3.hpp"
#include "antiphon/audio/resample.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::audio {

namespace {

constexpr int most_channels = 16;
constexpr std::size_t block_frames = 4096;

struct Closed {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  throw Error(ErrorKind::configuration, fmt::format("cannot read {} as audio: {}", name, why));
}

/// What a decoder makes goes in here and comes out canonical.
class Intake {
 public:
  Intake(std::string_view name, const AudioFileLimits& limits, int rate_hz)
      : name_(name),
        limit_(limits.duration),
        most_(rate_hz > 0 ? samples_in(limits.duration, rate_hz) : 0),
        resampler_(checked(name, rate_hz), canonical_rate_hz) {}

  /// Interleaved, full scale 1.
  void take(std::span<const float> values, std::size_t channels) {
    Samples mono(values.size() / channels);
    for (std::size_t i = 0; i < mono.size(); ++i) {
      double sum = 0;
      for (const auto value : values.subspan(i * channels, channels)) sum += value;
      if (!std::isfinite(sum)) refuse(name_, "it is damaged: it holds samples that are no numbers");
      mono[i] = to_sample(sum / static_cast<double>(channels) * 32768);
    }
    frames_ += mono.size();
    if (frames_ > most_) throw Error(ErrorKind::too_large, fmt::format("{} holds more than {} seconds of audio", name_, limit_.count()));
    append(resampler_.feed(mono));
  }

  std::size_t frames() const { return frames_; }

  Samples finish() {
    if (frames_ == 0) refuse(name_, "it holds no audio");
    append(resampler_.finish());
    return std::move(all_);
  }

 private:
  static int checked(std::string_view name, int rate_hz) {
    if (rate_hz < lowest_rate_hz || rate_hz > highest_rate_hz)
      refuse(name, fmt::format("its rate of {} Hz is not between {} and {} Hz", rate_hz, lowest_rate_hz, highest_rate_hz));
    return rate_hz;
  }
  void append(const Samples& more) { all_.insert(all_.end(), more.begin(), more.end()); }

  std::string_view name_;
  std::chrono::seconds limit_;
  std::size_t most_, frames_ = 0;
  Resampler resampler_;
  Samples all_;
};

Samples decode_mp3(std::string_view bytes, std::string_view name, const AudioFileLimits& limits) {
  std::optional<Intake> intake;
  const auto failure = internal::decode_mp3(bytes, [&](std::span<const float> values, long rate_hz) {
    if (!intake) intake.emplace(name, limits, static_cast<int>(rate_hz));
    intake->take(values, 1);
  });
  if (!failure.empty()) refuse(name, failure);
  if (!intake) refuse(name, "it holds no audio");
  return intake->finish();
}

// libsndfile speaks to whoever programs with it, not to whoever recorded the file.
std::string_view reason(SNDFILE* file) {
  const std::string_view told = sf_strerror(file);
  const auto says = [&](auto... parts) { return ((told.find(parts) != std::string_view::npos) || ...); };
  if (says("SF_INFO", "hannel count", "channels")) return "its header gives a rate or a count of channels that no audio has";
  if (says("unsupported encoding", "unimplemented format", "WAVPACK")) return "its encoding is none of those that are read";
  if (says("chunk", "header", "marker")) return "its header is damaged";
  return "it is damaged or cut off";
}

Samples decode_others(internal::MemoryFile memory, std::string_view name, const AudioFileLimits& limits) {
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, Closed> file(sf_open_virtual(&internal::memory_io(), SFM_READ, &info, &memory));
  if (!file) refuse(name, reason(nullptr));
  if (info.channels < 1 || info.channels > most_channels) refuse(name, fmt::format("it has {} channels; up to {} are read", info.channels, most_channels));
  Intake intake(name, limits, info.samplerate);
  const auto channels = static_cast<std::size_t>(info.channels);
  std::vector<float> block(block_frames * channels);
  while (true) {
    const auto count = sf_readf_float(file.get(), block.data(), static_cast<sf_count_t>(block_frames));
    if (count <= 0) break;
    intake.take(std::span(block).first(static_cast<std::size_t>(count) * channels), channels);
  }
  if (sf_error(file.get()) != SF_ERR_NO_ERROR) refuse(name, reason(file.get()));
  // A FLAC file says how many there are; of other formats the count is a guess.
  if ((info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC && info.frames < SF_COUNT_MAX && static_cast<sf_count_t>(intake.frames()) < info.frames)
    refuse(name, fmt::format("it is cut off: of {} samples {} are there", info.frames, intake.frames()));
  return intake.finish();
}

bool looks_like_url(std::string_view text) {
  const auto colon = text.find("://");
  return colon != std::string_view::npos && colon > 0 && std::ranges::all_of(text.substr(0, colon), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
         });
}

}  // namespace

Samples decode_audio_file(std::string bytes, std::string_view name, const AudioFileLimits& limits) {
  if (bytes.size() > limits.bytes) throw Error(ErrorKind::too_large, fmt::format("{} is larger than {} bytes", name, limits.bytes));
  if (bytes.empty()) refuse(name, "the file is empty");
  const auto container = internal::container_of(bytes);
  if (!container) refuse(name, "it is neither WAV, FLAC, OGG, Opus nor MP3");
  if (const auto missing = internal::missing_part(*container, bytes)) refuse(name, *missing);
  if (*container == internal::Container::mp3) return decode_mp3(bytes, name, limits);
  if (*container == internal::Container::wav) internal::fill_in_sizes(bytes);
  return decode_others({std::move(bytes)}, name, limits);
}

Samples read_audio_file(const std::string& path, const AudioFileLimits& limits) {
  if (looks_like_url(path))
    throw Error(ErrorKind::configuration, fmt::format("{} is a URL: audio is read from files only", quote(cut(path, 200))))
        .with_hint("fetch it first and name the file");
  return decode_audio_file(read_file(path, limits.bytes), path, limits);
}

}  // namespace antiphon::audio
