#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// How messages follow each other on a stream of bytes: four bytes of length, most significant first, then the message.
namespace antiphon::session {

/// Bytes of the longest message that either side takes.
inline constexpr std::size_t frame_limit = 1024 * 1024;

/// What stands before a message of this length. @throws Error too_large above `frame_limit`.
std::array<char, 4> frame_header(std::size_t length);

/// Finds the messages in what was read, however it is cut.
class FrameReader {
 public:
  void add(std::string_view bytes);
  /// The next whole message, empty ones included; nullopt: more has to be read. @throws Error too_large, now and ever after: where the next begins is unknown.
  std::optional<std::string> next();
  /// How many bytes of an unfinished frame are there.
  std::size_t unfinished() const { return bytes_.size() - used_; }

 private:
  std::string bytes_;
  std::size_t used_ = 0;
};

}  // namespace antiphon::session
