#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/task_group.hpp"
#include "antiphon/gym/platform/assistant_speech.hpp"
#include "antiphon/gym/platform/backend.hpp"
#include "antiphon/gym/platform/client_line.hpp"
#include "antiphon/gym/platform/session_record.hpp"
#include "antiphon/gym/platform/user_ear.hpp"

namespace antiphon::gym {

/// One client's connection: turns of the user become webhooks, replies of the backend become turns of the assistant. One executor.
class PlatformSession {
 public:
  struct Parts {
    Runtime& runtime;
    const PlatformSettings& settings;
    const PlatformSpeech& speech;
    net::HttpClient& http;
  };
  /// `parts`, `socket` and `record` outlive it.
  PlatformSession(const Parts& parts, net::WebSocket& socket, SessionRecord& record);
  ~PlatformSession();
  PlatformSession(const PlatformSession&) = delete;
  PlatformSession& operator=(const PlatformSession&) = delete;

  /// Until the client or the backend ends it, a limit does, or `close`; says `session.end` to the backend. @throws nothing but cancellation.
  Task<> run();
  /// Ends it: the client is told 1001.
  void close();

 private:
  struct Answer;
  struct Handler;
  using Frame = layercode::ClientMessage;

  // Of the client.
  Task<> read();
  void take(std::string_view text);
  void handle(const layercode::ClientReady& ready);
  void handle(const layercode::ClientAudio& audio);
  void handle(const layercode::ClientVad& vad);
  void handle(const layercode::ClientTrigger& trigger);
  void handle(const layercode::ClientText& text);
  void handle(const layercode::ClientData& data);
  void handle(const layercode::ReplayFinished& finished);
  void handle(const layercode::ReplayInterrupted& cut);
  void handle(const layercode::ClientSessionUpdate& update);
  void handle(const layercode::UnknownMessage& unknown);

  // Of the user's voice.
  EarListener listener();
  void user_began(int number);
  void user_understood(int number, const std::string& text);
  void user_ended(const HeardTurn& heard);

  // Turns.
  std::string new_turn_id();
  void ask(std::string text, std::string turn_id);
  void interrupt();
  void hold();
  void go_on();
  bool assistant_busy() const;
  void begin_answer(layercode::WebhookEvent event, bool to_user);
  Task<> answer(std::shared_ptr<Answer> answer, layercode::WebhookEvent event);
  Task<> reply(std::shared_ptr<Answer> answer, layercode::WebhookEvent event);
  std::shared_ptr<AssistantSpeech> speech_of(const std::string& turn_id);
  Task<bool> say_to_the_end(std::shared_ptr<Answer> answer);
  Task<> speak(std::shared_ptr<Answer> answer);
  void take_event(Answer& answer, const layercode::ReplyEvent& event);
  void start_speaking(Answer& answer);
  void record(Answer& answer);
  Task<> pass_data(layercode::DataEvent event);
  Task<> finish();
  layercode::Webhook webhook(layercode::WebhookEvent event) const;
  Task<WebhookOutcome> post(layercode::WebhookEvent event, Backend::OnEvent on_event);

  Task<> keep(Task<> work);
  void leave(std::uint16_t code, std::string reason);
  void notice(std::string_view what) const;
  std::chrono::system_clock::time_point wall_time() const { return settings_.backend.wall_time(); }

  Runtime& runtime_;
  const PlatformSettings& settings_;
  const PlatformSpeech& speech_;
  net::WebSocket& socket_;
  SessionRecord& record_;
  Backend backend_;
  ClientLine line_;
  UserEar ear_;
  TaskGroup tasks_;
  Stoppable reading_;
  net::WsClose goodbye_{1000, "the session is over"};
  bool ready_ = false;
  std::size_t bad_frames_ = 0;
  int data_under_way_ = 0;
  std::map<int, std::string> user_turns_;                       ///< ids of turns by voice that are not over, without their prefix
  std::string unanswered_;                                      ///< words of a turn behind which the user went on speaking
  std::shared_ptr<Answer> answer_;                              ///< the one under way, or heard last
  Pulse held_;                                                  ///< an answer was stopped, goes on, or may have been played
  std::optional<layercode::InterruptionContext> interruption_;  ///< of the turn before, for the next message
};

}  // namespace antiphon::gym
