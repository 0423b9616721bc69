#include <gtest/gtest.h>

#include "antiphon/result/result.hpp"

namespace antiphon {
namespace {

std::string sentence(std::string kind, json::value expected, json::value found) {
  return CheckResult{.kind = std::move(kind), .expected = std::move(expected), .found = std::move(found)}.sentence();
}

TEST(CheckResult, SaysWhatWasExpectedAndWhatWasFound_SCN61) {
  EXPECT_EQ(sentence("contains", "order number", "Sure, done."), "expected the agent to say \"order number\"; found \"Sure, done.\"");
  EXPECT_EQ(sentence("not_contains", {{"text", "store credit"}, {"role", "any"}}, "have store credit"),
            "expected somebody not to say \"store credit\"; found \"have store credit\"");
  EXPECT_EQ(sentence("regex", {{"pattern", "A-\\d+"}, {"role", "user"}}, nullptr), "expected the user to match \"A-\\\\d+\"; found nothing");
  EXPECT_EQ(sentence("turns", {{"at_most", 6}}, 7), "expected at most 6 turns; found 7");
  EXPECT_EQ(sentence("turns", {{"at_least", 2}, {"at_most", 6}}, 1), "expected at least 2 and at most 6 turns; found 1");
  EXPECT_EQ(sentence("latency", {{"p95", 2.0}}, {{"p50", 1.0}, {"p95", 2.31}}), "expected answers with p95 at most 2.00 s; found p95 2.31 s");
  EXPECT_EQ(sentence("completed", json::array{"status", "arrival"}, json::array{"status"}), "expected answers for status, arrival; found status");
  EXPECT_EQ(sentence("completed", json::array{"status"}, json::array{}), "expected answers for status; found none");
}

TEST(CheckResult, NamesToolsWithTheirArguments_SCN61) {
  EXPECT_EQ(sentence("tool_called", {{"name", "refund"}, {"arguments", {{"order", "A-1"}}}}, json::array{}),
            "expected a call of refund {\"order\":\"A-1\"}; found no call");
  const json::value calls = json::array{json::object{{"name", "refund"}, {"arguments", {{"order", "A-2"}}}}};
  EXPECT_EQ(sentence("tool_not_called", {{"name", "refund"}}, calls), "expected no call of refund; found refund {\"order\":\"A-2\"}");
  EXPECT_EQ(sentence("tool_called", {{"name", "refund"}, {"times", 2}}, calls), "expected 2 calls of refund; found refund {\"order\":\"A-2\"}");
  EXPECT_EQ(sentence("tool_order", json::array{"lookup", "refund"}, json::array{"refund"}), "expected calls in the order lookup, refund; found refund");
}

TEST(CheckResult, FallsBackToKindAndValuesForChecksOfOthers_SCN61) {
  EXPECT_EQ(sentence("balance", {{"above", 0}}, -3), "expected balance {\"above\":0}; found -3");
}

TEST(CheckResult, StaysWithinOneLine_SCN61) {
  EXPECT_LE(sentence("contains", json::string(500, 'x'), json::string(500, 'y')).size(), 110u);
  EXPECT_LE(sentence("equals", "ü", json::string(std::string(90, 'y') + "日本語日本語日本語")).size(), 110u);
}

TEST(CheckResult, NamesWhoKeptItFromBeingDecided_SCN61) {
  const CheckResult check{.kind = "similar", .expected = "hello", .inconclusive = Party::harness};
  EXPECT_EQ(check.sentence(), "not decided (harness): expected similar \"hello\"; found nothing");
}

}  // namespace
}  // namespace antiphon
