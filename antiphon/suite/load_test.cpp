#include "antiphon/suite/load.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/suite/testing/suite_folder.hpp"

namespace antiphon::suite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SuiteFolder;

std::string suite(const std::string& scenarios, const std::string& top = "") {
  return "antiphon: 1\nagent: {model: rules/a.yaml}\n" + top + "scenarios:\n" + scenarios;
}

std::vector<std::string> ids(const LoadedSuites& loaded) {
  std::vector<std::string> list;
  for (const auto& scenario : loaded.scenarios) list.push_back(scenario.id);
  return list;
}

// The chat suite of the documentation, as it stands.
constexpr const char* chat_suite = R"yaml(antiphon: 1                                   # version of this format
name: Support desk
setup:                                        # started before, stopped after; only with --allow-commands or `allow_commands: true` in antiphon.yaml
  - {run: [python3, agent.py, --port, "8080"], ready: "http://127.0.0.1:8080/health", timeout: 20s}
agent:
  chat: {url: "http://127.0.0.1:8080/v1", model: support, key: "${SUPPORT_KEY:-none}"}
defaults:
  model: "${ANTIPHON_MODEL:-rules/support.rules.yaml}"     # simulated user and judge, unless they say otherwise
  max_turns: 10
  timeout: 2m
  seed: 7
scenarios:
  - name: refund inside the window
    tags: [refund, smoke]
    description: A customer wants the money back for headphones bought nine days ago, order A-1007.
    user: {persona: "impatient, writes in fragments"}
    judge:
      - The agent asks for the order number before it promises anything
      - The agent does not offer store credit unless asked
    script:
      - user: hi i want my money back
      - agent
      - check: {contains: order number}        # on the last agent message
      - proceed: 4
      - judge
    checks:                                    # on the whole run
      - tool_called: {name: create_refund, arguments: {order: A-1007}}
      - not_contains: {text: store credit, role: assistant}
      - turns: {at_most: 6}
      - latency: {p95: 2s}

  - name: "every locale, ${locale}"
    matrix: {locale: [en-US, en-GB], persona: [polite, rude]}
    dataset: orders.csv                        # one run per row and cell; columns as ${order_id}
    description: "The customer (${persona}) asks where order ${order_id} is."
    user: {agenda: {goal: track order, inform: {order: "${order_id}"}, request: {status: {one_of: [shipped, lost]}, arrival: {matches: "[A-Z][a-z]+day"}}}}    # goal-driven, no model needed
    checks: [{completed: [status, arrival]}]
)yaml";

class ChatSuite : public ::testing::Test {
 protected:
  ChatSuite() : folder_({{"suites/support.yaml", chat_suite}, {"suites/orders.csv", "order_id\nA-1\nA-2\n"}, {"antiphon.yaml", "allow_commands: true\n"}}) {}
  SuiteFolder folder_;
};

TEST_F(ChatSuite, WorksAsItStands_PRD10) {
  const auto loaded = folder_.load({"suites/support.yaml"});
  EXPECT_THAT(ids(loaded), ElementsAre("refund inside the window", "every locale, en-US [persona=polite] row 1", "every locale, en-US [persona=polite] row 2",
                                       "every locale, en-US [persona=rude] row 1", "every locale, en-US [persona=rude] row 2",
                                       "every locale, en-GB [persona=polite] row 1", "every locale, en-GB [persona=polite] row 2",
                                       "every locale, en-GB [persona=rude] row 1", "every locale, en-GB [persona=rude] row 2"));
}

TEST_F(ChatSuite, ReadsEverySettingOfTheFirstScenario_PRD10) {
  const auto scenario = folder_.load({"suites/support.yaml"}).scenarios.front();
  EXPECT_EQ(scenario.suite, "Support desk");
  EXPECT_EQ(folder_.relative(scenario.file), "suites/support.yaml");
  EXPECT_EQ(scenario.line, 13);
  EXPECT_THAT(scenario.tags, ElementsAre("refund", "smoke"));
  EXPECT_EQ(scenario.max_turns, 10);
  EXPECT_EQ(scenario.timeout, std::chrono::minutes(2));
  EXPECT_EQ(scenario.seed, 7u);
  EXPECT_EQ(scenario.model.model, "rules/support.rules.yaml");
  EXPECT_EQ(folder_.relative(scenario.model.directory + "/"), "suites/");
  EXPECT_TRUE(scenario.agent && scenario.user && scenario.judge);
  ASSERT_EQ(scenario.script.size(), 5u);
  EXPECT_EQ(std::get<Step::Speak>(scenario.script[0].what).text, "hi i want my money back");
  EXPECT_EQ(scenario.script[0].line, 21);
  EXPECT_EQ(std::get<Step::Speak>(scenario.script[1].what).role, Role::agent);
  EXPECT_EQ(std::get<TextCheck>(std::get<Step::Assert>(scenario.script[2].what).check.what).text, "order number");
  EXPECT_EQ(std::get<Step::Proceed>(scenario.script[3].what).turns, 4);
  EXPECT_FALSE(std::get<Step::Judge>(scenario.script[4].what).criteria);
}

TEST_F(ChatSuite, ReadsEveryCheckOfTheFirstScenario_PRD10_SCN60) {
  const auto scenario = folder_.load({"suites/support.yaml"}).scenarios.front();
  ASSERT_EQ(scenario.checks.size(), 4u);
  const auto& tool = std::get<ToolCalledCheck>(scenario.checks[0].what);
  EXPECT_EQ(tool.name, "create_refund");
  EXPECT_EQ(tool.arguments, (json::value{{"order", "A-1007"}}));
  const auto& text = std::get<TextCheck>(scenario.checks[1].what);
  EXPECT_EQ(text.kind, TextCheck::Kind::not_contains);
  EXPECT_EQ(text.text, "store credit");
  EXPECT_EQ(std::get<TurnsCheck>(scenario.checks[2].what).at_most, 6);
  EXPECT_EQ(std::get<LatencyCheck>(scenario.checks[3].what).p95, std::chrono::seconds(2));
  EXPECT_EQ(scenario.checks[3].line, 30);
}

TEST_F(ChatSuite, FillsMatrixAndDatasetIn_PRD10) {
  const auto scenario = folder_.load({"suites/support.yaml"}).scenarios[4];
  EXPECT_EQ(scenario.name, "every locale, en-US");
  EXPECT_EQ(scenario.description, "The customer (rude) asks where order A-2 is.");
  EXPECT_EQ(scenario.matrix, (std::map<std::string, std::string>{{"locale", "en-US"}, {"persona", "rude"}}));
  EXPECT_EQ(scenario.row, 2);
}

TEST_F(ChatSuite, SetupIsReadWithItsFolder_PRD10) {
  const auto loaded = folder_.load({"suites/support.yaml"});
  ASSERT_EQ(loaded.setup.size(), 1u);
  EXPECT_THAT(loaded.setup[0].argv, ElementsAre("python3", "agent.py", "--port", "8080"));
  EXPECT_EQ(loaded.setup[0].ready, "http://127.0.0.1:8080/health");
  EXPECT_EQ(loaded.setup[0].timeout, std::chrono::seconds(20));
  EXPECT_EQ(folder_.relative(loaded.setup[0].directory + "/"), "suites/");
}

TEST_F(ChatSuite, RulesOfTheEnvironmentLieInTheWorkingDirectory_PRD10) {
  const auto scenario = folder_.load({"suites/support.yaml"}, {{"ANTIPHON_MODEL", "rules/mine.yaml"}}).scenarios.front();
  EXPECT_EQ(scenario.model.model, "rules/" + std::filesystem::absolute(folder_.path()).string() + "/mine.yaml");
}

TEST_F(ChatSuite, OtherModelsOfTheEnvironmentStayAsTheyAre_PRD10) {
  EXPECT_EQ(folder_.load({"suites/support.yaml"}, {{"ANTIPHON_MODEL", "openai/gpt-4.1"}}).scenarios.front().model.model, "openai/gpt-4.1");
}

TEST(LoadSuites, FolderMeansAllSuitesBelowIt_PRD10) {
  const SuiteFolder folder({{"s/b.yml", suite("  - name: b\n")},
                            {"s/deep/a.yaml", suite("  - name: a\n")},
                            {"s/c.json", R"({"antiphon": 1, "agent": {"model": "rules/a.yaml"}, "scenarios": [{"name": "c", "max_turns": 3}]})"},
                            {"s/rules.yaml", "rules: []\n"},
                            {"s/.hidden/d.yaml", suite("  - name: d\n")},
                            {"s/notes.txt", "antiphon: 1\n"}});
  EXPECT_THAT(ids(folder.load({"s"})), ElementsAre("b", "c", "a"));
}

TEST(LoadSuites, GlobBringsInItsMatches_PRD3) {
  const SuiteFolder folder({{"s/a.suite.yaml", suite("  - name: a\n")}, {"s/b.suite.yaml", suite("  - name: b\n")}, {"s/c.yaml", suite("  - name: c\n")}});
  EXPECT_THAT(ids(folder.load({"s/*.suite.yaml"})), ElementsAre("a", "b"));
  EXPECT_EQ(folder.report({"s/*.nothing"}), "error: nothing matches\n  s/*.nothing\nfix:   check the path\n");
}

TEST(LoadSuites, FileNamedTwiceIsReadOnce_PRD3) {
  const SuiteFolder folder({{"s/a.yaml", suite("  - name: a\n")}});
  EXPECT_THAT(ids(folder.load({"s/a.yaml", "s", "./s/a.yaml"})), ElementsAre("a"));
}

TEST(LoadSuites, FolderWithoutSuitesIsAnError_PRD64) {
  const SuiteFolder folder({{"s/rules.yaml", "rules: []\n"}});
  EXPECT_THAT(folder.report({"s"}), HasSubstr("error: no suite in s\n"));
}

TEST(LoadSuites, BrokenSuiteInAFolderIsNotPassedOver_PRD64) {
  const SuiteFolder folder({{"s/a.yaml", suite("  - name: a\n")}, {"s/b.yaml", "antiphon: 1\nscenarios: [\n"}, {"s/c.yaml", "rules: [\n"}});
  EXPECT_THAT(folder.report({"s"}), HasSubstr("s/b.yaml"));
  EXPECT_THAT(folder.report({"s"}), ::testing::Not(HasSubstr("s/c.yaml")));
}

TEST(LoadSuites, AFileInAFolderThatCannotBeReadIsNotPassedOver_PRD64) {
  const SuiteFolder folder({{"s/good.yaml", suite("  - {name: a, user: {lines: [hi]}}\n")}, {"rules/a.yaml", "rules: [{reply: x}]"}});
  std::filesystem::create_symlink("/proc/self/mem", folder.path() + "/s/unreadable.yaml");  // a regular file that not even root can read from its beginning
  EXPECT_THAT(folder.report({"s"}), ::testing::AllOf(HasSubstr("unreadable.yaml"), HasSubstr("cannot read")));
}

TEST(LoadSuites, EqualIdsAreToldApartByTheirFileThenTheirLine_PRD63) {
  const SuiteFolder folder({{"a.yaml", suite("  - name: x\n  - name: x\n")}, {"b.yaml", suite("  - name: x\n")}});
  std::vector<std::string> shown;
  for (const auto& id : ids(folder.load({"a.yaml", "b.yaml"}))) shown.push_back(folder.relative(id));
  EXPECT_THAT(shown, ElementsAre("x", "x (a.yaml)", "x (b.yaml)"));
}

TEST(Precedence, ScenarioWinsOverDefaultsOverEnvironmentOverProjectFile_PRD10_SCN71) {
  const std::string top = "defaults: {model: openai/default, seed: 1, max_turns: 4}\n";
  SuiteFolder folder({{"a.yaml", suite("  - {name: own, model: openai/own, seed: 2, max_turns: 5}\n  - name: below\n", top)},
                      {"b.yaml", suite("  - name: none\n")},
                      {"antiphon.yaml", "model: openai/project\nseed: 9\nclock: wall\n"}});
  auto loaded = folder.load({"a.yaml", "b.yaml"});
  EXPECT_EQ(loaded.scenarios[0].model.model, "openai/own");
  EXPECT_EQ(loaded.scenarios[0].seed, 2u);
  EXPECT_EQ(loaded.scenarios[0].max_turns, 5);
  EXPECT_EQ(loaded.scenarios[1].model.model, "openai/default");
  EXPECT_EQ(loaded.scenarios[1].seed, 1u);
  EXPECT_EQ(loaded.scenarios[2].model.model, "openai/project");
  EXPECT_EQ(loaded.scenarios[2].seed, 9u);
  EXPECT_EQ(loaded.scenarios[2].clock, ClockChoice::wall);
  EXPECT_FALSE(loaded.scenarios[2].max_turns);
  loaded = folder.load({"b.yaml"}, {{"ANTIPHON_MODEL", "openai/env"}, {"ANTIPHON_SEED", "8"}});
  EXPECT_EQ(loaded.scenarios[0].model.model, "openai/env");
  EXPECT_EQ(loaded.scenarios[0].seed, 8u);
}

TEST(Precedence, AClockOfTheScenarioWinsOverTheEnvironmentEvenWhereItSaysAuto_PRD10) {
  const SuiteFolder folder({{"a.yaml", suite("  - {name: own, clock: auto}\n  - {name: none}\n")}});
  const auto loaded = folder.load({"a.yaml"}, {{"ANTIPHON_CLOCK", "wall"}});
  EXPECT_EQ(loaded.scenarios[0].clock, ClockChoice::automatic);
  EXPECT_EQ(loaded.scenarios[1].clock, ClockChoice::wall);
}

TEST(LoadSuites, SuitesOfOneNameKeepTheirResultsApart_PRD3) {
  const SuiteFolder folder({{"s/a.yaml", suite("  - name: x\n", "name: Desk\n")}, {"s/b.yaml", suite("  - name: x\n", "name: Desk\n")}});
  const auto loaded = folder.load({"s"});
  EXPECT_EQ(loaded.scenarios[0].suite, "Desk");
  EXPECT_EQ(loaded.scenarios[1].suite, "Desk (s/b.yaml)");
}

TEST(Matrix, AValueThatStandsTwiceHidesNoOtherMistake_PRD10) {
  const SuiteFolder folder({{"a.yaml", suite("  - {name: x, matrix: {mood: [calm, calm]}, max_turn: 3, description: \"${mood} ${unset}\"}\n")}});
  const auto report = folder.report({"a.yaml"});
  EXPECT_THAT(report, HasSubstr("mood has \"calm\" twice"));
  EXPECT_THAT(report, HasSubstr("unknown key \"max_turn\""));
  EXPECT_THAT(report, HasSubstr("${unset} is not set"));
  EXPECT_THAT(report, HasSubstr("3 errors in 1 file"));
}

TEST(Matrix, CrossesDatasetIncludeAndAnchors_PRD10) {
  const SuiteFolder folder({{"a.yaml",
                             "antiphon: 1\ninclude: parts/base.yaml\ndefaults: &all {max_turns: 3}\n"
                             "scenarios:\n  - &first {name: \"${mood} ${city}\", matrix: {mood: [calm, cross]}, dataset: cities.csv, <<: *all}\n"
                             "  - {<<: *first, name: \"again ${city}\", max_turns: 4}\n"},
                            {"parts/base.yaml", "agent: {model: rules/base.yaml}\nscenarios: [{name: \"part ${n}\", matrix: {n: [\"1\", \"2\"]}}]\n"},
                            {"cities.csv", "city\nOslo\nRome\n"}});
  const auto loaded = folder.load({"a.yaml"});
  EXPECT_THAT(ids(loaded),
              ElementsAre("part 1", "part 2", "calm Oslo row 1", "calm Rome row 2", "cross Oslo row 1", "cross Rome row 2", "again Oslo [mood=calm] row 1",
                          "again Rome [mood=calm] row 2", "again Oslo [mood=cross] row 1", "again Rome [mood=cross] row 2"));
  EXPECT_EQ(loaded.scenarios[2].max_turns, 3);
  EXPECT_EQ(loaded.scenarios[6].max_turns, 4);
}

TEST(Replay, ARecordingMayBeNamedByTheMatrix_SCN41_PRD10) {
  const SuiteFolder folder({{"a.yaml", suite("  - {name: x, matrix: {who: [ada, bob]}, user: {replay: \"said/${who}.json\"}}\n")},
                            {"said/ada.json", R"([{"role": "user", "content": "I am Ada"}])"},
                            {"said/bob.json", R"({"messages": []})"}});
  const auto report = folder.report({"a.yaml"});
  EXPECT_THAT(report, HasSubstr("said/bob.json: /messages: the user says nothing in it"));
  EXPECT_THAT(report, ::testing::Not(HasSubstr("ada.json:")));
}

TEST(Precedence, FlagWinsOverAll_PRD3) {
  const SuiteFolder folder({{"a.yaml", suite("  - {name: own, model: openai/own, seed: 2, timeout: 1m, clock: wall}\n")}});
  auto options = folder.options();
  options.overrides = {.model = "openai/flag", .clock = ClockChoice::automatic, .seed = 3, .timeout = std::chrono::seconds(9)};
  const auto scenario = load_suites({"a.yaml"}, options).scenarios[0];
  EXPECT_EQ(scenario.model.model, "openai/flag");
  EXPECT_EQ(scenario.seed, 3u);
  EXPECT_EQ(scenario.timeout, std::chrono::seconds(9));
  EXPECT_EQ(scenario.clock, ClockChoice::automatic);
}

TEST(Precedence, TagsChecksToolsAndMetadataOfDefaultsAreAddedTo_PRD10) {
  const std::string top = "defaults: {tags: [all], checks: [{not_contains: sorry}], tools: {a: {returns: 1}, b: {returns: 1}}, metadata: {team: desk}}\n";
  const SuiteFolder folder(
      {{"a.yaml", suite("  - {name: x, tags: [one], checks: [{contains: hi}], tools: {b: {returns: 2}}, metadata: {ticket: T-1}}\n", top)}});
  const auto scenario = folder.load({"a.yaml"}).scenarios[0];
  EXPECT_THAT(scenario.tags, ElementsAre("all", "one"));
  EXPECT_EQ(scenario.checks.size(), 2u);
  EXPECT_EQ(json::value(scenario.tools), json::parse(R"({"a": {"returns": 1}, "b": {"returns": 2}})"));
  EXPECT_EQ(json::value(scenario.metadata), json::parse(R"({"team": "desk", "ticket": "T-1"})"));
}

TEST(Variables, RowWinsOverMatrixWinsOverEnvironment_PRD10) {
  const SuiteFolder folder({{"a.yaml", suite("  - {name: \"${a} ${b} ${c}\", matrix: {a: [m], b: [m]}, dataset: d.csv}\n")}, {"d.csv", "a\nrow\n"}});
  const auto scenario = folder.load({"a.yaml"}, {{"a", "env"}, {"b", "env"}, {"c", "env"}}).scenarios[0];
  EXPECT_EQ(scenario.name, "row m env");
  EXPECT_EQ(scenario.id, "row m env row 1");
}

TEST(Variables, MatrixReachesAgentAndDefaultsOfTheSuite_PRD10) {
  const SuiteFolder folder({{"a.yaml",
                             "antiphon: 1\nagent: {chat: {url: \"${url}\"}}\ndefaults: {max_turns: \"${turns}\"}\n"
                             "scenarios: [{name: x, matrix: {url: [\"http://127.0.0.1:1\"], turns: [\"3\", \"4\"]}}]\n"}});
  const auto loaded = folder.load({"a.yaml"});
  EXPECT_EQ(loaded.scenarios[0].max_turns, 3);
  EXPECT_EQ(loaded.scenarios[1].max_turns, 4);
  EXPECT_THAT(ids(loaded), ElementsAre("x [url=http://127.0.0.1:1, turns=3]", "x [url=http://127.0.0.1:1, turns=4]"));
}

TEST(Variables, NamesThatAnHttpAgentFillsInSurviveInItsBodyAlone_PRD10_TRN3) {
  const std::string agent =
      "agent: {http: {url: \"http://127.0.0.1:1\", body: {t: \"${input.text}\", m: \"${input.messages}\", i: \"${thread_id} ${WHO}\"}}}\n";
  const SuiteFolder folder(
      {{"a.yaml", "antiphon: 1\n" + agent + "scenarios: [{name: x}]\n"}, {"b.yaml", "antiphon: 1\n" + agent + "scenarios: [{name: \"${input.text}\"}]\n"}});
  auto options = folder.options({{"WHO", "me"}});
  EXPECT_EQ(folder.report({"a.yaml"}, options), "");
  EXPECT_THAT(folder.report({"b.yaml"}, options), HasSubstr("${input.text} is not set"));
}

TEST(Selection, KeywordLooksIntoNamesIgnoringCase_PRD3) {
  const SuiteFolder folder({{"a.yaml", suite("  - name: Refund now\n  - name: track order\n")}});
  auto options = folder.options();
  options.selection.keywords = {"REFUND"};
  EXPECT_THAT(ids(load_suites({"a.yaml"}, options)), ElementsAre("Refund now"));
  options.selection.keywords = {"id:track order"};
  EXPECT_THAT(ids(load_suites({"a.yaml"}, options)), ElementsAre("track order"));
}

TEST(Selection, AnyOfTheTagsIsEnough_PRD3) {
  const SuiteFolder folder({{"a.yaml", suite("  - {name: a, tags: [x]}\n  - {name: b, tags: [y, z]}\n  - name: c\n")}});
  auto options = folder.options();
  options.selection.tags = split_tags("x, z");
  EXPECT_THAT(ids(load_suites({"a.yaml"}, options)), ElementsAre("a", "b"));
}

TEST(Selection, NoMatchIsAnErrorThatNamesWhatThereIs_PRD3) {
  const SuiteFolder folder({{"a.yaml", suite("  - {name: a, tags: [x]}\n")}});
  auto options = folder.options();
  options.selection.keywords = {"zzz"};
  EXPECT_EQ(folder.report({"a.yaml"}, options), "error: no scenario matches -k \"zzz\"\nfix:   there is \"a\"\n");
  options.selection = {.tags = {"q"}};
  EXPECT_EQ(folder.report({"a.yaml"}, options), "error: no scenario matches --tag q\nfix:   there are the tags x\n");
}

TEST(Selection, SetupOfASuiteWithoutSelectedScenariosIsNotStarted_PRD10) {
  const SuiteFolder folder({{"a.yaml", suite("  - name: a\n", "setup: [{run: [one]}]\n")}, {"b.yaml", suite("  - name: b\n", "setup: [{run: [two]}]\n")}});
  auto options = folder.options();
  options.allow_commands = true;
  options.selection.keywords = {"b"};
  const auto loaded = load_suites({"."}, options);
  ASSERT_EQ(loaded.setup.size(), 1u);
  EXPECT_EQ(loaded.setup[0].argv[0], "two");
}

TEST(Include, TakesInScenariosSetupAndDefaultsAndItsOwnWin_PRD10) {
  const SuiteFolder folder(
      {{"a.yaml", "antiphon: 1\ninclude: [parts/base.yaml]\ndefaults: {seed: 2}\nscenarios: [{name: own}]\n"},
       {"parts/base.yaml", "agent: {model: rules/base.yaml}\ndefaults: {seed: 1, max_turns: 3}\nscenarios: [{name: \"row ${n}\", dataset: d.csv}]\n"},
       {"parts/d.csv", "n\n1\n"}});
  const auto loaded = folder.load({"a.yaml"});
  EXPECT_THAT(ids(loaded), ElementsAre("row 1 row 1", "own"));
  EXPECT_EQ(loaded.scenarios[1].seed, 2u);
  EXPECT_EQ(loaded.scenarios[1].max_turns, 3);
}

TEST(Include, CircleIsAMistake_PRD10) {
  const SuiteFolder folder({{"a.yaml", "antiphon: 1\ninclude: b.yaml\nscenarios: [{name: x, agent: {model: rules/a}}]\n"}, {"b.yaml", "include: a.yaml\n"}});
  EXPECT_THAT(folder.report({"a.yaml"}), HasSubstr("b.yaml:1:10"));
}

const std::string three = "  - {name: a, user: {lines: [hi]}, repeat: 2}\n  - {name: b, user: {lines: [hi]}}\n  - {name: c, user: {lines: [hi]}}\n";

TEST(Repeats, RunAScenarioAsOftenAsItSays_PRD3) {
  const SuiteFolder folder({{"rules/a.yaml", "rules: [{reply: x}]"}});
  folder.write("s.yaml", suite(three));
  EXPECT_THAT(ids(folder.load({"s.yaml"})), ElementsAre("a", "a #2", "b", "c"));
  auto twice = folder.options();
  twice.overrides.repeat = 2;
  EXPECT_THAT(ids(load_suites({folder.path() + "/s.yaml"}, twice)), ElementsAre("a", "a #2", "b", "b #2", "c", "c #2"));
  twice.selection.keywords = {"id:b"};
  EXPECT_THAT(ids(load_suites({folder.path() + "/s.yaml"}, twice)), ElementsAre("b", "b #2"));
  twice.selection.keywords = {"id:b #2"};
  EXPECT_THAT(ids(load_suites({folder.path() + "/s.yaml"}, twice)), ElementsAre("b #2"));
}

TEST(Repeats, NeverShareAnId_PRD3) {
  const SuiteFolder folder({{"rules/a.yaml", "rules: [{reply: x}]"}});
  folder.write("s.yaml", suite("  - {name: a, user: {lines: [hi]}, repeat: 2}\n  - {name: \"a #2\", user: {lines: [hi]}}\n"));
  EXPECT_THAT(ids(folder.load({"s.yaml"})), ElementsAre("a", "a #2", "a #2 (s.yaml)"));
}

TEST(Repeats, ThatWouldFillTheMemoryAreRefused_PRD3_PRD64) {
  const SuiteFolder folder({{"rules/a.yaml", "rules: [{reply: x}]"}});
  std::string rows = "n\n";
  for (int i = 0; i < 21; ++i) rows += std::to_string(i) + "\n";
  folder.write("rows.csv", rows);
  folder.write("s.yaml", suite("  - {name: \"a ${n}\", dataset: rows.csv, user: {lines: [hi]}}\n"));
  auto options = folder.options();
  options.overrides.repeat = 10'000;
  try {
    load_suites({folder.path() + "/s.yaml"}, options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.message(), HasSubstr("210000 runs"));
  }
}

TEST(Shards, AreEveryNthRunAndTogetherTheWhole_PRD3) {
  const SuiteFolder folder({{"rules/a.yaml", "rules: [{reply: x}]"}});
  folder.write("s.yaml", suite(three));
  const auto shard = [&](int index, int count) {
    auto options = folder.options();
    options.shard = {.index = index, .count = count};
    return ids(load_suites({folder.path() + "/s.yaml"}, options));
  };
  EXPECT_THAT(shard(1, 3), ElementsAre("a", "c"));
  EXPECT_THAT(shard(2, 3), ElementsAre("a #2"));
  EXPECT_THAT(shard(3, 3), ElementsAre("b"));
  EXPECT_THAT(shard(5, 5), ElementsAre());
}

constexpr const char* three_users = R"yaml(
  - {name: hurried, user: {persona: in a hurry, temperature: 0.5}}
  - {name: tracks, user: {agenda: {goal: track order, request: {status: {one_of: [shipped]}}}}, checks: [{completed: [status]}]}
  - {name: both, user: {persona: calm, wants: {goal: track order, request: [status]}}}
  - {name: fixed, user: {lines: [hello]}}
)yaml";

LoadOptions played_by(std::vector<std::string> names, const SuiteFolder& folder) {
  auto options = folder.options();
  for (auto& name : names) options.overrides.user_models.push_back({std::move(name), folder.path()});
  return options;
}

TEST(UserModels, EachPlaysEveryUserThatItCanPlay_SCN102) {
  const SuiteFolder folder({{"a.yaml", suite(three_users)}});
  const auto loaded = load_suites({"a.yaml"}, played_by({"rules/u.yaml", "agenda"}, folder));
  EXPECT_THAT(ids(loaded), ElementsAre("hurried [user_model=rules/u.yaml]", "tracks [user_model=rules/u.yaml]", "tracks [user_model=agenda]",
                                       "both [user_model=rules/u.yaml]", "both [user_model=agenda]", "fixed"));
  EXPECT_EQ(loaded.scenarios[1].user.name(), "simulated user");
  EXPECT_EQ(loaded.scenarios[2].user.name(), "agenda");
  EXPECT_EQ(loaded.scenarios[4].user.name(), "agenda");
  EXPECT_EQ(loaded.scenarios[1].matrix.at("user_model"), "rules/u.yaml");
  EXPECT_NE(loaded.scenarios[1].fingerprints.caller, loaded.scenarios[2].fingerprints.caller);
}

TEST(UserModels, WithoutThemUsersArePlayedAsTheFileSays_SCN102) {
  const SuiteFolder folder({{"a.yaml", suite(three_users)}});
  const auto loaded = load_suites({"a.yaml"}, played_by({}, folder));
  EXPECT_THAT(ids(loaded), ElementsAre("hurried", "tracks", "both", "fixed"));
  EXPECT_EQ(loaded.scenarios[1].user.name(), "agenda");
  EXPECT_EQ(loaded.scenarios[2].user.name(), "simulated user");
}

TEST(UserModels, AMatrixOfThatNameAndAFlagExcludeEachOther_SCN102) {
  const SuiteFolder folder({{"a.yaml", suite("  - {name: x, matrix: {user_model: [a/b]}, user: {persona: p, model: \"${user_model}\"}}\n")}});
  try {
    load_suites({"a.yaml"}, played_by({"rules/u.yaml", "agenda"}, folder));
    FAIL();
  } catch (const Problems& problems) {
    EXPECT_THAT(problems.list().front().message, HasSubstr("user_model"));
    EXPECT_EQ(problems.list().front().where.line, 4);
  }
}

TEST(UserModels, WhereNothingChangesTheFlagIsRefused_SCN102) {
  const SuiteFolder folder({{"a.yaml", suite("  - {name: x, user: {lines: [a]}}\n")}});
  EXPECT_THROW(load_suites({"a.yaml"}, played_by({"rules/u.yaml", "agenda"}, folder)), Error);
}

}  // namespace
}  // namespace antiphon::suite
