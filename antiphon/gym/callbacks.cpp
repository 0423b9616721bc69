#include "antiphon/gym/callbacks.hpp"

#include <stop_token>

namespace antiphon::gym {

Task<> TurnCallback::call(Runtime& runtime, ConversationTurn turn, const ConversationLog& log) const {
  if (coroutine_) co_return co_await coroutine_(turn, log);
  if (!blocking_) co_return;
  const std::function<void(std::stop_token)> work = [call = blocking_, turn = std::move(turn), log](std::stop_token) { call(turn, log); };
  co_await runtime.blocking.run<void>(runtime.clock, work);
}

Task<> ConversationCallback::call(Runtime& runtime, const ConversationLog& log) const {
  if (coroutine_) co_return co_await coroutine_(log);
  if (!blocking_) co_return;
  const std::function<void(std::stop_token)> work = [call = blocking_, log](std::stop_token) { call(log); };
  co_await runtime.blocking.run<void>(runtime.clock, work);
}

}  // namespace antiphon::gym
