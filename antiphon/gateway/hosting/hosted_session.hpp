#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/pulse.hpp"
#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/hosting/session_caller.hpp"
#include "antiphon/session/session_host.hpp"

namespace antiphon::gateway {

/// Who a hosted session says that it is.
struct HostedIdentity {
  std::string id = "gateway";
  std::string instructions{};
  std::vector<std::string> tools{};
};

/// A conversation of the gateway as a session that a controller drives (contracts.md §13). Without audio texts go to the dialogue as they are: nothing is
/// recognised or synthesised, no time is waited. While audio is on, in or out, it is a call, with all that a call has: barge-in, end of turn, pacing.
class HostedSession final : public session::HostedAgent {
 public:
  /// @param io what is on when it begins
  HostedSession(Runtime& runtime, CallParts parts, SessionState state, HostedIdentity identity, session::SessionIo io = {});
  ~HostedSession() override;

  /// What a host of it needs beside what its caller says.
  session::SessionHostOptions host_options(session::SessionHostOptions options);
  /// Goes on beside `host.serve()`, as long as that. @param host outlives it
  Task<> run(session::SessionHost& host);
  /// Ends what goes on, and `run` with it.
  void close();
  /// Says why where it is spoken, at once where it was dismissed before; an answer in text under way may end. Then it hangs up, and `run` ends.
  void dismiss();
  /// It is over, whoever ended it.
  void end();
  /// As it is now.
  const SessionState& state() const { return call_ ? call_->state() : state_; }

  session::AgentInfo info() const override;
  std::map<std::string, std::string> options() const override;
  Task<> greet(session::AgentTurn& turn) override;
  Task<> answer(std::string text, session::AgentTurn& turn) override;
  void io_changed(const session::SessionIo& io) override;
  void hear(const session::SessionAudio& audio) override;
  Task<> fall_silent() override;

 private:
  class Reply;
  /// A text of the controller that the call answers.
  struct Asked {
    session::AgentTurn* turn = nullptr;
    int number = 0;  ///< of the call's turn; 0: it has not begun
    bool ended = false;
    bool farewell = false;  ///< the call ends behind this turn, and says so
    bool told = false;      ///< its words are an item
    std::string said{};     ///< sentences that have begun to be heard
    std::optional<session::SessionError> failure{};
  };

  Task<std::string> take(std::string text);
  Task<> answer_in_text(std::string text, session::AgentTurn& turn);
  Task<std::optional<std::string>> floor_for(std::string text);
  Task<AfterAnswer> think(session::AgentTurn& turn, std::string& said);
  Task<> finish(AfterAnswer after, std::string& said, session::AgentTurn& turn);
  Task<> hand_over(session::AgentTurn& turn);
  void note_turn(const std::string& said, bool interrupted);

  bool wants_call() const { return io_.input_audio || io_.output_audio; }
  Task<> hold_call();
  CallSettings settings_of_call();
  Task<> answer_by_call(session::AgentTurn& turn);
  Task<> until_answered(std::shared_ptr<Asked> asked);
  Task<> end_asked();
  std::unique_ptr<Dialogue> attended();
  void note_after(int number, AfterAnswer after);
  void note_failure(int number, session::SessionError error);
  Task<> on_event(json::object event);
  Task<> on_turn_ended(int number, const json::object& event);
  void tell_trouble(const json::object& event);
  Task<> on_sentence(int number, std::string text);
  Task<> play(session::SessionAudio audio);
  Task<> tell_tools(int number);
  Task<> add(int number, session::SessionItem item);
  bool is_asked(int number) const { return asked_ && asked_->number == number && number > 0; }

  Runtime& runtime_;
  CallParts parts_;
  HostedIdentity identity_;
  SessionState state_;  ///< the call has it while there is one
  session::SessionIo io_;
  session::SessionHost* host_ = nullptr;
  Intake* intake_;
  Channel<std::string> floors_;  ///< turns that the dialogue takes by itself: a PIN is complete
  bool answer_wanted_ = true;    ///< false: of what was taken last more is to come
  std::string raw_;              ///< what was written last, for the call
  bool thinking_ = false;
  bool over_ = false;
  bool given_up_ = false;  ///< over, and nobody else took the caller
  bool closing_ = false;
  bool dismissed_ = false;
  std::string greeting_;
  const bool greets_in_call_;
  bool has_called_ = false;

  std::shared_ptr<SessionCaller> caller_;
  std::unique_ptr<Dialogue> attended_;
  std::shared_ptr<CallSession> call_;
  bool switching_ = false;       ///< audio went off: the call ends, the conversation goes on
  int own_to_come_ = 0;          ///< texts of the controller that the call has still to tell
  int told_of_ = 0;              ///< a turn of the call whose words were told when it was cut off
  int started_ = 0, ended_ = 0;  ///< turns of the call
  std::size_t told_ = 0;         ///< messages of the call that were looked at for tools
  std::shared_ptr<Asked> asked_;
  Pulse changed_;
};

/// The calls of tools and what they gave, among messages; nothing of what was said.
session::SessionItems tools_in(const History& messages, std::size_t from);

}  // namespace antiphon::gateway
