#include "antiphon/scenario/engine/turn_order.hpp"

#include <gtest/gtest.h>

namespace antiphon {
namespace {

const std::vector<Role> usual{Role::user, Role::agent, Role::judge};

TEST(TurnOrder, LetsUserAgentAndJudgeSpeakInThisOrder_SCN1) {
  TurnOrder order({Role::judge, Role::agent, Role::user});
  order.begin_turn();
  EXPECT_EQ(order.next_due(), 2U);
  EXPECT_EQ(order.next_due(), 1U);
  EXPECT_EQ(order.next_due(), 0U);
  EXPECT_EQ(order.next_due(), std::nullopt);
}

TEST(TurnOrder, LetsSeveralOfOneRoleSpeakInListOrder_SCN1) {
  TurnOrder order({Role::agent, Role::user, Role::agent});
  order.begin_turn();
  EXPECT_EQ(order.next_due(), 1U);
  EXPECT_EQ(order.next_due(), 0U);
  EXPECT_EQ(order.next_due(), 2U);
}

TEST(TurnOrder, ScriptedAgentSkipsTheUserAndTheNextUserOpensATurn) {
  TurnOrder order(usual);
  EXPECT_EQ(order.claim(Role::agent), 1U);
  EXPECT_EQ(order.turn(), 1);
  EXPECT_EQ(order.claim(Role::user), 0U);
  EXPECT_EQ(order.turn(), 2);
}

TEST(TurnOrder, TheSameRoleTwiceOpensATurn) {
  TurnOrder order(usual);
  order.claim(Role::user);
  order.claim(Role::user);
  EXPECT_EQ(order.turn(), 2);
}

TEST(TurnOrder, ARoleThatNobodyPlaysStillUsesItsPlace) {
  TurnOrder order({Role::agent});
  EXPECT_EQ(order.claim(Role::user), std::nullopt);
  EXPECT_EQ(order.claim(Role::agent), 0U);
  EXPECT_EQ(order.turn(), 1);
  EXPECT_EQ(order.claim(Role::user), std::nullopt);
  EXPECT_EQ(order.turn(), 2);
}

TEST(TurnOrder, AfterAScriptedUserAgentAndJudgeAreStillDue) {
  TurnOrder order(usual);
  order.claim(Role::user);
  EXPECT_EQ(order.next_due(), 1U);
  EXPECT_EQ(order.next_due(), 2U);
  EXPECT_EQ(order.next_due(), std::nullopt);
}

TEST(TurnOrder, AJudgeAskedByScriptHasNoFurtherSayInTheTurn) {
  TurnOrder order(usual);
  order.claim(Role::user);
  order.judged();
  EXPECT_EQ(order.next_due(), 1U);
  EXPECT_EQ(order.next_due(), std::nullopt);
  EXPECT_EQ(order.turn(), 1);
}

}  // namespace
}  // namespace antiphon
