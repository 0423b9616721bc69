#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/adapters/websocket/voice_messages.hpp"
#include "antiphon/agent/participant.hpp"
#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/audio/pcm.hpp"
#include "antiphon/net/byte_stream.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon {

/// What a line to a voice agent carries, and when its turns begin and end.
struct VoiceLineOptions {
  /// PCM or a law at a multiple of 25 Hz from 8,000 to 48,000, or Opus at 48,000. PCM is little-endian, mono; a message holds whole samples.
  audio::AudioFormat send{};
  std::optional<audio::AudioFormat> receive{};  ///< unset: as `send`
  std::optional<Greeting> greeting{};           ///< unset: our user speaks first
  std::optional<Duration> tail_silence{};       ///< unset: 0.6 s
  std::optional<Duration> response_timeout{};   ///< unset: 30 s
};

/// A voice agent behind a WebSocket (TRN-4). Without `json` each binary message is a piece of audio, both ways, and texts are ignored.
struct WebSocketAgentOptions {
  std::string url{};  ///< ws or wss
  net::Headers headers{};
  std::vector<std::string> subprotocols{};
  net::TlsOptions tls{};
  VoiceLineOptions line{};
  std::optional<VoiceMessages> json{};

  /// In place of what `json` says, where a shape is not enough. Called on the run's thread, for every frame of 20 ms in `line.send`, and for every message.
  std::function<net::WsMessage(std::string_view audio)> encode_audio{};
  std::function<std::vector<WireSignal>(const net::WsMessage& message)> decode_response{};
  bool tells_turn_end = false, tells_transcripts = false;  ///< whether `decode_response` tells ends of turns, and the agent's words

  /// A connection in place of a socket, such as one end of `net::memory_connection`; then the call may be in virtual time. Called once per call.
  std::function<std::unique_ptr<net::ByteStream>(Runtime&)> stream{};
};

/// @throws Error configuration: an address that is none, a format that no line has.
ParticipantSpec websocket_agent(WebSocketAgentOptions options);

}  // namespace antiphon
