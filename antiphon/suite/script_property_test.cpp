#include <map>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/suite/testing/suite_folder.hpp"

// Random scripts: what the grammar allows runs to a verdict or a clear end; what it does not is refused at its place.

namespace antiphon::suite {
namespace {

using ::testing::HasSubstr;
using testing::SuiteFolder;

constexpr const char* people = R"yaml(rules:
  - when: {offers_tool: finish_test}
    criteria: {default: passed}
  - when: {offers_tool: make_verdict, turn: ">= 3"}
    tool_calls: [{name: make_verdict}]
  - when: {offers_tool: continue_test}
    tool_calls: [{name: continue_test}]
  - reply: and what else?
)yaml";
constexpr int first_step_line = 10;

class Scripts {
 public:
  explicit Scripts(std::uint64_t seed) : random_(seed) {}

  std::vector<std::string> valid() {
    std::vector<std::string> steps;
    bool in_background = false;
    const auto count = 1 + random_.below(8);
    for (std::uint64_t i = 0; i < count; ++i) {
      auto step = pick(all_);
      if (step == "agent: {wait: false}" && in_background) step = "agent";
      const bool joins = step.starts_with("user") || step.starts_with("agent") || step.starts_with("judge") || step.starts_with("proceed");
      if (joins) in_background = step == "agent: {wait: false}";
      steps.push_back(step);
    }
    return steps;
  }
  const std::string& broken() { return pick(broken_); }
  std::uint64_t below(std::uint64_t n) { return random_.below(n); }

 private:
  const std::string& pick(const std::vector<std::string>& from) { return from[random_.below(from.size())]; }

  RandomStream random_;
  const std::vector<std::string> all_{"user",
                                      "user: hello there",
                                      "user: {content: hello}",
                                      "agent",
                                      "agent",
                                      "agent: I know nothing",
                                      "agent: {wait: false}",
                                      "message: {role: system, content: a note}",
                                      "message: {role: tool, tool_call_id: c1, content: done}",
                                      "proceed",
                                      "proceed: 1",
                                      "proceed: {turns: 2}",
                                      "check: {contains: word}",
                                      "check: {turns: {at_most: 9}}",
                                      "judge",
                                      "judge: [it answers]",
                                      "sleep: 20ms",
                                      "succeed",
                                      "succeed: seen enough",
                                      "fail: seen too much"};
  const std::vector<std::string> broken_{"usr: hello",
                                         "agent: {wait: perhaps}",
                                         "agent: {await: false}",
                                         "message: {role: robot, content: x}",
                                         "message: {content: x}",
                                         "message",
                                         "proceed: many",
                                         "proceed: 0",
                                         "check: {contans: x}",
                                         "check",
                                         "check: {regex: {pattern: x}}",
                                         "judge: []",
                                         "sleep: 20",
                                         "sleep",
                                         "succeed: [a]",
                                         "{user: a, agent: b}",
                                         "[user]",
                                         "7",
                                         "silence: 2"};
};

std::string suite_of(const std::vector<std::string>& steps) {
  std::string text =
      "antiphon: 1\nagent: {model: rules/desk.yaml}\ndefaults: {model: rules/people.yaml, max_turns: 5}\nscenarios:\n  - name: random\n"
      "    user: {lines: [one, two, three]}\n    judge: [it answers]\n    seed: 3\n    script:\n";
  for (const auto& step : steps) text += "      - " + step + "\n";
  return text;
}

SuiteFolder folder_with(const std::string& suite) {
  return SuiteFolder(
      {{"a.yaml", suite}, {"rules/desk.yaml", "rules: [{reply: a word or two, latency: {p50: 30ms, p95: 60ms}}]\n"}, {"rules/people.yaml", people}});
}

TEST(ScriptProperty, ValidScriptsRunToAVerdictOrAClearEnd_SCN18) {
  std::map<RunOutcome, int> outcomes;
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    const auto steps = Scripts(seed).valid();
    const auto suite = suite_of(steps);
    const auto folder = folder_with(suite);
    ASSERT_EQ(folder.report({"a.yaml"}), "") << suite;
    const auto loaded = folder.load({"a.yaml"});
    ASSERT_THAT(validate(loaded.scenarios[0], *ModelRegistry::with_defaults()), ::testing::IsEmpty()) << suite;
    const auto result = run(loaded.scenarios[0]);
    ++outcomes[result.outcome];
    EXPECT_NE(result.reasoning, "") << suite;
    EXPECT_EQ(result.messages.size(), result.timings.size());
    // The one thing that a valid script may ask for in vain: words of a user who has said them all.
    if (result.outcome == RunOutcome::error) EXPECT_THAT(result.reasoning, HasSubstr("the user has nothing more to say")) << suite << result;
    EXPECT_EQ(run(loaded.scenarios[0]).outcome, result.outcome) << suite;
  }
  EXPECT_GT(outcomes[RunOutcome::passed], 20);
  EXPECT_GT(outcomes[RunOutcome::failed], 20);
}

TEST(ScriptProperty, InvalidScriptsAreRefusedAtTheStepThatIsWrong_PRD10) {
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    Scripts scripts(seed);
    auto steps = scripts.valid();
    const auto place = scripts.below(steps.size());
    steps[place] = scripts.broken();
    const auto suite = suite_of(steps);
    EXPECT_THAT(folder_with(suite).report({"a.yaml"}), HasSubstr(fmt::format("\n  a.yaml:{}:", first_step_line + static_cast<int>(place)))) << suite;
  }
}

TEST(ScriptProperty, TenThousandCellsAreTenThousandRunsWithIdsOfTheirOwn_PRD10) {
  std::string values;
  for (int i = 0; i < 10; ++i) values += fmt::format("{}v{}", i == 0 ? "" : ", ", i);
  const SuiteFolder folder(
      {{"a.yaml", fmt::format("antiphon: 1\nagent: {{model: rules/a.yaml}}\nscenarios:\n  - name: cell\n    matrix: {{a: [{0}], b: [{0}], c: [{0}], "
                              "d: [{0}]}}\n    user: {{lines: [\"${{a}} ${{d}}\"]}}\n",
                              values)}});
  const auto loaded = folder.load({"a.yaml"});
  std::set<std::string> ids;
  for (const auto& scenario : loaded.scenarios) ids.insert(scenario.id);
  EXPECT_EQ(ids.size(), 10'000U);
  EXPECT_EQ(loaded.scenarios.back().id, "cell [a=v9, b=v9, c=v9, d=v9]");
}

}  // namespace
}  // namespace antiphon::suite
