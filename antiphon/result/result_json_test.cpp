#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/json_schema.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/sample_test.hpp"
#include "tests/source_file.hpp"

namespace antiphon {
namespace {

using testing::HasSubstr;

std::string sample_text() { return read_file(source_file("tests/data/result.sample.json")); }

TEST(ResultJson, HoldsEveryMemberOfTheContract_SCN30_PRD63) {
  const auto value = parse_json(serialize(batch_of({full()})));
  for (const auto* key : {"schema", "batch_id", "started_at", "seed", "suite", "summary", "scenarios"}) EXPECT_NE(find(value, key), nullptr) << key;
  const auto& scenario = value.at("scenarios").at(0);
  for (const auto* key : {"id",
                          "name",
                          "run_id",
                          "thread_id",
                          "file",
                          "line",
                          "matrix",
                          "row",
                          "attempt",
                          "outcome",
                          "reasoning",
                          "criteria",
                          "checks",
                          "error",
                          "fault",
                          "messages",
                          "rolled_back",
                          "turns",
                          "duration_s",
                          "agent_s",
                          "latency",
                          "timeline",
                          "usage",
                          "cost_usd",
                          "recording",
                          "passed_criteria",
                          "failed_criteria",
                          "inconclusive_criteria"})
    EXPECT_NE(find(scenario, key), nullptr) << key;
}

TEST(ResultJson, TellsWhatTokensWereMadeOfAndWhoUsedThem_SCN90) {
  const auto usage = to_json(full()).at("usage").as_object();
  EXPECT_EQ(usage.at("cached_input_tokens"), 3);
  EXPECT_EQ(usage.at("reasoning_tokens"), 2);
  EXPECT_EQ(usage.at("models").as_array().size(), 2U);
  EXPECT_EQ(usage.at("models").at(0).at("cost_usd"), 0.0125);
  EXPECT_EQ(usage.at("models").at(0).as_object().if_contains("cached_input_tokens"), nullptr);
  EXPECT_TRUE(usage.at("models").at(1).at("cost_usd").is_null());
  EXPECT_EQ(parse_batch(serialize(batch_of({full()}))).scenarios[0].usage, full().usage);
}

TEST(PriceNotice, NamesEachModelWhosePriceIsUnknownOnce_SCN90) {
  EXPECT_EQ(price_notice({{.role = "user", .model = "a/b", .cost_usd = 1.0}}), std::nullopt);
  const auto notice = price_notice({{.role = "user", .model = "a/b"}, {.role = "judge", .model = "a/b"}, {.role = "check", .model = "a/c"}});
  ASSERT_TRUE(notice);
  EXPECT_EQ(*notice, "cost_usd is unknown: no price of a/b, a/c is known; `price:` beside the model sets it");
  EXPECT_TRUE(is_price_notice(*notice));
}

TEST(ResultJson, ComesBackAsItWasWritten_SCN30_SCN32_PRD63) {
  const auto batch = batch_of({full(), {.id = "c", .name = "c", .not_run = true}});
  const auto again = parse_batch(serialize(batch));
  EXPECT_EQ(to_json(again), to_json(batch));
  EXPECT_EQ(again.scenarios[0].run_id, "run_1");
  EXPECT_EQ(again.scenarios[0].thread_id, "thread_1");
  EXPECT_EQ(again.scenarios[0].set, "nightly");
  EXPECT_EQ(again.scenarios[0].metadata, full().metadata);
  EXPECT_EQ(again.batch_id, "batch_1");
  EXPECT_EQ(again.scenarios[0].messages[1].json().at("x_vendor"), (json::value{1, 2}));
  EXPECT_TRUE(again.scenarios[1].not_run);
}

TEST(ResultJson, KeepsEveryAttempt_PRD3) {
  auto result = full(), first = full();
  first.attempt = 1, result.attempt = 2, result.repeat = 3;
  result.outcome = RunOutcome::passed;
  result.earlier = {first};
  const auto text = serialize(batch_of({result}));
  const auto value = parse_json(text);
  EXPECT_EQ(value.at("scenarios").at(0), json::value(to_json(result)));
  EXPECT_EQ(value.at_pointer("/scenarios/0/flaky"), json::value(true));
  EXPECT_EQ(value.at_pointer("/scenarios/0/earlier_attempts/0/messages/0/content"), json::value("hi"));
  EXPECT_EQ(value.at_pointer("/summary/flaky"), json::value(1));
  const auto again = parse_batch(text).scenarios.at(0);
  EXPECT_EQ(again.repeat, 3);
  ASSERT_EQ(again.earlier.size(), 1U);
  EXPECT_EQ(again.earlier[0].messages.size(), 2U);
  const JsonSchema schema(parse_json(read_file(source_file("schemas/result.schema.json"))));
  EXPECT_THAT(schema.violations(value), testing::IsEmpty());
}

TEST(ResultIds, AreSharedByRepeats_PRD3) {
  EXPECT_EQ(without_repeat("x", 1), "x");
  EXPECT_EQ(without_repeat("x [a=b] row 3 #12", 12), "x [a=b] row 3");
  EXPECT_EQ(without_repeat("x #2", 1), "x #2");
  EXPECT_EQ(without_repeat("x #2 #2 (b.yaml)", 2), "x #2 (b.yaml)");
}

TEST(ResultJson, IsTheSameAsTextAndAsValue) {
  const auto batch = batch_of({full(), {.id = "e", .name = "e"}});
  EXPECT_EQ(parse_json(serialize(batch)), json::value(to_json(batch)));
  EXPECT_EQ(parse_json(serialize(full())), json::value(to_json(full())));
}

TEST(ResultJson, WritesTheSampleThatItRead_PRD63) {
  const auto sample = parse_json(sample_text());
  auto batch = batch_from_json(sample);
  EXPECT_EQ(batch.scenarios.size(), 14u);
  EXPECT_EQ(to_json(batch_from_json(to_json(batch))), to_json(batch));
  EXPECT_EQ(to_json(batch).at("summary"), sample.at("summary"));
}

TEST(ResultJson, LeavesAbsentFiguresNull_PRD63) {
  const auto scenario = parse_json(serialize(ScenarioResult{.id = "c", .name = "c", .not_run = true}));
  for (const auto* key : {"run_id", "file", "line", "row", "error", "fault", "duration_s", "agent_s", "latency", "timeline", "usage", "cost_usd", "recording"})
    EXPECT_TRUE(scenario.at(key).is_null()) << key;
  EXPECT_EQ(scenario.at("outcome"), json::value("not_run"));
}

TEST(ResultJson, NamesThePartyOfAnErrorAsFault_PRD63) {
  const auto value = to_json(ScenarioResult{.outcome = RunOutcome::error,
                                            .fault = Fault{.party = Party::provider, .rule = "error", .why = "429 three times", .evidence = {{.message = 3}}}});
  EXPECT_EQ(value.at("fault"), (json::value{{"party", "provider"},
                                            {"by", "rule"},
                                            {"why", "429 three times"},
                                            {"evidence", json::array{json::object{{"message", 3}}}},
                                            {"rule", "error"},
                                            {"certain", true}}));
  EXPECT_TRUE(to_json(ScenarioResult{.outcome = RunOutcome::passed}).at("fault").is_null());
}

TEST(ResultJson, IsUtf8WhateverWasSaid_PRD63) {
  auto result = full();
  result.reasoning = "bad \xFF byte";
  result.messages.push_back(Message(json::value{{"role", "user"}, {"content", "cut \xC3"}}));
  const auto text = serialize(batch_of({result}));
  EXPECT_TRUE(is_utf8(text));
  EXPECT_EQ(parse_batch(text).scenarios[0].reasoning, "bad \xEF\xBF\xBD byte");
}

TEST(ResultJson, WritesNumbersAsPeopleDo) { EXPECT_THAT(serialize(full()), HasSubstr("\"duration_s\":21.764,")); }

TEST(ResultJson, KeepsAMessageOfAnyDepthThatWasAccepted_PRD63) {
  json::value deep = 1;
  for (int i = 0; i < 62; ++i) deep = json::array{deep};
  auto result = full();
  result.messages.push_back(Message(parse_json(json::serialize(json::value{{"role", "user"}, {"content", "x"}, {"deep", deep}}))));
  EXPECT_EQ(parse_batch(serialize(batch_of({result}))).scenarios[0].messages.back().json().at("deep"), deep);
}

std::string refusal(const json::value& value, ErrorKind kind) {
  try {
    batch_from_json(value);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.message();
  }
  return "accepted";
}

TEST(ResultJson, RefusesOtherSchemas_PRD63) {
  EXPECT_THAT(refusal({{"schema", "antiphon.result/2"}}, ErrorKind::configuration), HasSubstr("antiphon.result/2"));
  EXPECT_THAT(refusal({{"total", 1}}, ErrorKind::configuration), HasSubstr("no schema"));
  EXPECT_THAT(refusal(3, ErrorKind::configuration), HasSubstr("no schema"));
}

TEST(ResultJson, SaysWhereAFileIsBroken_PRD63) {
  auto value = json::value(to_json(batch_of({full()})));
  auto broken = value;
  broken.at("scenarios").at(0).at("criteria").at(0).as_object().erase("status");
  EXPECT_EQ(refusal(broken, ErrorKind::protocol), "not a result: /scenarios/0/criteria/0 has no \"status\"");
  broken = value;
  broken.at("scenarios").at(0).at("turns") = "two";
  EXPECT_EQ(refusal(broken, ErrorKind::protocol), "not a result: /scenarios/0/turns is no whole number in range");
  broken = value;
  broken.at("scenarios").at(0).at("messages").at(1) = json::object{};
  EXPECT_THAT(refusal(broken, ErrorKind::protocol), HasSubstr("/scenarios/0/messages/1 is not a chat message"));
  broken = value;
  broken.at("seed") = 0.5;
  EXPECT_EQ(refusal(broken, ErrorKind::protocol), "not a result: /seed is no whole number in range");
  EXPECT_THROW(parse_batch("{\"schema\": "), Error);
}

TEST(ResultJson, ScenariosThatAreTextAlreadyGiveTheSameFile_PRD63) {
  const auto batch = batch_of({full(), full()});
  EXPECT_EQ(serialize(batch, {serialize(full()), serialize(full())}), serialize(batch));
  EXPECT_EQ(serialize(batch_of({}), {}), serialize(batch_of({})));
}

}  // namespace
}  // namespace antiphon
