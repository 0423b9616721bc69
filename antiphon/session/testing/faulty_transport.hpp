#pragma once

#include <optional>

#include "antiphon/base/random.hpp"
#include "antiphon/session/transport.hpp"

namespace antiphon::session::testing {

/// What may happen to messages on their way.
enum class Fault { none, drop, delay, twice, swap, garble, cut, stall };
inline constexpr Fault all_faults[] = {Fault::drop, Fault::delay, Fault::twice, Fault::swap, Fault::garble, Fault::cut, Fault::stall};

/// A transport on which one thing goes wrong at one operation, sends and receives counted together.
class FaultyTransport final : public SessionTransport {
 public:
  FaultyTransport(Runtime& runtime, std::unique_ptr<SessionTransport> inner, Fault fault, int at)
      : runtime_(runtime), inner_(std::move(inner)), fault_(fault), at_(at) {}

  Task<> start(Deadline deadline) override { return inner_->start(deadline); }

  Task<std::optional<std::string>> receive() override {
    if (again_) co_return std::exchange(again_, std::nullopt);
    auto message = co_await inner_->receive();
    switch (next()) {
      case Fault::drop: co_return co_await inner_->receive();
      case Fault::delay: co_await runtime_.clock.sleep_for(std::chrono::seconds(7)); break;
      case Fault::twice: again_ = message; break;
      case Fault::swap: {
        auto second = co_await inner_->receive();
        again_ = std::move(message);
        if (second) co_return second;
        co_return std::exchange(again_, std::nullopt);
      }
      case Fault::garble:
        if (message) garble(*message);
        break;
      case Fault::cut: inner_->cut(); throw Error(ErrorKind::closed, "cut on purpose");
      case Fault::stall: co_await forever(); break;
      case Fault::none: break;
    }
    co_return message;
  }

  Task<> send(std::string message, Deadline deadline) override {
    switch (next()) {
      case Fault::drop: co_return;
      case Fault::delay: co_await runtime_.clock.sleep_for(std::chrono::seconds(7)); break;
      case Fault::twice: co_await inner_->send(message, deadline); break;
      case Fault::swap: held_ = std::move(message); co_return;
      case Fault::garble: garble(message); break;
      case Fault::cut: inner_->cut(); throw Error(ErrorKind::closed, "cut on purpose");
      case Fault::stall: co_await at_most(runtime_.clock, deadline, forever(), Error(ErrorKind::timeout, "stalled on purpose")); break;
      case Fault::none: break;
    }
    co_await inner_->send(std::move(message), deadline);
    if (held_) co_await inner_->send(*std::exchange(held_, std::nullopt), deadline);
  }

  Task<> close(Deadline deadline) override {
    closed_.beat();
    return inner_->close(deadline);
  }
  void cut() override {
    is_cut_ = true;
    closed_.beat();
    inner_->cut();
  }
  int operations() const { return operations_; }

 private:
  Fault next() { return operations_++ == at_ ? fault_ : Fault::none; }
  static void garble(std::string& message) {
    for (auto& c : message) c = static_cast<char>(c ^ 0x55);
  }
  // Until it is cut or whoever waits is cancelled.
  Task<> forever() {
    if (!is_cut_) co_await closed_.wait();
    throw Error(ErrorKind::closed, "cut");
  }

  Runtime& runtime_;
  std::unique_ptr<SessionTransport> inner_;
  Fault fault_;
  int at_;
  int operations_ = 0;
  std::optional<std::string> again_, held_;
  bool is_cut_ = false;
  Pulse closed_;
};

}  // namespace antiphon::session::testing
