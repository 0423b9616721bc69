#include "antiphon/result/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon {
namespace {

using testing::HasSubstr;
using enum RunOutcome;

ScenarioResult run_of(const std::string& id, RunOutcome outcome, int repeat = 1, std::vector<double> answers = {0.2, 0.3}) {
  return {.id = repeat > 1 ? id + " #" + std::to_string(repeat) : id,
          .name = id,
          .repeat = repeat,
          .outcome = outcome,
          .answer_s = std::move(answers),
          .clock = "virtual",
          .fingerprints = {.caller = "c", .agent = "a", .draws = true}};
}

BatchResult batch(std::vector<ScenarioResult> scenarios) { return {.seed = 1, .suite = "Desk", .jobs = 8, .scenarios = std::move(scenarios)}; }

// Ten scenarios, of which the first `failures` fail.
BatchResult single(int failures, int total = 10) {
  std::vector<ScenarioResult> list;
  for (int i = 0; i < total; ++i) list.push_back(run_of("s" + std::to_string(i), i < failures ? failed : passed));
  return batch(std::move(list));
}

// Scenarios of ten repeats, of which `passes` pass.
BatchResult repeated(const std::vector<int>& passes) {
  std::vector<ScenarioResult> list;
  for (std::size_t i = 0; i < passes.size(); ++i)
    for (int n = 1; n <= 10; ++n) list.push_back(run_of("s" + std::to_string(i), n <= passes[i] ? passed : failed, n));
  return batch(std::move(list));
}

Change change_of(const Comparison& comparison, const std::string& id) {
  for (const auto& each : comparison.scenarios)
    if (each.id == id) return each.change;
  ADD_FAILURE() << id;
  return Change::same;
}

std::string refusal(const BatchResult& a, const BatchResult& b, const CompareOptions& options = {}) {
  try {
    compare(a, b, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.message() + " | " + error.hint();
  }
  return {};
}

TEST(Compare, EqualResultsHaveNoRegression_PRD22) {
  const auto comparison = compare(single(3), single(3));
  EXPECT_FALSE(comparison.regression());
  EXPECT_EQ(comparison.paired, 10U);
  EXPECT_EQ(comparison.p_value, 1);
  EXPECT_EQ(change_of(comparison, "s0"), Change::same);
}

TEST(Compare, SingleRunsAreTestedByMcNemar_SCN104_PRD22) {
  const auto five = compare(single(0), single(5)), six = compare(single(0), single(6));
  EXPECT_EQ(five.test, "mcnemar");
  EXPECT_EQ(five.worse, 5U);
  EXPECT_NEAR(five.p_value, 0.0625, 1e-9);
  EXPECT_FALSE(five.regression());
  EXPECT_EQ(change_of(five, "s0"), Change::worse);
  EXPECT_TRUE(six.regression());
  EXPECT_FALSE(compare(single(6), single(0)).regression());
  EXPECT_TRUE(compare(single(0), single(1), {.strict = true}).regression());
}

TEST(Compare, ALossUnderTheLeastEffectIsNone_PRD22) {
  const auto before = single(0, 400), after = single(8, 400);
  EXPECT_LT(compare(before, after).p_value, 0.05);
  EXPECT_FALSE(compare(before, after).regression());
  EXPECT_TRUE(compare(before, after, {.least_effect = 0.01}).regression());
}

TEST(Compare, RepeatsAreTestedByResamplingScenarios_SCN104_PRD22) {
  const auto before = repeated({9, 9, 9, 9, 9, 9}), after = repeated({7, 7, 8, 7, 7, 8});
  const auto comparison = compare(before, after);
  EXPECT_EQ(comparison.test, "resampling");
  EXPECT_NEAR(comparison.difference.value, -(4 * 0.2 + 2 * 0.1) / 6, 1e-9);
  EXPECT_LT(comparison.difference.high, 0);
  EXPECT_TRUE(comparison.regression());
  EXPECT_FALSE(compare(before, repeated({10, 7, 10, 9, 8, 9})).regression());
  EXPECT_EQ(change_of(comparison, "s0"), Change::worse);  // by itself it could be luck
}

TEST(Compare, AScenarioRegressesWhereItsIntervalsAreApart_PRD22) {
  const auto comparison = compare(repeated({10, 10}), repeated({2, 10}));
  EXPECT_EQ(change_of(comparison, "s0"), Change::regressed);
  EXPECT_EQ(comparison.scenarios.front().id, "s0");
  EXPECT_TRUE(comparison.regression());
  EXPECT_EQ(comparison.test, "");  // two scenarios are too few
  EXPECT_THAT(comparison.notices.front(), HasSubstr("too few"));
}

TEST(Compare, WhatIsNoLongerMeasuredIsTheGravest_PRD22) {
  auto before = single(1, 6), after = before;
  after.scenarios[0].outcome = inconclusive;
  after.scenarios[1].outcome = error;
  after.scenarios[2].not_run = true;
  after.scenarios[3].answer_s.clear();
  before.scenarios[4].checks = {{.kind = "turns", .passed = true}};
  after.scenarios.pop_back();
  after.scenarios.push_back(run_of("fresh", passed));
  const auto comparison = compare(before, after);
  for (const auto* id : {"s0", "s1", "s2", "s3", "s4", "s5"}) EXPECT_EQ(change_of(comparison, id), Change::lost) << id;
  EXPECT_EQ(change_of(comparison, "fresh"), Change::added);
  EXPECT_TRUE(comparison.regression());
  EXPECT_EQ(comparison.scenarios.front().change, Change::lost);
  const auto gone = compare(single(0, 3), single(0, 2), {.tolerated = {Tolerated::missing}});
  EXPECT_FALSE(gone.regression());
  EXPECT_EQ(change_of(compare(single(0, 3), single(0, 2)), "s2"), Change::lost);
}

TEST(Compare, OneOfTwoChecksOfAKindIsMissed_PRD22) {
  auto before = single(0, 2), after = before;
  before.scenarios[0].checks = {{.kind = "contains", .passed = true, .expected = "a"}, {.kind = "contains", .passed = true, .expected = "b"}};
  after.scenarios[0].checks = {{.kind = "contains", .passed = true, .expected = "b"}};
  const auto comparison = compare(before, after);
  EXPECT_EQ(change_of(comparison, "s0"), Change::lost);
  EXPECT_EQ(comparison.scenarios.front().why, "its check \"contains\" is not evaluated any more");
  after.scenarios[0].checks.push_back({.kind = "contains", .passed = true, .expected = "another a"});
  EXPECT_FALSE(compare(before, after).regression());
}

TEST(Compare, LatenciesAreOfAllAnswersByNearestRank_PRD22) {
  const auto uneven = batch({run_of("s0", passed, 1, {0.4, 0.1, 0.3}), run_of("s1", passed, 1, {0.2}), run_of("s2", passed, 1, {0.5, 0.6})});
  const auto latencies = compare(uneven, uneven).latencies;
  EXPECT_EQ(latencies[0].before.value, 0.3);  // the third of six
  EXPECT_EQ(latencies[1].before.value, 0.6);
  EXPECT_EQ(latencies[0].before.low, 0.2);  // s1 alone, drawn three times
  EXPECT_EQ(latencies[0].before.high, 0.5);
}

TEST(Compare, ASlowerAgentIsARegressionWhereIntervalsAreApart_PRD22) {
  std::vector<ScenarioResult> quick, slow;
  for (int i = 0; i < 30; ++i) {
    quick.push_back(run_of("s" + std::to_string(i), passed, 1, {0.2 + 0.001 * i, 0.25}));
    slow.push_back(run_of("s" + std::to_string(i), passed, 1, {0.4 + 0.001 * i, 0.5}));
  }
  const auto comparison = compare(batch(quick), batch(slow));
  ASSERT_EQ(comparison.latencies.size(), 2U);
  EXPECT_TRUE(comparison.latencies[0].regressed);
  EXPECT_LE(comparison.latencies[0].before.low, comparison.latencies[0].before.value);
  EXPECT_TRUE(comparison.regression());
  EXPECT_FALSE(compare(batch(slow), batch(quick)).regression());
  EXPECT_FALSE(compare(batch(quick), batch(slow), {.least_slowdown = 5}).regression());
}

TEST(Compare, RefusesWhatIsNoPair_PRD22) {
  const auto a = single(0, 2);
  auto b = a;
  b.suite = "Other";
  EXPECT_THAT(refusal(a, b), testing::AllOf(HasSubstr("other suites"), HasSubstr("--ignore suite")));
  b = a, b.scenarios[1].fingerprints.caller = "x";
  EXPECT_THAT(refusal(a, b), HasSubstr("another caller (user, script, model or turns) in \"s1\""));
  EXPECT_EQ(refusal(a, b, {.tolerated = {Tolerated::caller}}), "");
  b = a, b.seed = 2;
  EXPECT_THAT(refusal(a, b), HasSubstr("seeds 1 and 2"));
  for (auto& scenario : b.scenarios) scenario.fingerprints.draws = false;
  auto fixed = a;
  for (auto& scenario : fixed.scenarios) scenario.fingerprints.draws = false;
  EXPECT_EQ(refusal(fixed, b), "");
  b = a, b.scenarios[0].clock = "wall";
  EXPECT_THAT(refusal(a, b), HasSubstr("virtual time"));
  auto wall = a;
  for (auto& scenario : wall.scenarios) scenario.clock = "wall";
  b = wall, b.jobs = 2;
  EXPECT_THAT(refusal(wall, b), HasSubstr("8 and 2 at a time"));
  b = a, b.suite = "Other", b.seed = 3;
  EXPECT_THAT(refusal(a, b), HasSubstr("--ignore suite,seed"));
  EXPECT_THAT(refusal(a, batch({run_of("z", passed)})), HasSubstr("no scenario in common"));
}

TEST(Compare, RepeatsNeedNoCommonSeed_PRD22) {
  auto after = repeated({9});
  after.seed = 2;
  EXPECT_EQ(refusal(repeated({9}), after), "");
}

TEST(Compare, SaysWhetherTheAgentIsTheSame_PRD22) {
  auto after = single(0);
  EXPECT_THAT(compare(single(0), after).notices.back(), HasSubstr("the same in both"));
  after.scenarios[0].fingerprints.agent = "b";
  EXPECT_THAT(compare(single(0), after).notices.back(), HasSubstr("differ in 1 of 10"));
  for (auto& scenario : after.scenarios) scenario.fingerprints.agent.clear();
  EXPECT_THAT(compare(single(0), after).notices.back(), HasSubstr("not known"));
}

TEST(Compare, IsJsonForPrograms_PRD22) {
  const auto value = json::value(to_json(compare(single(0), single(6))));
  EXPECT_EQ(value.at("regression"), json::value(true));
  EXPECT_EQ(value.at_pointer("/paired/test"), json::value("mcnemar"));
  EXPECT_EQ(value.at_pointer("/scenarios/0/before/n").to_number<int>(), 1);
}

}  // namespace
}  // namespace antiphon
