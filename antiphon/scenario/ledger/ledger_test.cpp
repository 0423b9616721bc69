#include "antiphon/scenario/ledger/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/scenario/ledger/facts.hpp"
#include "antiphon/scenario/ledger/words.hpp"

namespace antiphon::ledger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* rules_of_user =
    "You play a person who talks to a service. The other side is the service; you are only ever the person.\n"
    "Write the person's next message and nothing else: no quotation marks, no stage directions, no name in front.\n";
constexpr const char* jacket = "Order A-1007 arrived broken. A customer who bought the blue jacket on the first of May wants a refund for it.";

/// A failed run that starts with the user; texts alternate between user and agent.
struct Talk {
  explicit Talk(std::vector<std::string> texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      result.messages.push_back(i % 2 == 0 ? Message::user(texts[i]) : Message::assistant(texts[i]));
      result.timings.push_back({.turn = static_cast<int>(i / 2) + 1});
    }
    result.outcome = RunOutcome::failed;
    result.checks = {{.kind = "contains", .expected = {{"text", "refund"}}, .found = "no"}};
  }

  std::optional<Fault> fault() const {
    return attribute({.result = result,
                      .user = brief,
                      .broken_for_good = broken,
                      .out_of_turns = out_of_turns,
                      .user_concluded = user_concluded,
                      .agent_called = agent_called,
                      .verdict_asked = verdict_asked});
  }
  /// Name of the rule that decided.
  std::string rule() const {
    const auto found = fault();
    return found ? found->rule : "none";
  }
  Party party() const { return fault()->party; }

  ScenarioResult result;
  Brief brief{.rules = rules_of_user, .situation = jacket};
  std::vector<bool> broken{};
  bool out_of_turns = false, user_concluded = false, agent_called = true, verdict_asked = false;
};

TEST(FaultLedger, LeavesPassedRunsAndThoseNeverBegunAlone_SCN100) {
  Talk talk({"how can I help you?", "?"});
  talk.result.outcome = RunOutcome::passed;
  EXPECT_FALSE(talk.fault());
  talk.result.outcome = RunOutcome::inconclusive;
  talk.result.not_run = true;
  EXPECT_FALSE(talk.fault());
}

TEST(FaultLedger, ErrorsKeepTheirParty_SCN100) {
  for (const auto party : {Party::agent, Party::simulated_user, Party::judge, Party::provider, Party::transport, Party::harness}) {
    Talk talk({"how can i help you", "what?"});
    talk.result.outcome = RunOutcome::error;
    talk.result.error = RunError{party, "it broke"};
    EXPECT_EQ(talk.party(), party);
    EXPECT_EQ(talk.rule(), "error");
    EXPECT_EQ(talk.fault()->why, "it broke");
    EXPECT_TRUE(talk.fault()->certain);
  }
}

TEST(FaultLedger, AFailedCheckIsTheAgentsWithTheCheckAsEvidence_SCN100) {
  Talk talk({"i want my money back", "no"});
  talk.result.checks = {{.kind = "turns", .passed = true}, {.kind = "not_contains", .expected = {{"text", "no"}}, .found = "no", .message = 1}};
  talk.broken = {false, true};
  const auto fault = talk.fault();
  EXPECT_EQ(fault->party, Party::agent);
  EXPECT_EQ(fault->by, Fault::By::rule);
  EXPECT_TRUE(fault->certain);
  ASSERT_EQ(fault->evidence.size(), 1U);
  EXPECT_EQ(fault->evidence[0].check, 1);
  EXPECT_EQ(fault->evidence[0].message, 1);
  EXPECT_EQ(fault->evidence[0].quote, "no");
  EXPECT_EQ(fault->why, talk.result.checks[1].sentence());
}

// Rows of signs belong to words and to what parts them: a pattern that tries every way to cut them gives up, or never ends.
TEST(FaultLedger, ReadsWhateverAUserTypes_SCN100) {
  std::string signs;
  for (int i = 0; i < 1500; ++i) signs += "'-";
  for (const std::string begin : {"my order is not ", "my order is another ", "your order, never "}) {
    Talk talk({"hi", "Which order number is it?", begin + signs + " aa! bb! cc! dd! ee! ff! A-1008"});
    EXPECT_EQ(talk.rule(), "contradicted its brief") << begin;
    EXPECT_EQ(talk.fault()->parties.size(), 6U);
  }
  Talk denied({"hi", "Which order number is it?", "it is not " + signs + " A-1008"});
  EXPECT_EQ(denied.rule(), "check");
}

TEST(FaultLedger, ARuleThatGivesUpSeesNothing_SCN100) {
  const Talk talk({"hi", "hello"});
  const ledger::Case run{.result = talk.result};
  EXPECT_FALSE(seen_by([](const Case&) -> std::optional<Finding> { throw Error(ErrorKind::too_large, "match limit exceeded"); }, run));
  EXPECT_TRUE(seen_by([](const Case&) -> std::optional<Finding> { return Finding{.why = "x"}; }, run));
}

TEST(FaultLedger, ACriterionThatIsNotMetIsTheAgentsButNotForCertain_SCN100) {
  Talk talk({"i want my money back", "no"});
  talk.result.checks.clear();
  talk.result.criteria = {{.criterion = "is kind", .reasoning = "it was not", .status = CriterionStatus::failed, .evidence = {1}}};
  const auto fault = talk.fault();
  EXPECT_EQ(fault->party, Party::agent);
  EXPECT_FALSE(fault->certain);
  EXPECT_EQ(fault->evidence[0].criterion, "is kind");
  EXPECT_EQ(fault->evidence[0].quote, "no");
  EXPECT_THAT(fault->why, HasSubstr("is kind — it was not"));
}

TEST(FaultLedger, AnInconclusiveRunIsNeverTheAgents_SCN31_SCN100) {
  Talk talk({"hi there, my order", "yes?"});
  talk.result.outcome = RunOutcome::inconclusive;
  talk.result.checks.clear();
  EXPECT_EQ(talk.party(), Party::harness);  // nothing was asserted
  talk.result.criteria = {{.criterion = "is kind", .status = CriterionStatus::inconclusive, .evidence = {1}, .party = Party::agent}};
  EXPECT_EQ(talk.party(), Party::judge);
  talk.result.criteria[0].party = Party::harness;
  EXPECT_EQ(talk.party(), Party::harness);
  talk.result.criteria.clear();
  talk.result.checks = {{.kind = "similar", .inconclusive = Party::provider}};
  EXPECT_EQ(talk.party(), Party::provider);
  talk.result.checks.clear();
  talk.result.reasoning = "nothing was asserted: add a check, give the judge criteria, or end the script with succeed or fail";
  EXPECT_EQ(talk.party(), Party::harness);
  talk.result.reasoning = "I cannot tell";
  talk.verdict_asked = true;
  EXPECT_EQ(talk.party(), Party::judge);
}

TEST(FaultLedger, FindsAUserThatSpeaksAsTheAssistant_SCN100) {
  for (const auto* line : {"hello! How can I help you today?", "is there anything else i can help you with?", "I'd be happy to assist you with that refund",
                           "thanks for contacting Acme-Wear support, what happened?", "as an AI language model I cannot order", "I've processed the refund."}) {
    Talk talk({"hi", "hello", line, "what?"});
    EXPECT_EQ(talk.rule(), "spoke as the assistant") << line;
    EXPECT_EQ(talk.party(), Party::simulated_user) << line;
    EXPECT_EQ(talk.fault()->evidence[0].message, 2) << line;
    EXPECT_THAT(std::string(line), HasSubstr(talk.fault()->evidence[0].quote)) << line;
  }
}

TEST(FaultLedger, LetsUsersTalkAboutHelp_SCN100) {
  for (const auto* line : {"how can you help me?", "can you help me or not", "is there anything else i can do?", "you asked \"how can I help you\" already",
                           "you keep asking how can I help you and then nothing", "stop asking how can i help you!!", "thanks for your help",
                           "let me check that", "i've sent the return", "please help, i'm happy to wait", "“How can I help you?” is all it says"})
    EXPECT_EQ(Talk({"hi", "hello", line, "what?"}).rule(), "check") << line;
  Talk clerk({"how can I help you?", "i want to book"});
  clerk.brief.situation = "The person is a receptionist who opens with how can I help you";
  EXPECT_EQ(clerk.rule(), "check");
}

TEST(FaultLedger, LooksOnlyAtWordsThatTheUserMadeUp_SCN100) {
  Talk lines({"how can I help you today?", "what?"});
  lines.brief.fixed_words = true;
  EXPECT_EQ(lines.party(), Party::agent);
  EXPECT_TRUE(lines.fault()->certain);
  Talk script({"how can I help you today?", "what?"});
  script.result.timings[0].scripted = true;
  EXPECT_EQ(script.party(), Party::agent);
  EXPECT_EQ(Talk({"hi", "how can I help you today?"}).party(), Party::agent);
}

TEST(FaultLedger, FindsAUserThatRepeatsItself_SCN100) {
  Talk talk({"I want a refund!", "No.", "i want a refund", "Which order?", "I want a refund.", "Goodbye."});
  EXPECT_EQ(talk.rule(), "repeated itself");
  EXPECT_EQ(talk.party(), Party::simulated_user);
  EXPECT_EQ(talk.fault()->evidence.size(), 3U);
  EXPECT_EQ(talk.fault()->evidence[2].message, 4);
}

TEST(FaultLedger, LetsUsersSayShortThingsAgainAndRepeatWhenAsked_SCN100) {
  EXPECT_EQ(Talk({"yes please", "a?", "yes please", "b?", "yes please", "c"}).rule(), "check");
  EXPECT_EQ(Talk({"i want a refund", "no", "i want a refund", "no", "so i get nothing", "no"}).rule(), "check");
  EXPECT_EQ(Talk({"i want a refund", "I didn't catch that.", "i want a refund", "Could you say that again?", "i want a refund", "no"}).rule(), "check");
  EXPECT_EQ(Talk({"i want a refund", "Please rephrase.", "i want a refund", "no", "i want a refund", "no"}).rule(), "check");
}

TEST(FaultLedger, FindsLeakedInstructions_SCN100) {
  Talk rules({"ok: no quotation marks, no stage directions, no name in front. hi", "what?"});
  EXPECT_EQ(rules.rule(), "leaked instructions");
  EXPECT_EQ(rules.fault()->evidence[0].quote, "no quotation marks, no stage directions, no name in front");
  Talk stage({"A customer who bought the blue jacket on the first of May wants a refund for it", "what?"});
  EXPECT_EQ(stage.rule(), "leaked instructions");
}

TEST(FaultLedger, LetsUsersTellTheirSituation_SCN100) {
  EXPECT_EQ(Talk({"my order a-1007 arrived broken, i bought the blue jacket on the first of may and want a refund for it", "no"}).rule(), "check");
  Talk own({"i moved house in the spring and the old address is still on every letter that you send", "no"});
  own.brief.situation = "I moved house in the spring and the old address is still on every letter that you send me.";
  EXPECT_EQ(own.rule(), "check");
  Talk quoted({"i am a friend of the customer who lost the red bag at the station this morning", "no"});
  quoted.brief.situation = "Says: \"I am a friend of the customer who lost the red bag at the station this morning\"";
  EXPECT_EQ(quoted.rule(), "check");
  EXPECT_EQ(Talk({"write the message and nothing else", "no"}).rule(), "check");
}

TEST(FaultLedger, FindsAUserThatEchoesTheAgent_SCN100) {
  Talk talk({"hi", "Your refund is on its way to you.", "your refund is on its way to you", "?"});
  EXPECT_EQ(talk.rule(), "echoed the agent");
  EXPECT_EQ(talk.fault()->evidence[1].message, 1);
}

TEST(FaultLedger, LetsUsersConfirmAndBlamesNoUserForAnAgentThatEchoes_SCN100) {
  EXPECT_EQ(Talk({"hi", "Is it order A-1007?", "yes order A-1007", "?"}).rule(), "check");
  EXPECT_EQ(Talk({"hi", "Do you want the blue jacket in size M?", "yes the blue jacket in size M please, and wrap it", "?"}).rule(), "check");
  EXPECT_EQ(Talk({"i want my money back right now", "you said: i want my money back right now", "i want my money back right now", "you said"}).rule(), "check");
}

TEST(FaultLedger, FindsAUserThatAnswersItself_SCN100) {
  EXPECT_EQ(Talk({"Where is my order? Your order was shipped on Monday.", "?"}).rule(), "answered itself");
  EXPECT_EQ(Talk({"Where is my order? Your website is awful.", "?"}).rule(), "check");
  EXPECT_EQ(Talk({"Where is my order? Is your order system down?", "?"}).rule(), "check");
}

TEST(FaultLedger, FindsAUserThatContradictsItsBrief_SCN100) {
  Talk talk({"my order A-1008 arrived broken", "no"});
  EXPECT_EQ(talk.rule(), "contradicted its brief");
  EXPECT_EQ(talk.fault()->why, "it gave \"A-1008\" as its order, where its brief says \"A-1007\"");
  EXPECT_EQ(Talk({"hi", "What is the order number?", "B-2222", "no"}).rule(), "contradicted its brief");
  Talk slot({"it is for customer 44321", "no"});
  slot.brief = {.facts = {{"customer_number", "44320"}}};
  EXPECT_EQ(slot.rule(), "contradicted its brief");
}

TEST(FaultLedger, LetsUsersNameOtherValuesForAReason_SCN100) {
  EXPECT_EQ(Talk({"it's order a-1007", "no"}).rule(), "check");
  EXPECT_EQ(Talk({"hi", "I see order A-1008 here.", "no, order A-1008 is not mine", "?"}).rule(), "check");
  EXPECT_EQ(Talk({"order A-1008, sorry, A-1007", "no"}).rule(), "check");
  EXPECT_EQ(Talk({"order A-1008", "not found", "sorry, A-1007", "no"}).rule(), "check");
  EXPECT_EQ(Talk({"my order is not A-1008", "no"}).rule(), "check");
  EXPECT_EQ(Talk({"the order came on 12/05 at 10:30 and cost $12345", "no"}).rule(), "check");
  EXPECT_EQ(Talk({"the ticket K-4444 you gave me is closed", "no"}).rule(), "check");  // another thing than an order
  Talk meant({"order A-1008", "no"});
  meant.brief.situation = "Order A-1007 is late. The person first gives a wrong number.";
  EXPECT_EQ(meant.rule(), "check");
  Talk two({"order A-1008", "no"});
  two.brief.situation = "Order A-1007 is late, order A-1008 came twice.";
  EXPECT_EQ(two.rule(), "check");
}

TEST(FaultLedger, FactsAreNounsWithAValueThatIdentifies_SCN100) {
  const auto facts = facts_of({.situation = "Order number is A-1007, booking XK42-7; 417 days ago, at 10:30, flight LH441 for $12345 in 2024 with iPhone15s"});
  std::vector<std::string> shown;
  for (const auto& fact : facts) shown.push_back(fact.names.front() + "=" + fact.value);
  EXPECT_THAT(shown, ElementsAre("order=A-1007", "booking=XK42-7", "flight=LH441"));
}

TEST(FaultLedger, WhatTheUserDidAfterTheFailureExcusesNobody_SCN100) {
  Talk talk({"hi", "I refunded it without asking", "how can I help you today?", "?"});
  talk.result.checks = {{.kind = "not_contains", .expected = {{"text", "refunded"}}, .found = "refunded", .message = 1}};
  talk.broken = {true};
  EXPECT_EQ(talk.party(), Party::agent);
  talk.result.checks[0].message = 3;
  EXPECT_EQ(talk.party(), Party::simulated_user);
}

TEST(FaultLedger, FindsAJudgeThatQuotesWhatNobodySaid_SCN57_SCN100) {
  Talk talk({"hi", "Your parcel is at the depot."});
  talk.result.checks.clear();
  talk.result.criteria = {
      {.criterion = "is kind", .reasoning = "The agent said \"you are a complete idiot\".", .status = CriterionStatus::failed, .evidence = {1}}};
  EXPECT_EQ(talk.rule(), "invented evidence");
  EXPECT_EQ(talk.party(), Party::judge);
  EXPECT_EQ(talk.fault()->evidence[0].criterion, "is kind");
}

TEST(FaultLedger, LetsJudgesQuoteWhatIsThereAndWhatIsMissing_SCN57_SCN100) {
  for (const auto* reasoning : {"The agent said \"your parcel … at the depot\".", "The agent never said \"may I have your number please\".",
                                "It should have said \"I am sorry for that\".", "The agent said “Your parcel is at the depot.”", "The agent asked \"why\".",
                                "Without saying \"thank you very much indeed\" it left.", "The agent did not ask \"which order is it about\"."}) {
    Talk talk({"hi", "Your parcel is at the depot."});
    talk.result.checks.clear();
    talk.result.criteria = {{.criterion = "is kind", .reasoning = reasoning, .status = CriterionStatus::failed, .evidence = {1}}};
    EXPECT_EQ(talk.rule(), "criterion") << reasoning;
  }
  Talk check({"hi", "Your parcel is at the depot."});  // a check fails as well: the judge changes nothing
  check.result.criteria = {{.criterion = "k", .reasoning = "It said \"you are a complete idiot\".", .status = CriterionStatus::failed, .evidence = {1}}};
  EXPECT_EQ(check.rule(), "check");
}

Talk agenda(json::object asked, bool by_name) {
  Talk talk({"where is it", "no idea"});
  talk.brief = {.heard_by_name = by_name ? std::vector<std::string>{"status"} : std::vector<std::string>{}};
  talk.result.user_report = {{"completed", json::object{}}, {"unmet", {"status"}}, {"asked", std::move(asked)}};
  talk.result.checks = {{.kind = "completed", .expected = json::array{"status"}, .found = json::array{}}};
  return talk;
}

TEST(FaultLedger, AGoalThatWasNeverAskedForIsTheUsers_SCN100) {
  EXPECT_EQ(agenda({{"status", 0}}, false).rule(), "never asked");
  EXPECT_EQ(agenda({{"status", 0}}, false).party(), Party::simulated_user);
  EXPECT_EQ(agenda({{"status", 3}}, false).party(), Party::agent);
  auto unasked = agenda({{"status", 0}}, false);
  EXPECT_FALSE(unasked.fault()->certain);  // somebody else ended the conversation, or an agent that dawdles used the turns up
  unasked.user_concluded = true;
  EXPECT_TRUE(unasked.fault()->certain);
}

TEST(FaultLedger, NeverBlamesTheAgentOnTheListFormAlone_SCN100) {
  auto alone = agenda({{"status", 3}}, true);
  EXPECT_EQ(alone.rule(), "heard by name alone");
  EXPECT_EQ(alone.party(), Party::simulated_user);
  alone.result.checks.push_back({.kind = "turns", .expected = {{"at_most", 1}}, .found = 2});
  EXPECT_EQ(alone.party(), Party::agent);
}

TEST(FaultLedger, LinesThatMaxTurnsCutOffAreTheHarnesss_SCN100) {
  Talk talk({"one of many", "yes"});
  talk.brief.fixed_words = true;
  talk.result.user_report = {{"unsaid", {"two"}}};
  talk.out_of_turns = true;
  EXPECT_EQ(talk.party(), Party::harness);
  talk.broken = {true};  // what was measured stands without them
  EXPECT_EQ(talk.party(), Party::agent);
  talk.broken = {};
  talk.out_of_turns = false;
  EXPECT_EQ(talk.party(), Party::agent);
}

TEST(FaultLedger, EveryRunThatDoesNotPassIsAttributedWithExistingEvidence_SCN100) {
  const std::vector<std::string> pool{"hi",
                                      "i want a refund",
                                      "how can I help you?",
                                      "order A-1008",
                                      "",
                                      "your refund is on its way to you",
                                      "\xC3\x28",
                                      "日本語です ね",
                                      "no stage directions",
                                      "it said \"what nobody said here\"",
                                      "A-1007",
                                      "?"};
  RandomStream random(7);
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> texts;
    for (auto n = random.below(9); n > 0; --n) texts.push_back(pool[random.below(pool.size())]);
    Talk talk(texts);
    const auto size = static_cast<int>(texts.size());
    talk.result.outcome = std::array{RunOutcome::failed, RunOutcome::error, RunOutcome::inconclusive}[random.below(3)];
    if (random.below(2) == 0) talk.result.checks.clear();
    if (random.below(2) == 0)
      talk.result.criteria = {{.criterion = "k",
                               .reasoning = pool[random.below(pool.size())],
                               .status = random.below(2) == 0 ? CriterionStatus::failed : CriterionStatus::inconclusive}};
    if (talk.result.outcome == RunOutcome::error) talk.result.error = RunError{Party::provider, "x"};
    talk.out_of_turns = random.below(2) == 0;
    const auto fault = talk.fault();
    ASSERT_TRUE(fault);
    EXPECT_FALSE(talk.result.outcome == RunOutcome::inconclusive && fault->party == Party::agent);
    for (const auto& piece : fault->evidence) {
      EXPECT_LT(piece.message.value_or(-1), size);
      EXPECT_LT(piece.check.value_or(-1), static_cast<int>(talk.result.checks.size()));
    }
    EXPECT_EQ(talk.fault()->why, fault->why);
  }
}

TEST(LedgerWords, TheLongestSharedRunIsFoundWhereverItStands) {
  RandomStream random(11);
  const std::vector<std::string> vocabulary{"a", "b", "c"};
  for (int round = 0; round < 300; ++round) {
    const auto text = [&] {
      std::vector<std::string> words;
      for (auto n = random.below(12); n > 0; --n) words.push_back(vocabulary[random.below(3)]);
      return words;
    };
    const auto a = text(), b = text();
    std::size_t best = 0;  // by trying everything
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t j = 0; j < b.size(); ++j) {
        std::size_t n = 0;
        while (i + n < a.size() && j + n < b.size() && a[i + n] == b[j + n]) ++n;
        best = std::max(best, n);
      }
    std::string left, right;
    for (const auto& word : a) left += word + "! ";
    for (const auto& word : b) right += word + " ";
    EXPECT_EQ(longest_shared_run(left, right).length, best);
  }
}

}  // namespace
}  // namespace antiphon::ledger
