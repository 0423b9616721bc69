#include "antiphon/scenario/judge/trusted_judge.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/files.hpp"
#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/scenario/judge/panel.hpp"
#include "antiphon/scenario/run.hpp"

namespace antiphon {
namespace {

using enum CriterionStatus;
using testing::AllOf;
using testing::HasSubstr;

const JudgeMark mark{.hash = "j", .model = "m"};

/// `agreed` verdicts on which people say what the judge said, and `differing` others; half of the judge's are passes.
LabelBook book(std::size_t agreed, std::size_t differing, const JudgeMark& judge = mark, const std::string& criterion = "It asks.") {
  std::vector<Label> labels;
  for (std::size_t i = 0; i < agreed + differing; ++i) {
    const auto judged = i % 2 == 0 ? passed : failed, opposite = i % 2 == 0 ? failed : passed;
    labels.push_back({.batch_id = "b",
                      .run_id = "run " + std::to_string(i),
                      .criterion = criterion,
                      .verdict = i < agreed ? judged : opposite,
                      .author = "ann",
                      .at = "2026-11-26T09:00:00.000Z",
                      .judged = JudgedVerdict{judged, judge}});
  }
  return LabelBook(std::move(labels));
}

Verdict verdict_of(CriterionStatus status) { return {.criteria = {{.criterion = "It asks.", .reasoning = "it did", .status = status}}}; }

TEST(TrustedJudge, AbstainsBelowTheFloor_SCN103) {
  for (const auto said : {passed, failed}) {
    const auto verdict = trusted(verdict_of(said), book(20, 14), mark, 0.4);
    const auto& criterion = verdict.criteria.front();
    EXPECT_EQ(criterion.status, inconclusive);
    EXPECT_EQ(criterion.judged, said);
    EXPECT_EQ(criterion.party, Party::judge);
    EXPECT_THAT(criterion.reasoning, AllOf(HasSubstr("the judge agrees with people only κ = 0.18 (n = 34) here, below the floor 0.4"), HasSubstr("it did")));
    EXPECT_TRUE(verdict.terminal);  // it had decided: the conversation does not go on for an answer that nobody will hear
  }
}

TEST(TrustedJudge, IsHeardAtTheFloorAndAboveIt_SCN103) {
  for (const auto& [agreed, differing] : {std::pair(24U, 10U), std::pair(14U, 6U)}) {  // 0.41; exactly 0.4
    const auto verdict = trusted(verdict_of(passed), book(agreed, differing), mark, 0.4);
    EXPECT_EQ(verdict.criteria.front().status, passed);
    EXPECT_EQ(verdict.criteria.front().agreement->n, agreed + differing);
    EXPECT_FALSE(verdict.terminal);
  }
}

TEST(TrustedJudge, TooFewLabelsSilenceNobodyAndAreTold_SCN103) {
  const auto verdict = trusted(verdict_of(failed), book(9, 10), mark, 0.4);
  EXPECT_EQ(verdict.criteria.front().status, failed);
  EXPECT_THAT(sentence(*verdict.criteria.front().agreement), HasSubstr("n = 19, too few of 20 for the floor"));
}

TEST(TrustedJudge, WithoutAFloorItOnlyTells_SCN103) {
  const auto verdict = trusted(verdict_of(failed), book(20, 14), mark, std::nullopt);
  EXPECT_EQ(verdict.criteria.front().status, failed);
  EXPECT_NEAR(*verdict.criteria.front().agreement->kappa, 0.18, 0.01);
}

TEST(TrustedJudge, LabelsOfAnotherJudgeSilenceNobody_SCN103) {
  const auto verdict = trusted(verdict_of(failed), book(20, 14, {.hash = "other", .model = "m"}), mark, 0.4);
  EXPECT_EQ(verdict.criteria.front().status, failed);
  EXPECT_EQ(verdict.criteria.front().agreement->of_another_judge, 34U);
}

TEST(TrustedJudge, UndefinedKappaSilencesNobody_SCN103) {
  std::vector<Label> labels;
  for (int i = 0; i < 30; ++i)
    labels.push_back({.run_id = std::to_string(i), .criterion = "It asks.", .verdict = passed, .author = "ann", .judged = JudgedVerdict{passed, mark}});
  EXPECT_EQ(trusted(verdict_of(passed), LabelBook(labels), mark, 0.4).criteria.front().status, passed);
}

TEST(TrustedJudge, OtherCriteriaStillDecide_SCN103) {
  auto verdict = verdict_of(passed);
  verdict.criteria.push_back({.criterion = "It greets.", .status = failed});
  verdict = trusted(std::move(verdict), book(20, 14), mark, 0.4);
  EXPECT_EQ(verdict.decide(), RunOutcome::failed);
  EXPECT_FALSE(verdict.terminal);
}

JudgeMark mark_of(const JudgeOptions& options, const char* model = "openai/gpt-4.1") { return judge_agent(options).mark(ModelSettings(model)); }

TEST(JudgeMark, IsOfModelAndInstructionsAlone_SCN103) {
  const auto same = mark_of({.criteria = {"a"}});
  EXPECT_EQ(same.model, "openai/gpt-4.1");
  EXPECT_EQ(same.hash.size(), 16U);
  EXPECT_EQ(mark_of({.criteria = {"b", "c"}, .context = "the answer is 4"}).hash, same.hash);
  auto keyed = ModelSettings("openai/gpt-4.1");
  keyed.key = "secret", keyed.base_url = "http://127.0.0.1:1";
  EXPECT_EQ(judge_agent({"a"}).mark(keyed).hash, same.hash);
  EXPECT_NE(mark_of({.criteria = {"a"}, .system_prompt = "Be lenient."}).hash, same.hash);
  EXPECT_NE(mark_of({.criteria = {"a"}}, "openai/gpt-4.1-mini").hash, same.hash);
  keyed.temperature = 0.5;
  EXPECT_NE(judge_agent({"a"}).mark(keyed).hash, same.hash);
}

TEST(JudgeMark, OfARulesFileIsOfWhatItSaysWhereverItLies_SCN103) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "judge_mark_test";
  const auto mark_in = [&](const char* place, const char* text) {
    std::filesystem::create_directories(folder / place);
    write_file_atomically((folder / place / "judge.rules.yaml").string(), text);
    ModelSettings settings("rules/judge.rules.yaml");
    settings.directory = (folder / place).string();
    return judge_agent({"a"}).mark(settings);
  };
  const auto here = mark_in("here", "rules: [{reply: a}]");
  EXPECT_EQ(here.model, "rules/judge.rules.yaml");
  EXPECT_EQ(mark_in("there", "rules: [{reply: a}]").hash, here.hash);
  EXPECT_NE(mark_in("changed", "rules: [{reply: b}]").hash, here.hash);
  std::filesystem::remove_all(folder);
}

TEST(JudgeMark, OfAPanelIsOfItsJudgesAndRule_SCN103) {
  const auto panel = [](int samples, PanelRule rule) { return judge_samples({.criteria = {"a"}}, samples, rule).mark(ModelSettings("openai/gpt-4.1")); };
  EXPECT_EQ(panel(3, PanelRule::majority).model, "openai/gpt-4.1");
  EXPECT_NE(panel(3, PanelRule::majority).hash, panel(5, PanelRule::majority).hash);
  EXPECT_NE(panel(3, PanelRule::majority).hash, panel(3, PanelRule::unanimous).hash);
  const ParticipantSpec function([](AgentInput) -> Task<AgentReply> { co_return AgentReply(); });
  EXPECT_TRUE(judge_panel({.judges = {judge_agent({"a"}), function}}).mark({}).hash.empty());
  EXPECT_TRUE(function.mark({}).hash.empty());
}

ParticipantSpec agent_that_says(std::string text) {
  return [text](AgentInput) -> Task<AgentReply> { co_return AgentReply(text); };
}

TEST(TrustedJudge, AnAbstentionIsNeverTheAgentsFaultNorAPass_SCN103) {
  for (const auto said : {passed, failed}) {
    Scenario scenario{.name = "s", .agent = agent_that_says("hello"), .user = agent_that_says("hi")};
    scenario.judge = ParticipantSpec([said](AgentInput) -> Task<AgentReply> { co_return AgentReply(verdict_of(said)); }).with_criteria({"It asks."});
    scenario.labels = std::make_shared<const LabelBook>(book(20, 14, {}));
    scenario.kappa_floor = 0.4;
    const auto result = run(scenario);
    EXPECT_EQ(result.outcome, RunOutcome::inconclusive) << result;
    EXPECT_EQ(result.turns, 1);
    ASSERT_TRUE(result.fault);
    EXPECT_EQ(result.fault->party, Party::judge);
    EXPECT_THAT(result.reasoning, HasSubstr("below the floor 0.4"));
    EXPECT_TRUE(result.spoiled());
    scenario.kappa_floor.reset();
    EXPECT_EQ(run(scenario).outcome, said == passed ? RunOutcome::passed : RunOutcome::failed);
  }
}

}  // namespace
}  // namespace antiphon
