#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "antiphon/gym/callbacks.hpp"
#include "antiphon/gym/conversation_log.hpp"
#include "antiphon/gym/settings.hpp"
#include "antiphon/gym/user_simulator.hpp"
#include "antiphon/scenario/stop_source.hpp"

namespace antiphon::gym {

/// Which conversation it is.
struct ConversationStart {
  std::string conversation_id{};  ///< of one to go on with; empty: a new one
  std::string session_key{};      ///< one that was asked for already, with its id: the backend is not asked
};

/// What conversations share.
struct GymParts {
  std::shared_ptr<const ModelRegistry> models{};   ///< null: all of this build
  std::shared_ptr<const SpeechRegistry> speech{};  ///< null: all of this build
  Settings::Variables environment{};               ///< empty: of this process
  std::uint64_t seed = 0;
  std::function<void(Duration behind)> late{};  ///< of each message of speech, behind the time at which it was due
};

/// A voice client that talks to an agent behind the platform (GYM-1): asks the backend for a key, connects with it, converses, and keeps everything.
///
/// A value: each run is a conversation of its own with a user of its own.
class LayercodeClient {
 public:
  LayercodeClient(UserSimulator simulator, Settings settings, TurnCallback turn_callback = {}, ConversationCallback conversation_callback = {})
      : simulator_(std::move(simulator)),
        settings_(std::move(settings)),
        turn_callback_(std::move(turn_callback)),
        conversation_callback_(std::move(conversation_callback)) {}

  /// Blocks until the conversation has ended and is written. However it went, there is a log with `end`, and a folder.
  /// @throws Error configuration for settings that cannot work, before anything happens; io where not even the folder can be made.
  ConversationLog run(ConversationStart start = {}) const;
  /// The same on an executor of one's own.
  /// @param stop ends it in order, when asked to.
  Task<ConversationLog> converse(Runtime& runtime, net::HttpClient& http, GymParts parts = {}, ConversationStart start = {}, StopSource stop = {},
                                 std::string name = "1") const;

  const Settings& settings() const { return settings_; }

 private:
  UserSimulator simulator_;
  Settings settings_;
  TurnCallback turn_callback_;
  ConversationCallback conversation_callback_;
};

struct BatchOptions {
  std::size_t at_once = 0;  ///< 0: all of them
  GymParts parts{};
  StopSource stop{};
  std::function<void(std::size_t index, const ConversationLog& log)> on_end{};  ///< on the thread of the caller
};

/// Many conversations from this thread, as many at once as is said; what becomes of one is nothing to the others (GYM-10).
/// @return their logs in order. Those that could not even have a folder say so in `end`, too.
std::vector<ConversationLog> run_conversations(const std::vector<LayercodeClient>& clients, const std::vector<ConversationStart>& starts = {},
                                               BatchOptions options = {});

}  // namespace antiphon::gym
