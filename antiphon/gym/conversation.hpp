#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/adapters/layercode/layercode_call.hpp"
#include "antiphon/gym/callbacks.hpp"
#include "antiphon/gym/client.hpp"
#include "antiphon/gym/conversation_folder.hpp"
#include "antiphon/gym/folder_writer.hpp"
#include "antiphon/gym/mix.hpp"

namespace antiphon::gym {

/// One conversation from the request for a key to the files. One executor; run once.
class Conversation {
 public:
  struct Parts {
    const UserSimulator& simulator;
    const Settings& settings;
    const TurnCallback& turn_callback;
    const ConversationCallback& conversation_callback;
    std::shared_ptr<const ModelRegistry> models;
    std::shared_ptr<const SpeechRegistry> speech;
    GymParts shared;
  };

  Conversation(Runtime& runtime, net::HttpClient& http, Parts parts, ConversationStart start, std::string name);

  /// However it goes, it ends with a log. @throws Error io where it cannot even be written.
  Task<ConversationLog> run(StopSource stop);

 private:
  Task<> converse();
  Task<> get_key();
  void open_folder(const std::string& id);
  Task<> greet();
  Task<std::optional<UserResponse>> next_words();
  Task<> wait(Duration longest);
  Task<> perform(UserResponse response);
  Task<audio::Samples> load(UserResponse& response);
  Task<> listen(Duration patience);
  Task<> await_answer(Duration patience);
  void adopt_greeting();
  UserRequest request(const WaitContext& waits) const;
  void begin_turn();
  void take_answer();
  Task<> complete_turn();
  void save();
  void save_mix();
  Task<> finish();
  Task<> say_what_failed(const Error& error);
  Task<> tell_everybody();
  bool was_answered() const;
  void end(std::string reason, std::string message);
  void end(const Error& error, std::string reason);
  void note(std::string problem);
  std::string stamp(Clock::Time at) const;

  /// A turn of this session, beside what the log says of it.
  struct Record {
    std::size_t answer = 0;                          ///< of the ear's
    std::optional<Clock::Time> reference{};          ///< end of what the user said
    std::shared_ptr<const audio::Samples> speech{};  ///< of the user, as sent; nullptr: typed, or not kept
    std::size_t written_samples = 0;                 ///< of the agent, in its file
    bool user_written = false;
  };

  Runtime& runtime_;
  Clock& clock_;
  Parts parts_;
  const Settings& settings_;
  ConversationStart start_;
  SimulatorContext context_;
  std::unique_ptr<SimulatedUser> user_;
  LayercodeCall call_;
  std::shared_ptr<const ConversationFolder> folder_;
  std::optional<FolderWriter> writer_;  ///< of that folder
  ConversationLog log_;
  std::vector<Record> records_;
  Mix mix_;                  ///< of what the user said
  Duration mixed_until_{0};  ///< what its file holds
  Clock::Time began_;
  std::chrono::system_clock::time_point began_at_;
  double earlier_seconds_ = 0;
  std::string stage_ = "simulator_failed";  ///< the reason, should what is under way fail
  bool open_ = false;                       ///< the last turn may still change
  bool turn_over_ = true;                   ///< of the agent
  std::string acknowledged_;
  bool greeted_ = false;
  bool timed_out_ = false, interrupted_ = false, ended_ = false;
  int silent_ = 0;
};

}  // namespace antiphon::gym
