#include "antiphon/audio/sound_reader.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <sndfile.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::audio {

void SoundReader::Closed::operator()(::sf_private_tag* file) const { sf_close(file); }

SoundReader::SoundReader(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) throw Error(ErrorKind::not_found, fmt::format("there is no file {}", path));
  SF_INFO info{};
  file_.reset(sf_open(path.c_str(), SFM_READ, &info));
  if (!file_) throw Error(ErrorKind::configuration, fmt::format("cannot read {} as audio: {}", path, lower(trim(sf_strerror(nullptr)))));
  rate_hz_ = info.samplerate, channels_ = info.channels;
  frames_ = static_cast<std::size_t>(std::max<sf_count_t>(info.frames, 0));
}

Samples SoundReader::read(std::size_t frames) {
  const auto channels = static_cast<std::size_t>(channels_);
  Samples samples(frames * channels);
  const auto count = sf_readf_short(file_.get(), samples.data(), static_cast<sf_count_t>(frames));
  samples.resize(static_cast<std::size_t>(std::max<sf_count_t>(count, 0)) * channels);
  return samples;
}

}  // namespace antiphon::audio
