#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/document.hpp"

namespace antiphon::cli {

/// What a gateway that runs says: to a person at a terminal in words, to whatever gathers logs a JSON object per line. Belongs to one thread.
class ServeLog {
 public:
  ServeLog(std::ostream& to, bool in_words) : to_(to), in_words_(in_words) {}

  /// Of the gateway itself: `ready`, `note`.
  void say(std::string_view what, std::string_view text);
  /// The same of what is not as it should be, and of what went wrong.
  void warn(std::string_view what, std::string_view text);
  void fail(std::string_view what, std::string_view text);
  /// Why there is no gateway (any more), for whatever gathers logs: one object for each mistake. False, and nothing is written, where a person reads.
  bool fail_for_good(const std::vector<Problem>& mistakes);
  /// Of a call, as the gateway's log has it.
  void line(const std::string& json_line);

 private:
  void say(std::string_view level, std::string_view what, std::string_view text);

  std::ostream& to_;
  bool in_words_;
};

}  // namespace antiphon::cli
