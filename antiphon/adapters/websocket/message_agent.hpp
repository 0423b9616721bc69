#pragma once

#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/adapters/websocket/voice_messages.hpp"
#include "antiphon/adapters/websocket/voice_transport.hpp"
#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/line_codec.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/base/runtime.hpp"

namespace antiphon::wire {

/// What is known of a conversation of messages before it begins.
struct MessageAgentSettings {
  std::string name;  ///< of the adapter
  audio::AudioFormat send{}, receive{};
  std::optional<VoiceMessages> json{};                                                ///< unset: binary messages of raw audio; texts mean nothing
  std::function<net::WsMessage(std::string_view)> encode_audio{};                     ///< in place of what `json` says: a frame of 20 ms in `send`
  std::function<std::vector<WireSignal>(const net::WsMessage&)> decode_response{};    ///< in place of what `json` says
  bool tells_turn_end = false, tells_transcripts = false, tells_user_speech = false;  ///< what `decode_response` tells of
  AdapterCapabilities capabilities() const;
};

/// A voice agent behind a connection that carries messages, each a piece of audio or a JSON text (TRN-4). The line is paced: what we say waits in a queue of
/// our own while the agent does not read, and 5 s without a message taken are an error.
class MessageAgent final : public VoiceAgentAdapter {
 public:
  MessageAgent(std::shared_ptr<const MessageAgentSettings> settings, Runtime& runtime, std::string thread_id, std::unique_ptr<VoiceTransport> transport);

  const std::string& name() const override { return settings_->name; }
  const AdapterCapabilities& capabilities() const override { return capabilities_; }
  Task<> connect(Deadline deadline) override;
  Task<> disconnect(Deadline deadline) override;
  Task<> send_audio(audio::AudioChunk chunk, Deadline deadline) override;
  void send_now(audio::SampleView samples, bool ends_utterance) override;
  bool sends_now() const override { return true; }
  Task<> end_of_utterance(Deadline deadline) override;
  Task<AgentSignal> receive(Deadline deadline) override;
  bool deliver_to(SignalSink* sink) override;
  Task<> interrupt(Deadline deadline) override;
  Task<> send_dtmf(std::string keys, Deadline deadline) override;
  Task<> send_text(std::string text, Deadline deadline) override;
  std::vector<std::string> notices() const override;

 private:
  struct Event {
    AgentSignal signal{};
    std::exception_ptr failure{};
  };

  Task<> drive(Task<> work, Latch& done);
  Task<> read();
  Task<> write();
  void arrived(const net::WsMessage& message);
  void guarded(const std::function<void()>& step);
  void take(const net::WsMessage& message);
  std::vector<WireSignal> meaning_of(const net::WsMessage& message);
  void take(WireSignal signal);
  void take_audio(std::string_view bytes);
  void hear(audio::Samples samples);
  void flush();
  void look_after_flush();
  void flush_later();
  void ended(AgentClosed closed);
  bool is_mid_word() const;
  bool is_deaf() const;
  static Error deaf();
  void tell(AgentSignal signal);
  void fail(const Error& error);
  void put(net::WsMessage message);
  void put(const std::optional<json::value>& message, const Filling& filling);
  net::WsMessage message_of(audio::SampleView frame);
  Task<> say_goodbye(Deadline deadline);
  Error in_call(const Error& error, std::string_view when) const;
  std::string moment() const;

  // First what each frame looks at, so that it comes back into the cache in few pieces.
  std::shared_ptr<const MessageAgentSettings> settings_;
  Clock& clock_;
  std::unique_ptr<VoiceTransport> transport_;
  SignalSink* sink_ = nullptr;
  bool connected_ = false, running_ = false, over_ = false;
  std::optional<Clock::Time> sending_since_{};  // the message under way
  std::list<net::WsMessage> outgoing_;          // takes no memory while it is empty
  audio::LineEncoder encoder_;
  audio::LineDecoder decoder_;
  std::size_t audio_messages_ = 0;
  Clock::Time heard_until_{0};                      // when all that was received will have been heard
  std::optional<Clock::Time> flush_at_{};           // then what the decoder keeps back is let go
  Clock::Time looked_at_ = Clock::Time::min() / 2;  // with the last frame of ours
  double last_dbfs_ = audio::silence_dbfs;          // of the last moment of what was received
  std::optional<ScopedAlarm> flushing_;
  AdapterCapabilities capabilities_;
  std::string audio_before_, audio_after_;  // of the template of a frame, around its audio

  Runtime& runtime_;
  std::string thread_id_;
  Clock::Time began_{0};
  Channel<Event> events_;
  Pulse to_send_;
  Stoppable reading_, writing_;
  Latch read_, written_;
  std::string first_text_;  // the first such
  std::size_t ignored_texts_ = 0;
  std::string last_text_;  // a text that meant nothing
};

}  // namespace antiphon::wire
