#include <filesystem>
#include <sstream>

#include <unistd.h>

#include <gmock/gmock.h>

#include "antiphon/base/json_schema.hpp"
#include "antiphon/report/approved_test.hpp"
#include "antiphon/report/github.hpp"
#include "antiphon/report/json_lines.hpp"
#include "antiphon/report/tap.hpp"
#include "tests/source_file.hpp"

namespace antiphon {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// The sample, with one run that passed only when it was made again.
BatchResult with_a_flaky_run() {
  auto batch = sample_batch();
  auto& passed = batch.scenarios.front();
  passed.attempt = 2;
  passed.earlier = {batch.scenarios[1]};
  return batch;
}

constexpr const char* evil = "a # b \\ c\n::error::x\r%0A,: </td> | `x` \xFF";

TEST(Tap, LooksAsApproved_PRD3) { expect_approved("tap.txt", tap_text(with_a_flaky_run())); }

TEST(Tap, KeepsTextOfOthersInItsPlace_PRD3) {
  const auto text = tap_text({.scenarios = {{.id = evil, .outcome = RunOutcome::failed, .reasoning = evil}, {.id = "n", .not_run = true}}});
  EXPECT_THAT(text, HasSubstr("not ok 1 - a \\# b \\\\ c ::error::x %0A,: </td> | `x` \xEF\xBF\xBD\n"));
  EXPECT_THAT(text, HasSubstr("ok 2 - n # SKIP never begun\n"));
  EXPECT_THAT(text, HasSubstr("message: \"a # b \\\\ c\\n::error::x\\r%0A"));
}

TEST(Tap, OfNothingIsAPlanOfNone_PRD3) { EXPECT_THAT(tap_text({}), testing::StartsWith("TAP version 14\n1..0 # SKIP")); }

TEST(Github, LooksAsApproved_PRD3) {
  const auto batch = with_a_flaky_run();
  expect_approved("github.txt", github_commands(batch, "/srv/desk"));
  expect_approved("github-summary.md", github_summary(batch, "/srv/desk"));
}

TEST(Github, TellsOfAFlakyRunWhatItMissedAndNotWhatWasReplaced_PRD3_SCN101) {
  const ScenarioResult spoiled{.id = "a", .replaced = true, .outcome = RunOutcome::failed, .reasoning = "the user lost the thread"};
  const ScenarioResult missed{.id = "a", .attempt = 2, .outcome = RunOutcome::failed, .reasoning = "no refund was given"};
  const BatchResult batch{.scenarios = {{.id = "a", .attempt = 3, .outcome = RunOutcome::passed, .earlier = {spoiled, missed}}}};
  EXPECT_THAT(github_commands(batch, "/x"), HasSubstr("flaky: passed at attempt 3; first: no refund was given"));
  EXPECT_THAT(github_summary(batch, "/x"), AllOf(HasSubstr("no refund was given"), Not(HasSubstr("lost the thread"))));
}

TEST(Github, EscapesWhatWouldBeACommand_PRD3) {
  const BatchResult batch{.suite = evil, .scenarios = {{.id = evil, .file = "/x/a,b:c%.yaml", .line = 3, .outcome = RunOutcome::failed, .reasoning = evil}}};
  const auto text = github_commands(batch, "/x");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, testing::StartsWith("::error file=a%2Cb%3Ac%25.yaml,line=3,title=a # b \\ c%0A%3A%3Aerror"));
  EXPECT_THAT(text, HasSubstr("::failed: a # b \\ c%0A::error::x%0D%250A,: "));
  const auto summary = github_summary(batch, "/x");
  EXPECT_THAT(summary, Not(HasSubstr("</td>")));
  EXPECT_THAT(summary, Not(HasSubstr("`x`")));
}

TEST(Github, SummaryStaysSmall_PRD3) {
  BatchResult batch;
  for (int i = 0; i < 1000; ++i) batch.scenarios.push_back({.id = "s", .outcome = RunOutcome::failed, .reasoning = std::string(20'000, '*')});
  const auto summary = github_summary(batch, "");
  EXPECT_LT(summary.size(), std::size_t{1} << 20);
  EXPECT_THAT(summary, HasSubstr("and 800 more"));
}

TEST(Github, AppendsToTheStepsSummary_PRD3) {
  const auto file = (std::filesystem::temp_directory_path() / ("antiphon-summary-" + std::to_string(::getpid()))).string();
  write_file_atomically(file, "before\n");
  std::ostringstream out;
  GithubReporter({.out = &out, .base_dir = "", .summary_file = file}).finish(sample_batch());
  EXPECT_THAT(read_file(file), testing::StartsWith("before\n### Support desk"));
  std::filesystem::remove(file);
}

std::vector<json::value> lines_of(const std::string& text) {
  std::vector<json::value> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(parse_json(line));
  return lines;
}

TEST(JsonLines, TellEveryEventByTheirSchema_PRD3) {
  auto batch = with_a_flaky_run();
  batch.scenarios.resize(4);
  std::ostringstream out;
  JsonLinesReporter reporter(out, batch, batch.scenarios.size());
  for (const auto& result : batch.scenarios) {
    reporter.add(RunStarted{result.id, "label"});
    for (std::size_t i = 0; i < result.messages.size(); ++i) reporter.add(MessageAdded{result.id, "label", result.messages[i], result.timings[i]});
    if (!result.criteria.empty()) reporter.add(VerdictGiven{result.id, "label", {.criteria = result.criteria}, 1.5});
    if (!result.checks.empty()) reporter.add(CheckEvaluated{result.id, "label", result.checks.front(), 0.5});
    for (const auto& attempt : result.earlier) reporter.add(AttemptFinished{attempt});
    reporter.add(RunFinished{result});
  }
  reporter.finish(batch);
  expect_approved("events.jsonl", out.str());
  const auto lines = lines_of(out.str());
  EXPECT_EQ(lines.front().at("total"), json::value(batch.scenarios.size()));
  EXPECT_EQ(lines.back().at("type"), json::value("batch_finished"));
  const JsonSchema schema(parse_json(read_file(source_file("schemas/events.schema.json"))));
  for (const auto& line : lines) EXPECT_THAT(schema.violations(line), testing::IsEmpty()) << line;
  EXPECT_THAT(schema.violations(parse_json(R"({"type": "message", "id": "x"})")), Not(testing::IsEmpty()));
  EXPECT_THAT(schema.violations(parse_json(R"({"type": "other"})")), Not(testing::IsEmpty()));
}

TEST(JsonLines, TellWhatAnAuditSaid_PRD3_SCN100) {
  std::ostringstream out;
  JsonLinesReporter reporter(out, {}, 1);
  reporter.add(FaultAudited{"x", "", {.party = Party::judge, .by = Fault::By::audit, .why = "it misread"}, 2.5});
  const auto line = lines_of(out.str()).back();
  EXPECT_EQ(line, (json::value{{"type", "audit"}, {"id", "x"}, {"time_s", 2.5}, {"party", "judge"}, {"certain", true}, {"why", "it misread"}}));
  const JsonSchema schema(parse_json(read_file(source_file("schemas/events.schema.json"))));
  EXPECT_THAT(schema.violations(line), testing::IsEmpty());
}

TEST(JsonLines, StayLinesWhateverWasSaid_PRD3) {
  std::ostringstream out;
  JsonLinesReporter reporter(out, {}, 1);
  reporter.add(MessageAdded{evil, "", Message::user(evil), {}});
  EXPECT_EQ(lines_of(out.str()).size(), 2U);
}

TEST(JsonLines, SayWhichFileCannotBeMade_PRD3) {
  try {
    const JsonLinesReporter reporter("/nowhere/at/all.jsonl", {}, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("/nowhere/at/all.jsonl"));
  }
}

}  // namespace
}  // namespace antiphon
