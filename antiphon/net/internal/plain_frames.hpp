#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "antiphon/net/websocket.hpp"

/// The frames of WebSocket (RFC 6455, 5.2) that calls consist of, read and written where they lie. What is less plain is Beast's.
namespace antiphon::net {

/// A message that came in one frame, uncompressed.
struct PlainFrame {
  WsMessage::Type type;
  std::string_view payload;  ///< unmasked; of a text, UTF-8
  std::size_t size;          ///< of the frame, with its header
};

/// The one that `bytes` begin with; its payload lies there, and a mask is taken off in place. nullopt, and nothing is changed: it is not all there, not plain,
/// not `masked` as it should be, no UTF-8, or its payload longer than `limit`.
std::optional<PlainFrame> take_plain_frame(std::span<char> bytes, bool masked, std::size_t limit);

/// Each of them as one frame, one behind the other. The view holds until this thread asks for the next one.
std::string_view plain_frames_of(std::span<const WsMessage> messages, bool masked);

/// Follows a stream of frames through pieces of any length.
class FrameBoundaries {
 public:
  void feed(std::string_view bytes);
  /// How many frames carried nothing since this was asked last: pings and the like, and empty parts of messages.
  std::size_t take_idle() { return std::exchange(idle_, 0); }
  /// All that was fed were whole messages.
  bool between_messages() const { return header_size_ == 0 && payload_left_ == 0 && !in_message_; }

 private:
  std::array<unsigned char, 14> header_{};  ///< as far as it is known
  std::size_t header_size_ = 0;
  std::uint64_t payload_left_ = 0;
  std::size_t idle_ = 0;
  bool in_message_ = false;  ///< more frames of it follow
};

}  // namespace antiphon::net
