#include "antiphon/net/internal/plain_frames.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <openssl/rand.h>

#include "antiphon/base/error.hpp"

#include "antiphon/base/text.hpp"

namespace antiphon::net {

namespace {

constexpr unsigned char whole_text = 0x81, whole_binary = 0x82;
constexpr unsigned char masked_bit = 0x80, length_bits = 0x7f, two_byte_length = 126, eight_byte_length = 127;
constexpr unsigned char final_bit = 0x80, control_bit = 0x08;

using MaskKey = std::array<char, 4>;

void apply(MaskKey key, std::span<char> payload) {
  std::uint64_t twice = 0;
  std::memcpy(&twice, key.data(), key.size());
  std::memcpy(reinterpret_cast<char*>(&twice) + key.size(), key.data(), key.size());
  std::size_t at = 0;
  for (; at + sizeof twice <= payload.size(); at += sizeof twice) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, payload.data() + at, sizeof bytes);
    bytes ^= twice;
    std::memcpy(payload.data() + at, &bytes, sizeof bytes);
  }
  for (; at < payload.size(); ++at) payload[at] = static_cast<char>(payload[at] ^ key[at % key.size()]);
}

// Nobody may foresee them (RFC 6455, 5.3). Drawn in advance, since fifty thousand may be needed a second.
MaskKey next_key() {
  thread_local std::array<char, 1024> drawn;
  thread_local std::size_t used = drawn.size();
  if (used == drawn.size()) {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(drawn.data()), static_cast<int>(drawn.size())) != 1)
      throw Error(ErrorKind::internal, "no random numbers can be drawn for the masks of a WebSocket");
    used = 0;
  }
  MaskKey key;
  std::copy_n(drawn.begin() + static_cast<std::ptrdiff_t>(used), key.size(), key.begin());
  used += key.size();
  return key;
}

std::uint64_t number(std::span<const unsigned char> bytes) {
  std::uint64_t value = 0;
  for (const auto byte : bytes) value = value << 8 | byte;
  return value;
}

std::size_t bytes_of_length(unsigned char second) {
  const auto length = second & length_bits;
  return length == two_byte_length ? 2 : length == eight_byte_length ? 8 : 0;
}

std::size_t header_size(unsigned char second) { return 2 + bytes_of_length(second) + ((second & masked_bit) != 0 ? 4 : 0); }

/// `header` is whole.
std::uint64_t payload_size(std::span<const unsigned char> header) {
  const auto more = bytes_of_length(header[1]);
  return more > 0 ? number(header.subspan(2, more)) : header[1] & length_bits;
}

}  // namespace

std::optional<PlainFrame> take_plain_frame(std::span<char> bytes, bool masked, std::size_t limit) {
  const std::span all(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  if (all.size() < 2 || (all[0] != whole_text && all[0] != whole_binary) || ((all[1] & masked_bit) != 0) != masked) return std::nullopt;
  const auto header = header_size(all[1]);
  if (all.size() < header) return std::nullopt;
  const auto size = payload_size(all.first(header));
  // A length may be written in more bytes than it needs only where rules are broken, which is not for us to judge.
  const bool shortest = bytes_of_length(all[1]) == 0 || (bytes_of_length(all[1]) == 2 && size >= two_byte_length);
  if (!shortest || size > limit || all.size() - header < size) return std::nullopt;
  const auto payload = bytes.subspan(header, static_cast<std::size_t>(size));
  MaskKey key{};
  if (masked) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(header - key.size()), key.size(), key.begin());
    apply(key, payload);
  }
  const std::string_view plain(payload.data(), payload.size());
  const bool binary = all[0] == whole_binary;
  if (!binary && !is_utf8(plain)) {
    if (masked) apply(key, payload);
    return std::nullopt;
  }
  return PlainFrame{.type = binary ? WsMessage::Type::binary : WsMessage::Type::text, .payload = plain, .size = header + plain.size()};
}

namespace {

constexpr std::size_t most_kept = 64 * 1024;  // of memory, from one message to the next

void add_frame(std::string& frames, const WsMessage& message, bool masked) {
  const auto size = message.data.size();
  const auto more = size < two_byte_length ? 0 : size <= 0xffff ? 2 : 8;
  frames += static_cast<char>(message.is_binary() ? whole_binary : whole_text);
  frames += static_cast<char>((masked ? masked_bit : 0) | (more == 0 ? static_cast<unsigned char>(size) : more == 2 ? two_byte_length : eight_byte_length));
  for (int shift = 8 * (more - 1); shift >= 0; shift -= 8) frames += static_cast<char>(size >> shift);
  if (!masked) {
    frames += message.data;
    return;
  }
  const auto key = next_key();
  frames.append(key.data(), key.size());
  const auto header = frames.size();
  frames += message.data;
  apply(key, std::span(frames).subspan(header));
}

}  // namespace

std::string_view plain_frames_of(std::span<const WsMessage> messages, bool masked) {
  thread_local std::string frames;
  if (frames.capacity() > most_kept) frames = {};
  frames.clear();
  for (const auto& message : messages) add_frame(frames, message, masked);
  return frames;
}

void FrameBoundaries::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto part = std::min<std::uint64_t>(payload_left_, bytes.size());
    payload_left_ -= part;
    bytes.remove_prefix(static_cast<std::size_t>(part));
    if (bytes.empty()) return;
    header_[header_size_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (header_size_ < 2 || header_size_ < header_size(header_[1])) continue;
    payload_left_ = payload_size(std::span(header_).first(header_size_));
    header_size_ = 0;
    const bool is_control = (header_[0] & control_bit) != 0;
    if (is_control || (payload_left_ == 0 && (header_[0] & final_bit) == 0)) ++idle_;  // some end each message by an empty part
    if (!is_control) in_message_ = (header_[0] & final_bit) == 0;
  }
}

}  // namespace antiphon::net
