#include "antiphon/audio/g711.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "antiphon/audio/testing/signals.hpp"

namespace antiphon::audio {
namespace {

// The decision values and quantised values of ITU-T G.711, tables 1a/1b (A-law, 13 bits) and 2a/2b (mu-law, 14 bits): eight segments of sixteen equal steps.
// Written from the tables, by search and without any bit arithmetic, as a second opinion.
struct Law {
  std::vector<int> decisions;  ///< value n is the lowest magnitude of code n (mu-law: of code n, the first one of 0)
  std::vector<int> outputs;
};

Law mulaw() {
  Law law;
  int low = 0;
  for (int segment = 0; segment < 8; ++segment) {
    const int step = 2 << segment;
    for (int i = 0; i < 16; ++i) {
      law.decisions.push_back(low);
      if (segment == 0 && i == 0) {
        law.outputs.push_back(0);
        low = 1;  // the first interval is half as wide
      } else {
        law.outputs.push_back(low + step / 2);
        low += step;
      }
    }
  }
  return law;
}

Law alaw() {
  Law law;
  int low = 0;
  for (int segment = 0; segment < 8; ++segment) {
    const int step = segment == 0 ? 2 : 2 << (segment - 1);
    for (int i = 0; i < 16; ++i) {
      law.decisions.push_back(low);
      law.outputs.push_back(low + step / 2);
      low += step;
    }
  }
  return law;
}

int code_of(const Law& law, int magnitude) {
  int code = 0;
  while (code + 1 < 128 && law.decisions[static_cast<std::size_t>(code + 1)] <= magnitude) ++code;
  return code;
}

TEST(G711, MulawDecodesToTheValuesOfTheStandard_VOX40) {
  const auto law = mulaw();
  EXPECT_EQ(law.outputs[127], 8031);
  for (int code = 0; code < 128; ++code) {
    const auto value = 4 * law.outputs[static_cast<std::size_t>(code)];
    EXPECT_EQ(sample_from_mulaw(static_cast<std::uint8_t>(0xFF - code)), value);
    EXPECT_EQ(sample_from_mulaw(static_cast<std::uint8_t>(0x7F - code)), -value);
  }
}

TEST(G711, AlawDecodesToTheValuesOfTheStandard_VOX40) {
  const auto law = alaw();
  EXPECT_EQ(law.outputs[127], 4032);
  for (int code = 0; code < 128; ++code) {
    const auto value = 8 * law.outputs[static_cast<std::size_t>(code)];
    EXPECT_EQ(sample_from_alaw(static_cast<std::uint8_t>((code | 0x80) ^ 0x55)), value);
    EXPECT_EQ(sample_from_alaw(static_cast<std::uint8_t>(code ^ 0x55)), -value);
  }
}

TEST(G711, EverySampleGetsTheCodeOfItsDecisionValues_VOX40) {
  const auto mu = mulaw(), a = alaw();
  for (int sample = -32768; sample <= 32767; ++sample) {
    const auto value = static_cast<Sample>(sample);
    // 16 bits to the law's own: mu-law counts in quarters of its 14 bits and its intervals are closed below.
    const int mu_code = code_of(mu, std::min(std::abs(sample), 32635) / 4);
    const auto expected_mu = static_cast<std::uint8_t>((sample < 0 ? 0x7F : 0xFF) - mu_code);
    ASSERT_EQ(mulaw_from_sample(value), expected_mu) << sample;
    const int a_code = code_of(a, (sample < 0 ? -sample - 1 : sample) / 8);
    const auto expected_a = static_cast<std::uint8_t>((a_code | (sample >= 0 ? 0x80 : 0)) ^ 0x55);
    ASSERT_EQ(alaw_from_sample(value), expected_a) << sample;
  }
}

TEST(G711, EveryCodeSurvivesDecodingAndEncoding_VOX13) {
  for (int code = 0; code < 256; ++code) {
    const auto byte = static_cast<std::uint8_t>(code);
    EXPECT_EQ(alaw_from_sample(sample_from_alaw(byte)), byte);
    if (byte != 0x7F) EXPECT_EQ(mulaw_from_sample(sample_from_mulaw(byte)), byte);  // 0x7F is a negative zero
  }
  EXPECT_EQ(mulaw_from_sample(sample_from_mulaw(0x7F)), 0xFF);
}

TEST(G711, AWholeBufferIsWhatItsSamplesAre_VOX13) {
  RandomStream random(5);
  const auto samples = testing::anything(4000, random);
  const auto mu = encode_mulaw(samples), a = encode_alaw(samples);
  ASSERT_EQ(mu.size(), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    ASSERT_EQ(static_cast<std::uint8_t>(mu[i]), mulaw_from_sample(samples[i]));
    ASSERT_EQ(decode_mulaw(mu)[i], sample_from_mulaw(mulaw_from_sample(samples[i])));
    ASSERT_EQ(decode_alaw(a)[i], sample_from_alaw(alaw_from_sample(samples[i])));
    if (i > 200) break;
  }
  EXPECT_EQ(encode_mulaw({}), "");
}

TEST(G711, SpeechKeepsItsSignalToNoise_VOX40) {
  for (const double dbfs : {-10.0, -23.0, -35.0}) {
    const auto speech = testing::speech(2, dbfs);
    EXPECT_GT(testing::snr_db(speech, decode_mulaw(encode_mulaw(speech))), 30) << dbfs;
    EXPECT_GT(testing::snr_db(speech, decode_alaw(encode_alaw(speech))), 30) << dbfs;
  }
}

}  // namespace
}  // namespace antiphon::audio
