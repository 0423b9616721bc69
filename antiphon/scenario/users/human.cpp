#include <fmt/format.h>

#include "antiphon/agent/person.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {

namespace {

class Human final : public Participant {
 public:
  Human(Role role, const ParticipantContext& context) : role_(role), runtime_(context.runtime), label_(context.scenario_id), person_(context.person) {
    if (!person_)
      throw Error(ErrorKind::configuration, fmt::format("the {} is played by a person, and nobody is there", to_string(role)))
          .with_party(Party::harness)
          .with_hint("set RunOptions::person, or run the suite with `antiphon run` at a terminal");
  }

  Task<AgentReply> call(AgentInput input) override {
    auto words = co_await person_->say({.runtime = runtime_, .label = label_, .role = role_, .turn = input.turn});
    if (words) {
      has_spoken_ = true;
      co_return AgentReply(*std::move(words));
    }
    if (role_ == Role::user && has_spoken_) co_return AgentReply().concluding();
    throw Error(ErrorKind::closed,
                fmt::format("the input ended before the person who plays the {} said {}", to_string(role_), has_spoken_ ? "anything more" : "a word"))
        .with_party(Party::harness)
        .with_hint("run it at a terminal, or pipe in one line for each of their turns");
  }

  Brief brief() const override { return {.fixed_words = true}; }

 private:
  Role role_;
  Runtime& runtime_;
  std::string label_;
  Person* person_;
  bool has_spoken_ = false;
};

ParticipantSpec human(Role role) {
  // Reading blocks a thread of the pool, and virtual time stands still meanwhile: any clock will do.
  return ParticipantSpec("human", [role](const ParticipantContext& context) { return std::make_unique<Human>(role, context); }, true).played_by_a_person();
}

}  // namespace

ParticipantSpec human_user() { return human(Role::user); }
ParticipantSpec human_agent() { return human(Role::agent); }

}  // namespace antiphon
