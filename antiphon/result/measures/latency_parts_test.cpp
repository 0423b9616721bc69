#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/result/measures/testing/conversation.hpp"

namespace antiphon::voice {
namespace {

using std::chrono::milliseconds;
using testing_support::Conversation;

struct Truth {
  int hold, model, continuation, synthesis;
  int sum() const { return hold + model + continuation + synthesis; }
};

VoiceEvent stopped(int at) { return {.time = milliseconds(at), .type = VoiceEventType::user_stop_speaking, .metadata = {{"source", "agent"}}}; }
VoiceEvent tool_call(int at) { return {.time = milliseconds(at), .type = VoiceEventType::tool_call, .name = "lookup"}; }

/// A line of ours from 0 to `end` ms, and an answer whose wait is made of known parts; its agent tells of each when it is over.
void add_answer(Conversation& conversation, int begin, int end, const Truth& truth) {
  auto at = end + truth.hold;
  auto& call = conversation.user(begin, end).call;
  call.events.push_back(stopped(at));
  at += truth.model;
  if (truth.continuation > 0) call.events.push_back(tool_call(at));
  at += truth.continuation;
  const auto spoken = at + truth.synthesis;
  call.claims.latencies.push_back({.what = "tts", .latency = milliseconds(truth.synthesis), .time = milliseconds(spoken)});
  call.claims.latencies.push_back({.what = "response", .latency = milliseconds(truth.sum() - truth.hold), .time = milliseconds(spoken)});
  conversation.agent({{spoken, spoken + 1000}});
}

TEST(LatencyParts, TogetherAreTheLatencyThatWasHeard_VOX92) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    RandomStream random(seed);
    const auto any = [&](int most) { return static_cast<int>(random.below(static_cast<std::uint64_t>(most))); };
    Conversation conversation;
    std::vector<Truth> truths;
    int at = 0;
    for (int i = 0; i < 4; ++i) {
      truths.push_back({any(900), 1 + any(1500), i % 2 == 0 ? 0 : 1 + any(2000), any(400)});
      add_answer(conversation, at, at + 1000, truths.back());
      at += 1000 + truths.back().sum() + 3000;
    }
    const auto measures = conversation.until(at);
    ASSERT_EQ(measures.user_turns.size(), truths.size());
    for (std::size_t i = 0; i < truths.size(); ++i) {
      const auto& entry = measures.user_turns[i];
      ASSERT_TRUE(entry.parts) << seed;
      ASSERT_NEAR(entry.parts->sum(), entry.latency_s.value(), 1e-9) << seed;
      ASSERT_NEAR(entry.parts->hold, truths[i].hold / 1000.0, 1e-9) << seed;
      ASSERT_NEAR(entry.parts->model, truths[i].model / 1000.0, 1e-9) << seed;
      ASSERT_NEAR(entry.parts->continuation, truths[i].continuation / 1000.0, 1e-9) << seed;
      ASSERT_NEAR(entry.parts->synthesis, truths[i].synthesis / 1000.0, 1e-9) << seed;
    }
  }
}

TEST(LatencyParts, AreAbsentWhereTheAgentTellsTooLittle_VOX92) {
  Conversation silent, no_synthesis, late;
  const auto parts = [](Conversation& conversation) { return conversation.until(9000).user_turns.at(0).parts; };
  silent.user(0, 1000).agent({{2000, 3000}});
  EXPECT_FALSE(parts(silent));
  no_synthesis.user(0, 1000).agent({{2000, 3000}}).call.events = {stopped(1500)};
  EXPECT_FALSE(parts(no_synthesis));
  EXPECT_FALSE(no_synthesis.until(9000).figures.at("hold_s"));
  late.user(0, 1000).agent({{2000, 3000}}).call.events = {stopped(1500)};
  late.call.claims.latencies = {{.what = "tts", .latency = milliseconds(100), .time = milliseconds(4000)}};  // when it began cannot be told
  EXPECT_FALSE(parts(late));
}

TEST(LatencyParts, TheBeginningOfRecognitionWillDoForTheEndOfTheHold_VOX92) {
  Conversation conversation;
  conversation.user(0, 1000).agent({{2000, 3000}});
  conversation.call.claims.latencies = {{.what = "asr", .latency = milliseconds(100), .time = milliseconds(1600)},
                                        {.what = "tts", .latency = milliseconds(150), .time = milliseconds(1950)}};
  const auto parts = conversation.until(9000).user_turns.at(0).parts.value();
  EXPECT_DOUBLE_EQ(parts.hold, 0.5);
  EXPECT_DOUBLE_EQ(parts.model, 0.3);
  EXPECT_DOUBLE_EQ(parts.synthesis, 0.2);
}

TEST(ClaimedLatency, IsSetBesideWhatWasHeard_VOX90) {
  Conversation conversation;
  add_answer(conversation, 0, 1000, {500, 300, 0, 200});
  add_answer(conversation, 5000, 6000, {700, 300, 400, 200});
  conversation.call.claims.latencies.push_back({.what = "response", .latency = milliseconds(1), .time = milliseconds(20500)});  // of a turn never answered
  const auto measures = conversation.user(19000, 20000).until(30000);
  EXPECT_DOUBLE_EQ(measures.figures.at("claimed_response_s")->value, (0.5 + 0.9) / 2);
  EXPECT_DOUBLE_EQ(measures.figures.at("heard_over_claimed_s")->value, (0.5 + 0.7) / 2) << "the hold is what agents like to leave out";
  EXPECT_EQ(measures.figures.at("claimed_response_s")->n, 2U);
}

}  // namespace
}  // namespace antiphon::voice
