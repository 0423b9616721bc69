#include "antiphon/configure.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/antiphon.hpp"
#include "antiphon/base/ids.hpp"

namespace antiphon {
namespace {

class Configure : public testing::Test {
 protected:
  ~Configure() override { clear_run_defaults(); }

  std::string told_on_standard_output(int verbose) {
    configure({.verbose = verbose});
    testing::internal::CaptureStdout();
    run(scenario);
    return testing::internal::GetCapturedStdout();
  }

  Scenario scenario{.name = "hello",
                    .agent = [](AgentInput input) -> Task<AgentReply> { co_return "You said: " + input.last_new_user_text(); },
                    .user = scripted_user({"one", "two", "three"}),
                    .checks = {contains("said")}};
};

TEST_F(Configure, LaterCallsKeepWhatTheyLeaveUnset_SCN71) {
  configure({.model = "openai/one", .max_turns = 1});
  configure({.seed = 7});
  EXPECT_EQ(run(scenario).turns, 1);
  EXPECT_EQ(run_defaults().seed, 7U);
  EXPECT_EQ(run_defaults().model.model, "openai/one");
  configure({.max_turns = 2});
  EXPECT_EQ(run(scenario).turns, 2);
}

TEST_F(Configure, VerboseTellsConversationsAsTheyHappen_SCN71_SCN73) {
  EXPECT_THAT(told_on_standard_output(1),
              testing::AllOf(testing::HasSubstr("user   one"), testing::HasSubstr("agent  You said: one"), testing::Not(testing::HasSubstr("hello"))));
  EXPECT_THAT(told_on_standard_output(2), testing::HasSubstr("hello"));
  EXPECT_EQ(told_on_standard_output(0), "");
}

TEST_F(Configure, DebugAsksWhoeverIsThere_SCN71) {
  struct Typist final : Person {
    int asked = 0;
    Task<std::optional<std::string>> say(Cue) override { co_return std::nullopt; }
    Task<Intervention> step(Cue) override {
      ++asked;
      co_return Intervention{.kind = asked == 1 ? Intervention::Kind::say : Intervention::Kind::run_on, .text = "typed"};
    }
  };
  const auto typist = std::make_shared<Typist>();
  set_run_defaults({.person = typist});
  configure({.verbose = 0, .debug = true});
  const auto result = run(scenario);
  EXPECT_EQ(result.messages.at(0).text(), "typed");
  EXPECT_EQ(typist->asked, 2);
  EXPECT_EQ(run(scenario, {.debug = false}).messages.at(0).text(), "one");  // the call wins
}

TEST_F(Configure, SpansGoToWhoeverListensUnlessTheyAreOff_SCN71) {
  int traced = 0;
  configure({.on_trace = [&](const ScenarioResult&, const trace::Recorder&) { ++traced; }});
  run(scenario);
  EXPECT_EQ(traced, 1);
  configure({.tracing = false});
  run(scenario);
  EXPECT_EQ(traced, 1);
  run(scenario, {.tracing = true});  // the call wins
  EXPECT_EQ(traced, 2);
}

TEST_F(Configure, AnswersOfModelsAreCachedUnderTheKey_SCN71_SCN80) {
  const auto folder = std::filesystem::temp_directory_path() / make_id("cached");
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "desk.rules.yaml") << "rules:\n  - reply: said\n";
  configure({.cache = "one"});
  scenario.agent = model_agent({.model = "rules/" + (folder / "desk.rules.yaml").string()});
  EXPECT_TRUE(run(scenario, {.seed = 1, .cache_folder = (folder / "calls").string()}));
  EXPECT_FALSE(std::filesystem::is_empty(folder / "calls"));
  std::filesystem::remove_all(folder);
}

TEST_F(Configure, AProjectsFileSaysTheSame_SCN71) {
  const auto folder = std::filesystem::temp_directory_path() / make_id("project");
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "antiphon.yaml") << "model: openai/project\nseed: 11\njobs: 2\nclock: wall\nlog: quiet\ncache: mine\ncassettes: off\n";
  configure(project_configuration(folder.string()));
  std::filesystem::remove_all(folder);
  EXPECT_EQ(run_defaults().model.model, "openai/project");
  EXPECT_EQ(run_defaults().jobs, 2);
  EXPECT_EQ(run_defaults().cache, "mine");
  EXPECT_EQ(run_defaults().cassettes, CassetteMode::off);
  configure({.cache = ""});
  EXPECT_EQ(run(scenario).clock, "wall");
}

}  // namespace
}  // namespace antiphon
