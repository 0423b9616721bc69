#pragma once

#include <functional>
#include <string>
#include <type_traits>

#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/gym/conversation_log.hpp"

namespace antiphon::gym {

/// Called after each turn, the greeting among them (GYM-5). Made of any of
///
///   void (int turn_number, std::string user_message, std::string agent_message, std::string conversation_id)
///   void (const ConversationTurn&, const ConversationLog&)
///
/// or of a coroutine `Task<>` with these parameters. A function may block: it runs on a thread of its own, with copies. A coroutine runs on the conversation's.
class TurnCallback {
 public:
  TurnCallback() = default;
  template <class F>
    requires(std::is_invocable_v<F&, int, std::string, std::string, std::string> || std::is_invocable_v<F&, const ConversationTurn&, const ConversationLog&>) &&
            (!std::is_same_v<std::decay_t<F>, TurnCallback>)
  TurnCallback(F callable) {  // NOLINT: a function is a callback
    if constexpr (std::is_invocable_v<F&, int, std::string, std::string, std::string>)
      take([callable](const ConversationTurn& turn, const ConversationLog& log) mutable {
        return callable(turn.turn_number, turn.user_message ? turn.user_message->text.value_or("") : std::string(),
                        turn.agent_message ? turn.agent_message->text : std::string(), log.conversation_id);
      });
    else
      take(std::move(callable));
  }

  explicit operator bool() const { return blocking_ || coroutine_; }
  /// @throws whatever it throws.
  Task<> call(Runtime& runtime, ConversationTurn turn, const ConversationLog& log) const;

 private:
  template <class F>
  void take(F callable) {
    if constexpr (std::is_same_v<std::invoke_result_t<F&, const ConversationTurn&, const ConversationLog&>, Task<>>)
      coroutine_ = std::move(callable);
    else
      blocking_ = std::move(callable);
  }
  std::function<void(const ConversationTurn&, const ConversationLog&)> blocking_;
  std::function<Task<>(const ConversationTurn&, const ConversationLog&)> coroutine_;
};

/// Called once, when all is written: `void (const ConversationLog&)`, or a coroutine with that parameter.
class ConversationCallback {
 public:
  ConversationCallback() = default;
  template <class F>
    requires std::is_invocable_v<F&, const ConversationLog&> && (!std::is_same_v<std::decay_t<F>, ConversationCallback>)
  ConversationCallback(F callable) {  // NOLINT
    if constexpr (std::is_same_v<std::invoke_result_t<F&, const ConversationLog&>, Task<>>)
      coroutine_ = std::move(callable);
    else
      blocking_ = std::move(callable);
  }

  explicit operator bool() const { return blocking_ || coroutine_; }
  /// @throws whatever it throws.
  Task<> call(Runtime& runtime, const ConversationLog& log) const;

 private:
  std::function<void(const ConversationLog&)> blocking_;
  std::function<Task<>(const ConversationLog&)> coroutine_;
};

}  // namespace antiphon::gym
