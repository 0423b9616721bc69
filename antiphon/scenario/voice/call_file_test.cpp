#include "antiphon/scenario/voice/call_file.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "antiphon/audio/sound_reader.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

namespace antiphon::voice {
namespace {

/// Files of this process cannot grow beyond some bytes: what a full disk does.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit small{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  void (*old_handler_)(int);
  rlimit old_{};
};

TEST(CallFile, AFullDiskIsOursAndNotTheAgents_VOX62_SCN100) {
  const auto path = std::filesystem::temp_directory_path() / ("antiphon-call-file-" + std::to_string(getpid()) + ".wav");
  std::optional<Error> failed;
  {
    const SmallDisk disk(1000);
    CallFile file(path.string());
    file.add_user(audio::Samples(24000));
    try {
      file.add_agent(audio::Samples(24000));
    } catch (const Error& error) {
      failed = error;
    }
  }
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->kind(), ErrorKind::io);
  EXPECT_EQ(failed->party(), Party::harness);
  EXPECT_THAT(failed->hint(), ::testing::HasSubstr("free some space"));
  EXPECT_FALSE(std::filesystem::exists(path)) << "nothing in it could be played";
}

std::string path_of(std::string_view name) {
  return (std::filesystem::temp_directory_path() / ("antiphon-" + std::string(name) + "-" + std::to_string(getpid()) + ".wav")).string();
}

double seconds_in(const std::string& path) { return static_cast<double>(std::filesystem::file_size(path) - 44) / 4 / audio::canonical_rate_hz; }

TEST(CallFile, IsThereOnceThereIsSomethingToHear_VOX62) {
  const auto path = path_of("empty");
  { const audio::WavWriter old(path); }
  {
    CallFile file(path);
    EXPECT_FALSE(std::filesystem::exists(path)) << "that of an earlier call";
    file.finish();
    EXPECT_FALSE(file.exists());
    EXPECT_FALSE(std::filesystem::exists(path));
    file.add_user(audio::Samples(480));
    file.finish();
    EXPECT_TRUE(file.exists());
  }
  EXPECT_EQ(seconds_in(path), 0.02);
  std::filesystem::remove(path);
}

TEST(CallFile, WhatWasWrittenBeforeADiskIsFullStaysAndNothingFollows_VOX62) {
  const auto path = path_of("full");
  CallFile file(path);
  const auto second = [&] { file.add_user(audio::Samples(24000)), file.add_agent(audio::Samples(24000)); };
  second();
  {
    const SmallDisk disk(120'000);
    EXPECT_THROW(second(), Error);
    EXPECT_NO_THROW(second());
    EXPECT_NO_THROW(file.finish());
  }
  EXPECT_TRUE(file.exists());
  audio::SoundReader reader(path);
  EXPECT_EQ(reader.frames(), 24000U);
  std::filesystem::remove(path);
}

struct CallOnDisk {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("antiphon-calls-" + std::to_string(getpid()));
  std::shared_ptr<testing_support::Tones> tones = std::make_shared<testing_support::Tones>();
  ~CallOnDisk() { std::filesystem::remove_all(folder); }

  ScenarioResult play(std::vector<Step> script, std::vector<Check> checks = {}, CallHooks hooks = {}, ParticipantSpec agent = {}) {
    using namespace std::chrono_literals;
    if (!agent)
      agent = testing_support::played_agent({.paced = true}, [this](testing_support::PlayedAgent& self) -> Task<> {
        co_await self.clock.sleep_for(1s);
        self.signals.push(AgentAudio{tones->speak("we open at nine")});
        co_await self.clock.sleep_for(1h);
      });
    return run(
        {.name = "a call", .agent = std::move(agent), .script = std::move(script), .checks = std::move(checks)},
        {.seed = 7, .speech = testing_support::tone_speech(tones), .recordings = folder.string(), .result_folder = folder.string(), .hooks = std::move(hooks)});
  }
};

TEST(CallOnAFullDisk, IsAnErrorOfTheHarnessWithWhatWasRecorded_VOX62_SCN100) {
  using namespace std::chrono_literals;
  CallOnDisk call;
  std::filesystem::create_directories(call.folder);
  const SmallDisk disk(300'000);
  const auto result = call.play({user("hours"), agent(), user("thanks"), sleep(3s), succeed()});
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, ::testing::AllOf(::testing::HasSubstr("cannot write " + call.folder.string()), ::testing::HasSubstr("free some space")));
  ASSERT_FALSE(result.recording_file.empty());
  audio::SoundReader reader((call.folder / result.recording_file).string());
  EXPECT_GT(reader.frames(), 48000U);
}

// The last piece is written when the call is over, and nobody waits for a frame any more.
TEST(CallOnAFullDisk, IsOneAlsoWhereOnlyTheEndHasNoRoom_VOX62_SCN100) {
  using namespace std::chrono_literals;
  CallOnDisk call;
  std::filesystem::create_directories(call.folder);
  const auto whole = call.play({user("hours"), agent(), sleep(100ms)}, {contains("nine")});
  ASSERT_EQ(whole.outcome, RunOutcome::passed) << whole.reasoning;
  const SmallDisk disk(std::filesystem::file_size(call.folder / whole.recording_file) - 8);
  const auto result = call.play({user("hours"), agent(), sleep(100ms)}, {contains("nine")});
  EXPECT_EQ(result.outcome, RunOutcome::error);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_EQ(result.fault->party, Party::harness);
  EXPECT_THAT(result.error->message, ::testing::HasSubstr("cannot write"));
}

TEST(CallOnDisk, ThatNeverCameAboutHasNoFile_VOX62) {
  CallOnDisk call;
  class Dead final : public VoiceAgentAdapter {
   public:
    const std::string& name() const override { return name_; }
    const AdapterCapabilities& capabilities() const override { return capabilities_; }
    Task<> connect(Deadline) override { throw Error(ErrorKind::refused, "nobody listens there").with_party(Party::transport); }
    Task<> disconnect(Deadline) override { co_return; }
    Task<> send_audio(audio::AudioChunk, Deadline) override { co_return; }
    Task<AgentSignal> receive(Deadline) override { co_return AgentClosed{}; }

   private:
    std::string name_ = "dead";
    AdapterCapabilities capabilities_{.paced = true};
  };
  const auto nobody = [](const ParticipantContext&) -> std::unique_ptr<Participant> { return nullptr; };
  const auto dead = ParticipantSpec("dead", nobody, true)
                        .by_voice({.make = [](const ParticipantContext&) { return std::make_unique<Dead>(); }, .capabilities = {.paced = true}});
  const auto result = call.play({user("hours"), agent()}, {}, {}, dead);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::transport);
  EXPECT_TRUE(result.recording_file.empty()) << result.recording_file;
  EXPECT_TRUE(std::filesystem::is_empty(call.folder));
}

// docs/suites.md tells the figure.
TEST(CallOnDisk, LacksAtMostAQuarterOfASecondAtAnyTime_VOX62) {
  using namespace std::chrono_literals;
  CallOnDisk call;
  double lacks = 0;
  CallHooks hooks;
  hooks.on_audio_chunk = [&](const std::string&, const CallChunk& heard) {
    if (heard.speaker != audio::Speaker::agent || !std::filesystem::exists(call.folder) || heard.chunk.end < 1s) return;
    for (const auto& entry : std::filesystem::directory_iterator(call.folder))
      lacks = std::max(lacks, std::chrono::duration<double>(*heard.chunk.end).count() - seconds_in(entry.path().string()));
  };
  const auto result = call.play({user("hours"), agent(), user("thanks a lot"), sleep(2s), succeed()}, {}, hooks);
  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_GT(lacks, 0.1);
  EXPECT_LE(lacks, 0.25);
}

}  // namespace
}  // namespace antiphon::voice
