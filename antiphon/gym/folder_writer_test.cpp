#include "antiphon/gym/folder_writer.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/gym/testing/busy_background.hpp"
#include "antiphon/gym/testing/fake_platform.hpp"

namespace antiphon::gym {
namespace {

using testing::BusyBackground;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

std::shared_ptr<const audio::Samples> tone() { return std::make_shared<const audio::Samples>(800, audio::Sample(1000)); }

std::shared_ptr<const ConversationLog> log_that_ended(std::string reason) {
  auto log = std::make_shared<ConversationLog>();
  log->end.reason = std::move(reason);
  return log;
}

/// In real time: in virtual time each file is written where it is asked for.
struct AFolderWriter : ::testing::Test {
  bool has(const std::string& name) const { return std::filesystem::exists(folder->path() + "/" + name); }

  net::testing::World world;
  TemporaryFolder root;
  std::shared_ptr<const ConversationFolder> folder = std::make_shared<const ConversationFolder>(root.path(), "c");
  FolderWriter writer{world.runtime, folder};
};

TEST_F(AFolderWriter, NobodyWaitsForABusyProcessor_GYM7) {
  BusyBackground background;
  auto mix = std::make_shared<Mix>();
  mix->add_user(tone(), 8000, Duration{0});
  writer.write({{.of_user = true, .turn_number = 1, .samples = tone()}}, log_that_ended("in_progress"));
  writer.write_mix(mix);
  world.run(world.clock.sleep_for(std::chrono::milliseconds(50)));  // real: a thread could have written it meanwhile
  EXPECT_FALSE(has("user_1.wav"));
  background.let_go();
  world.run(writer.settled());
  EXPECT_TRUE(has("user_1.wav"));
  EXPECT_TRUE(has("transcript.json"));
  EXPECT_TRUE(has("conversation_mix.wav"));
}

TEST_F(AFolderWriter, OfTranscriptsThatWaitTheLastIsWritten_GYM7) {
  BusyBackground background;
  writer.write({{.of_user = false, .turn_number = 1, .samples = tone()}}, log_that_ended("first"));
  writer.write({{.of_user = false, .turn_number = 2, .samples = tone()}}, log_that_ended("second"));
  writer.write({}, log_that_ended("third"));
  background.let_go();
  world.run(writer.settled());
  EXPECT_TRUE(has("assistant_1.wav"));
  EXPECT_TRUE(has("assistant_2.wav"));
  EXPECT_THAT(read_file(folder->path() + "/transcript.json"), HasSubstr("third"));
}

TEST_F(AFolderWriter, OfClipsOfOneSideOfATurnThatWaitTheLastIsWritten_GYM7) {
  BusyBackground background;
  auto half = tone();
  const std::weak_ptr<const audio::Samples> held = half;
  writer.write({{.of_user = true, .turn_number = 1, .samples = std::move(half)}}, log_that_ended("half"));
  writer.write({{.of_user = false, .turn_number = 1, .samples = tone()}}, log_that_ended("the other side"));
  EXPECT_FALSE(held.expired());
  writer.write({{.of_user = true, .turn_number = 1, .samples = tone()}}, log_that_ended("whole"));
  EXPECT_TRUE(held.expired()) << "a long turn is held twice";
  background.let_go();
  world.run(writer.settled());
  EXPECT_TRUE(has("user_1.wav"));
  EXPECT_TRUE(has("assistant_1.wav"));
}

TEST_F(AFolderWriter, WhatCouldNotBeWrittenIsToldOnce_GYM7) {
  std::filesystem::remove_all(folder->path());
  std::ofstream(folder->path()) << "in the way";
  writer.write({}, log_that_ended("completed"));
  try {
    world.run(writer.settled());
    FAIL() << "it was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
  }
  EXPECT_NO_THROW(writer.check());
}

}  // namespace
}  // namespace antiphon::gym
