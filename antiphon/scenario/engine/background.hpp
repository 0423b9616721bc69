#pragma once

#include <exception>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

#include "antiphon/agent/participant.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon {

/// An agent's turn that goes on while the script does (SCN-11).
class Background {
 public:
  Background(asio::any_io_executor executor, Clock& clock, std::size_t seat, Task<AgentReply> work);

  std::size_t seat() const { return seat_; }
  Clock::Time asked() const { return asked_; }
  /// Its answer is there, and needs no further time.
  bool is_over() const { return state_->done.is_open(); }
  /// When the answer was there, however much later the script joins. Valid after `join`.
  Clock::Time answered() const { return state_->answered; }
  /// Its answer, once; cancelling the wait cancels the turn.
  Task<AgentReply> join();
  /// Asks the turn to stop; whoever joins it learns how it ended.
  void stop() { state_->work.stop(); }
  /// Stops the turn and waits until it has. From then on the awaiting coroutine cannot be cancelled: it is on its way out.
  Task<> abandon();

 private:
  struct State {
    Stoppable work;
    Latch done;
    std::optional<AgentReply> reply;
    std::exception_ptr failure;
    Clock::Time answered{};
  };
  static Task<> drive(std::shared_ptr<State> state, Clock& clock, Task<AgentReply> work);

  std::size_t seat_;
  Clock::Time asked_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace antiphon
