#include "antiphon/audio/vad/voice_activity.hpp"

#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/effects/effect.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/audio/vad/internal/edges.hpp"
#include "antiphon/audio/vad/internal/narrow.hpp"
#include "antiphon/audio/vad/silero.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::audio {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::joined;
using testing::silence;
using testing::speech;

std::vector<VoiceEdge> edges_in(SampleView samples, const VoiceSettings& settings) {
  VoiceActivity activity(settings);
  auto edges = activity.feed(samples);
  for (const auto& edge : activity.finish()) edges.push_back(edge);
  return edges;
}

/// One stretch of speech, its ends within `tolerance_s`.
void expect_one_turn(SampleView samples, double start_s, double end_s, double tolerance_s, const VoiceSettings& settings, const std::string& what) {
  const auto edges = edges_in(samples, settings);
  ASSERT_EQ(edges.size(), 2U) << what;
  EXPECT_TRUE(edges[0].starts && !edges[1].starts);
  EXPECT_NEAR(static_cast<double>(edges[0].at) / canonical_rate_hz, start_s, tolerance_s) << what;
  EXPECT_NEAR(static_cast<double>(edges[1].at) / canonical_rate_hz, end_s, tolerance_s) << what;
}

/// Judges by a list.
class Scripted final : public FrameJudge {
 public:
  explicit Scripted(std::string script) : script_(std::move(script)) {}
  std::size_t frame() const override { return 240; }
  bool voiced(SampleView) override { return script_[at_++ % script_.size()] == '#'; }

 private:
  std::string script_;
  std::size_t at_ = 0;
};

std::vector<VoiceEdge> scripted(const std::string& frames, VoiceTiming timing) {
  VoiceActivity activity(std::make_unique<Scripted>(frames), timing, "scripted");
  auto edges = activity.feed(Samples(240 * frames.size()));
  for (const auto& edge : activity.finish()) edges.push_back(edge);
  return edges;
}

TEST(VoiceActivity, SpeechStartsAfterItsOnsetAndStopsAfterItsHangover_VOX50) {
  EXPECT_THAT(scripted("..###.....", {30ms, 40ms}), ElementsAre(VoiceEdge{true, 480}, VoiceEdge{false, 1200}));
  EXPECT_THAT(scripted("..##......", {30ms, 40ms}), ElementsAre()) << "too short";
  EXPECT_THAT(scripted("##.##.##.#", {30ms, 40ms}), ElementsAre()) << "never three together";
  EXPECT_THAT(scripted("###...###.....", {30ms, 40ms}), ElementsAre(VoiceEdge{true, 0}, VoiceEdge{false, 9 * 240})) << "a pause within the hangover";
  EXPECT_THAT(scripted("###....###....", {30ms, 40ms}),
              ElementsAre(VoiceEdge{true, 0}, VoiceEdge{false, 720}, VoiceEdge{true, 7 * 240}, VoiceEdge{false, 2400}));
  EXPECT_THAT(scripted("...####..", {30ms, 40ms}), ElementsAre(VoiceEdge{true, 720}, VoiceEdge{false, 7 * 240})) << "the end of the stream";
}

TEST(VoiceActivity, EdgesAlternateAndNeverGoBackWhateverTheFrames_VOX50) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    RandomStream random(seed);
    std::string frames;
    bool voiced = false;
    for (int i = 0; i < 200; ++i) frames += (voiced = random.uniform() < 0.2 ? !voiced : voiced) ? '#' : '.';
    bool speaking = false;
    std::size_t before = 0;
    for (const auto& edge : scripted(frames, {30ms, 40ms})) {
      ASSERT_NE(edge.starts, speaking) << seed;
      ASSERT_GE(edge.at, before) << seed;
      speaking = edge.starts, before = edge.at;
    }
    ASSERT_FALSE(speaking);
  }
}

TEST(VoiceActivity, HowAStreamIsCutChangesNothing_VOX50) {
  const auto samples = joined({silence(0.5), speech(1), silence(0.6), speech(0.7, -20, 180, 3), silence(0.5)});
  for (const auto engine : {VoiceEngine::energy, VoiceEngine::webrtc}) {
    const auto whole = edges_in(samples, {.engine = engine});
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      RandomStream random(seed);
      VoiceActivity activity({.engine = engine});
      std::vector<VoiceEdge> cut;
      for (SampleView rest = samples; !rest.empty();) {
        const auto size = std::min<std::size_t>(random.below(1500), rest.size());
        for (const auto& edge : activity.feed(rest.first(size))) cut.push_back(edge);
        rest = rest.subspan(size);
      }
      for (const auto& edge : activity.finish()) cut.push_back(edge);
      ASSERT_EQ(cut, whole) << to_string(engine) << seed;
    }
  }
}

TEST(EnergyDetector, ItFindsSpeechInSilenceAndInComfortNoise_VOX50) {
  const auto turn = joined({silence(1), speech(1.5), silence(1)});
  expect_one_turn(turn, 1, 2.5, 0.025, {}, "clean");
  for (const double noise : {-50.0, -40.0})
    expect_one_turn(testing::sum(turn, testing::noise(3.5, noise)), 1, 2.5, 0.05, {}, fmt::format("noise of {} dBFS", noise));
}

TEST(EnergyDetector, ThreeFramesAboveTheThresholdAreAStart_VOX50) {
  // RMS 600 and 400: on either side of 500.
  const auto loud = testing::sine(400, 0.06, 600 * std::sqrt(2) / 32767), quiet = testing::sine(400, 2, 400 * std::sqrt(2) / 32767);
  const auto frames = edges_in(joined({silence(0.2), loud, silence(0.5)}), {.fine_edges = false});
  EXPECT_THAT(frames, ElementsAre(VoiceEdge{true, 4800}, VoiceEdge{false, 6240}));
  EXPECT_THAT(edges_in(joined({silence(0.2), testing::sine(400, 0.04, 0.5), silence(0.5)}), {}), ElementsAre());
  EXPECT_THAT(edges_in(quiet, {}), ElementsAre());
}

TEST(FineEdges, StandWhereTheSoundIsHoweverLateADetectorIs_VOX50) {
  const auto turn = joined({silence(1), speech(1.5), silence(1.5)});
  for (const double late : {0.0, 0.1, 0.2}) {
    internal::EdgeFinder edges(24000);
    edges.feed(SampleView(turn).first(24000 + samples_in(300ms)));
    const auto start = edges.start(24000 + static_cast<std::size_t>(late * 24000), 0);
    ASSERT_TRUE(start) << late;
    EXPECT_NEAR(static_cast<double>(*start) / 24000, 1, 0.012) << late;
    edges.feed(SampleView(turn).subspan(24000 + samples_in(300ms), samples_in(1600ms)));
    const auto end = edges.end(60000 + static_cast<std::size_t>(late * 24000), *start);
    EXPECT_NEAR(static_cast<double>(end) / 24000, 2.5, 0.012) << late;
  }
}

TEST(FineEdges, ABeginningIsNeverPutBeforeTheSpeechBefore_VOX50) {
  const auto turns = joined({silence(0.5), speech(1), silence(0.1), speech(1), silence(0.5)});
  internal::EdgeFinder edges(24000);
  edges.feed(SampleView(turns).first(24000 * 2));
  EXPECT_GE(*edges.start(39000, 37000), 37000U);
}

TEST(FineEdges, NothingButNoiseIsNoSpeechWhateverADetectorSays_VOX50) {
  internal::EdgeFinder edges(24000);
  edges.feed(testing::noise(2, -40));
  EXPECT_FALSE(edges.start(24000, 0));
  VoiceActivity activity({.engine = VoiceEngine::webrtc});
  EXPECT_THAT(activity.feed(testing::noise(5, -40)), ElementsAre());
  VoiceActivity alone({.engine = VoiceEngine::webrtc, .fine_edges = false});
  EXPECT_FALSE(alone.feed(testing::noise(5, -40)).empty()) << "this test proves nothing";
}

TEST(FineEdges, WhatFadesOutIsSpeechToItsEnd_VOX50) {
  auto turn = joined({silence(0.5), speech(1), silence(1)});
  for (std::size_t i = 0; i < 6000; ++i) {  // the last quarter of a second falls to a thirtieth
    auto& sample = turn[36000 - 6000 + i];
    sample = to_sample(sample * std::pow(10, -1.5 * static_cast<double>(i) / 6000));
  }
  const auto edges = edges_in(turn, {});
  ASSERT_EQ(edges.size(), 2U);
  EXPECT_NEAR(static_cast<double>(edges[1].at) / 24000, 1.5, 0.02);
  EXPECT_LT(static_cast<double>(edges_in(turn, {.energy_over_noise = 0, .fine_edges = false})[1].at) / 24000, 1.47) << "this test proves nothing";
}

TEST(VoiceActivity, SaysWhileSoundMayTurnOutToBeSpeech_VOX50) {
  VoiceActivity activity;
  activity.feed(joined({speech(1), silence(1)}));
  EXPECT_FALSE(activity.may_be_starting());
  activity.feed(testing::sine(300, 0.04, 0.01));  // below every threshold of the engine, above silence
  EXPECT_TRUE(activity.may_be_starting());
  activity.feed(testing::sine(300, 1, 0.01));
  EXPECT_FALSE(activity.may_be_starting()) << "it would have begun by now";
  activity.feed(speech(0.5));
  EXPECT_FALSE(activity.may_be_starting());
  EXPECT_TRUE(activity.speaking());
}

TEST(EnergyDetector, SteadyNoiseIsLearned_VOX50) {
  const auto fan = testing::noise(34, -30);
  const auto edges = edges_in(fan, {});
  ASSERT_EQ(edges.size(), 2U);
  EXPECT_LT(edges[1].at, 28U * canonical_rate_hz) << "it is no longer taken for speech";
  const auto after = edges_in(testing::sum(joined({silence(30), speech(2, -12), silence(2)}), fan), {});
  ASSERT_EQ(after.size(), 4U) << "and speech above it still is";
  EXPECT_NEAR(static_cast<double>(after[2].at) / canonical_rate_hz, 30, 0.1);
  EXPECT_EQ(edges_in(fan, {.energy_over_noise = 0}).back().at, fan.size()) << "the reference's rule never learns";
}

TEST(EnergyDetector, TwentySecondsOfSpeechAreNotTakenForNoise_VOX50) {
  const auto edges = edges_in(joined({silence(0.5), speech(20), silence(1)}), {});
  ASSERT_EQ(edges.size(), 2U);
  EXPECT_NEAR(static_cast<double>(edges[1].at) / canonical_rate_hz, 20.5, 0.05);
}

TEST(WebRtcDetector, ItFindsSpeechAndPassesOverSilence_VOX50) {
  for (int mode = 0; mode <= 3; ++mode) {
    const VoiceSettings settings{.engine = VoiceEngine::webrtc, .webrtc_mode = mode};
    EXPECT_THAT(edges_in(silence(5), settings), ElementsAre()) << mode;
    expect_one_turn(joined({silence(1), speech(1.5), silence(1.5)}), 1, 2.5, 0.25, settings, fmt::format("mode {}", mode));
  }
}

TEST(WebRtcDetector, ItHearsThroughATelephone_VOX50) {
  RandomStream random(1);
  const auto line = make_effect("phone_quality")(joined({silence(1), speech(1.5), silence(1.5)}), random);
  expect_one_turn(line, 1, 2.5, 0.3, {.engine = VoiceEngine::webrtc}, "telephone");
}

TEST(VoiceActivity, SettingsOutOfRangeAreRefused_VOX50) {
  EXPECT_THROW(VoiceActivity({.energy_rms = 0}), Error);
  EXPECT_THROW(VoiceActivity({.energy_rms = std::nan("")}), Error);
  EXPECT_THROW(VoiceActivity({.energy_over_noise = -1}), Error);
  EXPECT_THROW(VoiceActivity({.engine = VoiceEngine::webrtc, .webrtc_mode = 4}), Error);
  EXPECT_THROW(VoiceActivity({.engine = VoiceEngine::silero, .silero_on = 0.3, .silero_off = 0.5}), Error);
  EXPECT_THROW(VoiceActivity({.timing = {.onset = 0ms}}), Error);
  EXPECT_THROW(VoiceActivity({.timing = {.hangover = 6000ms}}), Error);
  EXPECT_THAT([] { voice_engine_from("ear"); }, ::testing::ThrowsMessage<Error>(HasSubstr("energy, webrtc and silero")));
  EXPECT_EQ(voice_engine_from("webrtc"), VoiceEngine::webrtc);
}

TEST(VoiceActivity, ItsNameTellsDetectorVersionAndRule_VOX50) {
  EXPECT_EQ(VoiceActivity().name(), "energy/2 rms 500 over noise 3, onset 60 ms, hangover 300 ms, frames of 20 ms, edges/1 in steps of 4 ms");
  EXPECT_EQ(VoiceActivity({.engine = VoiceEngine::webrtc, .fine_edges = false}).name(), "webrtc/0.3 mode 2, onset 60 ms, hangover 300 ms, frames of 20 ms");
}

TEST(Narrow, TwoThirdsComeOutInPlaceWithoutWhatSixteenKilohertzCannotCarry_VOX50) {
  for (const double hz : {300.0, 3000.0, 6000.0, 9500.0, 11000.0}) {
    internal::Narrow narrow;
    std::vector<float> out;
    const auto tone = testing::sine(hz, 1);
    for (std::size_t i = 0; i < tone.size(); i += 480) narrow.feed(SampleView(tone).subspan(i, 480), out);
    ASSERT_EQ(out.size(), 16000U);
    double power = 0;
    for (std::size_t i = 160; i < out.size(); ++i) power += static_cast<double>(out[i]) * out[i] / (out.size() - 160.0);
    const double gain = 10 * std::log10(power / (16383.5 * 16383.5 / 2));
    if (hz < 6500)
      EXPECT_NEAR(gain, 0, 1) << hz;
    else
      EXPECT_LT(gain, -35) << hz;
  }
}

}  // namespace
}  // namespace antiphon::audio
