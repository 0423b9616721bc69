#include "antiphon/session/framing.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::session {

namespace {

constexpr std::size_t header_size = 4;

/// Four bytes that are no length may be the beginning of something else.
std::string_view other_protocol(std::size_t length) {
  if (length >> 16 == 0x1603) return "it begins with TLS, which sessions over plain TCP have not";
  for (std::size_t left = length; left != 0; left >>= 8)
    if ((left & 0xff) < 0x20 || (left & 0xff) > 0x7e) return "";
  return "it answers in text, HTTP maybe: name the port of its sessions, or its WebSocket, ws://HOST:PORT/session";
}

[[noreturn]] void refuse(std::size_t length) {
  throw Error(ErrorKind::too_large, fmt::format("a frame of {} bytes is over the limit of {}", length, frame_limit))
      .with_hint(std::string(other_protocol(length)));
}

}  // namespace

std::array<char, 4> frame_header(std::size_t length) {
  if (length > frame_limit) refuse(length);
  std::array<char, header_size> header{};
  for (std::size_t i = 0; i < header_size; ++i) header.at(i) = static_cast<char>(length >> (8 * (header_size - 1 - i)) & 0xff);
  return header;
}

void FrameReader::add(std::string_view bytes) {
  if (used_ > 0) bytes_.erase(0, used_);
  used_ = 0;
  bytes_.append(bytes);
}

std::optional<std::string> FrameReader::next() {
  if (unfinished() < header_size) return std::nullopt;
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < header_size; ++i) length = length << 8 | static_cast<unsigned char>(bytes_[used_ + i]);
  if (length > frame_limit) refuse(length);
  if (unfinished() - header_size < length) return std::nullopt;
  auto message = bytes_.substr(used_ + header_size, length);
  used_ += header_size + length;
  return message;
}

}  // namespace antiphon::session
