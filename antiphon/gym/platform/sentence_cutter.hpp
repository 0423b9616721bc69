#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace antiphon::gym {

/// Cuts a text that comes in pieces into sentences to be spoken; joined, they are the text.
class SentenceCutter {
 public:
  /// Those that are whole by now: a `.`, `!`, `?` or line break, and what follows has begun, or more than 300 bytes.
  std::vector<std::string> push(std::string_view piece);
  /// The rest; empty where there is none.
  std::string finish();

 private:
  std::string waiting_;
};

}  // namespace antiphon::gym
