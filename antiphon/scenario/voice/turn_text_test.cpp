#include "antiphon/scenario/voice/turn_text.hpp"

#include <gtest/gtest.h>

namespace antiphon::voice {
namespace {

AgentTranscript said(std::string text) { return {.text = std::move(text), .final = true}; }

TEST(TurnText, EachTurnHasItsOwnInTheOrderOfTheWire_VOX11) {
  TurnText text;
  text.add(said("We open at nine."));
  text.end_of_turn();
  text.add(said("Goodbye."));
  EXPECT_EQ(text.of(0), "We open at nine.");
  EXPECT_EQ(text.of(1), "Goodbye.");
  EXPECT_EQ(text.of(2), "");
  EXPECT_EQ(text.take(), "We open at nine.");
  EXPECT_EQ(text.take(), "Goodbye.");
}

TEST(TurnText, WhatIsToldWholeAgainIsThereOnce_VOX11) {
  TurnText text;
  for (const auto* words : {"We", "We open", "We open at nine."}) text.add({.text = words, .whole = true});
  EXPECT_EQ(text.take(), "We open at nine.");
  text.add({.text = "Goodbye.", .whole = true});
  EXPECT_EQ(text.take(), "Goodbye.");
}

TEST(TurnText, WhatIsPutBackIsTakenFirst_VOX11) {
  TurnText text;
  text.add(said("We open at nine."));
  text.put_back(text.take());
  text.add(said("Goodbye."));
  EXPECT_EQ(text.of(0), "We open at nine.");
  EXPECT_EQ(text.take(), "We open at nine.");
  EXPECT_EQ(text.take(), "Goodbye.");
}

TEST(TurnText, WhereNothingWasToldYetWordsMayStillCome_VOX11) {
  TurnText text;
  text.put_back(text.take());
  EXPECT_TRUE(text.empty());
  text.add(said("We open at nine."));
  EXPECT_EQ(text.take(), "We open at nine.");
  text.begin_turn(2);  // the second one told nothing
  text.put_back(text.take());
  text.add(said("Goodbye."));
  EXPECT_EQ(text.take(), "");
  EXPECT_EQ(text.take(), "Goodbye.");
}

TEST(TurnText, TheEndOfATurnThatWasDroppedEndsNoOther_VOX11) {
  TurnText text;
  text.add(said("We open"));
  text.dropped(1);
  text.end_of_turn();
  text.add(said("You are welcome."));
  text.end_of_turn();
  EXPECT_EQ(text.take(), "We open");
  EXPECT_EQ(text.take(), "You are welcome.");
  EXPECT_TRUE(text.empty());
}

TEST(TurnText, ADroppedTurnThatNobodyHeardLeavesNoWords_VOX11) {
  TurnText text;
  text.add(said("We open."));
  text.end_of_turn();
  EXPECT_EQ(text.take(), "We open.");
  text.add(said("Is anybody there?"));
  text.dropped(1);
  text.add(said("Goodbye."));
  EXPECT_EQ(text.take(), "Goodbye.");
}

}  // namespace
}  // namespace antiphon::voice
