#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/result/call_json.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/recording.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing_support::PlayedAgent;
using testing_support::Tones;

AdapterCapabilities paced() { return {.paced = true}; }

ScenarioResult play(AdapterCapabilities capabilities, PlayedAgent::Play agent, std::vector<Step> script, VoiceOptions voice = {},
                    std::optional<ClockChoice> clock = {}, std::shared_ptr<Tones> tones = std::make_shared<Tones>()) {
  return run({.name = "a call",
              .agent = testing_support::played_agent(std::move(capabilities), std::move(agent)),
              .voice = std::move(voice),
              .script = std::move(script),
              .clock = clock},
             {.seed = 7, .speech = testing_support::tone_speech(std::move(tones))});
}

/// One second of a tone in frames of 20 ms, sent as they sound; the second half so much later.
PlayedAgent::Play in_two_halves(Duration late) {
  return [late](PlayedAgent& agent) -> Task<> {
    const auto tone = audio::testing::sine(300, 1, 0.3);
    const auto begin = agent.clock.now() + 1s;
    for (std::size_t k = 0; k < 50; ++k) {
      co_await agent.clock.sleep_until(begin + k * 20ms + (k < 25 ? 0ms : late));
      agent.signals.push(
          AgentAudio{audio::Samples(tone.begin() + static_cast<std::ptrdiff_t>(k * 480), tone.begin() + static_cast<std::ptrdiff_t>(k * 480 + 480))});
    }
    co_await agent.clock.sleep_for(1h);
  };
}

/// The longest run of silence in the first 990 ms of what the agent said.
Duration longest_gap(const ScenarioResult& result) {
  std::size_t longest = 0, now = 0;
  for (const auto sample : result.recording->track(audio::Speaker::agent, result.call->turns.at(0).start, 990ms)) {
    now = sample == 0 ? now + 1 : 0;
    longest = std::max(longest, now);
  }
  return audio::duration_of(longest);
}

TEST(Delivery, AGapUnder40msIsClosedAndCountedAsJitter_VOX14) {
  const auto result = play(paced(), in_two_halves(30ms), {user("hello"), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(result.call->delivery.jitters, 1U);
  EXPECT_EQ(result.call->delivery.jitter, 30ms);
  EXPECT_EQ(result.call->delivery.under_runs, 0U);
  EXPECT_LT(longest_gap(result), 10ms) << "the recording has no hole";
  const auto& turn = result.call->turns.at(0);
  EXPECT_NEAR(to_seconds(turn.end - turn.start), 1.03, 0.012) << "heard as it came";
}

TEST(Delivery, AGapFrom40msOnIsAnUnderRun_VOX14) {
  const auto result = play(paced(), in_two_halves(60ms), {user("hello"), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(result.call->delivery.jitters, 0U);
  EXPECT_EQ(result.call->delivery.under_runs, 1U);
  EXPECT_EQ(result.call->delivery.under_run, 60ms);
  EXPECT_NEAR(to_seconds(longest_gap(result)), 0.06, 0.002);
  EXPECT_EQ(result.call->turns.size(), 1U);
}

/// Four seconds of speech in a quarter of a second, and deaf from then on.
Task<> burst(PlayedAgent& agent) {
  co_await agent.clock.sleep_for(1s);
  const auto words = audio::testing::speech(4);
  for (std::size_t at = 0; at < words.size(); at += 7200) {
    agent.signals.push(AgentAudio{
        audio::Samples(words.begin() + static_cast<std::ptrdiff_t>(at), words.begin() + static_cast<std::ptrdiff_t>(std::min(at + 7200, words.size())))});
    co_await agent.clock.sleep_for(20ms);
  }
  co_await agent.clock.sleep_for(1h);
}

TEST(Delivery, WhatIsSentAheadIsHeardInItsOwnTimeAndTheRatioTold_VOX14) {
  const auto result = play(paced(), burst, {user("hello"), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto figures = voice::measure(*result.call).figures;
  EXPECT_GT(figures.at("delivery_ratio")->value, 10);
  EXPECT_NEAR(figures.at("longest_tail_s")->value, 3.74, 0.05);
  EXPECT_NEAR(to_seconds(result.call->turns.at(0).end - result.call->turns.at(0).start), 4, 0.05);
}

TEST(Delivery, AnAgentThatSendsNoMoreAndIsStillHeardHasNotStopped_VOX14) {
  InterruptOptions into_the_tail{.after_sent = 200ms};
  const auto result = play(paced(), burst, {user("hello"), interrupt("wait", into_the_tail), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_EQ(result.call->interruptions.size(), 1U);
  const auto& cut = result.call->interruptions[0];
  EXPECT_EQ(cut.outcome, "fired_after_speech");
  EXPECT_LT(*cut.achieved, 2s) << "everything was sent by then, and three seconds of it were still to be heard";
  EXPECT_TRUE(cut.censored);
}

TEST(Delivery, ReceivedAndHeardStandBesideEachOther_VOX14) {
  // A second turn is sent while the first is still heard.
  const auto result = play(paced(),
                           [](PlayedAgent& agent) -> Task<> {
                             co_await agent.clock.sleep_for(1s);
                             agent.signals.push(AgentAudio{audio::testing::speech(3)});
                             co_await agent.clock.sleep_for(200ms);
                             agent.signals.push(AgentAudio{audio::testing::joined({audio::testing::silence(1.5), audio::testing::speech(1)})});
                             co_await agent.clock.sleep_for(1h);
                           },
                           {user("hello"), agent(), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_EQ(result.call->turns.size(), 2U);
  EXPECT_NEAR(to_seconds(*result.call->turns[1].received_start), 1.2, 0.021);
  EXPECT_NEAR(to_seconds(result.call->turns[1].start), 5.5, 0.02);
}

TEST(Turns, ASignalEndsATurnOnceItWasHeardWhateverPauseIsInside_VOX11) {
  auto capabilities = paced();
  capabilities.turn_end = true;
  const auto result =
      play(capabilities,
           [](PlayedAgent& agent) -> Task<> {
             co_await agent.clock.sleep_for(1s);
             agent.signals.push(AgentAudio{audio::testing::joined({audio::testing::speech(1), audio::testing::silence(1.5), audio::testing::speech(1)})});
             agent.signals.push(AgentTurnEnd{});
             co_await agent.clock.sleep_for(1h);
           },
           {user("hello"), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_EQ(result.call->turns.size(), 1U);
  const auto& turn = result.call->turns[0];
  EXPECT_EQ(turn.ending, TurnEnding::signal);
  EXPECT_NEAR(to_seconds(turn.start), 1, 0.02);
  EXPECT_NEAR(to_seconds(turn.end), 4.5, 0.02) << "not when the signal came, which was at 1 s";
  EXPECT_EQ(turn.voiced.size(), 2U);
}

TEST(Turns, OneThatNeverStopsIsCappedAndSpeakingOverItIsOurs_VOX11) {
  const auto result = play(paced(),
                           [](PlayedAgent& agent) -> Task<> {
                             co_await agent.clock.sleep_for(1s);
                             agent.signals.push(AgentAudio{audio::testing::speech(40)});
                             co_await agent.clock.sleep_for(1h);
                           },
                           {user("hello"), agent(), user("one two three four five"), antiphon::sleep(10s), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_EQ(result.call->turns.size(), 2U);
  EXPECT_EQ(result.call->turns[0].ending, TurnEnding::capped);
  EXPECT_NEAR(to_seconds(result.call->turns[0].end), 31, 0.2) << "its last syllable before";
  EXPECT_NEAR(to_seconds(result.call->turns[1].end), 41, 0.05);
  const auto& line = result.call->utterances.at(1);
  EXPECT_LT(line.start, 32s) << "our user went on while the agent spoke";
  const auto figures = voice::measure(*result.call).figures;
  EXPECT_GT(figures.at("overlap_s")->value, 1);
  EXPECT_EQ(figures.at("talk_over_s")->value, 0);
  EXPECT_EQ(figures.at("agent_interrupts_user")->value, 0);
}

TEST(Detection, OurOwnRunsOnBothSidesWhereTheAgentTellsNothing_VOX50) {
  // In the recording our user speaks from 0.5 to 1.5 s; the agent's words begin 0.2 s after its audio.
  const auto recording = audio::testing::joined({audio::testing::silence(0.5), audio::testing::speech(1), audio::testing::silence(0.5)});
  const auto agent_play = [](PlayedAgent& agent) -> Task<> {
    co_await agent.clock.sleep_for(3s);
    agent.signals.push(AgentAudio{audio::testing::joined({audio::testing::silence(0.2), audio::testing::speech(1)})});
    co_await agent.clock.sleep_for(1h);
  };
  for (const auto engine : {audio::VoiceEngine::energy, audio::VoiceEngine::webrtc}) {
    const auto result = play(paced(), agent_play, {play_audio(recording, "hello"), agent(), succeed("")}, {.detector = audio::VoiceSettings{.engine = engine}});

    ASSERT_FALSE(result.error) << result.error->message;
    EXPECT_THAT(result.call->detector, testing::StartsWith(std::string(audio::to_string(engine))));
    const auto& said = result.call->utterances.at(0);
    ASSERT_EQ(said.voiced.size(), 1U);
    EXPECT_NEAR(to_seconds(said.voiced[0].start - said.start), 0.5, 0.02);
    EXPECT_NEAR(to_seconds(said.voiced[0].end - said.start), 1.5, 0.02);
    EXPECT_NEAR(to_seconds(result.call->turns.at(0).start), 3.2, 0.02);
    EXPECT_NEAR(result.answer_s.at(0), 3.2 - 1.5 - to_seconds(said.start), 0.03);
  }
}

TEST(Detection, WhatAnAgentTellsOfItsOwnStandsOnTheTimelineAndMovesNoEdge_VOX50) {
  auto capabilities = paced();
  capabilities.native_vad = true;
  const auto tones = std::make_shared<Tones>();
  const auto result = play(
      capabilities,
      [tones](PlayedAgent& agent) -> Task<> {
        co_await agent.clock.sleep_for(300ms);
        agent.signals.push(AgentHeardUser{.started = true});
        co_await agent.clock.sleep_for(600ms);
        agent.signals.push(AgentHeardUser{.started = false});
        co_await agent.clock.sleep_for(600ms);
        agent.signals.push(AgentAudio{tones->speak("yes")});
        co_await agent.clock.sleep_for(1h);
      },
      {user("hello there"), agent(), succeed("")}, {}, {}, tones);

  ASSERT_FALSE(result.error) << result.error->message;
  std::vector<Duration> theirs, ours;
  for (const auto& event : result.call->events) {
    if (event.type != VoiceEventType::user_stop_speaking) continue;
    (event.metadata.contains("source") ? theirs : ours).push_back(event.time);
  }
  EXPECT_EQ(theirs, std::vector<Duration>{900ms}) << "when it says that it heard us stop";
  ASSERT_EQ(ours.size(), 1U);
  EXPECT_NEAR(to_seconds(ours[0]), 0.05 + 0.54, 0.02) << "when our voice stopped";
  EXPECT_NEAR(result.answer_s.at(0), 1.55 - 0.59, 0.03) << "latencies count from our own edges";
}

TEST(CutIns, ByWordsThatAreOnlyHeardAreWithin600ms_VOX33_VOX91) {
  const auto tones = std::make_shared<Tones>();
  const auto result = play(
      paced(),
      [tones](PlayedAgent& agent) -> Task<> {
        co_await agent.clock.sleep_for(1s);
        agent.signals.push(AgentAudio{tones->speak("one two three four five six seven eight nine ten")});
        co_await agent.clock.sleep_for(1h);
      },
      {user("hours"), interrupt("wait", {.after_words = 4}), succeed("")}, {}, {}, tones);

  ASSERT_FALSE(result.error) << result.error->message;
  const auto fourth_word_ends = result.call->turns.at(0).start + 3 * 300ms + 240ms;
  const auto& cut = result.call->interruptions.at(0);
  EXPECT_GE(*cut.achieved, fourth_word_ends - 20ms);
  EXPECT_LE(*cut.achieved, fourth_word_ends + 600ms);
  EXPECT_LT(std::chrono::abs(*cut.achieved - *cut.intended), 100ms);
}

Task<> short_talk(PlayedAgent& agent) {
  co_await agent.clock.sleep_for(900ms);
  agent.signals.push(AgentAudio{audio::testing::joined({audio::testing::speech(0.5), audio::testing::silence(0.4), audio::testing::speech(0.4)})});
  co_await agent.clock.sleep_for(3100ms);
  agent.signals.push(AgentAudio{audio::testing::speech(0.5)});
  co_await agent.clock.sleep_for(1h);
}

/// What must not depend on the clock: who spoke, in how many turns and pieces, how each ended.
std::string structure(const ScenarioResult& result) {
  std::string all;
  for (const auto& turn : result.call->turns) all += fmt::format("{} {} {}; ", to_string(turn.ending), turn.voiced.size(), turn.resumed);
  for (const auto& event : result.call->events) all += fmt::format("{} ", to_string(event.type));
  for (const auto& turn : voice::measure(*result.call).user_turns) all += fmt::format("{} ", to_string(turn.outcome));
  return all;
}

// In real time it takes five seconds for real: that both clocks give the same is what is to be shown.
TEST(BothClocks, GiveTheSameTurns_VOX80) {
  const std::vector<Step> script{user("hello"), agent(), user("and then"), agent(), succeed("")};
  const auto imagined = play(paced(), short_talk, script, {}, ClockChoice::virtual_time), real = play(paced(), short_talk, script, {}, ClockChoice::wall);

  ASSERT_FALSE(imagined.error) << imagined.error->message;
  ASSERT_FALSE(real.error) << real.error->message;
  EXPECT_EQ(real.clock, "wall");
  EXPECT_EQ(structure(imagined), structure(real));
  EXPECT_EQ(real.messages.size(), imagined.messages.size());
}

TEST(BothClocks, TwoVirtualRunsAreTheSameToTheByte_VOX80) {
  const std::vector<Step> script{user("hello"), interrupt("wait", {.after = 200ms}), user("and then"), agent(), succeed("")};
  const VoiceOptions noisy{.effects = std::vector<VoiceEffect>{{"background_noise"}}};
  const auto first = play(paced(), short_talk, script, noisy), second = play(paced(), short_talk, script, noisy);

  ASSERT_FALSE(first.error) << first.error->message;
  EXPECT_EQ(json_text(voice_json(*first.call)), json_text(voice_json(*second.call)));
  for (const auto side : {audio::Speaker::user, audio::Speaker::agent}) EXPECT_EQ(first.recording->track(side, 0s, 1h), second.recording->track(side, 0s, 1h));
}

}  // namespace
}  // namespace antiphon
