#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "antiphon/suite/load.hpp"
#include "antiphon/suite/testing/suite_folder.hpp"

// How the simulated caller behaves, as a suite says it.

namespace antiphon::suite {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SuiteFolder;

std::string suite(const std::string& scenario) {
  return "antiphon: 1\nagent: {composed: {model: rules/desk.rules.yaml, barge_in_after: 600ms}}\nscenarios:\n  - name: x\n" + scenario;
}

std::map<std::string, std::string> files(const std::string& scenario) {
  return {{"a.yaml", suite(scenario)}, {"rules/desk.rules.yaml", "rules: [{reply: at nine}]\n"}};
}

Scenario read(const std::string& scenario) { return SuiteFolder(files(scenario)).load({"a.yaml"}).scenarios.at(0); }
std::string report(const std::string& scenario) { return SuiteFolder(files(scenario)).report({"a.yaml"}); }

TEST(SuiteVoice, RecordingsAreNamedRelativeToTheSuiteAndUrlsAreLeftAsTheyAre_VOX30_PRD10) {
  const SuiteFolder folder(files("    script: [{audio: calls/a.wav}, {interrupt: {audio: ../b.wav, after: 1s}}, {audio: \"https://example.com/c.wav\"}]\n"));
  const auto script = folder.load({"a.yaml"}).scenarios.at(0).script;
  EXPECT_EQ(folder.relative(std::get<Step::Audio>(script.at(0).what).file), "calls/a.wav");
  EXPECT_EQ(std::get<Step::Interrupt>(script.at(1).what).file, std::filesystem::path(folder.path()).parent_path() / "b.wav");
  EXPECT_EQ(std::get<Step::Audio>(script.at(2).what).file, "https://example.com/c.wav");
  for (const auto* step : {"{audio: \"\"}", "{audio: {file: \"\"}}", "{interrupt: {audio: \"\", after: 1s}}", "{effects: [{double_talk: {file: \"\"}}]}"})
    EXPECT_THAT(report("    script: [" + std::string(step) + "]\n"),
                ::testing::AllOf(HasSubstr("error: no file is named\n  a.yaml:5:"), HasSubstr("fix:   name a recording")))
        << step;
  EXPECT_THAT(report("    voice: {effects: [{background_noise: {file: \"https://example.com/rain.wav\"}}]}\n    user: {lines: [hi]}\n"),
              ::testing::AllOf(HasSubstr("\"https://example.com/rain.wav\" is a URL"), HasSubstr("fix:   fetch it first")));
}

TEST(SuiteVoice, ReadsSmallSoundsOfTheCaller_VOX35) {
  const auto voice =
      read("    user: {lines: [hi]}\n    voice: {backchannels: 20%, hesitations: {probability: 0.1, at_least: 2s, at_most: 5s, words: [well, hm]}}\n").voice;
  ASSERT_TRUE(voice.backchannels);
  EXPECT_DOUBLE_EQ(voice.backchannels->probability, 0.2);
  ASSERT_TRUE(voice.hesitations);
  EXPECT_DOUBLE_EQ(voice.hesitations->probability, 0.1);
  EXPECT_EQ(voice.hesitations->least, 2s);
  EXPECT_EQ(voice.hesitations->most, 5s);
  EXPECT_THAT(voice.hesitations->words, ElementsAre("well", "hm"));
}

TEST(SuiteVoice, ReadsWhoseWordsInterrupt_VOX34) {
  const auto voice = read("    user: {lines: [hi]}\n    voice: {interruptions: {probability: 1, strategy: contextual}}\n").voice;
  EXPECT_EQ(voice.interruptions->strategy, InterruptionStrategy::contextual);
  EXPECT_EQ(read("    user: {lines: [hi]}\n    voice: {interruptions: {probability: 1}}\n").voice.interruptions->strategy, InterruptionStrategy::random_phrase);
}

TEST(SuiteVoice, AUserHasAVoiceAndAProbabilityOfItsOwn_VOX34) {
  for (const auto* kind : {"lines: [hi]", "persona: in a hurry", "agenda: {goal: hours, request: [hours]}"}) {
    const auto scenario =
        read("    voice: {user: flite/slt}\n    user: {" + std::string(kind) + ", voice: {voice: flite/rms, speed: 1.1}, interrupt_probability: 25%}\n");
    EXPECT_EQ(scenario.voice.user.voice, "flite/rms") << kind;
    EXPECT_EQ(scenario.voice.user.speed, 1.1) << kind;
    EXPECT_EQ(scenario.user.interrupt_probability(), 0.25) << kind;
  }
  EXPECT_EQ(read("    voice: {user: flite/slt}\n    user: {lines: [hi]}\n").voice.user.voice, "flite/slt");
}

TEST(SuiteVoice, MistakesShowTheirPlace_VOX34_VOX35) {
  EXPECT_THAT(report("    user: {lines: [hi], interrupt_probability: 2}\n"), HasSubstr("a.yaml:5:48"));
  EXPECT_THAT(report("    user: {lines: [hi]}\n    voice: {backchannels: {words: [okay], wrods: [a]}}\n"), HasSubstr("did you mean \"words\"?"));
  EXPECT_THAT(report("    user: {lines: [hi]}\n    voice: {interruptions: {strategy: clever}}\n"), HasSubstr("contextual"));
}

}  // namespace
}  // namespace antiphon::suite
