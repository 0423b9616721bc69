#include "antiphon/gateway/evaluation/evaluation.hpp"
#include "antiphon/gateway/config/reach.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/providers/llm/testing.hpp"
#include "tests/source_file.hpp"

/// Whole dialogues as a file configures them, in virtual time.
namespace antiphon::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outcome = ScenarioEvaluation::Outcome;

namespace fs = std::filesystem;

struct AnEvaluation : ::testing::Test {
  AnEvaluation() { fs::create_directories(folder); }
  ~AnEvaluation() override { fs::remove_all(folder); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories(fs::path(folder + "/" + name).parent_path());
    write_file_atomically(folder + "/" + name, text);
  }

  void make(const std::string& config) {
    auto read = parse_gateway_config(config, folder + "/gateway.yaml", [](std::string_view) { return std::nullopt; });
    agent = std::make_shared<ServedAgent>(world.runtime, without_callers(std::move(read)),
                                          GatewayContext{.http = http, .models = models, .speech = SpeechRegistry::with_defaults(), .embedders = embedders});
    world.run(agent->load(world.soon()));
  }
  std::vector<ScenarioEvaluation> evaluate(const std::string& config, const std::string& scenarios, EvaluationOptions options = {}) {
    make(config);
    options.log = [this](const std::string& line) { log += line + "\n"; };
    Evaluation evaluation(world.runtime, agent, parse_evaluation(scenarios, "scenarios.yaml"), std::move(options));
    return world.run(evaluation.run());
  }

  std::string folder = (fs::temp_directory_path() / make_id("evaluation")).string();
  net::testing::VirtualWorld world;
  testing_tools::ScriptedHttp http;
  std::shared_ptr<const ModelRegistry> models = ModelRegistry::with_defaults();
  EmbedderRegistry embedders;
  std::string log;
  std::shared_ptr<ServedAgent> agent;
};

const std::string stub = "providers: {llm: {stub: {text: I can help you with that.}}}\n";

TEST_F(AnEvaluation, TheScenariosOfTheExamplePass_GTW60) {
  for (const auto* name : {"gateway.yaml", "orders.sql", "pins.txt", "knowledge", "rules"})
    fs::copy(source_file(std::string("examples/support/") + name), folder + "/" + name, fs::copy_options::recursive);
  const auto results = evaluate(read_file(folder + "/gateway.yaml"), read_file(source_file("examples/support/evaluation.yaml")));
  EXPECT_EQ(results.size(), 8U);
  for (const auto& result : results) EXPECT_THAT(result.errors(), IsEmpty()) << result.scenario.name;
  for (const auto& result : results) EXPECT_EQ(result.outcome, Outcome::passed) << result.scenario.name;
}

TEST_F(AnEvaluation, ExpectationsThatDoNotHoldFailAndSayWhatHappened_GTW60) {
  const auto results = evaluate(stub, R"yaml(
- {name: tool, turns: [{user: hello, expect_tool: order_status}]}
- {name: escalation, turns: [{user: hello, expect_escalation: true}]}
- {name: stay, turns: [{user: let me speak to a human, expect_escalation: false}]}
- {name: text, turns: [{user: hello, contains: parcel, not_contains: HELP}]}
- {name: right, turns: [{user: hello, contains: HELP, expect_no_tool: true, expect_escalation: false}]}
)yaml");
  ASSERT_EQ(results.size(), 5U);
  EXPECT_THAT(results[0].errors(), ElementsAre("turn 1: expected a call of order_status; the tools called were: none"));
  EXPECT_THAT(results[1].errors(), ElementsAre(HasSubstr("go to a person, who did not")));
  EXPECT_THAT(results[2].errors(), ElementsAre(HasSubstr("who went to a person (human_requested)")));
  EXPECT_THAT(results[3].errors(), ElementsAre("turn 1: expected \"parcel\" in the answer", "turn 1: expected no \"HELP\" in the answer"));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(results[i].outcome, Outcome::failed) << i;
  EXPECT_EQ(results[4].outcome, Outcome::passed);
}

TEST_F(AnEvaluation, AModelThatFailsIsAnErrorAndNoVerdictOnTheAgent_GTW60) {
  const auto results = evaluate("providers: {llm: {stub: {fail: {rate: 100%, kind: 429}}}}\n", "[{name: a, turns: [{user: hello, contains: parcel}]}]");
  EXPECT_EQ(results.at(0).outcome, Outcome::error);
  EXPECT_THAT(results[0].errors().at(0), HasSubstr("the dialogue failed"));
}

TEST_F(AnEvaluation, WhereTheCallIsOverNothingElseCanBeSaid_GTW60) {
  const auto results = evaluate(stub, R"yaml(
- {name: gone, turns: [{user: let me speak to a human, expect_escalation: true}, {user: thank you}]}
- {name: stays with the person, turns: [{user: let me speak to a human}, {user: thank you, expect_escalation: true}]}
)yaml");
  EXPECT_THAT(results.at(0).errors(), ElementsAre("turn 2: it could not be said: the call was over after turn 1"));
  EXPECT_EQ(results.at(1).outcome, Outcome::passed);
}

TEST_F(AnEvaluation, ATurnThatNobodyAnswersFails_GTW60) {
  const auto results = evaluate(stub, R"yaml([{name: keys, turns: [{keys: "12"}]}, {name: wait, turns: [{keys: "12", wait: false}]}])yaml");
  EXPECT_THAT(results.at(0).errors(), ElementsAre("turn 1: it was not answered"));
  EXPECT_EQ(results.at(1).outcome, Outcome::passed);
}

TEST_F(AnEvaluation, APinIsAwaitedGatheredAndHeldBack_GTW60_GTW32) {
  fs::copy(source_file("examples/support/pins.txt"), folder + "/pins.txt");
  const auto results = evaluate(stub + "pin: {file: pins.txt}\n", R"yaml(
- name: in vain
  caller_id: "+15550100"
  authenticated: false
  turns: [{user: "Where is my order?", contains: PIN}, {user: one two, contains: all 4 digits}, {user: one two three four, contains: help you}]
- {name: no need, caller_id: "+15550100", turns: [{user: "Where is my order?", contains: help you}]}
)yaml");
  EXPECT_THAT(results.at(0).errors(), IsEmpty());
  EXPECT_THAT(results.at(0).turns.at(2).user, HasSubstr("[PIN_MASKED]"));
  EXPECT_THAT(json_text(to_json(EvaluationReport{.results = results})), ::testing::Not(HasSubstr("three four")));
  EXPECT_THAT(results.at(1).errors(), IsEmpty());
}

TEST_F(AnEvaluation, ALocaleThatIsNotSpokenFallsBackAndSaysSo_GTW60) {
  const auto results = evaluate(
      stub, "[{name: a, locale: tlh, turns: [{user: hello}]}, {name: b, locale: fr-FR, turns: [{user: Je veux parler à un humain, expect_escalation: true}]}]");
  EXPECT_THAT(log, HasSubstr("tlh"));
  EXPECT_THAT(results.at(1).errors(), IsEmpty());
}

TEST_F(AnEvaluation, ALanguageThatIsSpokenElsewhereIsThatOfTheScenario_GTW60) {
  const auto results = evaluate(stub, "[{name: a, locale: fr-CA, turns: [{user: Je veux parler à un humain, expect_escalation: true}]}]");
  EXPECT_THAT(log, HasSubstr("fr-FR is"));
  EXPECT_THAT(results.at(0).errors(), IsEmpty());
}

TEST_F(AnEvaluation, AFailingToolHurtsNoOtherScenario_GTW60) {
  write("rules/desk.rules.yaml", "rules:\n  - {when: {tool_result: {name: crm, matches: '.'}}, reply: It does not work.}\n  - {tool_calls: [crm]}\n");
  std::string scenarios;
  for (int i = 0; i < 8; ++i) scenarios += "- {name: a, turns: [{user: hello, expect_tool: crm}]}\n";
  // Six failures would open a circuit breaker, and from then on nobody would even ask.
  const auto results = evaluate("providers: {llm: rules/desk.rules.yaml}\ntools: {crm: {description: x, http: {url: 'http://crm.test/'}}}\n", scenarios);
  ASSERT_EQ(results.size(), 8U);
  for (const auto& result : results) {
    EXPECT_EQ(result.outcome, Outcome::passed) << "it was called, as in the reference";
    ASSERT_EQ(result.turns.at(0).tools.size(), 1U);
    EXPECT_FALSE(result.turns[0].tools[0].ok);
    EXPECT_THAT(result.turns[0].tools[0].error, HasSubstr("the script is over"));
  }
}

TEST_F(AnEvaluation, AStopLeavesWhatWasPlayed_GTW60) {
  make(stub);
  std::optional<Evaluation> evaluation;
  evaluation.emplace(world.runtime, agent, parse_evaluation("[{name: a, turns: [{user: hi}]}, {name: b, turns: [{user: hi}]}]", "x"),
                     EvaluationOptions{.on_result = [&](const ScenarioEvaluation&) { evaluation->stop(); }});
  const auto results = world.run(evaluation->run());
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].scenario.name, "a");
  EXPECT_TRUE(evaluation->stopped());
}

TEST_F(AnEvaluation, TheReportCountsAndNamesAsTheReferenceDoes_GTW60) {
  EvaluationReport report{.gateway = "gateway.yaml", .virtual_time = true};
  EXPECT_EQ(report.success_rate(), std::nullopt);
  report.results = evaluate(stub,
                            "[{name: a, turns: [{user: hi}]}, {name: b, turns: [{user: hi, contains: no}]}, {name: c, turns: [{user: a human please}]}, {name: "
                            "d, turns: [{user: hi}]}]");
  const auto object = to_json(report);
  EXPECT_EQ(object.at("total"), json::value(4));
  EXPECT_EQ(object.at("passed"), json::value(3));
  EXPECT_EQ(object.at("failed"), json::value(1));
  EXPECT_EQ(object.at("success_rate"), json::value(0.75));
  EXPECT_EQ(object.at("clock").as_string(), "virtual");
  const auto& second = object.at("results").at(1);
  EXPECT_EQ(second.at("scenario_name").as_string(), "b");
  EXPECT_FALSE(second.at("passed").as_bool());
  EXPECT_EQ(second.at("turn_results").at(0).at("agent").as_string(), "I can help you with that.");
  EXPECT_EQ(second.at("errors").as_array().size(), 1U);
  EXPECT_TRUE(object.at("results").at(2).at("turn_results").at(0).at("escalated").as_bool());
}

TEST(EvaluationClock, IsVirtualWhereNobodyElsewhereIsAsked_GTW60) {
  const auto models = ModelRegistry::with_defaults();
  const auto waits = [&models](const std::string& text) {
    return waits_on_clock_alone(parse_gateway_config(text, "gateway.yaml", [](std::string_view) { return std::nullopt; }), *models);
  };
  EXPECT_TRUE(waits(stub));
  EXPECT_TRUE(
      waits("providers: {llm: rules/a.rules.yaml}\ntools: {a: {sql: {database: a.db, query: SELECT 1}}, k: {knowledge: {}}}\nknowledge: {documents: d/}\npin: "
            "{file: p}\n"));
  EXPECT_FALSE(waits("providers: {llm: openai/gpt-4o}"));
  EXPECT_FALSE(waits("providers: {llm: [rules/a.rules.yaml, openai/gpt-4o]}"));
  EXPECT_FALSE(waits(stub + "tools: {a: {http: {url: 'http://x'}}}"));
  EXPECT_FALSE(waits(stub + "tools: {a: {mcp: {command: [x]}}}"));
  EXPECT_FALSE(waits(stub + "pin: {http: {url: 'http://x'}}"));
  EXPECT_FALSE(waits(stub + "knowledge: {chroma: {}}"));
  EXPECT_FALSE(waits(stub + "knowledge: {embedder: openai/text-embedding-3-small}"));
}

}  // namespace
}  // namespace antiphon::gateway
