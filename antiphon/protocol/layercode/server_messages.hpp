#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "antiphon/base/json.hpp"
#include "antiphon/protocol/layercode/client_messages.hpp"

namespace antiphon::layercode {

enum class Role { user, assistant };

std::string_view to_string(Role role);

// `turn_id` is empty wherever none was given. Ids of users' turns begin with `user-`.
struct TurnStart {
  Role role = Role::assistant;
  std::string turn_id{};
};
struct TurnEnd {
  Role role = Role::assistant;
  std::string turn_id{};
};
struct ResponseAudio {
  std::string bytes;  ///< PCM16 at 16 kHz; an even count
  std::string turn_id{};
  std::string delta_id{};  ///< empty: none
};
/// Of the turn's words; several make up a turn, joined as they are.
struct ResponseText {
  std::string content;
  std::string turn_id{};
  bool delta = false;  ///< `response.text.delta`
};
struct ResponseData {
  json::value content{};
  std::string turn_id{};
};
/// The backend has sent all of the turn.
struct ResponseEnd {
  std::string turn_id{};
};
/// What was understood of the user.
struct UserTranscript {
  enum class Kind { interim, delta, final } kind = Kind::final;  ///< interim replaces the interim of the same counter, delta makes it final
  std::string content;
  std::string turn_id{};
  std::optional<std::int64_t> delta_counter{};
};

/// What the platform sends.
using ServerMessage = std::variant<TurnStart, TurnEnd, ResponseAudio, ResponseText, ResponseData, ResponseEnd, UserTranscript, UnknownMessage>;

/// @param text one frame. @throws Error protocol for what is no JSON object with a `type`, or lacks what its type needs (base64 with an odd count of bytes
/// among it).
ServerMessage read_server_message(std::string_view text);
/// One frame. An unknown message is its type alone.
std::string write_server_message(const ServerMessage& message);

}  // namespace antiphon::layercode
