#include "antiphon/audio/ogg_opus.hpp"

#include <array>

#include <fmt/format.h>
#include <opus/opus.h>

#include "antiphon/base/error.hpp"

namespace antiphon::audio {

namespace {

constexpr std::size_t packet_frames = static_cast<std::size_t>(canonical_rate_hz) * 60 / 1000;
constexpr std::uint64_t granules_per_frame = 48000 / canonical_rate_hz;  // Ogg counts Opus at 48 kHz whatever its rate
constexpr std::size_t longest_packet = 4000, page_segments = 255;
constexpr std::uint64_t page_granules = 48000;  // a second: players seek by pages
constexpr unsigned begins_stream = 2, ends_stream = 4;
constexpr std::uint32_t serial = 1;

void put(std::string& bytes, std::uint64_t number, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(number >> 8 * i & 0xFF);
}

constexpr std::array<std::uint32_t, 256> checksum_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    auto value = byte << 24;
    for (int bit = 0; bit < 8; ++bit) value = value << 1 ^ (value >> 31 ? 0x04C11DB7U : 0U);
    table[byte] = value;
  }
  return table;
}();

std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (const char byte : bytes) sum = sum << 8 ^ checksum_table[(sum >> 24 ^ static_cast<unsigned char>(byte)) & 0xFF];
  return sum;
}

// Lengths of a packet in bytes of 255 and one below it.
std::string lacing_of(std::size_t bytes) { return std::string(bytes / 255, '\xFF') + static_cast<char>(bytes % 255); }

void require(int value, int low, int high, const char* what) {
  if (value < low || value > high) throw Error(ErrorKind::configuration, fmt::format("Ogg Opus: {} is {} to {}, not {}", what, low, high, value));
}

void require_made(int error) {
  if (error < 0) throw Error(ErrorKind::internal, fmt::format("Opus: {}", opus_strerror(error)));
}

std::string head(std::size_t channels, std::uint64_t skipped) {
  std::string bytes = "OpusHead\x01";
  put(bytes, channels, 1), put(bytes, skipped, 2), put(bytes, canonical_rate_hz, 4), put(bytes, 0, 3);  // no gain, plain mono or stereo
  return bytes;
}

std::string tags() {
  std::string bytes = "OpusTags";
  constexpr std::string_view vendor = "antiphon";
  put(bytes, vendor.size(), 4);
  bytes += vendor;
  put(bytes, 0, 4);
  return bytes;
}

}  // namespace

void OggOpusWriter::Closed::operator()(::OpusEncoder* encoder) const { opus_encoder_destroy(encoder); }

OggOpusWriter::OggOpusWriter(const OggOpusSettings& settings) : channels_(static_cast<std::size_t>(settings.channels)) {
  require(settings.channels, 1, 2, "the count of channels");
  require(settings.bit_rate, 6000, 510000, "the bit rate");
  require(settings.complexity, 0, 10, "the complexity");
  int error = OPUS_OK;
  encoder_.reset(opus_encoder_create(canonical_rate_hz, settings.channels, OPUS_APPLICATION_AUDIO, &error));
  require_made(error);
  auto* encoder = encoder_.get();
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(settings.bit_rate));
  opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(settings.complexity));
  opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  opus_int32 lookahead = 0;
  opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(&lookahead));
  lookahead_ = static_cast<std::size_t>(lookahead);
  const auto first = head(channels_, lookahead_ * granules_per_frame), second = tags();
  page(first, lacing_of(first.size()), 0, begins_stream);
  page(second, lacing_of(second.size()), 0, 0);
}

void OggOpusWriter::append(SampleView samples) {
  if (samples.size() % channels_ != 0) throw Error(ErrorKind::configuration, "Ogg Opus: the last frame of two channels lacks one");
  frames_ += samples.size() / channels_;
  waiting_.insert(waiting_.end(), samples.begin(), samples.end());
  const auto packet = packet_frames * channels_;
  std::size_t at = 0;
  for (; waiting_.size() - at > packet; at += packet) encode(SampleView(waiting_).subspan(at, packet));  // the last one waits: its page ends the file
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

std::string OggOpusWriter::finish() {
  const auto packet = packet_frames * channels_;
  waiting_.resize(waiting_.size() + lookahead_ * channels_);
  for (std::size_t at = 0; at < waiting_.size(); at += packet) {
    Samples block(waiting_.begin() + static_cast<std::ptrdiff_t>(at), waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), at + packet)));
    block.resize(packet);
    encode(block);
  }
  close_page(true);
  return std::move(file_);
}

void OggOpusWriter::encode(SampleView block) {
  if (coded_ > 0 && (coded_ % page_granules == 0 || lacing_.size() + longest_packet / 255 + 1 > page_segments)) close_page(false);
  std::array<unsigned char, longest_packet> packet{};
  const auto size = opus_encode(encoder_.get(), block.data(), static_cast<int>(block.size() / channels_), packet.data(), longest_packet);
  require_made(size);
  body_.append(reinterpret_cast<const char*>(packet.data()), static_cast<std::size_t>(size));
  lacing_ += lacing_of(static_cast<std::size_t>(size));
  coded_ += packet_frames * granules_per_frame;
}

// The last page ends with the last sample that was appended: players cut off what the packet holds beyond it.
void OggOpusWriter::close_page(bool last) {
  page(body_, lacing_, last ? (lookahead_ + frames_) * granules_per_frame : coded_, last ? ends_stream : 0);
  body_.clear(), lacing_.clear();
}

void OggOpusWriter::page(std::string_view body, std::string_view lacing, std::uint64_t granule, unsigned flags) {
  std::string bytes("OggS\0", 5);
  put(bytes, flags, 1), put(bytes, granule, 8), put(bytes, serial, 4), put(bytes, sequence_++, 4), put(bytes, 0, 4), put(bytes, lacing.size(), 1);
  bytes += lacing;
  bytes += body;
  const auto sum = checksum(bytes);
  for (std::size_t i = 0; i < 4; ++i) bytes[22 + i] = static_cast<char>(sum >> 8 * i & 0xFF);
  file_ += bytes;
}

}  // namespace antiphon::audio
