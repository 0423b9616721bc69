#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/cli/command_line_test.hpp"

namespace antiphon::cli {
namespace {

using testing::HasSubstr;

TEST_F(CommandLine, SayWritesASoundFile_VOX21) {
  EXPECT_EQ(antiphon({"say", "My order is", "A-1007.", "--voice", "flite/kal16", "-o", "order.wav"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("order.wav: flite/kal16, "));
  const auto samples = audio::read_audio_file((folder_ / "order.wav").string());
  EXPECT_GT(samples.size(), 24000U);
  EXPECT_NEAR(audio::active_dbfs(samples), -23, 0.5);
}

TEST_F(CommandLine, SayRefusesWhatItCannotDoBeforeItWritesAnything_VOX21) {
  EXPECT_EQ(antiphon({"say", "Hi", "--voice", "flite/salt", "-o", "x.wav"}), 2);
  EXPECT_THAT(err(), HasSubstr("did you mean flite/slt?"));
  EXPECT_EQ(antiphon({"say", "Hi", "--voice", "nobody/x", "-o", "x.wav"}), 2);
  EXPECT_EQ(antiphon({"say", "Hi", "--speed", "3", "-o", "x.wav"}), 2);
  EXPECT_EQ(antiphon({"say", "Hi", "--voice", "flite/slt", "-o", "x.aiff"}), 2);
  EXPECT_EQ(antiphon({"say", "...", "--voice", "flite/slt", "-o", "x.wav"}), 2);
  EXPECT_THAT(err(), HasSubstr("nothing in \"...\" that flite/slt could say"));
  EXPECT_FALSE(exists("x.wav"));
}

}  // namespace
}  // namespace antiphon::cli
