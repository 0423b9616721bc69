#include "antiphon/scenario/engine/objections.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "antiphon/base/error.hpp"
#include "antiphon/scenario/run.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct Told {
  int calls = 0;
  bool success = false;
  bool closed = false, closed_before = false;
};

/// An agent whose own code has a say.
class Objecting final : public Participant, public ObjectsAtEnd {
 public:
  using Say = std::function<Task<std::optional<std::string>>(Clock&)>;
  Objecting(std::shared_ptr<Told> told, Say say, Clock& clock, bool fails) : told_(std::move(told)), say_(std::move(say)), clock_(clock), fails_(fails) {}

  Task<AgentReply> call(AgentInput) override {
    if (fails_) throw Error(ErrorKind::unavailable, "the agent is down").with_party(Party::agent);
    co_return "It is booked.";
  }
  Task<std::optional<std::string>> objection(bool success, std::string) override {
    ++told_->calls, told_->success = success, told_->closed_before = told_->closed;
    return say_(clock_);
  }
  Task<> close() override {
    told_->closed = true;
    co_return;
  }

 private:
  std::shared_ptr<Told> told_;
  Say say_;
  Clock& clock_;
  bool fails_;
};

Task<std::optional<std::string>> none(Clock&) { co_return std::nullopt; }
Task<std::optional<std::string>> veto(Clock&) { co_return "no booking in the database"; }
Task<std::optional<std::string>> crash(Clock&) {
  throw Error(ErrorKind::internal, "grader crashed");
  co_return std::nullopt;
}
Task<std::optional<std::string>> forever(Clock& clock) {
  co_await clock.sleep_for(24h);
  co_return std::nullopt;
}

struct Objections : ::testing::Test {
  ScenarioResult play(Objecting::Say say, bool passes = true, bool fails = false) {
    Scenario scenario{
        .name = "booking",
        .agent = ParticipantSpec(
            "desk", [this, say, fails](const ParticipantContext& context) { return std::make_unique<Objecting>(told, say, context.runtime.clock, fails); },
            true),
        .script = {user("book"), agent(), passes ? succeed("it said so") : fail("it did not say so")}};
    return run(std::move(scenario));
  }
  std::shared_ptr<Told> told = std::make_shared<Told>();
};

TEST_F(Objections, AVetoFailsARunThatHadPassedAndTheAgentIsToBlame_SES9) {
  const auto result = play(veto);
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_THAT(result.reasoning, HasSubstr("no booking in the database"));
  ASSERT_TRUE(result.fault);
  EXPECT_EQ(result.fault->party, Party::agent);
  ASSERT_EQ(result.criteria.size(), 1U);
  EXPECT_THAT(result.criteria[0].requirement, HasSubstr("passed (it said so)")) << "both verdicts are kept";
  EXPECT_TRUE(told->success);
}

TEST_F(Objections, NothingRescuesARunThatFailed_SES9) {
  const auto result = play(none, false);
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_FALSE(told->success);
}

TEST_F(Objections, WithoutOneTheRunStaysAsItWas_SES9) {
  const auto result = play(none);
  EXPECT_EQ(result.outcome, RunOutcome::passed);
  EXPECT_TRUE(result.criteria.empty());
}

TEST_F(Objections, AreHeardOnceBeforeTheAgentIsHungUpOnAlsoWhenTheCallFailed_SES9) {
  EXPECT_EQ(play(veto, true, true).outcome, RunOutcome::error);
  EXPECT_EQ(told->calls, 1);
  EXPECT_FALSE(told->closed_before);
  EXPECT_TRUE(told->closed);
}

TEST_F(Objections, AVerdictThatCannotBeHadIsTheHarnesssError_SES9) {
  const auto result = play(crash);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, HasSubstr("grader crashed"));
}

TEST_F(Objections, ButARunThatHadFailedStaysFailed_SES9) {
  const auto result = play(crash, false);
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_THAT(result.notices, ::testing::Contains(HasSubstr("grader crashed")));
}

Task<std::optional<std::string>> tell_what_it_sees(EndOfRun end) {
  co_return fmt::format("{} {} {} {} {}", end.simulated.label, end.success, end.messages.size(), end.run_id.starts_with("run_"),
                        json_text(end.simulated.userdata));
}

TEST_F(Objections, AHookOfTheScenarioComparesTheWorldWhoeverTheAgentIs_SES9) {
  Scenario scenario{.name = "booking",
                    .agent = [](std::string_view) { return std::string("It is booked."); },
                    .script = {user("book"), agent(), succeed("it said so")},
                    .simulated = std::make_shared<SimulatedCase>(SimulatedCase{.label = "books", .userdata = {{"rooms", 1}}}),
                    .on_simulation_end = {.ask = tell_what_it_sees}};
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_EQ(result.reasoning, R"(on_simulation_end objects: books true 2 true {"rooms":1})");
}

TEST_F(Objections, AHookThatThrowsBeforeItIsATaskIsTheHarnesssError_SES9) {
  const auto result = run({.name = "booking",
                           .agent = [](std::string_view) { return std::string("It is booked."); },
                           .script = {user("book"), agent(), succeed("it said so")},
                           .on_simulation_end = {.ask = [](EndOfRun) -> Task<std::optional<std::string>> { throw std::runtime_error("no database"); }}});
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, HasSubstr("no database"));
}

TEST_F(Objections, AreNotWaitedForWithoutEnd_SES9) {
  const auto result = play(forever);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_THAT(result.reasoning, HasSubstr("took too long"));
}

}  // namespace
}  // namespace antiphon
