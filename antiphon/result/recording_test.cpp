#include "antiphon/result/recording.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/mix.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"

namespace antiphon {
namespace {

using std::chrono::milliseconds;

class Recording : public testing::Test {
 protected:
  ~Recording() override { std::filesystem::remove_all(folder_); }

  // The user at 100 ms, the agent 50 ms later, over it.
  VoiceRecording recording() {
    user_.resize(7200), agent_.resize(9600);
    std::fill(user_.begin() + 2400, user_.begin() + 4800, 100);
    std::fill(agent_.begin() + 3600, agent_.begin() + 9600, 2000);
    CallTracks tracks;
    tracks.user.append(user_), tracks.agent.append(agent_);
    CallRecord call{.duration = milliseconds(400)};
    call.utterances = {{.text = "hello", .start = milliseconds(100), .end = milliseconds(200), .voiced = {{milliseconds(100), milliseconds(200)}}},
                       {.text = "never said", .sent = false}};
    call.turns = {{.start = milliseconds(150),
                   .end = milliseconds(400),
                   .voiced = {{milliseconds(150), milliseconds(400)}},
                   .transcript = "yes",
                   .transcript_truncated = true}};
    call.events = {{.time = milliseconds(200), .type = VoiceEventType::user_stop_speaking}};
    return {std::make_shared<const CallTracks>(std::move(tracks)), call};
  }

  std::string folder_ = testing::TempDir() + "recording" + std::to_string(::getpid());
  audio::Samples user_, agent_;
};

TEST_F(Recording, SegmentsCarryTheirAudioInOrderOfStart_VOX2_VOX60) {
  const auto call = recording();
  ASSERT_EQ(call.segments().size(), 2U);
  const auto agent = call.segment(1);
  EXPECT_EQ(agent.speaker, audio::Speaker::agent);
  EXPECT_EQ(agent.samples, audio::Samples(6000, 2000));
  EXPECT_EQ(agent.transcript, "yes");
  EXPECT_TRUE(agent.transcript_truncated);
  EXPECT_EQ(call.duration(), milliseconds(400));
}

TEST_F(Recording, AMixKeepsWhatWasSaidAtOnceAtItsTime_VOX60) {
  const auto call = recording();
  std::filesystem::create_directories(folder_);
  call.save(folder_ + "/mix.wav");
  EXPECT_EQ(audio::read_audio_file(folder_ + "/mix.wav"), audio::mix(std::vector<audio::Placed>{{user_, 0}, {agent_, 0}}));
  call.save(folder_ + "/stereo.wav", true);
  EXPECT_EQ(read_file(folder_ + "/stereo.wav"), audio::encode_audio_file(audio::interleave(user_, agent_), audio::FileKind::wav, 2));
  call.save(folder_ + "/mix.flac");
  EXPECT_EQ(audio::read_audio_file(folder_ + "/mix.flac"), audio::read_audio_file(folder_ + "/mix.wav"));
  EXPECT_THROW(call.save(folder_ + "/mix.aiff"), Error);
}

TEST_F(Recording, SegmentsAreFilesThatTheManifestNames_VOX60) {
  std::filesystem::create_directories(folder_);
  write_file_atomically(folder_ + "/mine.txt", "stays");
  recording().save_segments(folder_);
  const auto manifest = parse_json(read_file(folder_ + "/manifest.json"));
  EXPECT_EQ(manifest.at("segment_count"), 2);
  const auto& agent = manifest.at("segments").as_array().at(1);
  EXPECT_EQ(agent.at("file"), "segments/01-agent-0150ms.wav");
  EXPECT_EQ(agent.at("transcript"), "yes");
  EXPECT_EQ(agent.at("transcript_truncated"), true);
  EXPECT_EQ(audio::read_audio_file(folder_ + "/segments/00-user-0100ms.wav"), audio::Samples(2400, 100));
  EXPECT_EQ(audio::read_audio_file(folder_ + "/full.wav").size(), 9600U);
  EXPECT_EQ(manifest.at("events").as_array().at(0).at("type"), "user_stop_speaking");
  EXPECT_EQ(read_file(folder_ + "/mine.txt"), "stays");
}

}  // namespace
}  // namespace antiphon
