#include "antiphon/scenario/checks/check.hpp"

#include <gmock/gmock.h>

#include "antiphon/base/error.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// What a check looks at, filled by hand.
struct Conversation {
  History messages;
  std::vector<MessageTiming> timings;
  std::vector<double> answer_s;
  int turns = 0;
  json::object user_report;
  bool in_script = false;

  Conversation& user(std::string_view text) { return add(Message::user(text)); }
  Conversation& agent(std::string_view text) { return add(Message::assistant(text)); }
  Conversation& call(std::string name, std::string arguments) { return add(Message::assistant_calls("", {{"c1", std::move(name), std::move(arguments)}})); }
  Conversation& add(Message message) {
    messages.append(std::move(message));
    timings.push_back({.turn = 1, .start_s = 0, .end_s = static_cast<double>(timings.size())});
    return *this;
  }
  CheckResult check(const Check& check) const {
    return evaluate(
        check,
        {.messages = messages, .timings = timings, .answer_s = answer_s, .turns = turns, .user_report = user_report, .last_agent_message_only = in_script});
  }
};

Conversation refund() {
  Conversation talk;
  talk.user("hi, i want my money back").agent("Could you give me your ORDER number?").user("A-1007");
  talk.call("lookup_order", R"({"order": "A-1007"})").add(Message::tool_result("c1", "lookup_order", "{\"state\": \"delivered\"}"));
  talk.agent("We can offer store credit for it.");
  return talk;
}

json::value parsed(std::string_view text) { return parse_json(text); }

TEST(TextChecks, ContainsWantsOneMessageOfTheAgent_SCN60) {
  const auto result = refund().check(contains("order number"));
  EXPECT_TRUE(result.passed);
  EXPECT_EQ(result.kind, "contains");
  EXPECT_EQ(result.message, 1);
  EXPECT_EQ(result.time_s, 1.0);
  EXPECT_EQ(result.found, json::value("Could you give me your ORDER number?"));
  EXPECT_FALSE(refund().check(contains("money back")).passed);  // said by the user
}

TEST(TextChecks, ShowWhatWasSaidInstead_SCN61) {
  const auto result = refund().check(contains("refund"));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.expected, parsed(R"({"text": "refund"})"));
  EXPECT_EQ(result.found, json::value("We can offer store credit for it."));
  EXPECT_EQ(result.message, 5);
  EXPECT_THAT(result.sentence(), testing::AllOf(HasSubstr("refund"), HasSubstr("store credit")));
}

TEST(TextChecks, NotContainsLooksAtEveryMessage_SCN60_SCN61) {
  const auto result = refund().check(not_contains("Order"));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.message, 1);
  EXPECT_THAT(std::string(result.found.as_string()), HasSubstr("your ORDER number"));
  EXPECT_TRUE(refund().check(not_contains("money back")).passed);
}

TEST(TextChecks, ShowTheOffendingWordsInTheirContext_SCN61) {
  Conversation talk;
  talk.agent(std::string(500, 'a') + " é store credit é " + std::string(500, 'b'));
  const auto found = std::string(talk.check(not_contains("store credit")).found.as_string());
  EXPECT_THAT(found, testing::AllOf(HasSubstr("store credit"), testing::StartsWith("…"), testing::EndsWith("…")));
  EXPECT_LE(found.size(), 200U);
}

TEST(TextChecks, KeepTheCaseWhenTold) {
  EXPECT_FALSE(refund().check({TextCheck{.text = "order number", .exact_case = true}}).passed);
  EXPECT_TRUE(refund().check({TextCheck{.text = "ORDER number", .exact_case = true}}).passed);
}

TEST(TextChecks, IgnoreTheCaseOfEveryAlphabet) {
  EXPECT_TRUE(Conversation().agent("ÄRGER").check(contains("ärger")).passed);
  EXPECT_TRUE(Conversation().agent("Да").check({TextCheck{.kind = TextCheck::Kind::equals, .text = "ДА"}}).passed);
}

TEST(TextChecks, LookAtTheRoleTheyAreGiven) {
  EXPECT_TRUE(refund().check({TextCheck{.text = "money back", .role = CheckedRole::user}}).passed);
  EXPECT_TRUE(refund().check({TextCheck{.text = "delivered", .role = CheckedRole::any}}).passed);
  EXPECT_EQ(refund().check({TextCheck{.text = "x", .role = CheckedRole::any}}).expected, parsed(R"({"text": "x", "role": "any"})"));
}

TEST(TextChecks, SeeTheLastAgentMessageInAScript) {
  auto talk = refund();
  talk.in_script = true;
  EXPECT_FALSE(talk.check(contains("order number")).passed);
  EXPECT_TRUE(talk.check(contains("store credit")).passed);
  EXPECT_TRUE(talk.check(not_contains("order number")).passed);
}

TEST(TextChecks, EqualsWantsTheWholeText) {
  const auto equals = [](std::string text) { return Check{TextCheck{.kind = TextCheck::Kind::equals, .text = std::move(text)}}; };
  EXPECT_TRUE(Conversation().agent("Yes. (a)").check(equals("yes. (A)")).passed);
  EXPECT_FALSE(Conversation().agent("Yes. (a) b").check(equals("yes. (A)")).passed);
  EXPECT_TRUE(Conversation().agent("").check(equals("")).passed);
}

TEST(TextChecks, RegexSearches) {
  EXPECT_TRUE(refund().check(matches(R"(store\s+CREDIT)")).passed);
  const auto result = refund().check(matches("refunded$"));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.expected, parsed(R"({"pattern": "refunded$"})"));
}

TEST(TextChecks, APatternThatExplodesIsTheHarnesssFault) {
  Conversation talk;
  talk.agent(std::string(60, 'a') + "!");
  try {
    (void)talk.check(matches("^(a+)+$"));
    FAIL() << "decided";
  } catch (const Error& error) {
    EXPECT_EQ(error.party(), Party::harness);
  }
}

TEST(TextChecks, NeverHoldWhereNothingWasSaid) {
  Conversation silent;
  silent.user("hello?");
  for (const auto& check : {contains("a"), not_contains("a"), matches("a"), Check{JsonSchemaCheck{json::object{}}}}) {
    const auto result = silent.check(check);
    EXPECT_FALSE(result.passed);
    EXPECT_TRUE(result.found.is_null());
    EXPECT_EQ(result.message, std::nullopt);
    EXPECT_THAT(result.sentence(), HasSubstr("found nothing"));
  }
}

TEST(SchemaCheck, TakesFencesOff_SCN60) {
  const Check check{JsonSchemaCheck{parsed(R"({"type": "object", "required": ["id"]})")}};
  EXPECT_TRUE(Conversation().agent("{\"id\": 1}").check(check).passed);
  EXPECT_TRUE(Conversation().agent("Here:\n```json\n{\"id\": 1}\n```\nDone.").check(check).passed);
  EXPECT_TRUE(Conversation().agent("```\n{\"id\": 1}\n```").check(check).passed);
}

TEST(SchemaCheck, SaysWhatIsWrongAndWhere_SCN61) {
  const Check check{JsonSchemaCheck{parsed(R"({"properties": {"id": {"type": "string"}}})")}};
  const auto result = Conversation().agent("{\"id\": 1}").agent("Anything else?").check(check);
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.message, 0);
  EXPECT_EQ(result.found, json::value("/id: expected string, found 1"));
  EXPECT_THAT(std::string(Conversation().agent("sure").check(check).found.as_string()), HasSubstr("no JSON: sure"));
}

TEST(ToolChecks, CalledLooksAtNameAndArguments_SCN60) {
  const auto result = refund().check(tool_called("lookup_order", parsed(R"({"order": "A-1007"})")));
  EXPECT_TRUE(result.passed);
  EXPECT_EQ(result.message, 3);
  EXPECT_EQ(result.found, parsed(R"([{"name": "lookup_order", "arguments": {"order": "A-1007"}}])"));
  EXPECT_TRUE(refund().check(tool_called("lookup_order")).passed);
}

TEST(ToolChecks, ShowWhichArgumentDiffers_SCN61) {
  Conversation talk;
  talk.call("create_refund", R"({"order": "A-1008", "amount": 20, "reason": "late"})");
  const auto result = talk.check(tool_called("create_refund", parsed(R"({"order": "A-1007", "amount": 20.0, "note": "x"})")));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.message, 0);
  EXPECT_EQ(result.found.as_array()[0].at("differs"), parsed(R"({"order": {"expected": "A-1007", "found": "A-1008"}, "note": {"expected": "x"}})"));
}

TEST(ToolChecks, ShowTheOtherCallsWhereTheToolWasNotCalled_SCN61) {
  const auto result = refund().check(tool_called("create_refund"));
  EXPECT_FALSE(result.passed);
  EXPECT_THAT(result.sentence(), HasSubstr("lookup_order"));
  const auto none = Conversation().agent("hi").check(tool_called("create_refund"));
  EXPECT_TRUE(none.found.is_null());
  EXPECT_THAT(none.sentence(), HasSubstr("no call"));
}

TEST(ToolChecks, ShowMalformedArgumentsAsTheyAre_SCN61) {
  const auto result = Conversation().call("create_refund", "{order: A-1007").check(tool_called("create_refund", parsed(R"({"order": "A-1007"})")));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.found, parsed(R"([{"name": "create_refund", "arguments": "{order: A-1007", "malformed": true}])"));
}

TEST(ToolChecks, CountMatchingCalls) {
  auto talk = Conversation().call("ping", R"({"n": 1})").call("ping", R"({"n": 2})").call("ping", R"({"n": 1})");
  const auto times = [](int n, std::optional<json::value> arguments) { return Check{ToolCalledCheck{"ping", std::move(arguments), n}}; };
  EXPECT_TRUE(talk.check(times(3, {})).passed);
  EXPECT_TRUE(talk.check(times(2, parsed(R"({"n": 1})"))).passed);
  EXPECT_TRUE(talk.check(times(0, parsed(R"({"n": 5})"))).passed);
  const auto result = talk.check(times(1, parsed(R"({"n": 1})")));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.found.as_array().size(), 2U);
}

TEST(ToolChecks, NotCalledNamesTheCall_SCN60_SCN61) {
  EXPECT_TRUE(refund().check(tool_not_called("create_refund")).passed);
  const auto result = refund().check(tool_not_called("lookup_order"));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.message, 3);
  EXPECT_THAT(result.sentence(), HasSubstr("A-1007"));
}

TEST(ToolChecks, OrderAllowsOthersBetween_SCN60) {
  auto talk = Conversation().call("find", "{}").call("other", "{}").call("book", "{}").call("find", "{}");
  EXPECT_TRUE(talk.check(tool_order({"find", "book"})).passed);
  EXPECT_TRUE(talk.check(tool_order({"find", "find"})).passed);
  const auto result = talk.check(tool_order({"book", "other"}));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.found, parsed(R"(["find", "other", "book", "find"])"));
  EXPECT_EQ(result.message, 2);
}

TEST(RunChecks, CountTurns_SCN60) {
  Conversation talk;
  talk.turns = 7;
  const auto result = talk.check(turns_at_most(6));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.expected, parsed(R"({"at_most": 6})"));
  EXPECT_EQ(result.found, json::value(7));
  EXPECT_TRUE(talk.check(turns_at_most(7)).passed);
  EXPECT_TRUE(talk.check({TurnsCheck{.at_least = 7}}).passed);
  EXPECT_FALSE(talk.check({TurnsCheck{.at_least = 8}}).passed);
}

TEST(RunChecks, TakePercentilesByNearestRank_SCN60) {
  Conversation talk;
  for (int i = 1; i <= 20; ++i) talk.answer_s.push_back(0.1 * i);
  EXPECT_TRUE(talk.check({LatencyCheck{.p50 = 1s, .p95 = 1900ms, .p99 = 2s, .max = 2s}}).passed);
  const auto result = talk.check({LatencyCheck{.p95 = 1899ms}});
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.expected, parsed(R"({"p95": 1.899})"));
  EXPECT_NEAR(result.found.at("p95").as_double(), 1.9, 1e-9);
  EXPECT_EQ(result.found.at("n").to_number<int>(), 20);
  EXPECT_FALSE(result.found.as_object().contains("max"));
}

TEST(RunChecks, LatencyNeverHoldsUnmeasured) {
  const auto result = Conversation().check({LatencyCheck{.p95 = 1h}});
  EXPECT_FALSE(result.passed);
  EXPECT_TRUE(result.found.is_null());
  EXPECT_THAT(result.sentence(), HasSubstr("no answer"));
}

TEST(RunChecks, CompletedShowsWhichSlotsWereAnswered) {
  auto talk = refund();
  talk.user_report = parsed(R"({"completed": {"status": {"value": "shipped", "message": 5}}, "unmet": ["arrival"]})").as_object();
  EXPECT_TRUE(talk.check(completed({"status"})).passed);
  const auto result = talk.check(completed({"status", "arrival"}));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.found, parsed(R"([{"name": "status", "value": "shipped"}])"));
  EXPECT_EQ(result.message, 5);
  EXPECT_EQ(result.sentence(), "expected answers for status, arrival; found status");
  EXPECT_TRUE(refund().check(completed({"status"})).found.is_null());
}

TEST(Checks, RunAnyExpressionAndKeepTheirLine_SCN60) {
  const Check longer{CustomCheck{"longer", [](const CheckScope& scope) { return CheckResult{.passed = scope.messages.size() > 3}; }}, 12};
  const auto result = refund().check(longer);
  EXPECT_TRUE(result.passed);
  EXPECT_EQ(result.kind, "longer");
  EXPECT_EQ(result.line, 12);
}

TEST(Checks, AreRefusedWhenTheyCannotBeMeant) {
  const auto refusal = [](const Check& check) -> std::string {
    try {
      validate(check);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::configuration);
      return error.message();
    }
    return "";
  };
  EXPECT_THAT(refusal(matches("(")), testing::StartsWith("regex: "));
  EXPECT_THAT(refusal(contains("")), HasSubstr("empty"));
  EXPECT_THAT(refusal({JsonSchemaCheck{parsed(R"({"type": "text"})")}}), HasSubstr("unknown type"));
  EXPECT_THAT(refusal({TurnsCheck{}}), HasSubstr("at_most"));
  EXPECT_THAT(refusal({TurnsCheck{.at_most = 2, .at_least = 3}}), HasSubstr("more than"));
  EXPECT_THAT(refusal({LatencyCheck{}}), HasSubstr("no limit"));
  EXPECT_THAT(refusal({ToolCalledCheck{"a", json::value(3), {}}}), HasSubstr("mapping"));
  EXPECT_THAT(refusal(tool_order({})), HasSubstr("no tool"));
  EXPECT_THAT(refusal(completed({})), HasSubstr("no slot"));
  for (const auto& check : {contains("a"), not_contains("a"), matches("a"), tool_called("t", json::object{}), tool_not_called("t"), tool_order({"t"}),
                            turns_at_most(3), completed({"s"}), Check{TextCheck{.kind = TextCheck::Kind::equals}}})
    EXPECT_EQ(refusal(check), "");
}

}  // namespace
}  // namespace antiphon
