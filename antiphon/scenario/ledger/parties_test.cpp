#include "antiphon/scenario/ledger/parties.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/scenario/ledger/ledger.hpp"

namespace antiphon::ledger {
namespace {

using testing::HasSubstr;
using State = PartyStanding::State;

/// A failed run of a user of its own words and an agent that was heard.
struct Standings {
  ScenarioResult result;
  Brief brief{.rules = "Be brief and be kind to the other side of the line.", .situation = "Order A-1007 arrived broken."};
  bool over_network = false;

  Standings() {
    result.outcome = RunOutcome::failed;
    result.messages = {Message::user("my order A-1007 arrived broken"), Message::assistant("which order?"), Message::user("A-1007"), Message::assistant("no")};
    result.timings = {{.turn = 1}, {.turn = 1}, {.turn = 2}, {.turn = 2}};
    result.criteria = {{.criterion = "is kind", .reasoning = "it was not", .status = CriterionStatus::failed, .evidence = {1, 3}}};
    result.answer_s = {0.1, 0.2};
    result.model_calls = 3;
  }
  std::vector<PartyStanding> all() const { return attribute({.result = result, .user = brief, .over_network = over_network})->parties; }
  PartyStanding of(Party party) const {
    for (const auto& standing : all())
      if (standing.party == party) return standing;
    throw std::runtime_error("a party is missing");
  }
};

TEST(FaultStandings, NameAllSixTheOneAtFaultFirst_SCN100) {
  for (const auto at_fault : {Party::agent, Party::simulated_user, Party::judge, Party::provider, Party::transport, Party::harness}) {
    Standings run;
    run.result.outcome = RunOutcome::error;
    run.result.error = RunError{at_fault, "it broke"};
    const auto all = run.all();
    ASSERT_EQ(all.size(), 6U);
    EXPECT_EQ(all[0].party, at_fault);
    EXPECT_EQ(all[0].state, State::at_fault);
    EXPECT_EQ(all[0].why, "it broke");
    for (std::size_t i = 1; i < all.size(); ++i) {
      EXPECT_NE(all[i].state, State::at_fault);
      EXPECT_NE(all[i].party, at_fault);
      EXPECT_FALSE(all[i].why.empty());
    }
  }
}

TEST(FaultStandings, SayWhyTheOthersAreClear_SCN100) {
  Standings run;
  run.over_network = true;
  EXPECT_EQ(run.all()[0].party, Party::agent);
  EXPECT_EQ(run.of(Party::simulated_user).state, State::clear);
  EXPECT_EQ(run.of(Party::simulated_user).why, "kept its brief in 2 lines");
  EXPECT_EQ(run.of(Party::judge).why, "all 2 messages that it cites are there");
  EXPECT_EQ(run.of(Party::provider).why, "3 calls of models were answered");
  EXPECT_EQ(run.of(Party::transport).why, "2 answers of the agent arrived");
  EXPECT_EQ(run.of(Party::harness).why, "nothing of ours broke");
}

TEST(FaultStandings, SayWhereNothingCouldBeChecked_SCN100) {
  Standings run;
  run.result.messages[2] = Message::user("how can I help you today?");
  run.result.criteria[0].evidence = {3};
  EXPECT_EQ(run.all()[0].party, Party::simulated_user);
  EXPECT_EQ(run.of(Party::agent).state, State::not_checked);
  EXPECT_EQ(run.of(Party::agent).why, "1 criterion not met, which says nothing about it here");
  run = {};
  run.brief = {};
  EXPECT_EQ(run.of(Party::simulated_user).state, State::not_checked);
  EXPECT_THAT(run.of(Party::simulated_user).why, HasSubstr("its brief is not known"));
  run.brief.fixed_words = true;
  EXPECT_EQ(run.of(Party::simulated_user).why, "its words were given");
  run.result.criteria[0].evidence.clear();
  EXPECT_EQ(run.of(Party::judge).state, State::not_checked);
  run.result.messages.clear(), run.result.answer_s.clear(), run.result.model_calls = 0;
  run.over_network = true;
  EXPECT_EQ(run.of(Party::simulated_user).why, "it said nothing");
  EXPECT_EQ(run.of(Party::transport).state, State::not_checked);
  EXPECT_EQ(run.of(Party::provider).why, "no model was asked");
}

TEST(FaultStandings, ClearAUserWhoseMisdeedCameTooLate_SCN100) {
  Standings run;
  run.result.criteria[0].evidence = {1};
  run.result.messages[2] = Message::user("how can I help you today?");
  EXPECT_EQ(run.all()[0].party, Party::agent);
  EXPECT_EQ(run.of(Party::simulated_user).state, State::clear);
  EXPECT_EQ(run.of(Party::simulated_user).why, "what it did wrong changed nothing any more");
}

TEST(FaultStandings, ClearAnAgentOfWhatHeld_SCN100) {
  Standings run;
  run.result.outcome = RunOutcome::inconclusive;
  run.result.criteria = {{.criterion = "is kind", .status = CriterionStatus::inconclusive}, {.criterion = "is quick", .status = CriterionStatus::passed}};
  run.result.checks = {{.kind = "contains", .passed = true}};
  EXPECT_EQ(run.of(Party::agent).state, State::clear);
  EXPECT_EQ(run.of(Party::agent).why, "1 check held, 1 criterion met, none failed");
  run.result.criteria.pop_back(), run.result.checks.clear();
  EXPECT_EQ(run.of(Party::agent).why, "nothing was decided about it");
}

TEST(FaultLedger, APanelThatAgreesThatNothingCanBeSaidMayBeRight_SCN100) {
  Standings run;
  run.result.outcome = RunOutcome::inconclusive;
  run.result.criteria = {{.criterion = "is kind", .status = CriterionStatus::inconclusive, .party = Party::judge}};
  auto& criterion = run.result.criteria[0];
  criterion.votes = {{"a", CriterionStatus::inconclusive, ""}, {"b", CriterionStatus::passed, ""}};
  EXPECT_TRUE(attribute({.result = run.result})->certain);
  criterion.votes[1].status = CriterionStatus::inconclusive;
  EXPECT_FALSE(attribute({.result = run.result})->certain);
}

}  // namespace
}  // namespace antiphon::ledger
