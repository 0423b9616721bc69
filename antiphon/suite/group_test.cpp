#include "antiphon/suite/group.hpp"

#include <gmock/gmock.h>

#include "antiphon/base/error.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/suite/testing/suite_folder.hpp"

namespace antiphon::suite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SuiteFolder;

constexpr const char* hotel = R"yaml(name: Hotel
scenarios:
  - label: books a room
    instructions: You are Ada. You pay ${PRICE} or $5.
    agent_expectations: The room is booked.
    tags: {area: rooms}
    userdata: {booked: [{room: 12, guest: Ada}]}
  - label: asks only
    instructions: You are Bob. You book nothing.
    agent_expectations: Nothing is booked.
)yaml";

// Each says who it is, so that a test sees which persona was played.
constexpr const char* people = R"yaml(rules:
  - when: {offers_tool: finish_test}
    criteria: {default: passed}
  - when: {role: user, system: "You are Ada\\. You pay \\$\\{PRICE\\} or \\$5\\."}
    reply: I am Ada
  - when: {role: user, system: "You are Bob"}
    reply: I am Bob
  - when: {role: agent}
    reply: It is booked.
)yaml";

std::string suite(const std::string& scenario) {
  return "antiphon: 1\nagent: {model: rules/people.yaml}\ndefaults: {model: rules/people.yaml, max_turns: 1}\nscenarios:\n  - name: hotel\n    group: "
         "hotel.yaml\n" +
         scenario;
}

SuiteFolder folder_with(const std::string& scenario, const std::string& group = hotel) {
  return SuiteFolder({{"a.yaml", suite(scenario)}, {"hotel.yaml", group}, {"people.yaml", people}});
}

TEST(Group, EachEntryIsARunOfItsOwn_SES8) {
  const auto folder = folder_with("    tags: [smoke]\n    judge: [It is polite.]\n");
  const auto loaded = folder.load({"a.yaml"});
  ASSERT_EQ(loaded.scenarios.size(), 2U);
  const auto& first = loaded.scenarios[0];
  EXPECT_EQ(first.id, "hotel: books a room");
  EXPECT_THAT(first.tags, ElementsAre("smoke", "area=rooms"));
  EXPECT_THAT(first.judge.criteria().value(), ElementsAre("It is polite.", "The room is booked."));
  ASSERT_TRUE(first.simulated);
  EXPECT_EQ(json_text(first.simulated->userdata), R"({"booked":[{"room":12,"guest":"Ada"}]})");
  EXPECT_EQ(first.metadata.at("simulation").at("userdata"), json::value(first.simulated->userdata));
  EXPECT_EQ(loaded.scenarios[1].id, "hotel: asks only");
  EXPECT_THAT(loaded.scenarios[1].judge.criteria().value(), ElementsAre("It is polite.", "Nothing is booked."));
}

TEST(Group, InstructionsAreThePersonaWordForWordAndExpectationsTheCriterion_SES8) {
  const auto folder = folder_with("    user: {temperature: 0}\n");
  const auto loaded = folder.load({"a.yaml"});
  const auto ada = run(loaded.scenarios[0]), bob = run(loaded.scenarios[1]);
  ASSERT_EQ(ada.outcome, RunOutcome::passed) << ada.reasoning;
  EXPECT_EQ(ada.messages[0].text(), "I am Ada");
  EXPECT_EQ(bob.messages[0].text(), "I am Bob");
  ASSERT_EQ(ada.criteria.size(), 1U);
  EXPECT_EQ(ada.criteria[0].criterion, "The room is booked.");
}

TEST(Group, AnotherUserMayPlayItAndAMatrixMultipliesIt_SES8) {
  const auto folder = folder_with("    matrix: {word: [hello, servus]}\n    user: {lines: [\"${word}\"]}\n");
  const auto loaded = folder.load({"a.yaml"});
  ASSERT_EQ(loaded.scenarios.size(), 4U);
  EXPECT_EQ(loaded.scenarios[1].id, "hotel: books a room [word=servus]");
  EXPECT_EQ(run(loaded.scenarios[1]).messages[0].text(), "servus");
}

TEST(Group, AnUnknownKeyIsAMistakeOfItsPlace_SES8) {
  const auto report = folder_with("", "name: x\nweight: 2\nscenarios:\n  - label: a\n    instructions: b\n    expected_state: {}\n").report({"a.yaml"});
  EXPECT_THAT(report, HasSubstr("hotel.yaml:2:1"));
  EXPECT_THAT(report, HasSubstr("unknown key \"weight\""));
  EXPECT_THAT(report, HasSubstr("hotel.yaml:6:5"));
  EXPECT_THAT(report, HasSubstr("unknown key \"expected_state\""));
}

TEST(Group, SaysWhatElseIsWrong_SES8) {
  const auto report = [](const std::string& scenario, const std::string& group = hotel) { return folder_with(scenario, group).report({"a.yaml"}); };
  EXPECT_THAT(report("", "scenarios: []"), HasSubstr("at least one scenario"));
  EXPECT_THAT(report("", "[a]"), HasSubstr("a scenario group must be a mapping"));
  EXPECT_THAT(report("", "scenarios: [{label: a}]"), HasSubstr("no instructions"));
  EXPECT_THAT(report("", "scenarios: [{label: a, instructions: b, tags: [c]}]"), HasSubstr("tags must be a mapping"));
  EXPECT_THAT(report("", "scenarios: [{label: a, instructions: b, userdata: c}]"), HasSubstr("userdata must be a mapping"));
  EXPECT_THAT(report("    user: {persona: p}\n"), HasSubstr("remove this persona, or the group"));
  EXPECT_THAT(report("    judge: {checks: [{contains: a}]}\n"), HasSubstr("cannot decide what a group expects"));
  EXPECT_THAT(report("", "antiphon: 1\nscenarios: [{name: a}]"), HasSubstr("is a suite, not a scenario group"));
  EXPECT_THAT(SuiteFolder({{"a.yaml", suite("")}}).report({"a.yaml"}), HasSubstr("relative to the suite file"));
  EXPECT_THAT(SuiteFolder({{"a.yaml", "antiphon: 1\nagent: {model: rules/a.yaml}\nscenarios: [{name: a, on_simulation_end: \"http://127.0.0.1:1\"}]"}})
                  .report({"a.yaml"}),
              HasSubstr("there is no group"));
}

struct Asked {
  int times = 0;
  json::value body;
  std::string thread_id;
};

ScenarioResult played_with_hook(const std::string& answer, Asked& asked, int status = 200) {
  net::testing::ServerThread hook([&](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> {
    ++asked.times, asked.body = parse_json(request.body);
    asked.thread_id = net::find_header(request.headers, "x-antiphon-thread-id").value_or("");
    co_await reply.reply({.status = status, .headers = {}, .body = answer});
  });
  const auto folder = folder_with("    on_simulation_end: \"" + hook.url("/verdict") + "\"\n    user: {lines: [I am Ada]}\n    script: [proceed, succeed]\n");
  return run(folder.load({"a.yaml"}).scenarios[0]);
}

TEST(EndHookOfAGroup, IsAskedOnceWithAllThatItNeedsAndItsVetoFailsTheRun_SES9) {
  Asked asked;
  const auto result = played_with_hook(R"({"veto": "no booking in the database"})", asked);
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_THAT(result.reasoning, HasSubstr("on_simulation_end objects: no booking in the database"));
  ASSERT_EQ(asked.times, 1);
  const auto& body = asked.body.as_object();
  std::vector<std::string> keys;
  for (const auto& member : body) keys.emplace_back(member.key());
  EXPECT_THAT(keys, ElementsAre("run_id", "scenario", "userdata", "provisional", "chat"));
  EXPECT_EQ(body.at("run_id").as_string(), result.run_id);
  EXPECT_EQ(asked.thread_id, result.thread_id) << "what the agent knew the conversation by";
  EXPECT_EQ(
      json_text(body.at("scenario")),
      R"({"label":"books a room","instructions":"You are Ada. You pay ${PRICE} or $5.","agent_expectations":"The room is booked.","tags":{"area":"rooms"}})");
  EXPECT_EQ(json_text(body.at("userdata")), R"({"booked":[{"room":12,"guest":"Ada"}]})");
  EXPECT_EQ(body.at("provisional").at("success"), true);
  const auto& chat = body.at("chat").as_array();
  ASSERT_EQ(chat.size(), 2U);
  EXPECT_EQ(chat[0].at("type"), "message");
  EXPECT_EQ(chat[0].at("role"), "user");
  EXPECT_EQ(chat[1].at("content"), "It is booked.");
}

TEST(EndHookOfAGroup, NoVetoLeavesTheRunAsItWas_SES9) {
  Asked asked;
  EXPECT_EQ(played_with_hook(R"({"veto": null})", asked).outcome, RunOutcome::passed);
  EXPECT_EQ(asked.times, 1);
}

TEST(EndHookOfAGroup, AnyOtherAnswerIsTheHarnesssError_SES9) {
  for (const auto& [answer, status] : std::vector<std::pair<std::string, int>>{
           {"ok", 200}, {"{}", 200}, {R"({"veto": false})", 200}, {"[]", 200}, {R"({"veto": null})", 500}, {std::string(100'000, ' '), 200}}) {
    Asked asked;
    const auto result = played_with_hook(answer, asked, status);
    EXPECT_EQ(result.outcome, RunOutcome::error) << answer.substr(0, 40);
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->party, Party::harness);
    EXPECT_THAT(result.error->message, HasSubstr("the verdict of on_simulation_end could not be had"));
  }
}

}  // namespace
}  // namespace antiphon::suite
