#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>

namespace antiphon {

/// Reads lines of a descriptor, and stops waiting when asked to. One line at a time.
class InputLines {
 public:
  explicit InputLines(int descriptor) : descriptor_(descriptor) {}

  /// The next line without its end; nullopt: the input has ended, or `stop` was requested.
  /// @throws Error with party harness: too_large for a line of over 1 MiB (the one after it is next), io where it cannot be read or waited for.
  std::optional<std::string> next(std::stop_token stop);

 private:
  std::optional<std::string> take_line();
  bool read_more(const std::stop_token& stop);

  int descriptor_;
  std::string buffer_;
  std::size_t scanned_ = 0;  ///< bytes of the buffer that hold no end of a line
  bool ended_ = false;
  bool skipping_ = false;  ///< until the end of a line that was refused
};

}  // namespace antiphon
