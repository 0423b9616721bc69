#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"
#include "antiphon/scenario/users/users.hpp"

// What a call says of itself when it does not go on as the script expects, and whose fault that is.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing_support::PlayedAgent;

Task<> silent(PlayedAgent& agent) { return agent.clock.sleep_for(1h); }

Scenario scenario(std::vector<Step> script, PlayedAgent::Play agent = silent) {
  return {.name = "a call", .agent = testing_support::played_agent({.paced = true}, std::move(agent)), .script = std::move(script)};
}
ScenarioResult play(Scenario scenario) { return run(std::move(scenario), {.seed = 7, .speech = testing_support::tone_speech()}); }

void expect_error(const ScenarioResult& result, Party party, std::string_view text) {
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, party);
  EXPECT_THAT(result.error->message, HasSubstr(text));
}

TEST(SilenceOfAnAgent, IsToldWithWhatItHadToGoOn_VOX11) {
  expect_error(play(scenario({user("hours please"), agent()})), Party::agent, "said nothing for 30 s after \"hours please\" (");
  expect_error(play(scenario({dtmf("12#"), agent()})), Party::agent, "said nothing for 30 s after the keys 12#");
  expect_error(play(scenario({user("hours"), silence(2s), agent()})), Party::agent, "said nothing for 30 s after a silence of 2 s");
  expect_error(play(scenario({agent()})), Party::agent, "said nothing for 30 s before our user said anything");
}

TEST(SilenceOfAnAgent, ThatWasNeverSpokenToIsNotItsFault_VOX11_SCN100) {
  const auto result = play(scenario({silence(2s), agent()}));
  expect_error(result, Party::harness, "after a silence of 2 s (32.");
  EXPECT_THAT(result.error->message, AllOf(HasSubstr("had not said a word or pressed a key"), HasSubstr("let the script say something first")));
  EXPECT_EQ(result.fault->party, Party::harness);
  expect_error(play(scenario({play_audio(audio::Samples(24000), "nothing to hear"), agent()})), Party::harness, "in which no speech was heard");
}

Task<> greets(PlayedAgent& agent) {
  agent.signals.push(AgentAudio{testing_support::Tones().speak("hello")});
  co_await agent.clock.sleep_for(1h);
}

SpokenHow with_effect(std::string name, std::string setting, double value) {
  return {.effects = std::vector<VoiceEffect>{{std::move(name), {.numbers = {{std::move(setting), value}}}}}};
}

TEST(SilenceOfAnAgent, ThatOurEffectsLeftNothingToHearIsNotItsFault_VOX11_VOX40_SCN100) {
  for (const auto& lost : {with_effect("packet_loss", "rate", 1), with_effect("volume", "gain_db", -60), with_effect("dropout", "probability", 1)}) {
    expect_error(play(scenario({user("hours please", lost), agent()})), Party::harness, "after \"hours please\", in which no speech was heard");
    const auto greeted = play(scenario({agent(), user("hours please", lost), agent()}, greets));
    expect_error(greeted, Party::harness, "and had heard nothing of our user since it spoke");
    EXPECT_THAT(greeted.error->message, HasSubstr("look at its level, and at the effects on it"));
  }
  expect_error(play(scenario({user("hours please", with_effect("volume", "gain_db", -30)), agent()})), Party::agent, "after \"hours please\" (");
  expect_error(play(scenario({agent(), silence(2s), agent()}, greets)), Party::agent, "after a silence of 2 s");
}

TEST(TextWithoutSpeech, IsRefusedBeforeTheRunWhereTheScriptSaysIt_VOX20) {
  const auto problems = [](std::vector<Step> script) {
    return validate(scenario(std::move(script)), *ModelRegistry::with_defaults(), *testing_support::tone_speech());
  };
  EXPECT_THAT(problems({user("\xF0\x9F\x99\x82"), agent()}),
              Contains(AllOf(HasSubstr("step 1 of the script"), HasSubstr("holds nothing that a voice could say"))));
  EXPECT_THAT(problems({user(" ... "), agent()}), Contains(HasSubstr("holds nothing that a voice could say")));
  EXPECT_THAT(problems({user("hi"), interrupt("?!", {.after = 1s})}), Contains(HasSubstr("step 2 of the script")));
  EXPECT_THAT(problems({user("7"), agent(), user("\xC3\xA4h"), agent(), user("50 %"), dtmf("1"), silence(1s)}), testing::IsEmpty());
  const auto written = validate({.name = "x", .agent = [](std::string_view) { return std::string("hi"); }, .script = {user("\xF0\x9F\x99\x82"), agent()}},
                                *ModelRegistry::with_defaults(), *testing_support::tone_speech());
  EXPECT_THAT(written, testing::IsEmpty()) << "who is written to may be sent anything";
}

TEST(TextWithoutSpeech, OfAUserIsAnErrorAtOnceAndItsOwn_VOX20_SCN100) {
  auto call = scenario({proceed()});
  call.user = scripted_user({"\xF0\x9F\x99\x82"});
  const auto result = play(std::move(call));
  expect_error(result, Party::simulated_user, "holds nothing that a voice could say");
  EXPECT_LT(result.duration_s, 1);
}

class Mute final : public TextToSpeech {
 public:
  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest, Deadline) override { co_return speech_of(audio::Samples(24000)); }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  SpeechCapabilities capabilities_{.waits_on_clock_alone = true};
  std::string name_ = "mute";
};

TEST(AVoice, ThatMakesNoSoundIsAnErrorOfItsProvider_VOX20_SCN100) {
  auto speech = std::make_shared<SpeechRegistry>(*testing_support::tone_speech());
  speech->add("mute", SpeechRegistry::VoiceProvider{.make = [](const auto&, const auto&) { return std::make_unique<Mute>(); }, .waits_on_clock_alone = true});
  auto call = scenario({user("hello"), agent()});
  call.voice.user = VoiceChoice("mute");
  expect_error(run(std::move(call), {.seed = 7, .speech = speech}), Party::provider, "the voice mute made no sound of \"hello\"");
}

}  // namespace
}  // namespace antiphon
