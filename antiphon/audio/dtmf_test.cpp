#include "antiphon/audio/dtmf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/g711.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/resample.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::audio {
namespace {

using namespace std::chrono_literals;
using testing::joined;
using testing::silence;

std::vector<DtmfKey> keys_in(SampleView samples) {
  DtmfDetector detector;
  auto keys = detector.feed(samples);
  for (const auto& key : detector.finish()) keys.push_back(key);
  return keys;
}

std::string text_of(SampleView samples) {
  std::string text;
  for (const auto& key : keys_in(samples)) text += key.key;
  return text;
}

Samples over_the_telephone(SampleView samples) { return resample(decode_mulaw(encode_mulaw(resample(samples, 24000, 8000))), 8000, 24000); }

Samples two_tones(double row, double column, double seconds, double row_amplitude = 0.2, double column_amplitude = 0.2) {
  return testing::sum(testing::sine(row, seconds, row_amplitude), testing::sine(column, seconds, column_amplitude));
}

constexpr auto all_keys = "1234567890*#ABCD";

TEST(Dtmf, EveryKeySoundsItsTwoTonesAndNoOthers_VOX32) {
  const std::string pad = "123A456B789C*0#D";
  const double rows[] = {697, 770, 852, 941}, columns[] = {1209, 1336, 1477, 1633};
  for (std::size_t key = 0; key < 16; ++key) {
    const auto samples = dtmf_tones(pad.substr(key, 1));
    ASSERT_EQ(samples.size(), 3600U) << "100 ms of tone, 50 ms of silence";
    const SampleView tone = SampleView(samples).first(2400);
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(testing::tone_db(tone, rows[i]) > -20, i == key / 4) << pad[key] << rows[i];
      EXPECT_EQ(testing::tone_db(tone, columns[i]) > -20, i == key % 4) << pad[key] << columns[i];
    }
    EXPECT_LE(peak_dbfs(samples), -6.4);
    EXPECT_EQ(rms_dbfs(SampleView(samples).subspan(2400)), silence_dbfs);
  }
}

TEST(Dtmf, WaitsAreHalfASecondAndASecond_VOX32) {
  EXPECT_EQ(dtmf_tones("w"), silence(0.5));
  EXPECT_EQ(dtmf_tones("W"), silence(1));
  EXPECT_EQ(dtmf_tones("1w2#").size(), 3 * 3600U + 12000U);
  EXPECT_EQ(dtmf_tones("5", {.on = 200ms, .off = 30ms}).size(), 5520U);
  EXPECT_EQ(dtmf_tones("a"), dtmf_tones("A"));
  EXPECT_EQ(dtmf_tones(""), Samples{});
}

TEST(Dtmf, OtherCharactersAreRefusedWithTheirPlace_VOX32) {
  EXPECT_THAT([] { dtmf_tones("12x"); }, ::testing::ThrowsMessage<Error>(::testing::HasSubstr("character 3 of the tones is \"x\"")));
  for (const auto* keys : {"E", " 1", "1-2", "+"}) EXPECT_THROW(dtmf_tones(keys), Error) << keys;
  EXPECT_THROW(dtmf_tones("1", {.on = 39ms}), Error);
  EXPECT_THROW(dtmf_tones("1", {.off = 0ms}), Error);
}

TEST(DtmfDetector, WhatIsDialledIsHeardWithItsTimes_VOX32) {
  const auto samples = joined({silence(0.3), dtmf_tones(all_keys)});
  EXPECT_EQ(text_of(samples), all_keys);
  std::size_t expected = 7200;
  for (const auto& key : keys_in(samples)) {
    EXPECT_NEAR(static_cast<double>(key.start), static_cast<double>(expected), 150) << key.key;
    EXPECT_NEAR(static_cast<double>(key.end), static_cast<double>(expected + 2400), 150) << key.key;
    expected += 3600;
  }
}

TEST(DtmfDetector, RepeatedKeysStayApart_VOX32) { EXPECT_EQ(text_of(dtmf_tones("1111w11", {.on = 50ms, .off = 40ms})), "111111"); }

TEST(DtmfDetector, ItHearsThroughTheTelephoneAndThroughNoise_VOX32) {
  for (const double level : {0.0, -10.0, -20.0, -30.0}) {
    const auto tones = apply_gain(joined({silence(0.2), dtmf_tones(all_keys)}), level);
    EXPECT_EQ(text_of(over_the_telephone(tones)), all_keys) << level;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const auto noisy = testing::sum(tones, testing::noise(4, rms_dbfs(dtmf_tones("1")) + level - 12, seed));
      EXPECT_EQ(text_of(noisy), all_keys) << level << " seed " << seed;
      EXPECT_EQ(text_of(over_the_telephone(noisy)), all_keys) << level << " seed " << seed;
    }
  }
}

TEST(DtmfDetector, ShortOrUnequalTonesAreNoKeys_VOX32) {
  for (std::size_t offset = 0; offset < 240; offset += 16) {
    const Samples before(offset);
    EXPECT_EQ(text_of(joined({before, silence(0.1), two_tones(697, 1209, 0.020), silence(0.2)})), "") << offset;
    EXPECT_EQ(text_of(joined({before, silence(0.1), two_tones(697, 1209, 0.040), silence(0.2)})), "1") << offset;
  }
  EXPECT_EQ(text_of(two_tones(697, 1209, 0.2, 0.4, 0.4 / std::pow(10, 12 / 20.0))), "");
  EXPECT_EQ(text_of(two_tones(697, 1209, 0.2, 0.4 / std::pow(10, 8 / 20.0), 0.4)), "");
  EXPECT_EQ(text_of(two_tones(697, 1209, 0.2, 0.4, 0.4 / std::pow(10, 8 / 20.0))), "1");
  EXPECT_EQ(text_of(two_tones(697, 1209, 0.2, 0.4 / std::pow(10, 4 / 20.0), 0.4)), "1");
  EXPECT_EQ(text_of(testing::sine(697, 1)), "");
  EXPECT_EQ(text_of(two_tones(697, 770, 1)), "");
}

TEST(DtmfDetector, SpeechAndNoiseAreNoKeys_VOX32) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    EXPECT_EQ(text_of(testing::speech(20, -23, 80 + 30.0 * static_cast<double>(seed), seed)), "") << seed;
    EXPECT_EQ(text_of(testing::noise(10, -20, seed)), "") << seed;
  }
}

TEST(DtmfDetector, HowAStreamIsCutChangesNothing_VOX32) {
  const auto samples = testing::sum(joined({silence(0.1), dtmf_tones("90w#A1")}), testing::noise(2, -50));
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomStream random(seed);
    DtmfDetector detector;
    std::string text;
    for (SampleView rest = samples; !rest.empty();) {
      const auto size = std::min<std::size_t>(random.below(1000), rest.size());
      for (const auto& key : detector.feed(rest.first(size))) text += key.key;
      rest = rest.subspan(size);
    }
    for (const auto& key : detector.finish()) text += key.key;
    ASSERT_EQ(text, "90#A1") << seed;
  }
}

TEST(FindKeys, AgreesWithTheDetectorThatListens_VOX90) {
  RandomStream random(5);
  for (int round = 0; round < 40; ++round) {
    Samples samples;
    for (int i = 0; i < 6; ++i) {
      const auto pause = testing::speech(0.05 + 0.2 * random.uniform(), -23, 120, random.next());
      samples.insert(samples.end(), pause.begin(), pause.end());
      samples.resize(samples.size() + random.below(4000));
      const std::string key(1, "0123456789*#ABCD"[random.below(16)]);
      const auto tone = dtmf_tones(key, {.on = std::chrono::milliseconds(45 + random.below(300))});
      samples.insert(samples.end(), tone.begin(), tone.end());
    }
    DtmfDetector detector;
    auto heard = detector.feed(samples);
    for (const auto& key : detector.finish()) heard.push_back(key);
    const auto found = find_keys(samples);
    ASSERT_EQ(found.size(), heard.size()) << round;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].key, heard[i].key) << round;
      EXPECT_NEAR(static_cast<double>(found[i].start), static_cast<double>(heard[i].start), 240) << round;
      EXPECT_NEAR(static_cast<double>(found[i].end), static_cast<double>(heard[i].end), 240) << round;
    }
  }
}

}  // namespace
}  // namespace antiphon::audio
