#pragma once

#include <cstddef>
#include <string>

#include "antiphon/base/clock.hpp"

namespace antiphon::gym {

inline constexpr Duration min_wait{std::chrono::seconds(2)}, max_wait{std::chrono::seconds(300)};

/// What a wait of this many seconds really is: within the bounds above. `seconds` is more than 0.
Duration bounded_wait(double seconds);

/// How long a user has waited for an agent that is still at work, since it last said something.
struct WaitContext {
  int wait_count = 0;
  double total_wait_seconds = 0;
  std::size_t last_text_len = 0;  ///< bytes of what the agent had said when the last wait began

  void record_wait(double seconds, std::size_t text_len);
  /// The agent has said more than it had when the last wait began.
  bool has_new_content(std::size_t text_len) const { return text_len > last_text_len; }
  void reset() { *this = {}; }
};

/// For a model that decides whether to wait on: `<wait_context>` with what happened so far; empty where there was no wait.
std::string wait_block(const WaitContext& waits, std::size_t text_len);

}  // namespace antiphon::gym
