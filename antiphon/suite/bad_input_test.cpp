#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/suite/testing/suite_folder.hpp"

// What people read when a suite file is wrong: approved text, to the column.

namespace antiphon::suite {
namespace {

using ::testing::HasSubstr;
using testing::SuiteFolder;

std::string report(const std::string& suite) { return SuiteFolder({{"a.yaml", suite}}).report({"a.yaml"}); }

// A suite with one scenario, whose further lines begin at line 6.
std::string scenario(const std::string& rest) {
  return "antiphon: 1\n"
         "agent: {chat: {url: \"http://127.0.0.1:1/v1\"}}\n"
         "scenarios:\n"
         "  - name: refund\n"
         "    user: {lines: [hello]}\n" +
         rest;
}

std::string with_agent(const std::string& agent) { return "antiphon: 1\nagent: " + agent + "\nscenarios: [{name: refund, user: {lines: [hello]}}]\n"; }

TEST(BadSuite, UnknownCheckNamesTheNearest_PRD10) {
  EXPECT_EQ(report(scenario("    checks:\n      - contans: order number\n")), R"(error: unknown check "contans"
  a.yaml:7:9
7 |       - contans: order number
  |         ^^^^^^^ did you mean "contains"?
fix:   rename it; allowed: completed, contains, equals, heard, interruption, json_schema, language, latency, not_contains, overlap, pii, regex, silence, similar, talk_ratio, time_to_first_audio, tool_called, tool_not_called, tool_order, turns
)");
}

TEST(BadSuite, SchemaFileThatIsMissingIsReportedWhereItIsNamed_PRD10) {
  EXPECT_THAT(report(scenario("    checks: [{json_schema: order.json}]\n")),
              ::testing::AllOf(HasSubstr("order.json: No such file"), HasSubstr("  a.yaml:6:28\n"), HasSubstr("relative to the file that names it")));
}

TEST(BadSuite, WhatHoldsForEveryAnswerIsNoCheckAndNoCriterion_PRD10) {
  EXPECT_THAT(report(scenario("    checks: [{regex: \"\"}]\n")), HasSubstr("the pattern is empty, which every message matches"));
  EXPECT_THAT(report(scenario("    checks: [{contains: \"\"}]\n")), HasSubstr("the text is empty, which every message contains"));
  EXPECT_THAT(report(scenario("    judge: [polite]\n    script: [{judge: [\" \"]}]\n")), HasSubstr("a criterion is empty"));
}

TEST(BadSuite, APathInAModelsPlaceSaysHowARulesFileIsNamed_PRD10_PRD11) {
  EXPECT_EQ(report(with_agent("{model: ../c/rules/x.rules.yaml}")), R"(error: "../c/rules/x.rules.yaml" is a path, and what stands here is read as provider/name
  a.yaml:2:16
2 | agent: {model: ../c/rules/x.rules.yaml}
  |                ^^^^^^^^^^^^^^^^^^^^^^^
fix:   write a rules file as `rules/FILE`, relative to this file: rules/../c/rules/x.rules.yaml
)");
  EXPECT_THAT(report(with_agent("{model: ../c/rules/x}")), HasSubstr("\"../c/rules/x\" is a path"));
  EXPECT_THAT(report(with_agent("{model: desk/x.rules.yaml}")), HasSubstr("relative to this file: rules/desk/x.rules.yaml"));
}

TEST(BadSuite, LinesThatNoVoiceCouldSayAreReportedWhereTheyStand_PRD10_VOX20) {
  const auto spoken =
      report("antiphon: 1\nagent: {composed: {model: rules/desk.rules.yaml}}\nscenarios:\n  - name: x\n    user: {lines: [hello, \"\xF0\x9F\x99\x82\"]}\n");
  EXPECT_THAT(spoken, ::testing::AllOf(HasSubstr("holds nothing that a voice could say"), HasSubstr("  a.yaml:5:27\n")));
}

TEST(BadSuite, UnknownKeyNamesTheNearestAndTheAllowed_PRD10) {
  EXPECT_EQ(report(scenario("    max_turn: 3\n")), R"(error: unknown key "max_turn" in a scenario
  a.yaml:6:5
6 |     max_turn: 3
  |     ^^^^^^^^ did you mean "max_turns"?
fix:   rename it; allowed: agent, audit, budget, cache, cassettes, checks, clock, dataset, description, embedding, first, group, hooks, judge, matrix, max_turns, metadata, min_turns, model, name, on_simulation_end, repeat, script, seed, set, tags, timeout, tools, turn_timeout, user, voice
)");
}

TEST(BadSuite, UnknownKeyFarFromAnyIsToBeRemoved_PRD10) {
  EXPECT_EQ(report(scenario("    checks: [{turns: {at_most: 2, zebra: 1}}]\n")), R"(error: unknown key "zebra" in turns
  a.yaml:6:35
6 |     checks: [{turns: {at_most: 2, zebra: 1}}]
  |                                   ^^^^^
fix:   remove it; allowed: at_least, at_most
)");
}

TEST(BadSuite, WrongTypeSaysWhatIsWanted_PRD10) {
  EXPECT_EQ(report(scenario("    max_turns: many\n")), R"(error: max_turns must be a whole number of at least 1, not "many"
  a.yaml:6:16
6 |     max_turns: many
  |                ^^^^
fix:   write it as `max_turns: 4`
)");
}

TEST(BadSuite, QuotedNumberIsText_PRD10) {
  EXPECT_EQ(report(scenario("    max_turns: \"5\"\n")), R"(error: max_turns must be a whole number of at least 1, not "5"
  a.yaml:6:16
6 |     max_turns: "5"
  |                ^^^
fix:   write it as `max_turns: 4`, without quotes
)");
}

TEST(BadSuite, ValueOutOfRangeSaysTheRange_PRD10) {
  EXPECT_EQ(report(scenario("    model: {model: openai/gpt-4.1, temperature: 3}\n")), R"(error: temperature must be a number from 0 to 2, not "3"
  a.yaml:6:49
6 |     model: {model: openai/gpt-4.1, temperature: 3}
  |                                                 ^
fix:   write it as `temperature: 0.5`
)");
}

TEST(BadSuite, BudgetThatAllowsNothing_SCN91) {
  EXPECT_EQ(report(scenario("    budget: {usd: 0}\n")), R"(error: a budget of 0 dollars allows no call
  a.yaml:6:19
6 |     budget: {usd: 0}
  |                   ^
fix:   give it more than 0, such as `budget: {usd: 0.50}`
)");
  EXPECT_THAT(report(scenario("    budget: {}\n")), HasSubstr("budget gives no limit"));
  EXPECT_THAT(report(scenario("    budget: {token: 5}\n")), HasSubstr("did you mean \"tokens\""));
}

TEST(BadSuite, PriceOfHalfTheTokens_SCN90) {
  EXPECT_THAT(report(scenario("    model: {model: openai/gpt-4.1, price: {input: 1}}\n")), HasSubstr("output: 1.60"));
}

TEST(BadSuite, DurationWithoutUnit_PRD10) {
  EXPECT_EQ(report(scenario("    timeout: 30\n")), R"(error: timeout must be a duration with its unit, not "30"
  a.yaml:6:14
6 |     timeout: 30
  |              ^^
fix:   write it as `timeout: 800ms`, `2s`, `1.5m` or `1h`
)");
}

TEST(BadSuite, ListInsteadOfText_PRD10) {
  EXPECT_EQ(report(scenario("    description: [a, b]\n")), R"(error: description must be text, not a list
  a.yaml:6:18
6 |     description: [a, b]
  |                  ^
fix:   write it as `description: some text`
)");
}

TEST(BadSuite, UnknownRoleOfACheck_PRD10) {
  EXPECT_EQ(report(scenario("    checks: [{contains: {text: hi, role: asistant}}]\n")), R"(error: role cannot be "asistant"
  a.yaml:6:42
6 |     checks: [{contains: {text: hi, role: asistant}}]
  |                                          ^^^^^^^^ did you mean "assistant"?
fix:   allowed: assistant, user, any
)");
}

TEST(BadSuite, UnknownRoleOfAMessage_PRD10) {
  EXPECT_EQ(report(scenario("    script:\n      - message: {role: robot, content: hi}\n")), R"(error: role cannot be "robot"
  a.yaml:7:25
7 |       - message: {role: robot, content: hi}
  |                         ^^^^^
fix:   allowed: user, assistant, system, developer, tool, function
)");
}

TEST(BadSuite, TwoKindsOfAgent_PRD10) {
  EXPECT_EQ(report(with_agent("{chat: {url: \"http://127.0.0.1:1\"}, model: rules/a.yaml}")),
            R"(error: an agent has one kind, and here are two: "chat" and "model"
  a.yaml:2:44
2 | agent: {chat: {url: "http://127.0.0.1:1"}, model: rules/a.yaml}
  |                                            ^^^^^
fix:   keep one of them
)");
}

TEST(BadSuite, TwoKindsOfUser_PRD10) {
  EXPECT_EQ(report("antiphon: 1\nagent: {model: rules/a.yaml}\nscenarios:\n  - {name: x, user: {lines: [hi], persona: shy}}\n"),
            R"(error: a user has one kind, and here are two: "lines" and "persona"
  a.yaml:4:35
4 |   - {name: x, user: {lines: [hi], persona: shy}}
  |                                   ^^^^^^^
fix:   keep one of them
)");
}

TEST(BadSuite, NoAgent_PRD10) {
  EXPECT_EQ(report("antiphon: 1\nscenarios:\n  - name: refund\n    user: {lines: [hello]}\n"), R"(error: nobody plays the agent
  a.yaml:3:5
3 |   - name: refund
  |     ^
fix:   add `agent: {chat: {url: "http://127.0.0.1:8080/v1"}}` to the scenario or to the suite
)");
}

TEST(BadSuite, UnknownKindOfAgent_PRD10) {
  EXPECT_EQ(report(with_agent("{chta: {url: \"http://127.0.0.1:1\"}}")), R"(error: unknown agent "chta"
  a.yaml:2:9
2 | agent: {chta: {url: "http://127.0.0.1:1"}}
  |         ^^^^ did you mean "chat"?
fix:   rename it; allowed: antiphon, chat, composed, http, human, layercode, model, process, session, twilio, websocket
)");
}

TEST(BadSuite, KindOfAgentThatComesLater_PRD10) {
  EXPECT_EQ(report(with_agent("{sip: {url: \"sip:127.0.0.1\"}}")), R"(error: agent "sip" is not in this version yet
  a.yaml:2:9
2 | agent: {sip: {url: "sip:127.0.0.1"}}
  |         ^^^
fix:   use one of: chat, http, process, model, websocket, antiphon, twilio, session, layercode, composed, human
)");
}

TEST(BadSuite, AgentWithoutAddress_PRD10) {
  EXPECT_EQ(report(with_agent("{chat: {model: support}}")), R"(error: a chat agent needs "url"
  a.yaml:2:15
2 | agent: {chat: {model: support}}
  |               ^
fix:   add `url: "http://127.0.0.1:8080/v1"`
)");
}

TEST(BadSuite, AddressThatIsNone_PRD10) {
  EXPECT_EQ(report(with_agent("{chat: {url: localhost:8080}}")),
            R"(error: url must be an address that begins with http:// or https://, not "localhost:8080"
  a.yaml:2:21
2 | agent: {chat: {url: localhost:8080}}
  |                     ^^^^^^^^^^^^^^
fix:   write it as `url: "http://127.0.0.1:8080/v1"`
)");
}

TEST(BadSuite, JudgeWithoutCriteria_PRD10) {
  EXPECT_EQ(report(scenario("    judge: []\n")), R"(error: the judge has no criteria
  a.yaml:6:12
6 |     judge: []
  |            ^
fix:   list what must be true: `judge: ["The agent asks for the order number"]`
)");
  EXPECT_EQ(report(scenario("    judge: {model: openai/gpt-4.1}\n")), R"(error: the judge has no criteria
  a.yaml:6:12
6 |     judge: {model: openai/gpt-4.1}
  |            ^
fix:   list what must be true: `judge: ["The agent asks for the order number"]`
)");
}

TEST(BadSuite, ModelWithoutProvider_PRD10) {
  EXPECT_EQ(report(scenario("    model: gpt-4.1\n")), R"(error: "gpt-4.1" is no model
  a.yaml:6:12
6 |     model: gpt-4.1
  |            ^^^^^^^
fix:   write `provider/name`, such as openai/gpt-4.1-mini or rules/support.rules.yaml
)");
}

TEST(BadSuite, StepThatIsNone_PRD10) {
  EXPECT_EQ(report(scenario("    script:\n      - agnt\n")), R"(error: unknown step "agnt"
  a.yaml:7:9
7 |       - agnt
  |         ^^^^ did you mean "agent"?
fix:   rename it; allowed: agent, audio, check, dtmf, effects, fail, interrupt, judge, message, proceed, silence, sleep, succeed, user
)");
}

TEST(BadSuite, EffectAndSettingThatAreNone_VOX40) {
  const auto text = report(scenario("    voice: {effects: [{background_noise: {king: cafe}}, phone]}\n"));
  EXPECT_NE(text.find("unknown setting \"king\" in background_noise"), std::string::npos) << text;
  EXPECT_NE(text.find("unknown effect \"phone\""), std::string::npos) << text;
}

TEST(BadSuite, ComposedAgentWithoutWords_VOX70) {
  EXPECT_NE(report(with_agent("{composed: {voice: flite/slt}}")).find("a composed agent needs one thing that finds its words"), std::string::npos);
}

TEST(BadSuite, PatternThatDoesNotCompileShowsItsPlace_PRD10) {
  const auto text = report(scenario("    checks: [{regex: \"order ([0-9]\"}]\n"));
  EXPECT_NE(text.find("a.yaml:6:22\n6 |     checks: [{regex: \"order ([0-9]\"}]\n  |                      ^^^^^^^^^^^^^^\n"), std::string::npos) << text;
}

TEST(BadSuite, SlotThatTheAgendaDoesNotAskFor_PRD10) {
  const auto text = scenario("    checks: [{completed: [stauts]}]\n");
  EXPECT_EQ(SuiteFolder({{"a.yaml",
                          "antiphon: 1\nagent: {model: rules/a.yaml}\nscenarios:\n  - name: x\n    user: {agenda: {goal: g, request: [status]}}\n"
                          "    checks: [{completed: [stauts]}]\n"}})
                .report({"a.yaml"}),
            R"(error: unknown slot "stauts" in completed
  a.yaml:6:27
6 |     checks: [{completed: [stauts]}]
  |                           ^^^^^^ did you mean "status"?
fix:   rename it; allowed: status
)");
  EXPECT_NE(report(text).find("completed looks at an agenda, and this user has none"), std::string::npos);
}

TEST(BadSuite, UnsetVariableIsNamed_PRD10) {
  EXPECT_EQ(report(scenario("    description: \"about ${ORDER}\"\n")), R"(error: ${ORDER} is not set
  a.yaml:6:18
6 |     description: "about ${ORDER}"
  |                  ^^^^^^^^^^^^^^^^
fix:   set it in the environment, a matrix or a dataset, or write ${ORDER:-default}
)");
}

TEST(BadSuite, OneMistakeUnderAMatrixIsReportedOnce_PRD10) {
  const auto text = report(scenario("    matrix: {a: [x, y, z], b: [u, v]}\n    max_turns: none\n"));
  EXPECT_EQ(text.find("nothing was run"), std::string::npos) << text;
  EXPECT_NE(text.find("a.yaml:7:16"), std::string::npos) << text;
}

TEST(BadSuite, ValueThatIsWrongInOneCellShowsThatValue_PRD10) {
  EXPECT_EQ(report(scenario("    matrix: {n: [\"3\", few]}\n    max_turns: ${n}\n")), R"(error: max_turns must be a whole number of at least 1, not "few"
  a.yaml:7:16
7 |     max_turns: ${n}
  |                ^^^^
fix:   write it as `max_turns: 4`
)");
}

TEST(BadSuite, MissingDatasetIsReportedWhereItIsNamed_PRD10) {
  const auto text = report(scenario("    dataset: orders.csv\n    description: ${order}\n"));
  EXPECT_NE(text.find("a.yaml:6:14\n6 |     dataset: orders.csv\n  |              ^^^^^^^^^^\nfix:   check the path; it is relative to the suite file\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("${order}"), std::string::npos) << text;
}

TEST(BadSuite, MistakeInADatasetIsReportedThere_PRD10) {
  const SuiteFolder folder({{"a.yaml", scenario("    dataset: orders.csv\n")}, {"orders.csv", "order,city\nA-1,Ulm\nA-2\n"}});
  EXPECT_EQ(folder.report({"a.yaml"}), R"(error: this row has 1 fields, the header has 2
  orders.csv:3:1
3 | A-2
  | ^^^
fix:   add or remove fields; put quotes around one that holds a comma
)");
}

TEST(BadSuite, CommandsNeedLeave_PRD50) {
  EXPECT_EQ(report("antiphon: 1\nsetup:\n  - {run: [true]}\nagent: {model: rules/a.yaml}\nscenarios: [{name: x}]\n"),
            R"(error: setup runs commands, and commands are not allowed
  a.yaml:3:3
3 |   - {run: [true]}
  |   ^
fix:   add --allow-commands, or `allow_commands: true` to antiphon.yaml in the working directory
)");
  EXPECT_NE(report(with_agent("{process: {run: [cat]}}")).find("error: a process agent runs commands, and commands are not allowed\n  a.yaml:2:8\n"),
            std::string::npos);
}

TEST(BadSuite, BrokenYaml_PRD10) {
  const auto text = report("antiphon: 1\nscenarios:\n  - name: x\n   user: y\n");
  EXPECT_NE(text.find("error: not YAML: "), std::string::npos) << text;
  EXPECT_NE(text.find("a.yaml:4:"), std::string::npos) << text;
}

TEST(BadSuite, BrokenYamlNamesTheUsualMistake_PRD10) {
  EXPECT_THAT(report("antiphon: 1\nagent:\n\tmodel: rules/a.yaml\n"), ::testing::HasSubstr("fix:   line 3 is indented with a tab: YAML wants spaces\n"));
  EXPECT_THAT(report("antiphon: 1\nscenarios:\n  - name x\n    script: [agent]\n"),
              ::testing::HasSubstr("fix:   a colon seems to be missing in line 3: write `key: value`\n"));
  EXPECT_THAT(report("antiphon: 1\nscenarios:\n  - name: x\n    script: user: hi\n"), ::testing::HasSubstr("fix:   line 4 holds two keys one after the other"));
}

TEST(BadSuite, InvalidUtf8_PRD10) { EXPECT_NE(report("antiphon: 1\nname: \xFF\n").find("error: the file is not UTF-8\n  a.yaml:2:1\n"), std::string::npos); }

TEST(BadSuite, OtherVersion_PRD10) {
  EXPECT_NE(report("antiphon: 2\nscenarios: [{name: x, agent: {model: rules/a.yaml}}]\n").find("error: this format has version 1, not \"2\"\n  a.yaml:1:11\n"),
            std::string::npos);
}

TEST(BadSuite, NoScenarios_PRD10) {
  EXPECT_NE(report("antiphon: 1\n").find("error: a suite needs \"scenarios\"\n  a.yaml:1:1\n"), std::string::npos);
  EXPECT_NE(report("antiphon: 1\nscenarios: []\n").find("error: scenarios must be a list with at least one scenario\n  a.yaml:2:12\n"), std::string::npos);
}

TEST(BadSuite, MistakesOfAllFilesComeTogether_PRD10_PRD64) {
  const SuiteFolder folder({{"one.yaml", scenario("    max_turns: 0\n    tags: x\n")}, {"two.yaml", scenario("    clock: fast\n")}});
  const auto text = folder.report({"."});
  EXPECT_NE(text.find("one.yaml:6:16"), std::string::npos) << text;
  EXPECT_NE(text.find("one.yaml:7:11"), std::string::npos) << text;
  EXPECT_NE(text.find("two.yaml:6:12"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\n3 errors in 2 files, nothing was run\n")) << text;
}

TEST(BadSuite, FileThatIsMissingAndFileThatIsNoSuite_PRD64) {
  const SuiteFolder folder({{"rules.yaml", "rules: []\n"}});
  EXPECT_EQ(folder.report({"nowhere.yaml", "rules.yaml"}), R"(error: no such file or folder
  nowhere.yaml
fix:   check the path

error: this is no suite
  rules.yaml
fix:   a suite has `antiphon: 1` at its top

2 errors in 2 files, nothing was run
)");
}

}  // namespace
}  // namespace antiphon::suite
