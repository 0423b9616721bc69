#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/cli/command_line_test.hpp"

namespace antiphon::cli {
namespace {

using ::testing::HasSubstr;

/// A sound card of ALSA's plugins: what it plays is in `heard.raw`.
struct Listening : CommandLine {
  Listening() {
    write("asound.conf",
          fmt::format("pcm.nowhere {{ type null }}\npcm.default {{ type file slave.pcm nowhere file \"{}\" format raw }}\n", (folder_ / "heard.raw").string()));
    setenv("ALSA_CONFIG_PATH", (folder_ / "asound.conf").c_str(), 1);
    write("call.yaml",
          "antiphon: 1\nagent: {composed: {agent: {process: {run: [cat]}}, voice: flite/kal16, hear: pocketsphinx, greeting: hello}}\n"
          "scenarios: [{name: a greeting, script: [agent], checks: [{contains: hello}]}]\n");
    write("text.yaml", "antiphon: 1\nagent: {process: {run: [cat]}}\nscenarios: [{name: no call, script: [{user: hi}]}]\n");
  }
};

TEST_F(Listening, ACallIsHeardThroughTheSoundCardWhileItGoesOn_VOX63) {
  // A sound card lives in real time: this takes the two seconds of a greeting.
  EXPECT_EQ(antiphon({"run", "call.yaml", "--listen", "--allow-commands"}), 0) << out() << err();
  const auto heard = audio::samples_from_bytes(read("heard.raw"));
  EXPECT_GT(std::count_if(heard.begin(), heard.end(), [](auto sample) { return std::abs(sample) > 1000; }), 1000);
  EXPECT_THAT(read("antiphon-out/result.json"), HasSubstr("\"wall\""));
}

TEST_F(Listening, WithoutASoundCardNothingIsBegunAndItSaysWhatToDo_VOX63) {
  variables_["ANTIPHON_SPEAKER"] = "no-such-card";
  EXPECT_EQ(antiphon({"run", "call.yaml", "--listen", "--allow-commands"}), 3);
  EXPECT_THAT(err(), ::testing::AllOf(HasSubstr("the sound card cannot play (device no-such-card)"), HasSubstr("ANTIPHON_SPEAKER")));
  EXPECT_FALSE(exists("antiphon-out"));
}

TEST_F(Listening, WhatCannotBeHeardIsAMistake_VOX63_TRN17) {
  EXPECT_EQ(antiphon({"run", "call.yaml", "--listen", "--clock", "virtual", "--allow-commands"}), 2);
  EXPECT_THAT(err(), HasSubstr("--listen and --clock virtual exclude each other"));
  EXPECT_EQ(antiphon({"run", "text.yaml", "--listen", "--allow-commands"}), 2);
  EXPECT_THAT(err(), HasSubstr("there is none here"));
  EXPECT_EQ(antiphon({"run", "call.yaml", "--talk", "--allow-commands"}), 2);
  EXPECT_THAT(err(), HasSubstr("user: human"));
}

}  // namespace
}  // namespace antiphon::cli
