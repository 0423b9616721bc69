#include "antiphon/audio/line_codec.hpp"

#include <fmt/format.h>

#include "antiphon/audio/g711.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::audio {

namespace {

// A line is coded in real time, thousands of them on a machine: what the speech coder saves in bits it costs four times in computing.
constexpr OpusSettings opus_line{.bit_rate = 48000, .complexity = 0, .low_delay = true};

// Opus codes and decodes at any of its rates, whatever the line calls it.
int line_rate(const AudioFormat& format) {
  require_line_format(format);
  return format.encoding == Encoding::opus ? canonical_rate_hz : format.rate_hz;
}

}  // namespace

void require_line_format(const AudioFormat& format) {
  const bool opus = format.encoding == Encoding::opus;
  const bool known = opus ? format.rate_hz == 48000 : format.rate_hz >= 8000 && format.rate_hz <= 48000 && format.rate_hz % 25 == 0;
  if (known) return;
  throw Error(ErrorKind::configuration, fmt::format("\"{}\" is no format of a line", to_string(format)))
      .with_hint(opus ? "write it as opus/48000" : "use a rate from 8000 to 48000 that is a multiple of 25, such as pcm16/16000 or mulaw/8000");
}

LineEncoder::LineEncoder(const AudioFormat& format) : encoding_(format.encoding), rate_(canonical_rate_hz, line_rate(format)) {
  rate_.feed(Samples(rate_.lookahead()));  // from now on a frame comes out whole for each that goes in
  if (encoding_ == Encoding::opus) opus_.emplace(opus_line);
}

std::string LineEncoder::encode(SampleView frame) {
  if (opus_) return opus_->encode(frame);
  const auto samples = rate_.feed(frame);
  if (encoding_ == Encoding::mulaw) return encode_mulaw(samples);
  return encoding_ == Encoding::alaw ? encode_alaw(samples) : bytes_from_samples(samples);
}

LineDecoder::LineDecoder(const AudioFormat& format, Pieces pieces) : encoding_(format.encoding), rate_(line_rate(format), canonical_rate_hz) {
  if (pieces == Pieces::whole) rate_.feed(Samples(rate_.lookahead()));
  if (encoding_ == Encoding::opus) opus_.emplace();
}

Samples LineDecoder::decode(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (opus_) return opus_->decode(bytes);
  if (encoding_ == Encoding::mulaw) return rate_.feed(decode_mulaw(bytes));
  return rate_.feed(encoding_ == Encoding::alaw ? decode_alaw(bytes) : samples_from_bytes(bytes));
}

}  // namespace antiphon::audio
