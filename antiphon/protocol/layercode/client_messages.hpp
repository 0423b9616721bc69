#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "antiphon/base/json.hpp"

/// Layercode's protocols without any I/O: the WebSocket of clients, authorisation, webhooks and their replies (docs/guides/layercode-platform.md).
namespace antiphon::layercode {

/// Of a client's audio, and of what it hears: PCM16, little endian, mono.
inline constexpr int client_rate_hz = 8000, response_rate_hz = 16000;

struct ClientReady {};
struct ClientAudio {
  std::string bytes;  ///< PCM16 at 8 kHz; an even count
};
/// What the client's own detector found.
struct ClientVad {
  enum class Event { start, end, model_failed, unknown } event = Event::start;
};
/// Push to talk: pressed, or let go.
struct ClientTrigger {
  bool starts = true;
};
/// Typed in place of speech.
struct ClientText {
  std::string content;
};
struct ClientData {
  json::value data = json::object{};
};
/// All that came has been played; a hint, as clients send it late, twice and after interruptions too.
struct ReplayFinished {
  std::string turn_id{};  ///< empty: none was given
  std::string reason = "completed";
};
/// Early clients: what was playing was cut.
struct ReplayInterrupted {
  std::string turn_id{};
};
struct ClientSessionUpdate {
  std::optional<bool> audio_input{}, audio_output{};
};
/// Of a type that means nothing here. Both ends ignore such messages.
struct UnknownMessage {
  std::string type{};
};

/// What a client sends.
using ClientMessage = std::variant<ClientReady, ClientAudio, ClientVad, ClientTrigger, ClientText, ClientData, ReplayFinished, ReplayInterrupted,
                                   ClientSessionUpdate, UnknownMessage>;

/// @param text one frame. @throws Error protocol for what is no JSON object with a `type`, or lacks what its type needs (base64 with an odd count of bytes
/// among it).
ClientMessage read_client_message(std::string_view text);
/// One frame. An unknown message is its type alone.
std::string write_client_message(const ClientMessage& message);

}  // namespace antiphon::layercode
