#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace antiphon::cli {

/// What a gateway that runs says: to a person at a terminal in words, to whatever gathers logs a JSON object per line. Belongs to one thread.
class ServeLog {
 public:
  ServeLog(std::ostream& to, bool in_words) : to_(to), in_words_(in_words) {}

  /// Of the gateway itself: `ready`, `note`.
  void say(std::string_view what, std::string_view text);
  /// The same of what went wrong.
  void fail(std::string_view what, std::string_view text);
  /// Of a call, as the gateway's log has it.
  void line(const std::string& json_line);

 private:
  void say(std::string_view level, std::string_view what, std::string_view text);

  std::ostream& to_;
  bool in_words_;
};

}  // namespace antiphon::cli
