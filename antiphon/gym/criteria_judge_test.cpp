#include "antiphon/gym/criteria_judge.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "antiphon/base/files.hpp"
#include "antiphon/gym/testing/fake_platform.hpp"

namespace antiphon::gym {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using testing::VirtualWorld;

struct Court {
  explicit Court(const std::string& rules) { std::ofstream(folder.path() + "/judge.rules.yaml") << rules; }
  ModelSettings model() const { return "rules/" + folder.path() + "/judge.rules.yaml"; }
  JudgeResult judge(const CriteriaJudge& judge) {
    const auto http = net::make_http_client(world.runtime);
    return world.run(judge.evaluate(world.runtime, *http, log));
  }

  TemporaryFolder folder;
  VirtualWorld world;
  ConversationLog log{.conversation_id = "c1",
                      .turns = {{.turn_number = 0, .user_message = UserMessage{.text = std::nullopt}, .agent_message = AgentMessage{.text = "Hello."}}},
                      .folder = folder.path()};
};

constexpr const char* two_of_three = R"(
rules:
  - when: {offers_tool: finish_test, last: "audio only"}
    criteria: {"Did it greet?": passed, "Was it polite?": passed, "Did it answer?": failed}
)";

TEST(CriteriaJudge, PassesOnlyWhereEveryCriterionDoes_GYM6) {
  Court court(two_of_three);
  const auto all = court.judge(CriteriaJudge({"Did it greet?", "Was it polite?"}, court.model()));
  EXPECT_TRUE(all.overall_pass);
  const auto some = court.judge(CriteriaJudge({"Did it greet?", "Was it polite?", "Did it answer?"}, court.model()));
  EXPECT_FALSE(some.overall_pass);
  EXPECT_FALSE(some.reasoning.empty());
  std::vector<std::pair<int, bool>> told;
  for (const auto& each : some.criteria_results) told.emplace_back(each.criterion_id, each.passed);
  EXPECT_THAT(told, ElementsAre(std::pair(1, true), std::pair(2, true), std::pair(3, false)));
}

TEST(CriteriaJudge, WhatCannotBeDecidedHasNotPassed_GYM6) {
  Court court("rules:\n  - when: {offers_tool: finish_test}\n    criteria: {default: inconclusive}\n");
  const auto result = court.judge(CriteriaJudge({"Did it greet?"}, court.model()));
  EXPECT_FALSE(result.overall_pass);
  EXPECT_THAT(result.reasoning, HasSubstr("Criterion 1 could not be decided"));
}

TEST(CriteriaJudge, FileHasTheShapeOfSchemaOne_GYM6) {
  const TemporaryFolder folder;
  const CriteriaJudge judge({"A?", "B?"}, "openai:gpt-5-mini", "a test");
  JudgeResult result{.criteria_results = {{1, true}, {2, false}}, .reasoning = "B is missing", .model = "openai/gpt-5-mini", .evaluated_at = "2026-01-01"};
  ConversationLog log;
  log.folder = folder.path();
  judge.save_results(result, log);
  EXPECT_EQ(
      read_file(folder.path() + "/judge_evaluation.json"),
      R"({"schema_version":"1.0","evaluated_at":"2026-01-01","model":"openai/gpt-5-mini","criteria":[{"id":1,"criterion":"A?"},{"id":2,"criterion":"B?"}],)"
      R"("additional_context":"a test","judgment":{"criteria_results":[{"criterion_id":1,"passed":true},{"criterion_id":2,"passed":false}],"overall_pass":false,)"
      R"("reasoning":"B is missing"},"results_summary":[{"id":1,"criterion":"A?","passed":true},{"id":2,"criterion":"B?","passed":false}]})"
      "\n");
  judge.save_results(result, "c9", folder.path());
  EXPECT_THAT(read_file(folder.path() + "/c9/judge_evaluation.json"), HasSubstr("schema_version"));
}

TEST(CriteriaJudge, NeedsCriteriaAndAModel_GYM6) {
  EXPECT_THROW(CriteriaJudge({}), Error);
  EXPECT_THROW(CriteriaJudge({" "}), Error);
  Court court("");
  const auto http = net::make_http_client(court.world.runtime);
  try {
    court.world.run(CriteriaJudge({"A?"}).evaluate(court.world.runtime, *http, court.log, {}, [](std::string_view) { return std::optional<std::string>(); }));
    FAIL() << "it judged";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_THAT(error.hint(), HasSubstr("rules/FILE"));
  }
}

}  // namespace
}  // namespace antiphon::gym
