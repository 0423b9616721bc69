#include "antiphon/session/items.hpp"

#include <array>

#include "antiphon/session/internal/wire.hpp"

namespace antiphon::session {

namespace {

constexpr std::array<std::string_view, 5> agent_states{"initializing", "idle", "listening", "thinking", "speaking"};
constexpr std::array<std::string_view, 3> user_states{"speaking", "listening", "away"};

}  // namespace

std::string_view to_string(AgentState state) { return agent_states.at(static_cast<std::size_t>(state)); }
std::string_view to_string(UserState state) { return user_states.at(static_cast<std::size_t>(state)); }

std::chrono::nanoseconds SessionAudio::duration() const {
  if (rate_hz == 0 || channels == 0) return std::chrono::nanoseconds(0);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(samples.size() / channels) * 1'000'000'000 / rate_hz);
}

json::object to_json(const SessionItem& item) {
  wire::ChatContext::ChatItem out;
  to_wire(item, out);
  const auto all = json_of(out);
  json::object value;
  if (all.empty()) return value;
  value["type"] = all.begin()->key();
  for (const auto& member : all.begin()->value().as_object()) value[member.key()] = member.value();
  if (const auto* message = std::get_if<ChatMessage>(&item)) {
    value["role"] = to_string(message->role);
    value["content"] = wire_text(message->text);
  }
  return value;
}

}  // namespace antiphon::session
