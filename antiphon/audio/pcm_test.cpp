#include "antiphon/audio/pcm.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/testing/refusal.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::audio {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::refusal;

TEST(AudioFormat, EveryFormatReadsAsItIsWritten_VOX5) {
  for (const auto* text : {"pcm16/24000", "pcm16/8000", "mulaw/8000", "alaw/8000", "opus/48000", "pcm16/1000", "pcm16/192000"})
    EXPECT_EQ(to_string(parse_format(text)), text);
  EXPECT_EQ(parse_format("mulaw/8000"), (AudioFormat{Encoding::mulaw, 8000}));
}

TEST(AudioFormat, WhatIsNoneIsRefusedWithItsTextAndWhatIsAllowed_VOX5) {
  EXPECT_THAT(refusal([] { parse_format("pcm16"); }), HasSubstr("\"pcm16\" is no audio format: write ENCODING/RATE"));
  EXPECT_THAT(refusal([] { parse_format("pcm8/8000"); }), HasSubstr("pcm16, mulaw, alaw or opus"));
  for (const auto* text : {"pcm16/", "pcm16/999", "pcm16/192001", "pcm16/8000 ", "pcm16/-8000", "pcm16/8e3", "pcm16/99999999999999"})
    EXPECT_THAT(refusal([&] { parse_format(text); }), HasSubstr("the rate is 1000 to 192000 Hz")) << text;
  EXPECT_THAT(refusal([] { parse_format("opus/44100"); }), HasSubstr("8000, 12000, 16000, 24000, 48000"));
}

TEST(AudioChunk, AnOddCountOfBytesSaysThatATransportSplitASample_VOX1) {
  EXPECT_THAT(refusal([] { chunk_from_bytes("abc"); }), HasSubstr("3 bytes of PCM16 are no whole number of samples: a transport split a sample"));
  EXPECT_EQ(chunk_from_bytes("").samples.size(), 0U);
}

TEST(AudioChunk, BytesAreLittleEndian_VOX1) {
  EXPECT_THAT(chunk_from_bytes(std::string_view("\x01\x00\xff\xff\x00\x80\xff\x7f", 8)).samples, ElementsAre(1, -1, -32768, 32767));
}

TEST(AudioChunk, ItsDurationComesFromItsSamples_VOX1) {
  AudioChunk chunk{.samples = Samples(12000), .start = 1s, .end = 9s};
  EXPECT_EQ(chunk.duration(), 500ms);
  EXPECT_EQ(AudioChunk{}.duration(), 0ns);
  EXPECT_EQ((AudioChunk{.samples = Samples(1)}.duration()), 41667ns);
}

TEST(Pcm, DurationsAndSamplesGoBothWaysAtEveryRate_VOX1) {
  RandomStream random(7);
  for (int i = 0; i < 20000; ++i) {
    const auto rate = static_cast<int>(1000 + random.below(191001));
    const auto count = random.below(std::size_t{1} << (1 + random.below(40)));
    ASSERT_EQ(samples_in(duration_of(count, rate), rate), count) << count << " at " << rate;
  }
  EXPECT_EQ(samples_in(-1s), 0U);
}

TEST(Pcm, BytesAndSamplesGoBothWays_VOX1) {
  RandomStream random(3);
  for (int i = 0; i < 200; ++i) {
    const auto samples = testing::anything(random.below(500), random);
    ASSERT_EQ(samples_from_bytes(bytes_from_samples(samples)), samples);
  }
}

TEST(Pcm, SamplesAreRoundedAndStayInRange_VOX40) {
  EXPECT_EQ(to_sample(1.6), 2);
  EXPECT_EQ(to_sample(40000), 32767);
  EXPECT_EQ(to_sample(-40000), -32768);
  EXPECT_EQ(to_sample(std::numeric_limits<double>::infinity()), 32767);
  EXPECT_EQ(to_sample(std::nan("")), 0);
}

TEST(ByteJoiner, HoweverAStreamIsCutNoByteIsLost_VOX13) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    RandomStream random(seed);
    const auto samples = testing::anything(random.below(200), random);
    const auto bytes = bytes_from_samples(samples);
    ByteJoiner joiner;
    Samples seen;
    for (std::string_view rest = bytes; !rest.empty();) {
      const auto size = std::min<std::size_t>(random.below(8), rest.size());
      for (const auto sample : joiner.feed(rest.substr(0, size))) seen.push_back(sample);
      rest.remove_prefix(size);
    }
    ASSERT_EQ(seen, samples) << "seed " << seed;
    ASSERT_FALSE(joiner.pending());
  }
}

TEST(ByteJoiner, HalfASampleAtTheEndShows_VOX13) {
  ByteJoiner joiner;
  EXPECT_THAT(joiner.feed(std::string_view("\x01\x00\x02", 3)), ElementsAre(1));
  EXPECT_TRUE(joiner.pending());
  EXPECT_THAT(joiner.feed(std::string_view("\x00", 1)), ElementsAre(2));
  EXPECT_FALSE(joiner.pending());
}

}  // namespace
}  // namespace antiphon::audio
