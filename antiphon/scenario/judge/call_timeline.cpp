#include "antiphon/scenario/judge/call_timeline.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::size_t most_events = 400, longest_value = 200;

// One event stays one line, so that nobody can forge another's.
std::string on_one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

std::string line_of(const VoiceEvent& event) {
  auto line = fmt::format("at {:.2f} s: {}", to_seconds(event.time), to_string(event.type));
  if (!event.name.empty()) line += " " + event.name;
  if (event.latency) line += fmt::format(", {:.2f} s after the user stopped", to_seconds(*event.latency));
  if (!event.args.is_null()) line += fmt::format(" with {}", cut(json::serialize(event.args), longest_value));
  if (!event.result.is_null()) line += fmt::format(" answered {}", cut(json::serialize(event.result), longest_value));
  if (!event.metadata.empty()) line += fmt::format(" {}", cut(json::serialize(event.metadata), longest_value));
  return on_one_line(std::move(line)) + "\n";
}

}  // namespace

std::string timeline_text(std::span<const VoiceEvent> events) {
  std::string text;
  const auto left_out = events.size() > most_events ? events.size() - most_events : 0;
  const auto from = most_events / 2;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i == from && left_out > 0) {
      text += fmt::format("({} events are left out here)\n", left_out);
      i += left_out;
    }
    text += line_of(events[i]);
  }
  return text;
}

}  // namespace antiphon
