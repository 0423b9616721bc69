#include "antiphon/scenario/hooks.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

// Real commands: that is what hooks are.
class HooksTest : public testing::TestWithParam<ClockChoice> {
 protected:
  HooksTest() : folder_(fs::temp_directory_path() / make_id("hooks")) {
    fs::create_directories(folder_);
    scenario.clock = GetParam();
  }
  ~HooksTest() override { fs::remove_all(folder_); }

  HookCommand sh(const std::string& script, Duration timeout = 30s) const {
    return {.argv = {"sh", "-c", script}, .directory = folder_.string(), .timeout = timeout};
  }
  /// Plays it and asks it to stop once the file is there. Real time: a process has begun when it says so. Bounded, so that a failure shows as one.
  ScenarioResult stopped_once(const std::string& file) {
    StopSource stop;
    std::thread watcher([&] {
      for (int i = 0; i < 3000 && !exists(file); ++i) std::this_thread::sleep_for(10ms);
      stop.request();
    });
    auto result = run(scenario, {.stop = stop});
    watcher.join();
    return result;
  }
  std::string read(const std::string& name) const { return read_file((folder_ / name).string()); }
  bool exists(const std::string& name) const { return fs::exists(folder_ / name); }

  fs::path folder_;
  Scenario scenario{
      .name = "sells a kettle", .agent = [](AgentInput) -> Task<AgentReply> { co_return "ok"; }, .script = {user("hi"), agent()}, .checks = {contains("ok")}};
};

TEST_P(HooksTest, BeforeAndAfterAreToldOfTheRun_PRD10) {
  scenario.hooks = {.before = {sh("echo \"$ANTIPHON_SCENARIO_ID/$ANTIPHON_THREAD_ID/$ANTIPHON_OUTCOME\" > before")},
                    .after = {sh("test -f before && echo \"$ANTIPHON_SCENARIO_ID/$ANTIPHON_THREAD_ID/$ANTIPHON_OUTCOME\" > after")}};
  scenario.id = "sells a kettle row 1";
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(read("before"), "sells a kettle row 1/" + result.thread_id + "/\n");
  EXPECT_EQ(read("after"), "sells a kettle row 1/" + result.thread_id + "/passed\n");
  EXPECT_THAT(result.notices, ElementsAre());
}

TEST_P(HooksTest, ABeforeThatFailsIsAnErrorOfTheHarnessAndNothingIsSaid_PRD10) {
  scenario.hooks = {.before = {sh("echo starting; echo no database >&2; exit 7"), sh("touch second")}, .after = {sh("echo $ANTIPHON_OUTCOME > after")}};
  scenario.hooks.before[0].place = "suite.yaml:4:5";
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.reasoning, HasSubstr("(suite.yaml:4:5) ended with exit code 7: no database"));
  EXPECT_TRUE(result.messages.empty());
  EXPECT_FALSE(exists("second"));
  EXPECT_EQ(read("after"), "error\n");
}

TEST_P(HooksTest, AnAfterThatFailsIsANoticeAndNoVerdict_PRD10) {
  scenario.hooks.after = {sh("echo left over >&2; exit 3"), sh("touch second"), {.argv = {"no-such-program-at-all"}}};
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  ASSERT_EQ(result.notices.size(), 2U);
  EXPECT_THAT(result.notices[0], HasSubstr("ended with exit code 3: left over"));
  EXPECT_THAT(result.notices[1], HasSubstr("could not be started"));
  EXPECT_TRUE(exists("second"));
}

TEST_P(HooksTest, AfterRunsHoweverTheRunEnded_PRD10) {
  scenario.hooks.after = {sh("echo $ANTIPHON_OUTCOME >> after")};
  scenario.script = {user("hi"), fail("no")};
  run(scenario);
  scenario.script = {user("hi"), agent()};
  scenario.checks = {contains("missing")};
  run(scenario);
  scenario.agent = [](AgentInput) -> Task<AgentReply> { throw std::runtime_error("gone"); };
  run(scenario);
  EXPECT_EQ(read("after"), "failed\nfailed\nerror\n");
}

TEST_P(HooksTest, OneThatTakesTooLongIsEnded_PRD10) {
  scenario.hooks.before = {sh("echo $$ > pid; exec sleep 600", 200ms)};
  const auto result = run(scenario);
  EXPECT_THAT(result.reasoning, HasSubstr("did not end within 0.20 s"));
  EXPECT_NE(::kill(std::stoi(read("pid")), 0), 0);
}

TEST_P(HooksTest, WhatItLeavesBehindIsEndedWithIt_PRD10) {
  scenario.hooks.before = {sh("sleep 600 & echo $! > pid")};
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_NE(::kill(std::stoi(read("pid")), 0), 0);
}

TEST_P(HooksTest, AStopEndsABeforeAndStillRunsAfter_PRD10_SCN72) {
  scenario.hooks = {.before = {sh("touch begun; exec sleep 600")}, .after = {sh("echo $ANTIPHON_OUTCOME > after")}};
  const auto result = stopped_once("begun");
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.reasoning, "interrupted");
  EXPECT_EQ(read("after"), "error\n");
}

TEST_P(HooksTest, AStopEndsAnAfterThatIsUnderWayAndSaysSo_PRD10_SCN72) {
  scenario.hooks.after = {sh("exit 3"), sh("touch begun; exec sleep 600"), sh("touch third")};
  const auto result = stopped_once("begun");
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("exit code 3"), HasSubstr("was interrupted")));
  EXPECT_FALSE(exists("third"));
}

TEST_P(HooksTest, AStopEndsTheSecondBeforeAsItDoesTheFirst_PRD10_SCN72) {
  scenario.hooks.before = {sh("exit 0"), sh("touch begun; exec sleep 600")};
  const auto result = stopped_once("begun");
  EXPECT_EQ(result.reasoning, "interrupted");
}

TEST_P(HooksTest, AStopWhileWhatAHookLeftBehindIsEndedIsNotForgotten_PRD10_SCN72) {
  scenario.hooks.before = {
      sh("(trap 'touch begun; sleep 0.2; exit 0' TERM; touch ready; while :; do sleep 0.01; done) & while [ ! -e ready ]; do sleep 0.01; done"),
      sh("exec sleep 600")};
  const auto result = stopped_once("begun");
  EXPECT_EQ(result.reasoning, "interrupted");
}

TEST_P(HooksTest, WhatHooksAreToldStandsAboveTheirOwnVariables_PRD10) {
  scenario.hooks.before = {sh("echo \"$ANTIPHON_SCENARIO_ID/$OTHER\" > before")};
  scenario.hooks.before[0].env = {{"ANTIPHON_SCENARIO_ID", "another"}, {"OTHER", "own"}};
  scenario.id = "sells a kettle row 1";
  run(scenario);
  EXPECT_EQ(read("before"), "sells a kettle row 1/own\n");
}

INSTANTIATE_TEST_SUITE_P(OnBothClocks, HooksTest, testing::Values(ClockChoice::wall, ClockChoice::virtual_time),
                         [](const auto& info) { return info.param == ClockChoice::wall ? "Wall" : "Virtual"; });

}  // namespace
}  // namespace antiphon
