#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing_support::PlayedAgent;
using testing_support::Tones;

struct Desk {
  std::shared_ptr<Tones> tones = std::make_shared<Tones>();

  ScenarioResult play(PlayedAgent::Play agent, std::vector<Step> script, std::vector<Check> checks, AdapterCapabilities capabilities = {.paced = true}) {
    return run({.name = "a call",
                .agent = testing_support::played_agent(capabilities, std::move(agent)),
                .voice = {.hear = EarChoice("tones")},
                .script = std::move(script),
                .checks = std::move(checks)},
               {.seed = 7, .speech = testing_support::tone_speech(tones)});
  }
};

PlayedAgent::Play says_at(std::shared_ptr<Tones> tones, Duration at, std::string text) {
  return [tones, at, text](PlayedAgent& agent) -> Task<> {
    co_await agent.clock.sleep_for(at);
    agent.signals.push(AgentAudio{tones->speak(text)});
    co_await agent.clock.sleep_for(1h);
  };
}

constexpr auto long_speech = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen";

TEST(CallChecksInARun, AnAgentThatSpeaksOverAnInterruptionFailsAndIsToBlame_SCN60_VOX93) {
  Desk desk;
  const auto result = desk.play(says_at(desk.tones, 1s, long_speech), {user("hours"), interrupt("wait", {.after = 500ms}), succeed()}, {stops_within(400ms)});
  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  ASSERT_EQ(result.checks.size(), 1U);
  EXPECT_THAT(result.reasoning, HasSubstr("within 0.40 s of being interrupted; found more than 2.00 s"));
  EXPECT_EQ(result.fault->party, Party::agent);
  EXPECT_EQ(result.fault->rule, "check");
  EXPECT_TRUE(result.fault->certain);
  EXPECT_EQ(result.messages.at(static_cast<std::size_t>(result.checks[0].message.value())).text(), "wait");
}

TEST(CallChecksInARun, WhatOurEffectsLeftNothingOfSaysNothingOfTheAgent_VOX40_VOX92) {
  Desk desk;
  const auto never = [](PlayedAgent& agent) -> Task<> { co_await agent.clock.sleep_for(1h); };
  const SpokenHow lost{.effects = std::vector<VoiceEffect>{{"packet_loss", {.numbers = {{"rate", 1}}}}}, .expect = Expectation::respond};
  const auto result = desk.play(never, {user("hours", lost), antiphon::sleep(4s), succeed()}, {silence_at_most(2s), time_to_first_audio({.p50 = 2s})});
  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive) << result.reasoning;
  EXPECT_EQ(result.fault->party, Party::harness);
  ASSERT_EQ(result.checks.size(), 3U);
  for (const auto& check : result.checks) EXPECT_TRUE(check.inconclusive) << check.kind;
}

TEST(CallChecksInARun, AMomentThatNeverCameLeavesTheRunUndecidedByTheHarness_VOX92) {
  Desk desk;
  const auto result =
      desk.play(says_at(desk.tones, 12s, "at last"), {user("hours"), interrupt("hello again", {.after = 1s}), agent(), succeed()}, {stops_within(400ms)});
  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive);
  EXPECT_EQ(result.fault->party, Party::harness);
  EXPECT_THAT(result.fault->why, HasSubstr("the agent did not begin to speak within 8.00 s"));
}

TEST(CallChecksInARun, ATurnThatWasOverBeforeItsMomentIsToldAsThat_VOX92) {
  Desk desk;
  const auto result =
      desk.play(says_at(desk.tones, 1s, "one two three four"), {user("hours"), interrupt("wait", {.after = 30s}), succeed()}, {stops_within(400ms)});
  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive);
  EXPECT_EQ(result.fault->party, Party::harness);
  EXPECT_EQ(result.call->interruptions.at(0).outcome, "turn_was_over");
  EXPECT_THAT(result.call->interruptions.at(0).missed,
              testing::MatchesRegex("the agent's turn was over after 1\\.1. s, before the 30\\.0 s after which our user was to cut in"));
  EXPECT_THAT(result.fault->why, HasSubstr("the agent's turn was over after 1.1"));
}

TEST(CallChecksInARun, OneWordOnAStepDecidesTheRun_VOX93) {
  Desk desk;
  const auto held = desk.play([](PlayedAgent& agent) { return agent.clock.sleep_for(1h); },
                              {user("hello there", {.expect = Expectation::respond}), sleep(3s), succeed()}, {});
  EXPECT_EQ(held.outcome, RunOutcome::failed);
  EXPECT_THAT(held.reasoning, HasSubstr("expected an answer to \"hello there\""));
  EXPECT_EQ(held.fault->party, Party::agent);
  EXPECT_EQ(held.checks.at(0).kind, "expect");
  EXPECT_EQ(held.checks.at(0).message, 0);

  const auto ignored = desk.play(says_at(desk.tones, 500ms, long_speech), {sleep(1s), user("hm", {.expect = Expectation::ignore}), sleep(2s), succeed()}, {});
  EXPECT_EQ(ignored.outcome, RunOutcome::passed) << ignored.reasoning;

  const auto on = desk.play(says_at(desk.tones, 500ms, long_speech),
                            {user("hi"), interrupt("wait", {.after = 500ms, .how = {.expect = Expectation::stop}}), succeed()}, {});
  EXPECT_EQ(on.outcome, RunOutcome::failed);
  EXPECT_THAT(on.reasoning, HasSubstr("expected the agent to stop for \"wait\""));
}

TEST(CallChecksInARun, AStepThatExpectsNothingInWordsIsDecidedByNothing_VOX93) {
  Desk desk;
  const auto result = desk.play([](PlayedAgent& agent) { return agent.clock.sleep_for(1h); }, {user("hello"), sleep(3s), succeed()}, {});
  EXPECT_TRUE(result.checks.empty());
  EXPECT_EQ(result.outcome, RunOutcome::passed);
}

TEST(CallChecksInARun, AStepChecksTheCallSoFar_SCN60) {
  Desk desk;
  const auto result =
      desk.play(says_at(desk.tones, 3s, "we open at nine"), {user("hours"), agent(), check(time_to_first_audio({.max = 1s})), user("never said"), agent()}, {});
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_EQ(result.messages.size(), 2U);
  EXPECT_THAT(result.reasoning, HasSubstr("first audio with max at most 1.00 s; found max 2."));
}

TEST(CallChecksInARun, WhatTheAgentHeardIsItsOwnTranscript_SCN60_VOX90) {
  Desk desk;
  const auto play = [&](std::string understood) {
    return desk.play(
        [&, understood](PlayedAgent& agent) -> Task<> {
          co_await agent.clock.sleep_for(2s);
          agent.signals.push(AgentTranscript{.speaker = audio::Speaker::user, .text = understood, .final = true});
          agent.signals.push(AgentAudio{desk.tones->speak("it comes")});
          co_await agent.clock.sleep_for(1h);
        },
        {user("where is order A-1007"), agent(), succeed()}, {heard({.word_error_rate_at_most = 0, .entities = {"A-1007"}})});
  };
  EXPECT_EQ(play("where is order a one zero zero seven").outcome, RunOutcome::passed);
  const auto wrong = play("where is order a one zero zero eleven");
  EXPECT_EQ(wrong.outcome, RunOutcome::failed);
  EXPECT_EQ(wrong.fault->party, Party::agent);
}

TEST(CallChecksInARun, WhatOurUserHeardIsRecognisedAgainstTheAgentsWords_SCN60_VOX90) {
  Desk desk;
  const auto result = desk.play(
      [&](PlayedAgent& agent) -> Task<> {
        co_await agent.clock.sleep_for(2s);
        agent.signals.push(AgentTranscript{.text = "we open at nine", .final = true});
        agent.signals.push(AgentAudio{desk.tones->speak("we open at five")});
        co_await agent.clock.sleep_for(1h);
      },
      {user("hours"), agent(), succeed()}, {heard({.by = HeardCheck::By::user, .word_error_rate_at_most = 0.1})},
      {.streaming_transcripts = true, .paced = true});
  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(result.call->turns.at(0).told, "we open at nine");
  EXPECT_EQ(result.call->turns.at(0).transcript, "we open at five");
  EXPECT_TRUE(result.call->turns.at(0).recognised);
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_THAT(result.reasoning, HasSubstr("expected the user to hear 10 % wrong words; found 25 %"));
}

TEST(CallMeasuresInARun, HowBothSidesSoundIsMeasuredOnceTheCallIsOver_VOX90) {
  Desk desk;
  const auto result = desk.play(
      [&](PlayedAgent& agent) -> Task<> {
        co_await agent.clock.sleep_for(3s);
        auto samples = desk.tones->speak("we open at nine");
        const auto keys = audio::dtmf_tones("42");
        samples.insert(samples.end(), keys.begin(), keys.end());
        agent.signals.push(AgentAudio{samples});
        co_await agent.clock.sleep_for(1h);
      },
      {user("hours please"), dtmf("1w#"), agent(), succeed()}, {});
  ASSERT_FALSE(result.error) << result.error->message;
  const auto keys = [](const SideSound& sound) {
    std::string list;
    for (const auto& key : sound.keys) list += key.key;
    return list;
  };
  ASSERT_TRUE(result.call->user_sound && result.call->agent_sound);
  EXPECT_EQ(keys(*result.call->user_sound), "1#");
  EXPECT_EQ(keys(*result.call->agent_sound), "42");
  EXPECT_NEAR(to_seconds(result.call->agent_sound->keys.at(0).start), 3 + 0.05 + 4 * 0.3, 0.03);
  EXPECT_LT(result.call->agent_sound->loudness_lufs.value(), 0);
  const auto is_the_agents_key = [](const VoiceEvent& event) { return event.type == VoiceEventType::dtmf && event.metadata.contains("source"); };
  EXPECT_EQ(std::ranges::count_if(result.call->events, is_the_agents_key), 2);
}

TEST(CallChecksInARun, AreRefusedBeforeTheRunWhereNothingCanDecideThem_SCN60) {
  const auto problems = [](ParticipantSpec agent, Check check, VoiceOptions voice = {}) {
    return validate({.name = "x", .agent = std::move(agent), .voice = std::move(voice), .script = {user("hi")}, .checks = {std::move(check)}}, ModelRegistry{},
                    *testing_support::tone_speech());
  };
  const auto spoken = [](AdapterCapabilities capabilities) {
    return testing_support::played_agent(capabilities, [](PlayedAgent& agent) { return agent.clock.sleep_for(1h); });
  };
  const ParticipantSpec written([](std::string_view) { return std::string("hi"); });
  EXPECT_THAT(problems(written, stops_within(1s)), Contains(HasSubstr("the check `interruption` needs an agent that is spoken to")));
  EXPECT_THAT(problems(spoken({}), stops_within(1s)), testing::IsEmpty());
  const Check by_user = heard({.by = HeardCheck::By::user, .word_error_rate_at_most = 0.1});
  EXPECT_THAT(problems(spoken({}), by_user), Contains(HasSubstr("tells none")));
  EXPECT_THAT(problems(spoken({.streaming_transcripts = true}), by_user), Contains(HasSubstr("set `voice: {hear: auto}`")));
  EarChoice primed("tones");
  primed.phrases = {"we open at nine"};
  EXPECT_THAT(problems(spoken({.streaming_transcripts = true}), by_user, {.hear = primed}), Contains(HasSubstr("told `phrases` to expect")));
  EXPECT_THAT(problems(spoken({.streaming_transcripts = true}), by_user, {.hear = EarChoice("tones")}), testing::IsEmpty());
}

}  // namespace
}  // namespace antiphon
