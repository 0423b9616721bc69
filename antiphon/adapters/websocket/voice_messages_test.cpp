#include "antiphon/adapters/websocket/voice_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon::wire {
namespace {

TEST(VoiceMessages, WhatSomebodySaysIsFilledIntoNothing_TRN4) {
  const json::value message{{"say", "${text}"}, {"to", {"${thread_id}", 5}}};
  EXPECT_EQ(fill_voice_message(message, {.keys = "1", .text = "a \"quoted\" ${keys}", .thread_id = "t-1"}), R"({"say":"a \"quoted\" ${keys}","to":["t-1",5]})");
}

TEST(VoiceMessages, AMessageMayMeanSeveralThingsInAnOrderThatCanBeTaken_TRN4) {
  VoiceMessages shape;
  shape.agent_audio = VoiceMessageRule{{}, "/delta"};
  shape.transcript = VoiceMessageRule{{}, "/words"};
  shape.turn_end = VoiceMessageRule{{{"final", true}}, ""};
  const auto signals = read_voice_message(shape, R"({"final": true, "delta": "AAAA", "words": "hi"})");
  ASSERT_EQ(signals.size(), 3U);
  EXPECT_EQ(std::get<AgentTranscript>(signals[0]).text, "hi");
  EXPECT_EQ(std::get<WireAudio>(signals[1]).bytes.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<AgentTurnEnd>(signals[2]));
}

TEST(VoiceMessages, WhatMatchesNothingMeansNothing_TRN4) {
  for (const auto* text : {"{}", "[]", "5", "null", R"({"type": "ping"})", R"({"type": "turn_end"})"})
    EXPECT_TRUE(read_voice_message({}, text).empty()) << text;
}

TEST(VoiceMessages, AWholeTranscriptIsReplacedByTheNext_TRN4) {
  VoiceMessages shape;
  shape.transcript = VoiceMessageRule{{}, "/words"};
  const auto told = [&shape] { return std::get<AgentTranscript>(read_voice_message(shape, R"({"words": "We open"})").at(0)); };
  EXPECT_TRUE(told().final);
  shape.transcript_is_whole = true;
  EXPECT_TRUE(told().whole);
  EXPECT_FALSE(told().final);
}

TEST(VoiceMessages, AGoodbyeSaysWhy_TRN4) {
  const auto signals = read_voice_message({}, R"({"type": "hang_up", "reason": "all is said"})");
  ASSERT_EQ(signals.size(), 1U);
  EXPECT_TRUE(std::get<AgentClosed>(signals[0]).on_purpose);
  EXPECT_EQ(std::get<AgentClosed>(signals[0]).reason, "all is said");
}

}  // namespace
}  // namespace antiphon::wire
