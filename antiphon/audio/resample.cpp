#include "antiphon/audio/resample.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <soxr.h>

#include "antiphon/base/error.hpp"

namespace antiphon::audio {

namespace {

constexpr std::size_t block = 8192;

struct Deleted {
  void operator()(soxr_t handle) const { soxr_delete(handle); }
};
using Handle = std::unique_ptr<soxr, Deleted>;

void require_rate(int rate_hz) {
  if (rate_hz < lowest_rate_hz || rate_hz > highest_rate_hz)
    throw Error(ErrorKind::configuration, fmt::format("a rate of {} Hz is not between {} and {} Hz", rate_hz, lowest_rate_hz, highest_rate_hz));
}

void check(soxr_error_t error) {
  if (error) throw Error(ErrorKind::internal, fmt::format("the resampler failed: {}", error));
}

Handle open(int from_hz, int to_hz) {
  auto io = soxr_io_spec(SOXR_INT16_I, SOXR_INT16_I);
  io.flags |= SOXR_NO_DITHER;  // its noise differs from run to run
  const auto quality = soxr_quality_spec(SOXR_16_BITQ, 0);
  soxr_error_t error = nullptr;
  Handle handle(soxr_create(from_hz, to_hz, 1, &error, &io, &quality, nullptr));
  check(error);
  return handle;
}

}  // namespace

struct Resampler::Stream {
  int from_hz, to_hz;
  Handle handle;  ///< none where both rates are the same
  std::size_t in = 0, out = 0;

  /// The library may be one sample off at the end, and rounds halves its own way.
  std::size_t expected() const {
    const auto from = static_cast<std::size_t>(from_hz), to = static_cast<std::size_t>(to_hz);
    return in / from * to + (in % from * to + from / 2) / from;
  }

  /// Appends what comes out for `input`, or, without any, what is still inside.
  void pull(SampleView input, Samples& output) {
    const bool last = input.empty();
    for (std::size_t done = 0;;) {
      const auto size = output.size();
      output.resize(size + block);
      std::size_t taken = 0, made = 0;
      check(soxr_process(handle.get(), last ? nullptr : input.data() + done, input.size() - done, last ? nullptr : &taken, output.data() + size, block, &made));
      output.resize(size + made);
      done += taken;
      if (made < block && done == input.size()) return;
    }
  }
};

Resampler::Resampler(int from_hz, int to_hz) {
  require_rate(from_hz);
  require_rate(to_hz);
  stream_ = std::make_unique<Stream>(Stream{from_hz, to_hz, from_hz == to_hz ? nullptr : open(from_hz, to_hz)});
}
Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

Samples Resampler::feed(SampleView samples) {
  if (!stream_->handle) return {samples.begin(), samples.end()};
  Samples output;
  if (samples.empty()) return output;
  stream_->in += samples.size();
  stream_->pull(samples, output);
  // Never more than the whole may have, so that `finish` has nothing to take back.
  output.resize(std::min(output.size(), stream_->expected() - stream_->out));
  stream_->out += output.size();
  return output;
}

Samples Resampler::finish() {
  Samples output;
  if (!stream_->handle) return output;
  stream_->pull({}, output);
  output.resize(stream_->expected() - stream_->out);
  stream_->out += output.size();
  return output;
}

Samples resample(SampleView samples, int from_hz, int to_hz) {
  Resampler resampler(from_hz, to_hz);
  auto output = resampler.feed(samples);
  const auto rest = resampler.finish();
  output.insert(output.end(), rest.begin(), rest.end());
  return output;
}

}  // namespace antiphon::audio
