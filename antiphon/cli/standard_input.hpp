#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace antiphon::cli {

/// Reads lines of a descriptor, and stops waiting when asked to. One line at a time.
class InputLines {
 public:
  explicit InputLines(int descriptor) : descriptor_(descriptor) {}

  /// The next line without its end; nullopt: the input has ended, or `stop` was requested.
  std::optional<std::string> next(std::stop_token stop);

 private:
  std::optional<std::string> take_line();
  bool read_more(const std::stop_token& stop);

  int descriptor_;
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace antiphon::cli
