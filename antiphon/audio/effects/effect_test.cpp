#include "antiphon/audio/effects/effect.hpp"

#include <cmath>
#include <fstream>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/effects/noise.hpp"
#include "antiphon/audio/file.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/testing/refusal.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/error.hpp"
#include "tests/source_file.hpp"

namespace antiphon::audio {
namespace {

using ::testing::HasSubstr;
using testing::joined;
using testing::refusal;
using testing::silence;
using testing::sine;
using testing::tone_db;

Samples heard(std::string_view effect, SampleView samples, const EffectSettings& settings = {}, std::uint64_t seed = 1) {
  RandomStream random(seed);
  return make_effect(effect, settings)(samples, random);
}

Samples heard(std::string_view effect, SampleView samples, std::map<std::string, double, std::less<>> numbers, std::uint64_t seed = 1) {
  return heard(effect, samples, EffectSettings{.numbers = std::move(numbers)}, seed);
}

double level_after(std::string_view effect, double hz, const EffectSettings& settings = {}) {
  const auto tone = sine(hz, 1, 0.2);
  const auto out = heard(effect, tone, settings);
  return tone_db(SampleView(out).subspan(2400, 19200), hz) - tone_db(SampleView(tone).subspan(2400, 19200), hz);
}

/// The most frequent distance between rising zero crossings, as a frequency.
double pitch_of(SampleView samples) {
  int crossings = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) crossings += samples[i - 1] < 0 && samples[i] >= 0;
  return crossings * static_cast<double>(canonical_rate_hz) / static_cast<double>(samples.size());
}

std::size_t silent_frames(SampleView samples) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 480 <= samples.size(); i += 480) count += std::ranges::all_of(samples.subspan(i, 480), [](Sample sample) { return sample == 0; });
  return count;
}

TEST(Effects, AllOfThemAreThere_VOX40) {
  std::set<std::string_view> names;
  for (const auto& effect : effect_descriptions()) names.insert(effect.name);
  for (const auto* name : {"background_noise", "phone_quality", "static", "crackle", "packet_loss", "jitter", "low_bandwidth", "echo", "reverb", "volume",
                           "clipping", "speed", "pitch", "muffled", "dropout", "double_talk", "robotic"})
    EXPECT_TRUE(names.contains(name)) << name;
  EXPECT_TRUE(std::ranges::is_sorted(effect_descriptions(), {}, &EffectDescription::name));
}

TEST(Effects, TheSameSeedGivesTheSameSamplesAndAnotherOneOthers_VOX40) {
  const auto speech = testing::speech(1.1);
  const std::set<std::string_view> drawn{"background_noise", "crackle", "double_talk", "dropout", "jitter", "packet_loss", "static"};
  for (const auto& effect : effect_descriptions()) {
    const EffectSettings settings = effect.name == "packet_loss" ? EffectSettings{.numbers = {{"rate", 0.3}}} : EffectSettings{};
    EXPECT_EQ(heard(effect.name, speech, settings, 7), heard(effect.name, speech, settings, 7)) << effect.name;
    EXPECT_EQ(heard(effect.name, speech, settings, 7) == heard(effect.name, speech, settings, 8), !drawn.contains(effect.name)) << effect.name;
  }
}

TEST(Effects, EveryLengthIsKeptAndEveryValueStandable_VOX40) {
  RandomStream random(1);
  for (const auto& effect : effect_descriptions())
    for (const std::size_t count : {0U, 1U, 2U, 23U, 479U, 480U, 481U, 5000U}) {
      const auto out = heard(effect.name, testing::anything(count, random));
      if (effect.keeps_length) EXPECT_EQ(out.size(), count) << effect.name;
      if (count == 0) EXPECT_TRUE(out.empty()) << effect.name;
    }
}

TEST(Effects, EveryEndOfEveryRangeWorksAndWhatIsBeyondIsRefused_VOX40) {
  const auto speech = testing::speech(0.4);
  for (const auto& effect : effect_descriptions())
    for (const auto& parameter : effect.parameters) {
      if (!parameter.choices.empty() || parameter.is_file) continue;
      const std::string name(parameter.name);
      for (const double value : {parameter.lowest, parameter.highest})
        EXPECT_FALSE(heard(effect.name, speech, {{name, value}}).empty()) << effect.name << ' ' << name;
      for (const double value : {parameter.lowest - 0.001, parameter.highest + 0.001, std::nan(""), HUGE_VAL, -HUGE_VAL})
        EXPECT_THAT(refusal([&] { heard(effect.name, speech, {{name, value}}); }), HasSubstr(name + " of the effect " + std::string(effect.name) + " is "))
            << value;
      if (parameter.usual) EXPECT_EQ(heard(effect.name, speech, {{name, *parameter.usual}}), heard(effect.name, speech)) << name << " is usual";
    }
}

TEST(Effects, MistakesNameEffectSettingAndWhatThereIs_VOX40) {
  EXPECT_THAT(refusal([] { make_effect("telephone"); }), HasSubstr("there is no effect \"telephone\": background_noise, clipping"));
  EXPECT_THAT(refusal([] { make_effect("echo", {.numbers = {{"delay", 1}}}); }),
              HasSubstr("the effect echo has no setting \"delay\": delay_ms, gain, feedback"));
  EXPECT_THAT(refusal([] { make_effect("background_noise", {.words = {{"kind", "beach"}}}); }),
              HasSubstr("one of cafe, street, office, airport, babble, not \"beach\""));
  EXPECT_THAT(refusal([] { make_effect("background_noise", {.numbers = {{"kind", 1}}}); }), HasSubstr("kind of the effect background_noise is a word"));
  EXPECT_THAT(refusal([] { make_effect("echo", {.words = {{"gain", "loud"}}}); }), HasSubstr("gain of the effect echo is a number"));
  EXPECT_THAT(refusal([] { make_effect("background_noise", {.numbers = {{"volume", 0.1}, {"snr_db", 10}}}); }), HasSubstr("volume or snr_db, not both"));
  EXPECT_THAT(refusal([] { make_effect("background_noise", {.words = {{"file", "https://example.com/rain.wav"}}}); }), HasSubstr("is a URL"));
  EXPECT_THAT(refusal([] { make_effect("double_talk", {.words = {{"file", "/no/such.wav"}}}); }), HasSubstr("/no/such.wav: No such file"));
}

TEST(Effects, TheyWorkInOrder_VOX40) {
  const auto tone = sine(500, 0.2, 0.5);
  RandomStream random(1);
  const std::vector<Effect> louder_then_clipped{make_effect("volume", {.numbers = {{"gain_db", 12}}}), make_effect("clipping")};
  const std::vector<Effect> clipped_then_louder{louder_then_clipped[1], louder_then_clipped[0]};
  EXPECT_NEAR(peak_dbfs(apply_effects(louder_then_clipped, tone, random)), -12, 0.01);
  EXPECT_NEAR(peak_dbfs(apply_effects(clipped_then_louder, tone, random)), 0, 0.01);
  EXPECT_EQ(apply_effects({}, tone, random), tone);
}

TEST(BackgroundNoise, ItLiesAsFarBelowTheSpeechAsAsked_VOX40) {
  const auto speech = testing::speech(3);
  for (const auto* kind : {"cafe", "street", "office", "airport", "babble"})
    for (const double snr : {0.0, 10.0, 20.0}) {
      const auto noisy = heard("background_noise", speech, EffectSettings{.numbers = {{"snr_db", snr}}, .words = {{"kind", kind}}});
      Samples noise(speech.size());
      for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = to_sample(double{} + noisy[i] - speech[i]);
      EXPECT_NEAR(active_dbfs(speech) - active_dbfs(noise), snr, 3) << kind;
    }
}

TEST(BackgroundNoise, ItsVolumeIsMeasuredAgainstSpeech_VOX40) {
  for (const auto* kind : {"cafe", "street", "office", "airport", "babble"}) {
    EXPECT_NEAR(active_dbfs(heard("background_noise", silence(8), EffectSettings{.numbers = {{"volume", 1}}, .words = {{"kind", kind}}})), -23, 1.5) << kind;
    EXPECT_NEAR(active_dbfs(heard("background_noise", silence(8), EffectSettings{.numbers = {{"volume", 0.1}}, .words = {{"kind", kind}}})), -43, 1.5) << kind;
  }
  EXPECT_EQ(heard("background_noise", silence(1), {{"volume", 0}}), silence(1));
}

TEST(BackgroundNoise, PlacesDifferAndRepeatWithoutASeam_VOX40) {
  std::set<Samples> beds;
  for (const auto kind : {NoiseKind::cafe, NoiseKind::street, NoiseKind::office, NoiseKind::airport, NoiseKind::babble, NoiseKind::voice}) {
    const auto bed = noise_bed(kind);
    EXPECT_EQ(bed, noise_bed(kind));
    beds.insert(*bed);
    int largest = 0;
    for (std::size_t i = 1; i < bed->size(); ++i) largest = std::max(largest, std::abs((*bed)[i] - (*bed)[i - 1]));
    EXPECT_LE(std::abs(bed->front() - bed->back()), largest) << to_string(kind);
    EXPECT_EQ(noise_kind_from(to_string(kind)), kind);
  }
  EXPECT_EQ(beds.size(), 6U);
  EXPECT_THROW(noise_kind_from("beach"), Error);
}

TEST(BackgroundNoise, AFileOfOnesOwnIsRepeated_VOX40) {
  const auto path = ::testing::TempDir() + std::to_string(::getpid()) + "rain.wav";
  write_audio_file(path, testing::noise(0.5, -23));
  for (const auto* effect : {"background_noise", "double_talk"}) {
    const auto noisy = heard(effect, silence(2), EffectSettings{.numbers = {{"volume", 1}}, .words = {{"file", path}}});
    EXPECT_NEAR(rms_dbfs(noisy), -23, 0.2);
    EXPECT_EQ(Samples(noisy.begin(), noisy.begin() + 12000), Samples(noisy.begin() + 12000, noisy.begin() + 24000));
  }
  ::unlink(path.c_str());
}

TEST(Effects, APipeIsNoFileOfTheirs_VOX40) {
  const auto pipe = ::testing::TempDir() + std::to_string(::getpid()) + "pipe.wav";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const auto* effect : {"background_noise", "double_talk"})
    EXPECT_THAT(refusal([&] { make_effect(effect, {.words = {{"file", pipe}}}); }), HasSubstr("pipe.wav is a pipe or a device")) << effect;
  ::unlink(pipe.c_str());
}

TEST(NoiseSource, FramesJoinWithoutAGap_VOX40) {
  RandomStream one(3), two(3);
  NoiseSource whole(noise_bed(NoiseKind::street), -6, one), framed(noise_bed(NoiseKind::street), -6, two);
  Samples frames;
  while (frames.size() < 480 * 1000) {
    const auto frame = framed.next(480);
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  EXPECT_EQ(whole.next(480 * 1000), frames);
  EXPECT_THROW(NoiseSource(std::make_shared<Samples>(), 0, one), Error);
}

TEST(PhoneQuality, OnlyTheBandOfTheTelephonePasses_VOX40) {
  for (const auto* law : {"mulaw", "alaw"}) {
    const EffectSettings settings{.words = {{"law", law}}};
    for (const double hz : {500.0, 1000.0, 2000.0, 3000.0}) EXPECT_NEAR(level_after("phone_quality", hz, settings), 0, 1.5) << hz;
    for (const double hz : {50.0, 100.0, 5000.0, 8000.0}) EXPECT_LT(level_after("phone_quality", hz, settings), -25) << hz;
  }
}

TEST(PhoneQuality, SpeechStaysInItsPlace_VOX40) {
  const auto burst = joined({silence(0.3), sine(1000, 0.3, 0.3), silence(0.3)});
  const auto out = heard("phone_quality", burst);
  const auto loud = [](Sample sample) { return std::abs(sample) > 3000; };
  EXPECT_NEAR(static_cast<double>(std::ranges::find_if(out, loud) - out.begin()), 7200, 24);
}

TEST(LowBandwidth, SpeechStaysInItsPlaceAndLosesItsHighs_VOX40) {
  const auto speech = testing::speech(2);
  double best = -1e9;
  std::ptrdiff_t at = 99999;
  const auto out = heard("low_bandwidth", speech, {{"bit_rate", 24000}});
  for (std::ptrdiff_t lag = -100; lag <= 100; ++lag) {
    double dot = 0;
    for (std::ptrdiff_t i = 5000; i < 40000; ++i) dot += static_cast<double>(speech[static_cast<std::size_t>(i)]) * out[static_cast<std::size_t>(i + lag)];
    if (dot > best) best = dot, at = lag;
  }
  EXPECT_NEAR(static_cast<double>(at), 0, 4);
  EXPECT_LT(level_after("low_bandwidth", 7000, {.numbers = {{"bit_rate", 6000}}}), -20);
}

TEST(PacketLoss, AsMuchIsLostAsAsked_VOX40) {
  const Samples steady(480 * 20000, 1000);
  for (const double burst : {0.0, 0.5, 0.9})
    for (const double rate : {0.0, 0.05, 0.3, 1.0})
      EXPECT_NEAR(static_cast<double>(silent_frames(heard("packet_loss", steady, {{"rate", rate}, {"burst", burst}}))) / 20000, rate, 0.03)
          << rate << ' ' << burst;
}

TEST(PacketLoss, BurstsClingTogether_VOX40) {
  const Samples steady(480 * 20000, 1000);
  const auto runs = [&](double burst) {
    const auto out = heard("packet_loss", steady, {{"rate", 0.2}, {"burst", burst}});
    int count = 0;
    for (std::size_t i = 480; i < out.size(); i += 480) count += out[i] == 0 && out[i - 480] != 0;
    return static_cast<double>(silent_frames(out)) / count;
  };
  EXPECT_NEAR(runs(0), 1 / (1 - 0.2), 0.1);
  EXPECT_NEAR(runs(0.8), 1 / (1 - (0.8 + 0.2 * 0.2)), 0.6);
}

TEST(PacketLoss, ConcealmentFillsTheGap_VOX40) {
  const auto tone = sine(300, 4, 0.3);
  const auto lost = silent_frames(heard("packet_loss", tone, {{"rate", 0.1}}));
  EXPECT_GT(lost, 5U);
  for (const auto* concealment : {"repeat", "opus"}) {
    const auto out = heard("packet_loss", tone, EffectSettings{.numbers = {{"rate", 0.1}}, .words = {{"concealment", concealment}}});
    EXPECT_EQ(silent_frames(out), 0U) << concealment;
    EXPECT_NEAR(rms_dbfs(out), rms_dbfs(tone), 1.5) << concealment;
    EXPECT_NE(out, tone);
  }
}

TEST(PacketLoss, WhatLiesFarFromLossesIsLeftAsItWasByOpusToo_VOX40) {
  const auto speech = testing::speech(20);
  const EffectSettings opus{.numbers = {{"rate", 0.02}}, .words = {{"concealment", "opus"}}};
  const auto out = heard("packet_loss", speech, opus);
  const auto lost = heard("packet_loss", speech, {{"rate", 0.02}});  // the same packets: it draws the same numbers
  const auto is_lost = [&](std::size_t packet) {
    return std::ranges::all_of(SampleView(lost).subspan(packet * 480, 480), [](Sample sample) { return sample == 0; });
  };
  std::size_t near = 0, far = 0;
  for (std::size_t i = 8; i + 8 < speech.size() / 480; ++i) {
    const auto before = SampleView(speech).subspan(i * 480, 480), after = SampleView(out).subspan(i * 480, 480);
    bool any = false;
    for (auto packet = i - 5; packet <= i + 5; ++packet) any |= is_lost(packet);
    far += !any;
    if (!any) EXPECT_TRUE(std::ranges::equal(before, after)) << i;
    near += is_lost(i);
    if (is_lost(i)) EXPECT_FALSE(std::ranges::equal(before, after)) << i;
  }
  EXPECT_GT(near, 5U);
  EXPECT_GT(far, 300U);
  EXPECT_EQ(heard("packet_loss", speech, EffectSettings{.numbers = {{"rate", 0}}, .words = {{"concealment", "opus"}}}), speech);
}

TEST(Jitter, OnlyWhatIsLaterThanTheBufferIsReplaced_VOX40) {
  const auto speech = testing::speech(20);
  EXPECT_EQ(heard("jitter", speech, {{"spread_ms", 0}}), speech);
  EXPECT_EQ(heard("jitter", speech, {{"spread_ms", 20}, {"buffer_ms", 200}}), speech);
  const auto out = heard("jitter", speech, {{"spread_ms", 30}, {"buffer_ms", 30}});
  std::size_t touched = 0;
  for (std::size_t i = 0; i < out.size(); i += 480)
    touched += !std::equal(out.begin() + static_cast<std::ptrdiff_t>(i), out.begin() + static_cast<std::ptrdiff_t>(i + 480),
                           speech.begin() + static_cast<std::ptrdiff_t>(i));
  EXPECT_NEAR(static_cast<double>(touched) / 1000, 0.317, 0.08) << "beyond one standard deviation";
}

TEST(Dropout, PiecesAreMissing_VOX40) {
  const Samples steady(2400 * 4000, 1000);
  const auto out = heard("dropout", steady);
  std::size_t missing = 0;
  for (std::size_t i = 1200; i < out.size(); i += 2400) missing += out[i] == 0;
  EXPECT_NEAR(static_cast<double>(missing) / 4000, 0.2, 0.03);
  EXPECT_EQ(heard("dropout", steady, {{"probability", 0}}), steady);
}

TEST(Static, HissIsAsLoudAsAsked_VOX40) {
  const auto out = heard("static", silence(2), {{"intensity", 0.1}});
  EXPECT_NEAR(peak_dbfs(out), -20, 0.1);
  EXPECT_NEAR(rms_dbfs(out), -20 - 10 * std::log10(3), 0.2) << "uniform";
  EXPECT_EQ(heard("static", testing::speech(1), {{"intensity", 0}}), testing::speech(1));
}

TEST(Crackle, ClicksComeAsOftenAsAsked_VOX40) {
  const auto out = heard("crackle", silence(100), {{"per_second", 10}, {"intensity", 1}});
  int clicks = 0;
  for (std::size_t i = 48; i < out.size(); ++i)
    clicks += std::abs(out[i]) > 0 &&
              std::all_of(out.begin() + static_cast<std::ptrdiff_t>(i) - 24, out.begin() + static_cast<std::ptrdiff_t>(i), [](Sample s) { return s == 0; });
  EXPECT_NEAR(clicks, 1000, 120);
  EXPECT_EQ(heard("crackle", testing::speech(1), {{"per_second", 0}}), testing::speech(1));
}

TEST(Echo, ItComesBackLaterAndQuieter_VOX40) {
  auto click = silence(1);
  click[100] = 10000;
  const auto once = heard("echo", click);
  EXPECT_EQ(once[100], 10000);
  EXPECT_EQ(once[4900], 5000);
  EXPECT_EQ(once[9700], 0);
  EXPECT_EQ(heard("echo", click, {{"feedback", 0.5}})[9700], 2500);
}

TEST(Reverb, ItDiesAwayInTheTimeAsked_VOX40) {
  auto click = silence(3);
  for (std::size_t i = 0; i < 240; ++i) click[i] = static_cast<Sample>(i % 2 == 0 ? 20000 : -9000);
  for (const double decay : {0.5, 1.0}) {
    const auto out = heard("reverb", click, {{"decay_s", decay}, {"mix", 1}});
    const auto level = [&](double at) { return rms_dbfs(SampleView(out).subspan(static_cast<std::size_t>(at * 24000), 2400)); };
    const double fall = level(0.15) - level(0.15 + decay / 2);
    EXPECT_GT(fall, 25) << decay;
    EXPECT_LT(fall, 45) << decay << ": 30 dB in half the time, more where highs are damped";
  }
  EXPECT_EQ(heard("reverb", click, {{"mix", 0}}), click);
}

TEST(Muffled, HighsAreLost_VOX40) {
  EXPECT_NEAR(level_after("muffled", 300), 0, 0.5);
  EXPECT_NEAR(level_after("muffled", 1000), -3, 0.5);
  EXPECT_NEAR(level_after("muffled", 2000), -24, 2);
}

TEST(Volume, ItIsExact_VOX40) {
  EXPECT_NEAR(level_after("volume", 400), -6, 0.05);
  EXPECT_NEAR(level_after("volume", 400, {.numbers = {{"gain_db", 9}}}), 9, 0.05);
}

TEST(Clipping, NothingPassesTheThreshold_VOX40) {
  const auto out = heard("clipping", sine(300, 1, 0.9), {{"threshold_db", -20}});
  EXPECT_NEAR(peak_dbfs(out), -20, 0.01);
  EXPECT_GT(tone_db(out, 900), -45) << "overtones";
}

TEST(Speed, TheLengthChangesAndThePitchStays_VOX40) {
  for (const double hz : {120.0, 440.0, 1000.0})
    for (const double factor : {0.5, 0.7, 1.0, 1.3, 2.0}) {
      const auto out = heard("speed", sine(hz, 2, 0.4), {{"factor", factor}});
      EXPECT_EQ(out.size(), static_cast<std::size_t>(std::llround(48000 / factor)));
      const SampleView middle = SampleView(out).subspan(2400, out.size() - 4800);
      EXPECT_NEAR(pitch_of(middle), hz, hz * 0.02) << factor;
      EXPECT_NEAR(rms_dbfs(middle), rms_dbfs(sine(hz, 2, 0.4)), 1) << hz << ' ' << factor;
    }
}

TEST(Pitch, ThePitchChangesAndTheLengthStays_VOX40) {
  for (const double semitones : {-12.0, -4.0, 3.0, 12.0}) {
    const auto out = heard("pitch", sine(400, 2, 0.4), {{"semitones", semitones}});
    EXPECT_EQ(out.size(), 48000U);
    EXPECT_NEAR(pitch_of(SampleView(out).subspan(4800, 38400)), 400 * std::exp2(semitones / 12), 400 * std::exp2(semitones / 12) * 0.02) << semitones;
  }
}

TEST(Robotic, AToneBecomesTwo_VOX40) {
  const auto out = heard("robotic", sine(1000, 1, 0.5));
  EXPECT_NEAR(tone_db(out, 900), 20 * std::log10(0.25), 0.1);
  EXPECT_NEAR(tone_db(out, 1100), 20 * std::log10(0.25), 0.1);
  EXPECT_LT(tone_db(out, 1000), -60);
}

TEST(DoubleTalk, SomebodyElseSpeaks_VOX40) {
  const auto out = heard("double_talk", silence(4), {{"volume", 1}});
  EXPECT_NEAR(active_dbfs(out), -23, 2);
}

TEST(Effects, KeysAreHeardThroughALine_VOX32) {
  const auto tones = dtmf_tones("0123456789*#");
  RandomStream random(4);
  const std::vector<Effect> line{make_effect("background_noise", {.numbers = {{"snr_db", 20}}}), make_effect("phone_quality"),
                                 make_effect("volume", {.numbers = {{"gain_db", -10}}})};
  DtmfDetector detector;
  std::string text;
  for (const auto& key : detector.feed(apply_effects(line, tones, random))) text += key.key;
  for (const auto& key : detector.finish()) text += key.key;
  EXPECT_EQ(text, "0123456789*#");
}

/// A row of the table of effects in docs/audio.md.
std::string row_of(const EffectDescription& effect) {
  std::string settings;
  for (const auto& parameter : effect.parameters) {
    std::string range;
    if (parameter.is_file) {
      range = "path";
    } else if (!parameter.choices.empty()) {
      range = fmt::format("{}; default `{}`", fmt::join(parameter.choices, ", "), parameter.choices.front());
    } else {
      range = fmt::format("{} to {}{}{}", parameter.lowest, parameter.highest, parameter.unit.empty() ? "" : " ", parameter.unit);
      if (parameter.usual) range += fmt::format("; default {}", *parameter.usual);
    }
    settings += fmt::format("{}`{}`: {} ({})", settings.empty() ? "" : "<br>", parameter.name, parameter.meaning, range);
  }
  return fmt::format("| `{}` | {} | {} | {} |", effect.name, effect.meaning, settings, effect.reference.empty() ? "" : fmt::format("`{}`", effect.reference));
}

TEST(Effects, AreDocumentedWithTheirRangesAndDefaults_VOX40) {
  std::ifstream file(source_file("docs/audio.md"));
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const auto& effect : effect_descriptions()) EXPECT_THAT(page, HasSubstr("\n" + row_of(effect) + "\n"));
}

}  // namespace
}  // namespace antiphon::audio
