#include "antiphon/audio/opus.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <opus/opus.h>

#include "antiphon/base/error.hpp"

namespace antiphon::audio {

namespace {

constexpr std::size_t longest_packet = 4000;

const unsigned char* data_of(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

void require(int value, int low, int high, const char* what) {
  if (value < low || value > high) throw Error(ErrorKind::configuration, fmt::format("Opus: {} is {} to {}, not {}", what, low, high, value));
}

void require_rate(int rate_hz) {
  if (!std::ranges::count(std::array{8000, 12000, 16000, 24000, 48000}, rate_hz))
    throw Error(ErrorKind::configuration, fmt::format("Opus: the rate is 8000, 12000, 16000, 24000 or 48000 Hz, not {}", rate_hz));
}

void require_frame(std::size_t samples, int rate_hz) {
  const auto ten_ms = static_cast<std::size_t>(rate_hz) / 100;
  if (!std::ranges::count(std::array<std::size_t, 4>{1, 2, 4, 6}, samples % ten_ms == 0 ? samples / ten_ms : 0))
    throw Error(ErrorKind::configuration, fmt::format("Opus: a frame is 10, 20, 40 or 60 ms long, not {} samples at {} Hz", samples, rate_hz));
}

void require_made(int error) {
  if (error != OPUS_OK) throw Error(ErrorKind::internal, fmt::format("Opus: {}", opus_strerror(error)));
}

[[noreturn]] void refuse(std::string_view packet, int error) {
  throw Error(ErrorKind::protocol, fmt::format("{} bytes are no Opus packet: {}", packet.size(), opus_strerror(error)));
}

}  // namespace

void OpusPacker::Closed::operator()(::OpusEncoder* encoder) const { opus_encoder_destroy(encoder); }
void OpusUnpacker::Closed::operator()(::OpusDecoder* decoder) const { opus_decoder_destroy(decoder); }

OpusPacker::OpusPacker(const OpusSettings& settings) : rate_hz_(settings.rate_hz) {
  require_rate(settings.rate_hz);
  require(settings.bit_rate, 6000, 510000, "the bit rate");
  require(settings.complexity, 0, 10, "the complexity");
  require(settings.expected_loss_percent, 0, 100, "the expected loss in percent");
  if (settings.low_delay && settings.expected_loss_percent > 0) throw Error(ErrorKind::configuration, "Opus: what is coded with low delay carries no copies");
  int error = OPUS_OK;
  encoder_.reset(opus_encoder_create(settings.rate_hz, 1, settings.low_delay ? OPUS_APPLICATION_RESTRICTED_LOWDELAY : OPUS_APPLICATION_VOIP, &error));
  require_made(error);
  auto* encoder = encoder_.get();
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(settings.bit_rate));
  opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(settings.complexity));
  opus_encoder_ctl(encoder, OPUS_SET_VBR(settings.constant_bit_rate ? 0 : 1));
  opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(settings.expected_loss_percent > 0 ? 1 : 0));
  opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(settings.expected_loss_percent));
}

std::string OpusPacker::encode(SampleView frame) {
  require_frame(frame.size(), rate_hz_);
  std::string packet(longest_packet, '\0');
  const auto size = opus_encode(encoder_.get(), frame.data(), static_cast<int>(frame.size()), reinterpret_cast<unsigned char*>(packet.data()),
                                static_cast<opus_int32>(packet.size()));
  if (size < 0) require_made(size);
  packet.resize(static_cast<std::size_t>(size));
  return packet;
}

std::size_t OpusPacker::lookahead() const {
  opus_int32 samples = 0;
  opus_encoder_ctl(encoder_.get(), OPUS_GET_LOOKAHEAD(&samples));
  return static_cast<std::size_t>(samples);
}

OpusUnpacker::OpusUnpacker(int rate_hz) : rate_hz_(rate_hz) {
  require_rate(rate_hz);
  int error = OPUS_OK;
  decoder_.reset(opus_decoder_create(rate_hz, 1, &error));
  require_made(error);
}

Samples OpusUnpacker::decode(std::string_view packet) {
  if (packet.empty()) refuse(packet, OPUS_INVALID_PACKET);  // the library takes no bytes for a loss
  Samples samples(static_cast<std::size_t>(rate_hz_) * 120 / 1000);
  const int count = opus_decode(decoder_.get(), data_of(packet), static_cast<opus_int32>(packet.size()), samples.data(), static_cast<int>(samples.size()), 0);
  if (count < 0) refuse(packet, count);
  samples.resize(static_cast<std::size_t>(count));
  return samples;
}

Samples OpusUnpacker::conceal(std::size_t samples, std::string_view next_packet) {
  require_frame(samples, rate_hz_);
  Samples made(samples);
  const auto* next = next_packet.empty() ? nullptr : data_of(next_packet);
  const int count = opus_decode(decoder_.get(), next, static_cast<opus_int32>(next_packet.size()), made.data(), static_cast<int>(samples), next ? 1 : 0);
  if (count < 0) refuse(next_packet, count);
  made.resize(static_cast<std::size_t>(count));
  made.resize(samples);
  return made;
}

}  // namespace antiphon::audio
