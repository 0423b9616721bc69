#include "antiphon/result/measures/measures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/result/measures/spans.hpp"
#include "antiphon/result/measures/testing/conversation.hpp"

namespace antiphon::voice {
namespace {

using std::chrono::milliseconds;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using testing_support::Conversation;

std::vector<UserTurnOutcome> outcomes(const VoiceMeasures& measures) {
  std::vector<UserTurnOutcome> list;
  for (const auto& entry : measures.user_turns) list.push_back(entry.outcome);
  return list;
}
std::vector<AgentTurnKind> kinds(const VoiceMeasures& measures) {
  std::vector<AgentTurnKind> list;
  for (const auto& entry : measures.agent_turns) list.push_back(entry.kind);
  return list;
}
double value(const VoiceMeasures& measures, const std::string& name) { return measures.figures.at(name).value().value; }
std::size_t count(const VoiceMeasures& measures, const std::string& name) { return measures.figures.at(name).value().n; }

TEST(TurnLedger, SaysWhatBecameOfEachTurn_VOX92) {
  const auto measures = Conversation()
                            .agent({{0, 800}})  // a greeting
                            .user(1000, 2000)   // answered at 2.7 s
                            .agent({{2700, 3500}})
                            .agent({{6000, 6500}})  // asks again, unasked
                            .user(7000, 8000)       // folded into the next
                            .user(9000, 10000)      // answered
                            .agent({{10400, 11000}})
                            .user(12000, 14000)  // the agent did not wait
                            .agent({{13000, 15000}})
                            .user(16000, 17000)  // held
                            .user(20000, 21000)  // the call ended too soon to say
                            .until(22000);
  using enum UserTurnOutcome;
  EXPECT_THAT(outcomes(measures), ElementsAre(answered, folded, answered, overlapped, held, undecided));
  EXPECT_THAT(kinds(measures), ElementsAre(AgentTurnKind::own_initiative, AgentTurnKind::answer, AgentTurnKind::re_prompt, AgentTurnKind::answer,
                                           AgentTurnKind::own_initiative));
  EXPECT_DOUBLE_EQ(measures.user_turns[3].latency_s.value(), -1);
  EXPECT_DOUBLE_EQ(value(measures, "unanswered"), 1);
  EXPECT_EQ(count(measures, "unanswered"), 5U);
  EXPECT_DOUBLE_EQ(value(measures, "tau-voice/1.0 response_rate"), 2.0 / 3);
}

TEST(TurnLedger, WhatAsksForNoAnswerIsNoTurn_VOX92_VOX93) {
  Conversation conversation;
  conversation.user(0, 1000, UtteranceKind::backchannel, Expectation::ignore).user(2000, 3000, UtteranceKind::hesitation);
  conversation.call.utterances.push_back({.kind = UtteranceKind::audio, .start = milliseconds(4000), .end = milliseconds(5000)});
  conversation.call.utterances.push_back({.kind = UtteranceKind::speech, .sent = false});
  EXPECT_THAT(outcomes(conversation.until(9000)), ElementsAre(UserTurnOutcome::silent, UserTurnOutcome::not_sent));
}

TEST(TurnLedger, ALineBegunInAPauseOfTheAgentsIsOurs_VOX93) {
  const auto measures = Conversation().user(0, 1000).agent({{1500, 2000}, {2900, 4000}}).user(2400, 2800).until(5000);
  EXPECT_FALSE(measures.user_turns[0].premature);
  EXPECT_TRUE(measures.user_turns[1].premature);
  EXPECT_DOUBLE_EQ(value(measures, "premature_turns_of_ours"), 1);
  EXPECT_DOUBLE_EQ(value(measures, "agent_interrupts_user"), 0);
}

TEST(TurnLedger, WhatBecomesOfALineThatOurUserBeganTooEarlySaysNothingOfTheAgent_VOX93) {
  // The agent goes on for 2 s, and then answers both lines after 3 s more: what it owes is the first line's answer, which it gave.
  const auto measures = Conversation().user(0, 1000).agent({{1500, 2000}, {2900, 5000}}).user(2400, 2800).agent({{8000, 9000}}).until(20000);
  EXPECT_THAT(measures.latency.response.seconds, ElementsAre(DoubleEq(0.5)));
  EXPECT_DOUBLE_EQ(value(measures, "longest_wait_s"), 0.5);
  const auto held = Conversation().user(0, 1000).agent({{1500, 2000}, {2900, 5000}}).user(2400, 2800).until(20000);
  EXPECT_DOUBLE_EQ(value(held, "unanswered"), 0);
  EXPECT_EQ(count(held, "unanswered"), 1U);
}

TEST(TurnLedger, KeysAreATurnWithoutAVoice_VOX92) {
  const auto measures = Conversation().user(0, 500, UtteranceKind::dtmf).agent({{900, 1500}}).until(2000);
  EXPECT_THAT(measures.latency.response.seconds, ElementsAre(DoubleEq(0.4)));
}

TEST(TurnLedger, WhateverHappensEveryTurnHasOneOutcomeAndOnlyAnswersHaveALatency_VOX92) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    RandomStream random(seed);
    Conversation conversation;
    int at = 0;
    std::vector<double> truth;
    for (auto i = random.below(8); i > 0; --i) {
      const int said = 200 + static_cast<int>(random.below(2000)), wait = 50 + static_cast<int>(random.below(4000)), answer = 300;
      conversation.user(at, at + said).agent({{at + said + wait, at + said + wait + answer}});
      truth.push_back(wait / 1000.0);
      at += said + wait + answer + 700;
    }
    const auto measures = conversation.until(at + 2000);
    ASSERT_EQ(measures.latency.response.seconds.size(), truth.size()) << "seed " << seed;
    for (std::size_t i = 0; i < truth.size(); ++i) ASSERT_NEAR(measures.latency.response.seconds[i], truth[i], 1e-9) << "seed " << seed;
    ASSERT_EQ(measures.figures.at("overlap_s").has_value(), !truth.empty());
    if (!truth.empty()) ASSERT_DOUBLE_EQ(value(measures, "overlap_s"), 0);
  }
}

TEST(LatencyMetrics, AreNearestFromAboveAndTheMedianInTheMiddle_VOX4) {
  EXPECT_FALSE(spoken_latency({}));
  const auto two = spoken_latency({2, 1}).value();
  EXPECT_EQ(two.p50, 1.5);
  EXPECT_EQ(two.p95, 2);
  std::vector<double> many;
  for (int i = 0; i <= 100; ++i) many.push_back(i);
  const auto latency = spoken_latency(many).value();
  EXPECT_EQ(latency.n, 101U);
  EXPECT_EQ(latency.p50, 50);
  EXPECT_EQ(latency.p95, 95);
  EXPECT_EQ(latency.p99, 99);
  EXPECT_EQ(latency.max, 100);
  EXPECT_EQ(latency.average, 50);
  many.push_back(101);  // ceil(0.95 · 101) = 96
  EXPECT_EQ(spoken_latency(many)->p95, 96);
}

TEST(LatencyMetrics, TheHistogramHoldsEveryValueOnce_VOX4) {
  EXPECT_THAT(latency_histogram({-1, 0.19, 0.2, 9.9, 10, 99}), ElementsAre(2U, 1U, 0U, 0U, 0U, 0U, 0U, 0U, 1U, 2U));
}

TEST(LatencyMetrics, AreAbsentWhereNothingWasMeasured_VOX4_VOX92) {
  const auto measures = Conversation().until(0);
  EXPECT_TRUE(measures.latency.response.seconds.empty());
  for (const auto& [name, figure] : measures.figures) EXPECT_FALSE(figure) << name;
}

TEST(LatencyMetrics, FirstAudioIsWhenItCrossedTheWire_VOX90) {
  Conversation conversation;
  conversation.user(0, 1000).agent({{1800, 2500}});
  conversation.call.turns[0].received_start = milliseconds(1650);
  const auto measures = conversation.until(3000);
  EXPECT_THAT(measures.latency.response.seconds, ElementsAre(DoubleEq(0.8)));
  EXPECT_THAT(measures.latency.first_audio.seconds, ElementsAre(DoubleEq(0.65)));
}

TEST(TalkMeasures, AddUpWhoSpoke_VOX90) {
  const auto measures = Conversation().user(0, 2000).agent({{2500, 6500}}).user(6000, 8000, UtteranceKind::interruption).until(20000);
  EXPECT_DOUBLE_EQ(value(measures, "talk_ratio"), 1);
  EXPECT_DOUBLE_EQ(value(measures, "user_words_per_minute"), 6 * 60 / 4.0);
  EXPECT_DOUBLE_EQ(value(measures, "agent_words_per_minute"), 4 * 60 / 4.0);
  EXPECT_DOUBLE_EQ(value(measures, "overlap_s"), 0.5);
  EXPECT_DOUBLE_EQ(value(measures, "talk_over_s"), 0) << "nobody stops within the first 600 ms of a cut-in";
  EXPECT_DOUBLE_EQ(value(measures, "longest_silence_s"), 12);
  EXPECT_DOUBLE_EQ(value(measures, "dead_air_s"), 12);
  EXPECT_EQ(count(measures, "dead_air_s"), 1U);
}

TEST(TalkMeasures, TalkOverIsTheAgentsOnlyWhereTheFloorWasOurs_VOX93) {
  const auto interrupts = [](Conversation& conversation) { return value(conversation.until(30000), "agent_interrupts_user"); };
  Conversation over_a_line, greeting, backchannel, cut_in, after_cap;
  over_a_line.user(0, 1000).agent({{1500, 2000}}).user(3000, 5000).agent({{4000, 6000}});
  EXPECT_EQ(interrupts(over_a_line), 1);
  greeting.user(0, 2000).agent({{1000, 3000}});
  EXPECT_EQ(interrupts(greeting), 0);
  backchannel.user(0, 1000).agent({{1500, 2000}}).user(3000, 4000, UtteranceKind::backchannel, Expectation::ignore).agent({{3500, 5000}});
  EXPECT_EQ(interrupts(backchannel), 0);
  cut_in.user(0, 1000).agent({{1500, 2000}}).user(3000, 5000, UtteranceKind::interruption).agent({{3500, 6000}});
  EXPECT_EQ(interrupts(cut_in), 0);
  after_cap.user(0, 1000).agent({{1500, 31500}}, TurnEnding::capped).user(31600, 33000).agent({{32000, 34000}});
  EXPECT_EQ(interrupts(after_cap), 0);
}

TEST(TalkMeasures, WhatWeBeganInAPauseOfTheAgentsIsNoTalkOverOfIts_VOX93) {
  const auto measures = Conversation().user(0, 1000).agent({{1500, 2000}, {2600, 4000}}).user(2400, 2800).until(5000);
  EXPECT_DOUBLE_EQ(value(measures, "overlap_s"), 0.2);
  EXPECT_DOUBLE_EQ(value(measures, "talk_over_s"), 0);
}

TEST(TalkMeasures, WhatIsToBeIgnoredMayBeSpokenOver_VOX93) {
  const auto measures = Conversation().agent({{0, 3000}}).user(1000, 2000, UtteranceKind::speech, Expectation::ignore).until(5000);
  EXPECT_DOUBLE_EQ(value(measures, "overlap_s"), 1);
  EXPECT_DOUBLE_EQ(value(measures, "talk_over_s"), 0);
}

TEST(TalkMeasures, WordsOfATurnThatWasCutAreNotCounted_VOX90) {
  Conversation conversation;
  conversation.user(0, 1000).agent({{1500, 3500}}).agent({{5000, 5500}});
  conversation.call.turns[1].transcript = "many words that were meant and never heard by anybody at all";
  conversation.call.turns[1].transcript_truncated = true;
  EXPECT_DOUBLE_EQ(value(conversation.until(9000), "agent_words_per_minute"), 4 * 60 / 2.0);
  conversation.call.turns[1].transcript = "many words";
  conversation.call.turns[1].recognised = true;  // a recogniser knows what was heard
  EXPECT_DOUBLE_EQ(value(conversation.until(9000), "agent_words_per_minute"), 6 * 60 / 2.5);
}

TEST(Waits, AreTheSilencesInWhichTheAgentIsAwaited_VOX90) {
  Conversation conversation;
  conversation
      .agent({{700, 1000}})                 // opens the call after 0.7 s
      .user(3000, 4000)                     // our user took 2 s: its own
      .agent({{5500, 6000}, {8000, 9000}})  // answers after 1.5 s, pauses for 2 s
      .user(11000, 12000, UtteranceKind::backchannel, Expectation::ignore)
      .user(14000, 15000)  // nothing was owed before
      .until(18000);       // and 3 s of it are never answered
  conversation.call.duration = milliseconds(18000);
  const auto measures = measure(conversation.call);
  std::vector<double> lengths;
  for (const auto& wait : waits(conversation.call, measures)) lengths.push_back(to_seconds(wait.end - wait.start));
  EXPECT_THAT(lengths, ElementsAre(DoubleEq(0.7), DoubleEq(1.5), DoubleEq(2), DoubleEq(3)));
  EXPECT_DOUBLE_EQ(value(measures, "longest_wait_s"), 3);
  EXPECT_EQ(count(measures, "longest_wait_s"), 4U);
}

TEST(Waits, GoOnAfterACutInThatTheAgentStoppedFor_VOX90) {
  const auto measures = Conversation().user(0, 500).agent({{1000, 3000}}).user(2500, 4000, UtteranceKind::interruption, Expectation::stop).until(9000);
  EXPECT_DOUBLE_EQ(value(measures, "longest_wait_s"), 5);
}

TEST(InterruptionMeasures, ACutInAfterTheAgentHadStoppedSaysNothingOfIt_VOX92) {
  Conversation conversation;
  conversation.user(0, 1000).agent({{1500, 2500}});
  conversation.call.interruptions = {{.intended = milliseconds(2600), .achieved = milliseconds(3200)}};
  const auto measures = conversation.until(10000);
  EXPECT_THAT(measures.latency.interrupt.seconds, ::testing::IsEmpty());
  EXPECT_FALSE(measures.figures.at("missed_interruptions"));
}

TEST(InterruptionMeasures, AStopThatDidNotHappenIsCensoredNotDropped_VOX92) {
  Conversation conversation;
  conversation.user(0, 1000).agent({{1500, 9000}});
  conversation.call.interruptions = {{.achieved = milliseconds(3000), .agent_stopped = milliseconds(3400)},
                                     {.achieved = milliseconds(5000), .agent_stopped = milliseconds(9000), .censored = true},
                                     {.intended = milliseconds(9500), .outcome = "turn_was_over"}};
  const auto measures = conversation.until(10000);
  EXPECT_THAT(measures.latency.interrupt.seconds, ElementsAre(DoubleEq(0.4), DoubleEq(2)));
  EXPECT_EQ(measures.latency.interrupt.censored, 1U);
  EXPECT_DOUBLE_EQ(value(measures, "missed_interruptions"), 1);
  EXPECT_EQ(count(measures, "missed_interruptions"), 2U);
  EXPECT_DOUBLE_EQ(value(measures, "tau-voice/1.0 yield_rate"), 0.5);
  EXPECT_DOUBLE_EQ(value(measures, "eva/2026-08 yield_score"), 0.4);
}

TEST(InterruptionMeasures, AnAgentThatStopsForABackchannelIsCounted_VOX90) {
  const auto stops = Conversation().agent({{0, 3000}}).user(2500, 2800, UtteranceKind::backchannel, Expectation::ignore).until(9000);
  EXPECT_DOUBLE_EQ(value(stops, "false_interruptions"), 1);
  const auto goes_on = Conversation().agent({{0, 3000}, {3400, 6000}}).user(2500, 2800, UtteranceKind::backchannel, Expectation::ignore).until(9000);
  EXPECT_DOUBLE_EQ(value(goes_on, "false_interruptions"), 0) << "a gap between sentences is no stop";
  EXPECT_EQ(count(goes_on, "false_interruptions"), 1U);
}

TEST(DeliveryMeasures, TellHowTheAgentsAudioCame_VOX14_VOX90) {
  Conversation conversation;
  conversation.call.delivery = {.audio = milliseconds(6000), .sending = milliseconds(2000), .frames = 300, .under_runs = 2, .under_run = milliseconds(90)};
  const auto measures = conversation.until(1000);
  EXPECT_DOUBLE_EQ(value(measures, "delivery_ratio"), 3);
  EXPECT_DOUBLE_EQ(value(measures, "under_runs"), 2);
  EXPECT_DOUBLE_EQ(value(measures, "under_run_s"), 0.09);
}

TEST(VoicedSpans, WhatLiesInBothAndInOneAloneIsAllOfOne_VOX90) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    RandomStream random(seed);
    const auto any = [&] {
      Spans spans;
      for (auto i = random.below(6); i > 0; --i) {
        const auto start = milliseconds(random.below(1000));
        spans.push_back({start, start + milliseconds(random.below(300))});
      }
      return spans;
    };
    const auto a = any(), b = any();
    ASSERT_EQ(total(common(a, b)) + total(without(a, b)), total(a)) << "seed " << seed;
    ASSERT_EQ(total(common(a, b)), total(common(b, a))) << "seed " << seed;
    ASSERT_EQ(total(gaps(a, milliseconds(2000))) + total(a), Duration(milliseconds(2000))) << "seed " << seed;
  }
}

}  // namespace
}  // namespace antiphon::voice
