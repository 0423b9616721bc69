#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/dialogue/dialogue.hpp"

namespace antiphon::gateway {

/// A dialogue whose answers somebody attends to: what follows them, and why there is none. All else is as it was. One executor.
class AttendedDialogue final : public Dialogue {
 public:
  struct Attendant {
    std::function<void(int turn, AfterAnswer after)> answered;
    std::function<void(int turn, const Error& error)> failed;  ///< before the caller of this hears of it
  };
  /// @param dialogue outlives this
  AttendedDialogue(Dialogue& dialogue, Attendant attendant) : dialogue_(dialogue), attendant_(std::move(attendant)) {}

  std::string greeting(const SessionState& session) override { return dialogue_.greeting(session); }
  Task<AfterAnswer> answer(SessionState& session, const AnswerSink& sink) override {
    const int turn = session.turns.back().id;
    std::optional<AfterAnswer> after;
    std::exception_ptr failure;
    try {
      after = co_await dialogue_.answer(session, sink);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::cancelled) attendant_.failed(turn, error);  // nobody waits for it any more
      failure = std::current_exception();
    }
    if (failure) std::rethrow_exception(failure);
    attendant_.answered(turn, *after);
    co_return *after;
  }
  Task<> think_ahead(SessionState session) override { return dialogue_.think_ahead(std::move(session)); }
  std::string apology(const SessionState& session) override { return dialogue_.apology(session); }
  AfterAnswer after_failure(SessionState& session) override { return dialogue_.after_failure(session); }
  std::string reprompt(const SessionState& session, int times) override { return dialogue_.reprompt(session, times); }
  std::string goodbye(const SessionState& session, AfterAnswer after) override { return dialogue_.goodbye(session, after); }
  Task<> hand_over(SessionState& session) override { return dialogue_.hand_over(session); }
  // The caller hears so; what waits for the end of the call must not wait for ever.
  NotTaken not_taken(SessionState& session) override { return {dialogue_.not_taken(session).say, AfterAnswer::end_call}; }
  std::string parting(const SessionState& session, Parting why) override { return dialogue_.parting(session, why); }
  json::object memory() const override { return dialogue_.memory(); }
  void recall(const json::object& memory, const SessionState& session) override { dialogue_.recall(memory, session); }
  Intake* intake() override { return dialogue_.intake(); }

 private:
  Dialogue& dialogue_;
  Attendant attendant_;
};

}  // namespace antiphon::gateway
