#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/result/measures/testing/conversation.hpp"

namespace antiphon::voice {
namespace {

using std::chrono::milliseconds;
using testing_support::Conversation;

constexpr auto ignored = Expectation::ignore;

double value(const VoiceMeasures& measures, const std::string& name) { return measures.figures.at(name).value().value; }
std::size_t count(const VoiceMeasures& measures, const std::string& name) { return measures.figures.at(name).value().n; }

// Answered after 1 s and after 3 s, never answered, begun 0.5 s before we had finished; one cut-in that the agent obeys after 0.4 s.
Conversation known() {
  Conversation conversation;
  conversation.user(0, 1000).agent({{2000, 4000}});
  conversation.user(5000, 6000).agent({{9000, 11000}});
  conversation.user(10600, 11600, UtteranceKind::interruption, Expectation::stop);
  conversation.user(14000, 15000).agent({{14500, 16000}});
  conversation.call.interruptions = {{.utterance = 2, .intended = milliseconds(10600), .achieved = milliseconds(10600), .agent_stopped = milliseconds(11000)}};
  return conversation;
}

TEST(PublishedMeasures, OfTauVoiceAreComputedByItsDefinitions_VOX90) {
  const auto measures = known().until(20000);
  EXPECT_DOUBLE_EQ(value(measures, "tau-voice/1.0 response_rate"), 2.0 / 3);  // the cut-in is never answered
  EXPECT_DOUBLE_EQ(value(measures, "tau-voice/1.0 response_latency_s"), 2);
  EXPECT_DOUBLE_EQ(value(measures, "tau-voice/1.0 yield_rate"), 1);
  EXPECT_DOUBLE_EQ(value(measures, "tau-voice/1.0 yield_latency_s"), 0.4);
  EXPECT_DOUBLE_EQ(value(measures, "tau-voice/1.0 agent_interruption_rate"), 0.25);
  EXPECT_FALSE(measures.figures.at("tau-voice/1.0 selectivity_backchannel"));
}

TEST(PublishedMeasures, SelectivityIsTheShareOfSoundsThatTheAgentLetsPass_VOX90) {
  Conversation conversation;
  conversation.agent({{0, 5000}}).user(1000, 1300, UtteranceKind::backchannel, ignored);     // spoken through
  conversation.agent({{8000, 9000}}).user(8500, 8800, UtteranceKind::backchannel, ignored);  // stopped for
  conversation.user(14000, 14500, UtteranceKind::hesitation);                                // let pass
  conversation.user(20000, 20500, UtteranceKind::speech, ignored).agent({{21000, 22000}});   // answered
  conversation.user(30000, 30500, UtteranceKind::speech, ignored);                           // the call is over before it can be told
  const auto measures = conversation.until(31000);
  EXPECT_DOUBLE_EQ(value(measures, "tau-voice/1.0 selectivity_backchannel"), 0.5);
  EXPECT_DOUBLE_EQ(value(measures, "tau-voice/1.0 selectivity_vocal_tic"), 1);
  EXPECT_DOUBLE_EQ(value(measures, "tau-voice/1.0 selectivity_non_directed"), 0);
  EXPECT_EQ(count(measures, "tau-voice/1.0 selectivity_non_directed"), 1U);
}

TEST(PublishedMeasures, OfEvaFollowItsCurve_VOX90) {
  const auto score = [](int latency_ms, bool tools = false) {
    Conversation conversation;
    conversation.user(0, 1000).agent({{1000 + latency_ms, 9000}});
    if (tools) conversation.call.events = {{.time = milliseconds(1100), .type = VoiceEventType::tool_call}};
    return value(conversation.until(10000), "eva/2026-08 latency_score");
  };
  EXPECT_DOUBLE_EQ(score(0), 0.5);
  EXPECT_DOUBLE_EQ(score(500), 1);
  EXPECT_DOUBLE_EQ(score(2000), 1);
  EXPECT_DOUBLE_EQ(score(2750), 0.5);
  EXPECT_DOUBLE_EQ(score(3500), 0);
  EXPECT_DOUBLE_EQ(score(4000, true), 0.5);
  EXPECT_DOUBLE_EQ(score(2750, true), 1);
  EXPECT_DOUBLE_EQ(value(Conversation().user(0, 1000).until(9000), "eva/2026-08 latency_score"), 0) << "a missed turn";
  EXPECT_DOUBLE_EQ(value(known().until(20000), "eva/2026-08 yield_score"), 0.8);
}

TEST(PublishedMeasures, OfLiveKitHaveItsNamesAndUnits_VOX90) {
  auto conversation = known();
  conversation.call.claims.latencies = {{.what = "response", .latency = milliseconds(700), .time = milliseconds(2000)}};
  const auto measures = conversation.until(20000);
  EXPECT_DOUBLE_EQ(value(measures, "livekit/2026-08 heard_e2e_latency_p50_ms"), 1000);  // -500, 1000, 3000
  EXPECT_DOUBLE_EQ(value(measures, "livekit/2026-08 heard_e2e_latency_p99_ms"), 3000);
  EXPECT_DOUBLE_EQ(value(measures, "livekit/2026-08 e2e_latency_ms"), 700);
  EXPECT_DOUBLE_EQ(value(measures, "livekit/2026-08 time_to_yield_ms"), 400);
  EXPECT_DOUBLE_EQ(value(measures, "livekit/2026-08 eot_misprediction_count"), 1);
  EXPECT_DOUBLE_EQ(value(measures, "livekit/2026-08 unanswered_turns"), 1);
  EXPECT_DOUBLE_EQ(value(measures, "livekit/2026-08 total_speech_ms"), 8600);  // 9.5 s on both sides, 0.9 s of them at once
  EXPECT_DOUBLE_EQ(value(measures, "livekit/2026-08 overlap_speech_ms"), 900);
  EXPECT_DOUBLE_EQ(value(measures, "livekit/2026-08 overlap_ratio"), 0.9 / 8.6);
  EXPECT_DOUBLE_EQ(value(measures, "livekit/2026-08 awkward_silence_count"), 2);  // before the second answer, and at the end
}

TEST(PublishedMeasures, OfFullDuplexBenchFollowItsCode_VOX90) {
  auto conversation = known();
  auto measures = conversation.until(20000);
  EXPECT_DOUBLE_EQ(value(measures, "full-duplex-bench/1.0 takeover_rate"), 1);
  EXPECT_DOUBLE_EQ(value(measures, "full-duplex-bench/1.0 interruption_takeover_rate"), 0);
  EXPECT_FALSE(measures.figures.at("full-duplex-bench/1.0 pause_takeover_rate"));
  EXPECT_NEAR(value(measures, "full-duplex-bench/1.5 stop_latency_s"), 0.45, 1e-9);  // 0.4 s of the cut-in, 0.5 s of the talk-over
  // 1 s, 3 s, from 11.6 to 14.5 s; after the last line nothing begins any more.
  EXPECT_NEAR(value(measures, "full-duplex-bench/1.5 response_latency_s"), (1 + 3 + 2.9) / 3, 1e-9);
  conversation.call.turns[0].voiced = {{milliseconds(2000), milliseconds(2900)}};
  conversation.call.turns[0].transcript = "three words only";
  measures = conversation.until(20000);
  EXPECT_DOUBLE_EQ(value(measures, "full-duplex-bench/1.0 takeover_rate"), 0.5) << "under a second and three words are no floor taken";
}

TEST(PublishedMeasures, APauseOfOursThatTheAgentTakesForTheEndIsATakeover_VOX90) {
  Conversation conversation;
  conversation.user(0, 3000).agent({{1400, 4000}});
  conversation.call.utterances[0].voiced = {{milliseconds(0), milliseconds(1000)}, {milliseconds(1500), milliseconds(3000)}};
  conversation.call.user_voiced = conversation.call.utterances[0].voiced;
  EXPECT_DOUBLE_EQ(value(conversation.until(9000), "full-duplex-bench/1.0 pause_takeover_rate"), 1);
}

}  // namespace
}  // namespace antiphon::voice
