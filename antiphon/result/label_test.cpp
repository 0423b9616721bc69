#include "antiphon/result/label.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/result/sample_test.hpp"

namespace antiphon {
namespace {

using enum CriterionStatus;
using testing::AllOf;
using testing::HasSubstr;

const std::string one =
    R"({"batch_id": "batch_1", "run_id": "run_1", "criterion": "asks", "verdict": "passed", "reason": "it did", "author": "ann", "at": "2026-11-26T09:30:00Z"})";

std::string document(const std::string& labels) { return R"({"antiphon_labels": 1, "labels": [)" + labels + "]}"; }
std::string lines(const std::string& labels) { return "{\"antiphon_labels\": 1}\n" + labels + "\n"; }
std::string with(const std::string& key, const std::string& value) {
  auto text = one;
  const auto at = text.find("\"" + key + "\""), end = text.find_first_of(",}", at);
  return text.replace(at, end - at, value.empty() ? "\"x\": 1" : "\"" + key + "\": " + value);
}

std::string refusal(const std::string& text) {
  try {
    parse_labels(text, "labels.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    return error.message() + " | " + error.hint();
  }
  return {};
}

TEST(Labels, AreReadAsOneDocumentAndAsLines_SCN103_PRD21) {
  for (const auto& text : {document(one), lines(one), "\xEF\xBB\xBF" + document(one)}) {
    const auto labels = parse_labels(text, "x").labels;
    ASSERT_EQ(labels.size(), 1U);
    EXPECT_EQ(labels[0].criterion, "asks");
    EXPECT_EQ(labels[0].verdict, passed);
    EXPECT_EQ(labels[0].reason, "it did");
    EXPECT_EQ(labels[0].at, "2026-11-26T09:30:00.000Z");
    EXPECT_FALSE(labels[0].judged);
  }
  EXPECT_FALSE(parse_labels(document(with("criterion", "null")), "x").labels[0].criterion);
  EXPECT_TRUE(parse_labels(document(""), "x").labels.empty());
}

TEST(Labels, WhatIsWrittenIsReadAgain_SCN103) {
  auto label =
      completed({.batch_id = "batch_1", .run_id = "run_1", .criterion = "polite", .verdict = failed, .reason = "a\nb \"c\" \x01", .author = "Ünal"}, full());
  label.at = "2026-11-26T09:30:00.120Z";
  auto whole = label;
  whole.criterion.reset(), whole.judged.reset(), whole.criterion_key.clear();
  for (const auto& text : {label_lines({label, whole}), label_document({label, whole})}) {
    const auto again = parse_labels(text, "x").labels;
    EXPECT_EQ(label_lines(again), label_lines({label, whole}));
  }
}

TEST(Labels, TwoFilesInOneAreOne_SCN103) {
  const auto other = with("run_id", "\"run_2\"");
  EXPECT_EQ(parse_labels(lines(one) + lines(other), "x").labels.size(), 2U);
  EXPECT_EQ(parse_labels(document(one) + "\n" + lines(other), "x").labels.size(), 2U);
}

TEST(Labels, EveryMistakeSaysWhereAndWhatIsAllowed_SCN103_PRD51) {
  EXPECT_THAT(refusal(R"({"antiphon_labels": 2, "labels": []})"), AllOf(HasSubstr("version 2"), HasSubstr("reads 1")));
  EXPECT_THAT(refusal("{\"antiphon_labels\": 2}\n"), AllOf(HasSubstr("labels.json:1"), HasSubstr("version 2")));
  EXPECT_THAT(refusal(R"({"labels": []})"), HasSubstr("these are no labels"));
  EXPECT_THAT(refusal(one), HasSubstr("these are no labels"));
  EXPECT_THAT(refusal(R"({"antiphon_labels": 1, "labels": {}})"), HasSubstr("no list"));
  EXPECT_THAT(refusal(""), HasSubstr("empty"));
  EXPECT_THAT(refusal("\xFF"), HasSubstr("no JSON"));
  EXPECT_THAT(refusal(document(one + ", 7")), AllOf(HasSubstr("label 2"), HasSubstr("JSON object")));
  EXPECT_THAT(refusal(lines(one + "\n\n" + with("verdict", "\"pass\""))),
              AllOf(HasSubstr("labels.json:4"), HasSubstr("\"pass\""), HasSubstr("passed, failed")));
  EXPECT_THAT(refusal(document(with("criterion", ""))), HasSubstr("\"criterion\" is missing"));
  EXPECT_THAT(refusal(document(with("criterion", "\" \""))), HasSubstr("\"criterion\" is empty"));
  EXPECT_THAT(refusal(document(with("author", "\"\""))), HasSubstr("\"author\" is empty"));
  EXPECT_THAT(refusal(document(with("author", "\"" + std::string(300, 'a') + "\""))), HasSubstr("300 bytes"));
  EXPECT_THAT(refusal(document(with("run_id", "7"))), HasSubstr("\"run_id\" is no text"));
  for (const auto* time : {"2026-11-26", "2026-11-26T09:30:00", "2026-11-26T09:30:00+01:00", "2026-02-30T09:30:00Z", "2026-11-26T24:00:00Z",
                           "2026-11-26 09:30:00Z", "2026-11-26T09:30:00.Z", "yesterday"})
    EXPECT_THAT(refusal(document(with("at", "\"" + std::string(time) + "\""))), HasSubstr("a time in UTC")) << time;
}

TEST(Labels, TheSameLineTwiceIsOneAndTwoWordsAtOnceAreNone_SCN103) {
  const auto file = parse_labels(lines(one + "\n" + one), "x");
  EXPECT_EQ(file.labels.size(), 1U);
  EXPECT_EQ(file.repeated, 1U);
  EXPECT_THAT(refusal(lines(one + "\n" + with("verdict", "\"failed\""))),
              AllOf(HasSubstr("labels.json:3"), HasSubstr("ann said two things"), HasSubstr("labels.json:2")));
  EXPECT_EQ(parse_labels(lines(one + "\n" + with("author", "\"bob\"")), "x").labels.size(), 2U);  // two people may well differ
}

TEST(Labels, OnlyWhatIsNewIsAdded_SCN103) {
  const auto labels = parse_labels(lines(one + "\n" + with("author", "\"bob\"")), "x").labels;
  EXPECT_EQ(new_labels({labels[0]}, labels).size(), 1U);
  EXPECT_TRUE(new_labels(labels, labels).empty());
  auto other = labels[0];
  other.verdict = failed;
  EXPECT_THROW(new_labels(labels, {other}), Error);
}

Label on(std::optional<std::string> criterion, const std::string& key = {}) {
  return {.batch_id = "batch_1", .run_id = "run_1", .criterion = std::move(criterion), .criterion_key = key, .verdict = passed, .author = "ann"};
}

TEST(Labels, LearnFromTheirRunWhatTheJudgeHadSaid_SCN103) {
  const auto asks = completed(on("asks"), full());
  EXPECT_EQ(asks.judged->verdict, failed);
  EXPECT_EQ(asks.judged->judge.model, "openai/gpt-4.1-mini");
  EXPECT_EQ(asks.scenario, "refund [persona=rude] row 3 #2");
  EXPECT_EQ(completed(on("polite"), full()).judged->verdict, passed);  // what it had said before it abstained
  EXPECT_EQ(completed(on(std::nullopt), full()).judged->verdict, failed);
  auto broken = full();
  broken.outcome = RunOutcome::error;
  EXPECT_FALSE(completed(on(std::nullopt), broken).judged);
}

TEST(Labels, FindTheirCriterionByWordsOrKey_SCN103) {
  auto run = full();
  run.criteria = {{.criterion = "It asks.", .status = passed}, {.criterion = "It asks.", .status = failed}, {.criterion = "It greets.", .status = passed}};
  EXPECT_EQ(completed(on("It asks."), run).criterion_key, "it_asks__2");  // the last word on it
  EXPECT_EQ(completed(on("It asks.", "it_asks_"), run).judged->verdict, passed);
  EXPECT_EQ(completed(on("it_greets_"), run).criterion, "It greets.");
  try {
    completed(on("It aks."), run);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), AllOf(HasSubstr("no criterion \"It aks.\""), HasSubstr("did you mean \"It asks.\"?")));
    EXPECT_THAT(error.hint(), HasSubstr("It greets."));
  }
}

}  // namespace
}  // namespace antiphon
