#include "antiphon/gym/wait_context.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace antiphon::gym {

Duration bounded_wait(double seconds) {
  if (!(seconds < 300)) return max_wait;  // what is no number, too
  return std::max(min_wait, std::chrono::round<Duration>(std::chrono::duration<double>(seconds)));
}

void WaitContext::record_wait(double seconds, std::size_t text_len) {
  ++wait_count;
  total_wait_seconds += seconds;
  last_text_len = text_len;
}

std::string wait_block(const WaitContext& waits, std::size_t text_len) {
  if (waits.wait_count == 0) return {};
  auto text = fmt::format("<wait_context>\nYou have waited {} time{}, ~{} seconds in all.\n", waits.wait_count, waits.wait_count == 1 ? "" : "s",
                          std::lround(waits.total_wait_seconds));
  text += waits.has_new_content(text_len) ? "There is new content since then: go by how it ENDS.\n" : "There is no new content since then.\n";
  return text + "</wait_context>\n";
}

}  // namespace antiphon::gym
