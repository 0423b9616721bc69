#pragma once

#include <deque>
#include <memory>
#include <string>

#include "antiphon/adapters/twilio/twilio_agent.hpp"
#include "antiphon/adapters/twilio/twiml.hpp"
#include "antiphon/adapters/websocket/voice_transport.hpp"
#include "antiphon/net/twilio.hpp"

namespace antiphon::wire {

/// Plays Twilio to one agent: the webhook, then the media stream. Above it binary messages are mu-law at 8,000 Hz, both ways; texts are `{"type": "clear"}` of
/// the agent, and `{"type": "dtmf", "keys": …}` and `{"type": "hang_up"}` of ours. Marks come back to the agent when their audio would have been played.
class TwilioLine final : public VoiceTransport {
 public:
  TwilioLine(std::shared_ptr<const TwilioAgentOptions> options, const ParticipantContext& context);

  Task<> connect(Deadline deadline) override;
  Task<std::optional<net::WsMessage>> receive(Deadline deadline) override;
  Task<> send(net::WsMessage message, Deadline deadline) override;
  Task<> close(Deadline deadline) override;
  Task<AgentClosed> ending() override;
  const std::string& place() const override { return place_; }

 private:
  struct Mark {
    Clock::Time due;
    std::string name;
  };

  Task<TwimlStream> call(Deadline deadline);
  Task<> open(TwimlStream stream, Deadline deadline);
  Task<> begin(const TwimlStream& stream, Deadline deadline);
  net::Headers with_signature(const std::string& url, const net::FormFields& fields) const;
  Task<> say(json::object message, Deadline deadline);
  Task<> say_media(std::string_view mulaw, Deadline deadline);
  Task<> act(std::string_view text, Deadline deadline);
  Task<> echo_due_marks();
  std::optional<net::WsMessage> take(const net::WsMessage& message);
  std::optional<net::WsMessage> play(const json::value& message, Clock::Time arrived_at);
  void clear();
  std::string next_number() { return std::to_string(++sequence_); }
  std::string elapsed_ms() const;

  std::shared_ptr<const TwilioAgentOptions> options_;
  Runtime& runtime_;
  Clock& clock_;
  std::string place_, account_, call_, stream_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<net::WebSocket> socket_;
  std::deque<Mark> marks_;       ///< of the agent, by when they are due
  Clock::Time played_until_{0};  ///< all that was received will have been heard
  Clock::Time began_{0};
  std::uint64_t sequence_ = 0, chunk_ = 0;
  bool stopped_ = false;
};

}  // namespace antiphon::wire
