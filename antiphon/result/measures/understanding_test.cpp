#include "antiphon/result/measures/understanding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/result/measures/testing/conversation.hpp"

namespace antiphon::voice {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::Field;
using testing_support::Conversation;

Conversation two_lines() {
  Conversation conversation;
  conversation.user(0, 1000).agent({{1500, 2500}}).user(3000, 4000).agent({{4500, 5000}});
  conversation.call.utterances[0].text = "my order is A-1007";
  conversation.call.utterances[1].text = "thank you";
  conversation.call.duration = milliseconds(6000);
  return conversation;
}

std::vector<std::string> heard(const Understanding& understanding) {
  std::vector<std::string> list;
  for (const auto& turn : understanding.turns) list.push_back(turn.heard);
  return list;
}

TEST(Understanding, OfTheAgentIsItsOwnTranscriptOfEachLine_VOX90) {
  auto call = two_lines().call;
  call.claims.understood = {{milliseconds(1200), "my order is"}, {milliseconds(1400), "a one zero zero eight"}, {milliseconds(4300), "thank you"}};
  const auto understanding = understood_by_agent(call);
  EXPECT_THAT(heard(understanding), ElementsAre("my order is a one zero zero eight", "thank you"));
  EXPECT_TRUE(understanding.told);
  const auto errors = word_errors(understanding);
  EXPECT_EQ(errors.words, 10U);  // my order is a 1 0 0 7 thank you
  EXPECT_EQ(errors.errors(), 1U);
}

TEST(Understanding, ATranscriptThatComesLateBelongsToTheLineBefore_VOX90) {
  auto call = two_lines().call;
  call.claims.understood = {{milliseconds(3200), "my order is A-1007"}, {milliseconds(4300), "thank you"}};
  EXPECT_THAT(heard(understood_by_agent(call)), ElementsAre("my order is A-1007", "thank you"));
}

TEST(Understanding, ALineThatTheAgentNeverToldOfIsAllWrong_VOX90) {
  auto call = two_lines().call;
  call.claims.understood = {{milliseconds(1200), "my order is A-1007"}};
  EXPECT_EQ(word_errors(understood_by_agent(call)).deletions, 2U);
}

TEST(Understanding, TurnsWhoseWordsNobodyKnowsAreLeftOutAndCounted_VOX90) {
  auto conversation = two_lines();
  conversation.user(6000, 7000, UtteranceKind::audio).user(8000, 8300, UtteranceKind::dtmf).user(9000, 9300, UtteranceKind::backchannel);
  conversation.call.utterances[2].text.clear();
  conversation.call.claims.understood = {
      {milliseconds(1200), "my order is A-1007"}, {milliseconds(4200), "thank you"}, {milliseconds(7200), "what was in the file"}};
  const auto understanding = understood_by_agent(conversation.call);
  EXPECT_EQ(understanding.turns.size(), 2U);
  EXPECT_EQ(understanding.left_out, 3U);
  EXPECT_EQ(word_errors(understanding).errors(), 0U);
}

TEST(Understanding, OfOurUserIsWhatWasRecognisedAgainstTheAgentsOwnText_VOX90) {
  auto call = two_lines().call;
  call.turns[0].told = "we open at nine", call.turns[0].transcript = "we opened at nine", call.turns[0].recognised = true;
  call.turns[1].told = "good bye", call.turns[1].transcript = "good bye";  // taken at its word: nothing was recognised
  const auto understanding = understood_by_user(call);
  EXPECT_THAT(understanding.turns, ElementsAre(Field(&HeardTurn::place, 0U)));
  EXPECT_EQ(understanding.left_out, 1U);
  EXPECT_EQ(word_errors(understanding).substitutions, 1U);
}

TEST(Understanding, OfAnEndlessTextIsComparedWhatSomebodyMightSay_VOX90) {
  auto call = two_lines().call;
  std::string endless;
  for (int i = 0; i < 1'000'000; ++i) endless += "word ";
  call.utterances[0].text = endless;
  call.claims.understood = {{milliseconds(1200), endless}, {milliseconds(4300), "thank you"}};
  const auto errors = word_errors(understood_by_agent(call));
  EXPECT_EQ(errors.errors(), 0U);
  EXPECT_LT(errors.words, 2000U);
}

TEST(Understanding, ATurnThatWasCutHasNoReference_VOX90) {
  auto call = two_lines().call;
  call.turns[0].told = "we open at nine and close at five", call.turns[0].transcript = "we open", call.turns[0].recognised = true;
  call.turns[0].transcript_truncated = true;
  EXPECT_TRUE(understood_by_user(call).turns.empty());
}

TEST(EntityAccuracy, IsTheShareOfThoseSaidThatWereUnderstood_VOX90) {
  auto call = two_lines().call;
  call.utterances[1].text = "on Sunday, please, for Jane";
  call.claims.understood = {{milliseconds(1200), "my order is a one zero zero eleven"}, {milliseconds(4300), "on sunday please for jane"}};
  const auto all = count_entities(understood_by_agent(call));
  EXPECT_EQ(all.said, 3U);
  EXPECT_EQ(all.understood, 2U);
  EXPECT_THAT(all.missed, ElementsAre("A-1007"));
  const auto named = count_entities(understood_by_agent(call), {"Sunday", "Monday"});
  EXPECT_EQ(named.said, 1U);
  EXPECT_EQ(named.understood, 1U);
}

TEST(UnderstandingMeasures, AreNullWhereNobodyMayJudge_VOX90_VOX92) {
  auto call = two_lines().call;
  EXPECT_FALSE(measure(call).figures.at("agent_word_error_rate")) << "the agent tells nothing";
  call.claims.understood = {{milliseconds(1200), "my order is A-1008"}, {milliseconds(4300), "thank you"}};
  call.turns[0].told = "we open at nine on Sunday", call.turns[0].transcript = "we open at five on sunday", call.turns[0].recognised = true;
  auto figures = measure(call).figures;
  EXPECT_DOUBLE_EQ(figures.at("agent_word_error_rate")->value, 0.1);
  EXPECT_EQ(figures.at("agent_word_error_rate")->n, 10U);
  EXPECT_DOUBLE_EQ(figures.at("agent_entity_accuracy")->value, 0);
  EXPECT_DOUBLE_EQ(figures.at("user_word_error_rate")->value, 1.0 / 6);
  EXPECT_DOUBLE_EQ(figures.at("user_entity_accuracy")->value, 0.5);
  call.primed = true;
  EXPECT_FALSE(measure(call).figures.at("user_entity_accuracy"));
  call.primed = false, call.oov_rate = 0.06;
  EXPECT_FALSE(measure(call).figures.at("user_word_error_rate"));
}

}  // namespace
}  // namespace antiphon::voice
