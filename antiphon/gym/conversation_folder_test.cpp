#include "antiphon/gym/conversation_folder.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/gym/mix.hpp"
#include "antiphon/gym/testing/fake_platform.hpp"

namespace antiphon::gym {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing::TemporaryFolder;

std::string name_of(const ConversationFolder& folder) { return std::filesystem::path(folder.path()).filename().string(); }

ConversationLog a_log() {
  ConversationLog log{.conversation_id = "lc_conv_1", .agent_id = "ag-1", .started_at = "2026-01-01T00:00:00.000Z", .ended_at = "2026-01-01T00:00:09.000Z"};
  log.turns.push_back(
      {.turn_number = 0, .agent_message = AgentMessage{.text = "Hello, this is the desk.", .timestamp = "t0", .audio_path = "assistant_0.wav"}});
  log.turns.push_back({.turn_number = 1,
                       .user_message = UserMessage{.text = "Where is it?", .timestamp = "t1"},
                       .agent_message = AgentMessage{.text = "On its way.", .timestamp = "t2", .ttfab_ms = 300, .latency_ms = 100}});
  log.turns.push_back({.turn_number = 2,
                       .user_message = UserMessage{.text = std::nullopt, .timestamp = "t3", .heard = "thanks"},
                       .agent_message = AgentMessage{.text = "Bye.", .timestamp = "t4", .latency_ms = 200, .data = {json::value{{"done", true}}}}});
  log.end = {.reason = "completed", .message = "said all"};
  log.stats = stats_of(log.turns);
  log.stats.duration_seconds = 9.5;
  return log;
}

TEST(ConversationFolder, IdsBecomeNamesThatLeadNowhereElse_GYM7) {
  EXPECT_EQ(folder_name("lc_conv-1.a"), "lc_conv-1.a");
  EXPECT_EQ(folder_name("../../etc/passwd"), "_._.._etc_passwd");
  EXPECT_EQ(folder_name(".hidden"), "_hidden");
  EXPECT_EQ(folder_name("a b/ü"), "a_b___");
  EXPECT_LE(folder_name(std::string(5000, 'x')).size(), 220u);
  EXPECT_NE(folder_name(std::string(5000, 'x')), folder_name(std::string(5001, 'x')));
}

TEST(ConversationFolder, WithoutAnIdItIsNamedByTime_GYM7) {
  const TemporaryFolder root;
  EXPECT_THAT(name_of(ConversationFolder(root.path(), "")), MatchesRegex("failed-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}"));
}

TEST(ConversationFolder, TranscriptHasTheDocumentedShape_GYM7) {
  const auto object = to_json(a_log());
  EXPECT_EQ(
      json_text(object),
      R"({"conversation_id":"lc_conv_1","agent_id":"ag-1","started_at":"2026-01-01T00:00:00.000Z","ended_at":"2026-01-01T00:00:09.000Z","turns":[)"
      R"({"turn_number":0,"user_message":null,"agent_message":{"text":"Hello, this is the desk.","timestamp":"t0","audio_path":"assistant_0.wav","ttfab_ms":null,"latency_ms":null}},)"
      R"({"turn_number":1,"user_message":{"text":"Where is it?","timestamp":"t1","audio_path":null},"agent_message":{"text":"On its way.","timestamp":"t2","audio_path":null,"ttfab_ms":300,"latency_ms":100}},)"
      R"({"turn_number":2,"user_message":{"text":null,"timestamp":"t3","audio_path":null,"heard":"thanks"},"agent_message":{"text":"Bye.","timestamp":"t4","audio_path":null,"ttfab_ms":null,"latency_ms":200,"data":[{"done":true}]}}],)"
      R"("stats":{"total_turns":3,"duration_seconds":9.5,"avg_latency_ms":150,"avg_ttfab_ms":300,"total_user_words":3,"total_agent_words":9},)"
      R"("end":{"reason":"completed","message":"said all"}})")
      << "what is null is in no average";
  EXPECT_EQ(json_text(to_json(log_from_json(object))), json_text(object)) << "and is read back as it was";
}

TEST(ConversationFolder, ResumedOneFindsWhatThereWas_GYM7) {
  const TemporaryFolder root;
  {
    ConversationFolder first(root.path(), "lc_conv_1");
    EXPECT_FALSE(first.earlier());
    first.write_transcript(a_log());
    first.write_mix(audio::Samples{1, 2, 3, 4});
  }
  const ConversationFolder again(root.path(), "lc_conv_1");
  ASSERT_TRUE(again.earlier());
  EXPECT_EQ(again.earlier()->turns.size(), 3u);
  EXPECT_EQ(again.earlier()->stats.duration_seconds, 9.5);
  again.write_mix(audio::Samples{5, 6});
  const auto bytes = read_file(again.path() + "/conversation_mix.wav");
  EXPECT_EQ(audio::samples_from_bytes(std::string_view(bytes).substr(44)), (audio::Samples{1, 2, 3, 4, 5, 6})) << "the mix goes on";
}

TEST(ConversationFolder, TwoIdsOfOneNameDoNotMix_GYM7) {
  const TemporaryFolder root;
  auto log = a_log();
  log.conversation_id = "a/b";
  ConversationFolder(root.path(), "a/b").write_transcript(log);
  const ConversationFolder other(root.path(), "a_b");
  EXPECT_FALSE(other.earlier());
  EXPECT_THAT(name_of(other), MatchesRegex("a_b-[0-9a-f]{6}"));
  EXPECT_TRUE(ConversationFolder(root.path(), "a/b").earlier());
}

TEST(ConversationFolder, TranscriptThatCannotBeReadIsSetAside_GYM7) {
  const TemporaryFolder root;
  std::filesystem::create_directories(root.path() + "/c");
  std::ofstream(root.path() + "/c/transcript.json") << "{\"turns\": [";
  const ConversationFolder folder(root.path(), "c");
  EXPECT_FALSE(folder.earlier());
  EXPECT_THAT(folder.notice(), HasSubstr("could not be read"));
  EXPECT_TRUE(std::filesystem::exists(root.path() + "/c/transcript.json.unreadable"));
}

TEST(ConversationFolder, PlaceThatCannotBeMadeIsAnErrorThatNamesIt_GYM7) {
  const TemporaryFolder root;
  std::ofstream(root.path() + "/file") << "x";
  try {
    ConversationFolder(root.path() + "/file", "id");
    FAIL() << "it was made";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_THAT(error.message(), HasSubstr(root.path() + "/file/id"));
  }
}

TEST(ConversationFolder, MixLinesUpBothAt16kHz_GYM7) {
  Mix mix;
  EXPECT_TRUE(mix.empty());
  mix.add_user(std::make_shared<const audio::Samples>(80, audio::Sample(1000)), 8000, 10ms);
  mix.add_agent(std::make_shared<const audio::Samples>(160, audio::Sample(2000)), 16000, 40ms);
  const auto both = mix.interleaved();
  ASSERT_EQ(both.size(), 2u * 800);
  EXPECT_EQ(both[2 * 100], 0);
  EXPECT_NEAR(both[2 * 240], 1000, 100) << "10 ms of the user from 10 ms on, at twice its rate";
  EXPECT_EQ(both[2 * 400], 0);
  EXPECT_EQ(both[2 * 639 + 1], 0);
  EXPECT_EQ(both[2 * 640 + 1], 2000);
  EXPECT_EQ(both[2 * 799 + 1], 2000);
}

}  // namespace
}  // namespace antiphon::gym
