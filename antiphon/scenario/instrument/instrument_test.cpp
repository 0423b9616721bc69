#include "antiphon/scenario/instrument/instrument.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/result/call_record.hpp"
#include "antiphon/scenario/run.hpp"

namespace antiphon::instrument {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::vector<std::shared_ptr<const KnownVoice>>& voices() {
  static const auto all = known_voices();
  return all;
}

const Case& line_called(std::string_view name) { return *std::ranges::find(known_cases(), name, &Case::name); }

void expect_goals(const DetectorSheet& sheet) {
  for (const auto& reading : sheet.readings) {
    EXPECT_TRUE(reading.holds()) << sheet.detector << ", " << reading.line << ": " << reading.found << " of " << reading.turns << " turns, " << reading.invented
                                 << " invented, starts " << reading.starts.least << ".." << reading.starts.most << ", ends " << reading.ends.least << ".."
                                 << reading.ends.most << ", answers " << reading.latency.least << ".." << reading.latency.most << ", stops "
                                 << reading.stop.least << ".." << reading.stop.most << " " << reading.failure;
  }
}

TEST(Instrument, TheUsualDetectorMeetsItsGoalsOnEveryLine_VOX91) {
  const auto sheet = measure({}, voices());
  EXPECT_EQ(sheet.readings.size(), 10U);
  expect_goals(sheet);
  EXPECT_TRUE(sheet.usual);
  EXPECT_TRUE(sheet.holds());
  for (const auto& reading : sheet.readings) {
    EXPECT_LE(reading.tolerance_s, reading.line.starts_with("noise") || reading.line.starts_with("telephone") || reading.line.starts_with("5 %") ? 0.05 : 0.02);
    EXPECT_EQ(reading.latency.n, 5 * voices().size());
    EXPECT_EQ(reading.stop.n, voices().size());
  }
}

TEST(Instrument, WebRtcMeetsThemWithEdgesOfOursAndNotByItself_VOX91) {
  const std::vector<Case> lines{line_called("clean"), line_called("noise of -40 dBFS"), line_called("telephone, mu-law"), line_called("pause of 0.3 s")};
  expect_goals(measure({.engine = audio::VoiceEngine::webrtc}, voices(), lines));
  const auto alone = measure({.engine = audio::VoiceEngine::webrtc, .fine_edges = false}, {voices().front()}, lines);
  EXPECT_FALSE(alone.holds());
  EXPECT_FALSE(alone.readings[1].holds());
  EXPECT_GT(alone.readings[0].ends.most, 0.08);
}

TEST(Instrument, ADetectorThatHearsNothingLosesEveryTurn_VOX91) {
  const auto sheet = measure({.energy_rms = 32767}, {voices().front()}, {line_called("clean")});
  ASSERT_EQ(sheet.readings.size(), 1U);
  EXPECT_EQ(sheet.readings[0].found, 0U);
  EXPECT_THAT(sheet.readings[0].failure, HasSubstr("said nothing for 30 s"));
  EXPECT_FALSE(sheet.holds());
}

TEST(Instrument, ItsSheetIsTheSameOnEveryRun_VOX80_VOX91) {
  const auto once = [] { return to_json({.detectors = {measure({}, {voices().front()}, {line_called("5 % of packets lost"), line_called("clean")})}}); };
  EXPECT_EQ(once(), once());
}

CallRecord as_it_was(const KnownTruth& truth) {
  CallRecord record{.duration = 20s};
  for (const auto& spans : truth.user) record.utterances.push_back({.start = spans.front().start, .end = spans.back().end, .voiced = spans});
  for (const auto& spans : truth.agent)
    record.turns.push_back({.start = spans.front().start, .end = spans.back().end, .voiced = spans, .ending = TurnEnding::tail_silence});
  return record;
}

const KnownTruth two_turns{.user = {{{1s, 2s}}, {{6s, 7s}}}, .agent = {{{2500ms, 3s}, {3550ms, 4s}}, {{7400ms, 9s}}}, .latency = {500ms, 400ms}};

TEST(Comparison, OfTheTruthWithItselfFindsNoError_VOX91) {
  Reading reading;
  compare(two_turns, as_it_was(two_turns), reading);
  EXPECT_EQ(reading.turns, 5U) << "the pause counts";
  EXPECT_EQ(reading.found, 5U);
  EXPECT_EQ(reading.invented, 0U);
  EXPECT_EQ(reading.starts.n, 5U);
  EXPECT_EQ(reading.starts.worst(), 0);
  EXPECT_EQ(reading.ends.worst(), 0);
  EXPECT_EQ(reading.latency.n, 2U);
  EXPECT_NEAR(reading.latency.worst(), 0, 1e-9);
}

TEST(Comparison, TellsWhatIsLostInventedAndOff_VOX91) {
  Reading off, lost, invented, split;
  auto record = as_it_was(two_turns);
  record.turns[1].start += 30ms, record.turns[1].voiced[0].start += 30ms;
  compare(two_turns, record, off);
  EXPECT_NEAR(off.starts.most, 0.03, 1e-9);
  EXPECT_NEAR(off.latency.most, 0.03, 1e-9);

  record = as_it_was(two_turns);
  record.turns.pop_back();
  compare(two_turns, record, lost);
  EXPECT_EQ(lost.found, 4U);

  record = as_it_was(two_turns);
  record.turns.push_back({.start = 15s, .end = 16s, .voiced = {{15s, 16s}}});
  compare(two_turns, record, invented);
  EXPECT_EQ(invented.invented, 1U);

  // One turn read as two, at its pause.
  record = as_it_was(two_turns);
  record.turns.insert(record.turns.begin() + 1, {.start = 3550ms, .end = 4s, .voiced = {{3550ms, 4s}}});
  record.turns[0].end = 3s, record.turns[0].voiced.pop_back();
  compare(two_turns, record, split);
  EXPECT_EQ(split.invented, 1U);
  EXPECT_NEAR(split.ends.least, -1, 1e-9);
  EXPECT_EQ(split.found, 4U) << "the pause is lost";
}

TEST(KnownCalls, AnInterruptionIsAchievedWhenItWasIntended_VOX91) {
  for (const auto& voice : voices()) {
    auto call = make_call(line_called("clean"), *voice, {});
    const auto result = run(std::move(call.scenario), {.seed = 1, .speech = known_speech(line_called("clean"), *voice)});
    ASSERT_FALSE(result.error) << result.error->message;
    ASSERT_EQ(result.call->interruptions.size(), 1U);
    const auto& cut = result.call->interruptions[0];
    EXPECT_LT(std::chrono::abs(*cut.achieved - *cut.intended), 100ms) << voice->name();
    EXPECT_LT(std::chrono::abs(*cut.intended - (call.truth->agent[3].front().start + call.truth->cut_after)), 20ms);
    EXPECT_LT(std::chrono::abs(*cut.achieved - call.truth->user[4].front().start), 20ms) << "what is told is what was";
    EXPECT_THAT(result.call->detector, testing::StartsWith("energy/2 rms 500 over noise 3, onset 60 ms")) << "a result names detector, version and rule";
  }
}

TEST(KnownSpeech, IsSilentAroundItsVoicedSpans_VOX91) {
  const auto line = say(*voices().front(), 3, {.lead = 200ms, .pause = 550ms, .seconds = 1});
  ASSERT_EQ(line.voiced.size(), 2U);
  EXPECT_EQ(line.voiced[0].start, 200ms);
  EXPECT_EQ(line.voiced[1].start - line.voiced[0].end, 550ms);
  for (std::size_t i = 0; i < line.samples.size(); ++i) {
    const auto at = audio::duration_of(i);
    const bool voiced = std::ranges::any_of(line.voiced, [&](const VoicedSpan& span) { return span.start <= at && at < span.end; });
    if (!voiced) ASSERT_EQ(line.samples[i], 0) << i;
  }
}

TEST(KnownSpeech, UnderNoiseOnlyWhatStandsOutCounts_VOX91) {
  const audio::Samples loud(2400, 5000), faint(2400, 150);
  audio::Samples signal = faint;
  signal.insert(signal.end(), loud.begin(), loud.end());
  signal.insert(signal.end(), faint.begin(), faint.end());
  const auto clean = voiced_in(signal, std::nullopt)[0], noisy = voiced_in(signal, -40)[0];
  EXPECT_EQ(clean.start, 0ms);
  EXPECT_EQ(clean.end, 300ms);
  EXPECT_EQ(noisy.start, 100ms);
  EXPECT_EQ(noisy.end, 200ms);
}

}  // namespace
}  // namespace antiphon::instrument
