#include "antiphon/scenario/defaults.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;

class Defaults : public testing::Test {
 protected:
  ~Defaults() override { clear_run_defaults(); }
  Scenario scenario{
      .name = "x", .agent = [](AgentInput) -> Task<AgentReply> { co_return "ok"; }, .user = scripted_user({"a", "b", "c", "d"}), .checks = {contains("ok")}};
};

TEST_F(Defaults, StandBelowWhatAScenarioSays_SCN71) {
  set_run_defaults({.max_turns = 2, .clock = ClockChoice::wall});
  EXPECT_EQ(run(scenario).turns, 2);
  EXPECT_EQ(run(scenario).clock, "wall");
  scenario.max_turns = 3, scenario.clock = ClockChoice::automatic;
  EXPECT_EQ(run(scenario).turns, 3);
  EXPECT_EQ(run(scenario).clock, "virtual");
}

TEST_F(Defaults, MergingKeepsWhatTheLaterLayerLeavesUnset_SCN71) {
  set_run_defaults({.model = "openai/one", .max_turns = 2, .seed = 5});
  set_run_defaults({.turn_timeout = 3s, .seed = 6});
  const auto merged = run_defaults();
  EXPECT_EQ(merged.model.model, "openai/one");
  EXPECT_EQ(merged.max_turns, 2);
  EXPECT_EQ(merged.seed, 6U);
  EXPECT_EQ(merged.turn_timeout, Duration(3s));
  EXPECT_FALSE(merged.timeout);
}

TEST_F(Defaults, OptionsOfTheCallWin_SCN71) {
  set_run_defaults({.seed = 5, .jobs = 3});
  RunOptions options{.jobs = 1, .seed = 9};
  apply(run_defaults(), options);
  EXPECT_EQ(options.jobs, 1);
  EXPECT_EQ(options.seed, 9U);
  options = {};
  apply(run_defaults(), options);
  EXPECT_EQ(options.jobs, 3);
  EXPECT_EQ(options.seed, 5U);
}

TEST_F(Defaults, ATurnTimeoutOfTheirsIsTheOneThatIsNamed_SCN71) {
  set_run_defaults({.turn_timeout = 3s});
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(1h);
    co_return "late";
  };
  EXPECT_THAT(run(scenario).reasoning, testing::HasSubstr("within 3.00 s (turn_timeout)"));
}

}  // namespace
}  // namespace antiphon
