#include <fmt/format.h>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/engine/scenario_run.hpp"

// What a run does where a person takes part: plays a participant, or goes through it step by step (SCN-71).

namespace antiphon {

Cue ScenarioRun::cue_for(std::size_t seat) const {
  return {.runtime = place_.runtime, .label = id_, .role = seats_[seat].role, .turn = std::max(order_.turn(), 1)};
}

Task<bool> ScenarioRun::person_steps_in(std::size_t seat) {
  const auto role = seats_[seat].role;
  if (!stepping_ || specs_[seat]->is_a_person()) co_return false;
  auto decision = co_await watchdog_.unhurried(place_.person->step(cue_for(seat)));
  switch (decision.kind) {
    case Intervention::Kind::let: co_return false;
    case Intervention::Kind::run_on: stepping_ = false; co_return false;
    case Intervention::Kind::say:
      if (role == Role::judge) co_return false;  // it decides, and says nothing that others hear
      add(Message(role == Role::user ? MessageRole::user : MessageRole::assistant, decision.text), at_once(), seat);
      notices_.push_back(fmt::format("in turn {} a person spoke in the {}'s place", cue_for(seat).turn, to_string(role)));
      co_return true;
    case Intervention::Kind::succeed:
    case Intervention::Kind::fail: break;
  }
  const bool success = decision.kind == Intervention::Kind::succeed;
  ending_ = {.kind = success ? Ending::Kind::succeeded : Ending::Kind::failed, .reason = std::move(decision.text), .line = line_};
  notices_.push_back(fmt::format("in turn {} a person ended the run", cue_for(seat).turn));
  ended_by_person_ = true;
  co_return true;
}

// The user had nothing more to say, so that nobody has anything to answer. A turn in which nothing at all was said is none.
void ScenarioRun::close_silent_turn() {
  bool anything = false;
  for (auto i = messages().size(); i > 0 && conversation_.timings()[i - 1].turn == order_.turn(); --i) {
    anything = true;
    if (messages()[i - 1].role() == MessageRole::user) return;
  }
  order_.close_turn(anything);
}

bool ScenarioRun::speaks_through_microphone(std::size_t seat) const {
  return call_ && place_.microphone && seats_[seat].role == Role::user && specs_[seat]->is_a_person();
}

namespace {

Task<> leave_when_they_want(Person& person, Cue cue, voice::VoiceCall& call) {
  co_await person.hang_up(std::move(cue));
  call.leave();
}

}  // namespace

// What is said before our turn has come (over the agent, above all) is part of it: the line listens all the time.
Task<AgentReply> ScenarioRun::hear_person(std::size_t seat) {
  auto spoken = co_await beside(leave_when_they_want(*place_.person, cue_for(seat), *call_), call_->listen());
  if (spoken) {
    spoken_ = spoken->utterance;
    co_return AgentReply(std::move(spoken->text));
  }
  if (spoken_) co_return AgentReply().concluding();
  throw Error(ErrorKind::closed, "the call was over before the person at the microphone said a word").with_party(Party::harness);
}

Task<> ScenarioRun::take_spoken(std::size_t seat, AgentReply reply) {
  seats_[seat].concluded |= reply.concludes();
  co_await overhear();
  const auto before = messages().size();
  for (auto& message : std::move(reply).messages(MessageRole::user)) add_said(std::move(message), *spoken_, seat, false);
  trace_.produced(seat, before, messages().size());
}

}  // namespace antiphon
