#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/result/measures/testing/conversation.hpp"

namespace antiphon::voice {
namespace {

using std::chrono::milliseconds;
using testing_support::Conversation;

TEST(SideMeasures, TellLevelClippingAndGlitchesOfEachSide_VOX90) {
  auto conversation = Conversation().user(0, 1000).agent({{1500, 2500}, {2700, 3000}});
  conversation.call.user_sound = SideSound{.loudness_lufs = -23.5, .peak_dbfs = -6};
  conversation.call.agent_sound = SideSound{.peak_dbfs = 0, .clipped = milliseconds(30), .repeats = 2, .repeated = milliseconds(40)};
  conversation.call.delivery = {.frames = 120, .jitters = 3, .under_runs = 1};
  const auto figures = conversation.until(5000).figures;
  EXPECT_DOUBLE_EQ(figures.at("user_loudness_lufs")->value, -23.5);
  EXPECT_DOUBLE_EQ(figures.at("user_peak_dbfs")->value, -6);
  EXPECT_DOUBLE_EQ(figures.at("user_clipped_s")->value, 0);
  EXPECT_FALSE(figures.at("agent_loudness_lufs")) << "too little was voiced";
  EXPECT_DOUBLE_EQ(figures.at("agent_clipped_s")->value, 0.03);
  EXPECT_EQ(figures.at("agent_clipped_s")->n, 2U);
  EXPECT_DOUBLE_EQ(figures.at("repeats")->value, 2);
  EXPECT_EQ(figures.at("repeats")->n, 120U);
  EXPECT_DOUBLE_EQ(figures.at("repeated_s")->value, 0.04);
  EXPECT_DOUBLE_EQ(figures.at("late_frames")->value, 4);
}

TEST(SideMeasures, KeysOfOursAreHeldAgainstWhatIsHeardInWhatWasSent_VOX90) {
  Conversation conversation;
  conversation.user(0, 1000, UtteranceKind::dtmf).user(2000, 3000, UtteranceKind::dtmf).user(5000, 6000, UtteranceKind::dtmf);
  auto& utterances = conversation.call.utterances;
  utterances[0].keys = "1w2#a", utterances[1].keys = "55", utterances[2].keys = "999";
  utterances[0].voiced = {{milliseconds(0), milliseconds(900)}}, utterances[1].voiced = {{milliseconds(2000), milliseconds(2900)}};
  conversation.call.user_sound = SideSound{.peak_dbfs = -6.0};
  conversation.call.user_sound->keys = {{'1', milliseconds(10), milliseconds(100)},
                                        {'#', milliseconds(300), milliseconds(400)},
                                        {'A', milliseconds(500), milliseconds(600)},
                                        {'5', milliseconds(2100), milliseconds(2200)}};
  const auto figures = conversation.until(9000).figures;
  EXPECT_DOUBLE_EQ(figures.at("user_keys_right")->value, 4);
  EXPECT_EQ(figures.at("user_keys_right")->n, 6U) << "three left over a channel of their own";
}

TEST(SideMeasures, KeysThatTheAgentSendsAreCounted_VOX90) {
  auto conversation = Conversation().user(0, 1000).agent({{1500, 2500}});
  conversation.call.agent_sound = SideSound{.peak_dbfs = -3.0};
  conversation.call.agent_sound->keys = {{'4', milliseconds(1600), milliseconds(1700)}};
  EXPECT_DOUBLE_EQ(conversation.until(5000).figures.at("agent_keys")->value, 1);
}

TEST(SideMeasures, WithoutARecordingThereAreNone_VOX92) {
  const auto figures = Conversation().user(0, 1000).agent({{1500, 2500}}).until(5000).figures;
  for (const auto* name : {"user_loudness_lufs", "agent_clipped_s", "repeats", "agent_keys", "user_keys_right"}) EXPECT_FALSE(figures.at(name)) << name;
}

}  // namespace
}  // namespace antiphon::voice
