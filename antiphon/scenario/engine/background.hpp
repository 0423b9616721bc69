#pragma once

#include <exception>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

#include "antiphon/agent/participant.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/scenario/engine/latch.hpp"

namespace antiphon {

/// An agent's turn that goes on while the script does (SCN-11).
class Background {
 public:
  /// @param clock outlives the executor's work
  Background(asio::any_io_executor executor, const Clock& clock, std::size_t seat, Task<AgentReply> work);

  std::size_t seat() const { return seat_; }
  Clock::Time asked() const { return asked_; }
  /// When it came to its end, long before `join` perhaps; nullopt while it goes on.
  std::optional<Clock::Time> ended() const { return state_->ended; }
  /// Its answer, once; cancelling the wait cancels the turn.
  Task<AgentReply> join();
  /// Stops the turn and waits until it has.
  Task<> abandon();

 private:
  struct State {
    Stoppable work;
    Latch done;
    std::optional<AgentReply> reply;
    std::exception_ptr failure;
    std::optional<Clock::Time> ended;
  };
  static Task<> drive(std::shared_ptr<State> state, Task<AgentReply> work, const Clock* clock);

  std::size_t seat_;
  Clock::Time asked_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace antiphon
