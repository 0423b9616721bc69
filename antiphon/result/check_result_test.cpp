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
  EXPECT_EQ(sentence("no_shouting", nullptr, nullptr), "no_shouting does not hold");
  EXPECT_EQ(sentence("no_shouting", nullptr, "STOP!!"), "expected no_shouting; found \"STOP!!\"");
  EXPECT_EQ(sentence("no_shouting", "calm words", "STOP!!"), "expected no_shouting \"calm words\"; found \"STOP!!\"");
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

TEST(CheckResult, SaysOfMeaningLanguageAndPersonalDataWhatMatters_SCN61) {
  const CheckResult similar{.kind = "similar",
                            .expected = json::object{{"to", "your parcel arrives"}, {"at_least", 0.8}, {"embedding", "lexical"}},
                            .found = json::object{{"similarity", 0.4123}, {"text", "no idea"}, {"embedding", "lexical"}}};
  EXPECT_EQ(similar.sentence(), "expected the agent to say something like \"your parcel arrives\" (0.80); found 0.41 by lexical");
  const CheckResult spoken{.kind = "language", .expected = json::object{{"language", "en"}}, .found = json::object{{"language", "de"}, {"text", "Guten Tag"}}};
  EXPECT_EQ(spoken.sentence(), "expected the agent to speak \"en\"; found de: \"Guten Tag\"");
  const CheckResult said{.kind = "pii",
                         .expected = json::object{{"absent", {"email", "ip"}}, {"role", "user"}},
                         .found = json::array{json::object{{"kind", "email"}, {"value", "j***@***.org"}, {"message", 1}}}};
  EXPECT_EQ(said.sentence(), "expected the user to say no email, ip; found email j***@***.org");
}

TEST(CheckResult, SaysOfACallWhatWasMeasuredAndWhere_SCN61) {
  EXPECT_EQ(sentence("silence", {{"at_most", 3.0}}, {{"seconds", 4.5}, {"n", 2}}), "expected silences of the agent of at most 3.00 s; found 4.50 s");
  EXPECT_EQ(sentence("overlap", {{"at_most", 0.5}}, nullptr), "expected talk-over by the agent of at most 0.50 s; found none measured");
  EXPECT_EQ(sentence("heard", {{"by", "agent"}, {"entities", {{"of", {"A-1007"}}, {"at_least", 1}}}},
                     {{"heard", "a one zero zero eight"}, {"entities", {{"said", 2}, {"understood", 1}}}}),
            "expected the agent to hear [\"A-1007\"]; found 1 of 2: \"a one zero zero eight\"");
  EXPECT_EQ(sentence("interruption", {{"count", 1}}, {{"n", 2}, {"stop_s", 0.19}}), "expected 1 interruption; found 2");
  EXPECT_EQ(sentence("interruption", {{"count", 2}}, {{"n", 1}, {"stop_s", 0.19}}), "expected 2 interruptions; found 1");
  EXPECT_EQ(sentence("interruption", {{"stops_within", 0.4}}, {{"n", 1}, {"stop_s", 0.5}}),
            "expected the agent to stop within 0.40 s of being interrupted; found 0.50 s");
  EXPECT_EQ(sentence("interruption", {{"stops_within", 0.4}, {"count", 1}}, {{"n", 2}, {"stop_s", 0.5}, {"censored", 1}}),
            "expected the agent to stop within 0.40 s of being interrupted, 1 interruption; found more than 0.50 s, 2 times");
  const CheckResult open{
      .kind = "interruption", .expected = {{"stops_within", 0.4}}, .found = {{"undecided", "our user cut in nowhere"}}, .inconclusive = Party::harness};
  EXPECT_EQ(open.sentence(), "not decided (harness): interruption: our user cut in nowhere");
}

TEST(CheckResult, NamesWhoKeptItFromBeingDecided_SCN61) {
  const CheckResult check{.kind = "similar", .expected = "hello", .inconclusive = Party::harness};
  EXPECT_EQ(check.sentence(), "not decided (harness): expected the agent to say something like \"hello\"; found nothing");
}

}  // namespace
}  // namespace antiphon
