#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/adapters/layercode/layercode_access.hpp"
#include "antiphon/adapters/layercode/layercode_answer.hpp"
#include "antiphon/adapters/layercode/layercode_call.hpp"
#include "antiphon/adapters/websocket/voice_messages.hpp"
#include "antiphon/adapters/websocket/voice_transport.hpp"
#include "antiphon/agent/participant.hpp"

namespace antiphon::wire {

/// What the platform's messages mean in a call.
class LayercodeEvents {
 public:
  explicit LayercodeEvents(const Clock& clock) : clock_(clock) {}

  /// @throws Error, party agent: protocol for a message that is none.
  std::vector<WireSignal> read(const net::WsMessage& message);

  /// When the agent's turn will be over; nullopt while there is none.
  std::optional<Clock::Time> over_at() const { return ear_.over_at(); }
  /// In place of a message of the platform: now it is. `turn_id` is then the one that is to be acknowledged.
  static net::WsMessage over_message();
  const std::string& turn_id() const { return turn_id_; }
  std::vector<std::string> notices() const;

 private:
  using Signals = std::vector<WireSignal>;
  void tell(const layercode::ServerMessage& message, Signals& signals) const;
  void end_turn(Signals& signals);

  const Clock& clock_;
  LayercodeEar ear_{{}, false};
  std::string turn_id_;
  std::size_t data_ = 0, untold_ends_ = 0;
};

/// The connection of one call to the platform. Takes our user's speech as binary messages of PCM at 8 kHz.
class LayercodeLine final : public VoiceTransport {
 public:
  LayercodeLine(LayercodeAccess access, LayercodePace pace, std::shared_ptr<LayercodeEvents> events, const ParticipantContext& context);

  Task<> connect(Deadline deadline) override;
  Task<std::optional<net::WsMessage>> receive(Deadline deadline) override { return socket_->receive(deadline); }
  bool listen(net::WebSocket::Listener listener) override;
  Task<> send(net::WsMessage message, Deadline deadline) override;
  bool send_now(const net::WsMessage& message) override;
  Task<> close(Deadline deadline) override;
  Task<AgentClosed> ending() override;
  const std::string& place() const override { return place_; }
  std::vector<std::string> notices() const override { return events_->notices(); }

  /// With a pace that is a burst: all of an utterance was handed over.
  static json::value utterance_end();

 private:
  bool bursts() const { return pace_.interval.has_value(); }
  void gather(std::string_view bytes);
  Task<> burst(Deadline deadline);
  void arrived(const net::WsMessage& message);
  void watch_end();
  void acknowledge(std::string turn_id);

  LayercodeAccess access_;
  LayercodePace pace_;
  std::shared_ptr<LayercodeEvents> events_;
  Runtime& runtime_;
  net::HttpClient& http_;
  Clock& clock_;
  std::string place_;
  std::unique_ptr<net::WebSocket> socket_;
  net::WebSocket::Listener listener_;
  std::string utterance_;  ///< of a burst, so far
  std::optional<ScopedAlarm> end_, acknowledgement_;
};

}  // namespace antiphon::wire
