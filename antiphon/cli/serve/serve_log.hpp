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
  /// With the mistakes that are the reason, each with its place and what to do: under the line for a person, else in a line of its own.
  /// @param base_dir paths below it are shown to a person relative to it
  void fail(std::string_view what, std::string_view text, const std::vector<Problem>& mistakes, const std::string& base_dir);
  /// Why there is no gateway (any more), for whatever gathers logs: one object for each mistake. False, and nothing is written, where a person reads.
  bool fail_for_good(const std::vector<Problem>& mistakes);
  /// Of a call, as the gateway's log has it.
  void line(const std::string& json_line);

 private:
  void say(std::string_view level, std::string_view what, std::string_view text);
  void write(std::string_view event, const Problem& mistake, std::string text);

  std::ostream& to_;
  bool in_words_;
};

}  // namespace antiphon::cli
