#include "antiphon/scenario/users/recording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> said(std::string_view text, const std::string& scenario = {}) {
  std::vector<std::string> list;
  for (const auto& message : parse_recording(text, "said.json", scenario)) list.push_back(message.text());
  return list;
}

std::string refusal(std::string_view text, const std::string& scenario = {}) {
  try {
    parse_recording(text, "said.json", scenario);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_NE(error.hint(), "");
    return error.message() + " | " + error.hint();
  }
  return "accepted";
}

constexpr const char* talk = R"([{"role": "system", "content": "s"}, {"role": "user", "content": "one"}, {"role": "assistant", "content": "yes"},
  {"role": "user", "content": [{"type": "text", "text": "two"}], "x_vendor": 1}])";
constexpr const char* results = R"({"schema": "antiphon.result/1", "scenarios": [
  {"id": "a", "messages": [{"role": "user", "content": "of a"}]}, {"id": "b", "messages": [{"role": "user", "content": "of b"}]}]})";

TEST(Recording, TakesTheUsersMessagesOfAListInTheirOrder_SCN41) { EXPECT_THAT(said(talk), ElementsAre("one", "two")); }

TEST(Recording, TakesThemOfAnObjectWithMessages_SCN41) { EXPECT_THAT(said(std::string("{\"messages\": ") + talk + "}"), ElementsAre("one", "two")); }

TEST(Recording, TakesThemOfAResultByItsScenario_SCN41) {
  EXPECT_THAT(said(results, "b"), ElementsAre("of b"));
  EXPECT_THAT(said(R"({"scenarios": [{"id": "a", "messages": [{"role": "user", "content": "of a"}]}]})"), ElementsAre("of a"));
}

TEST(Recording, OfSeveralScenariosOneMustBeNamed_SCN41) {
  EXPECT_THAT(refusal(results),
              HasSubstr("/scenarios: this result holds 2 scenarios | say which: `replay: {file: said.json, scenario: ID}`; there is \"a\", \"b\""));
  EXPECT_THAT(refusal(results, "c"), HasSubstr("no scenario \"c\" | there is \"a\", \"b\""));
  EXPECT_THAT(refusal(talk, "c"), testing::Not(HasSubstr("accepted")));
}

TEST(Recording, MistakesTellTheirPlace_SCN41) {
  EXPECT_THAT(refusal("[\n  {\"role\": \"user\",\n   \"content\": oops}]"), HasSubstr("cannot replay said.json:3:15: "));
  EXPECT_THAT(refusal(R"([{"role": "user", "content": "a"}, {"role": "robot", "content": "b"}])"), HasSubstr("/1: not a chat message: unknown role \"robot\""));
  EXPECT_THAT(refusal(R"({"scenarios": [{"id": "a", "messages": [7]}]})"), HasSubstr("/scenarios/0/messages/0: "));
  EXPECT_THAT(refusal(R"({"scenarios": []})"), HasSubstr("holds no scenario"));
  EXPECT_THAT(refusal(R"({"other": []})"), HasSubstr("no conversation stands here"));
  EXPECT_THAT(refusal("7"), HasSubstr("no conversation stands here"));
  EXPECT_THAT(refusal(R"([{"role": "assistant", "content": "alone"}])"), HasSubstr("the user says nothing in it"));
}

Scenario replayed(std::optional<int> max_turns = {}) {
  return {.name = "again",
          .agent = [](AgentInput input) -> Task<AgentReply> { co_return "heard " + input.last_new_user_message().text(); },
          .user = replay_user(parse_recording(talk, "said.json")),
          .checks = {contains("heard")},
          .max_turns = max_turns};
}

TEST(ReplayUser, SaysEverythingAgainAndIsAnsweredToTheLast_SCN41) {
  const auto result = run(replayed());
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  ASSERT_EQ(result.messages.size(), 4U);
  EXPECT_EQ(result.messages[2].json().at("x_vendor"), 1);  // as it was recorded
  EXPECT_EQ(result.messages[3].text(), "heard two");
  EXPECT_EQ(result.clock, "virtual");
}

TEST(ReplayUser, MaxTurnsLeavesLinesUnsaidWhichIsNoVerdictOnTheAgent_SCN41) {
  const auto result = run(replayed(1));
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive) << result;
  EXPECT_THAT(result.reasoning, HasSubstr("1 line unsaid, first \"two\""));
  EXPECT_EQ(result.user_report.at("unsaid"), (json::array{"two"}));
}

TEST(ReplayUser, AFileThatIsMissingIsNamedAtOnce_SCN41) {
  try {
    replay_user("/nonexistent/said.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("/nonexistent/said.json"));
  }
}

}  // namespace
}  // namespace antiphon
