#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/adapters/antiphon/gateway_agent.hpp"
#include "antiphon/adapters/antiphon/gateway_events.hpp"
#include "antiphon/adapters/websocket/voice_transport.hpp"

namespace antiphon::wire {

/// The connection of one call to a gateway, made again where it is lost and the options say so. Tells silence by `GatewayEvents::silent_message`.
class GatewayLine final : public VoiceTransport {
 public:
  GatewayLine(std::shared_ptr<const GatewayAgentOptions> options, std::shared_ptr<GatewayEvents> events, const ParticipantContext& context);

  Task<> connect(Deadline deadline) override;
  Task<std::optional<net::WsMessage>> receive(Deadline deadline) override;
  bool listen(net::WebSocket::Listener listener) override;
  Task<> send(net::WsMessage message, Deadline deadline) override;
  bool send_now(const net::WsMessage& message) override { return lost_ || socket_->send_now(message); }
  Task<> close(Deadline deadline) override;
  Task<AgentClosed> ending() override;
  const std::string& place() const override { return place_; }
  std::vector<std::string> notices() const override;

 private:
  Task<std::shared_ptr<net::WebSocket>> dial(const std::string& token, Deadline deadline);
  void listen_to_socket();
  void arrived(const net::WsMessage& message);
  void watch_silence();
  bool may_resume() const;
  Task<> resume();
  Task<> end_local(Deadline deadline);

  std::shared_ptr<const GatewayAgentOptions> options_;
  std::shared_ptr<GatewayEvents> events_;
  Runtime& runtime_;
  net::HttpClient& http_;
  Clock& clock_;
  std::string thread_id_, url_, place_;
  std::unique_ptr<net::LocalServer> local_;
  std::vector<std::string> local_notices_;  ///< once it has ended
  std::shared_ptr<net::WebSocket> socket_;
  net::WebSocket::Listener listener_;
  Clock::Time began_{0}, heard_until_{0};
  std::optional<ScopedAlarm> silence_;
  bool lost_ = false;  ///< until it is resumed: what is said meanwhile nobody hears
  bool closing_ = false;
  std::vector<std::string> resumed_;
};

/// The address of a call with what it lacks. @throws Error configuration for what is no address of a WebSocket.
std::string gateway_url(const GatewayAgentOptions& options);

}  // namespace antiphon::wire
