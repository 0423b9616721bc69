#include "antiphon/audio/opus.hpp"

#include <gtest/gtest.h>

#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::audio {
namespace {

std::vector<std::string> packets_of(SampleView samples, const OpusSettings& settings, std::size_t frame_ms = 20) {
  OpusPacker packer(settings);
  std::vector<std::string> packets;
  const auto frame = static_cast<std::size_t>(settings.rate_hz) * frame_ms / 1000;
  for (std::size_t i = 0; i + frame <= samples.size(); i += frame) packets.push_back(packer.encode(samples.subspan(i, frame)));
  return packets;
}

TEST(Opus, ATonePassesAtEveryRateAndFrame_TRN14) {
  for (const int rate : {8000, 12000, 16000, 24000, 48000})
    for (const std::size_t frame_ms : {10U, 20U, 40U, 60U}) {
      const auto tone = testing::sine(440, 1.2, 0.3, rate);
      OpusUnpacker unpacker(rate);
      Samples heard;
      for (const auto& packet : packets_of(tone, {.rate_hz = rate}, frame_ms))
        for (const auto sample : unpacker.decode(packet)) heard.push_back(sample);
      ASSERT_EQ(heard.size(), tone.size());
      const SampleView steady = SampleView(heard).subspan(static_cast<std::size_t>(rate) / 2);
      EXPECT_NEAR(testing::tone_db(steady, 440, rate), 20 * std::log10(0.3), 1) << rate << " Hz, " << frame_ms << " ms";
    }
}

TEST(Opus, TheBitRateIsKept_VOX40) {
  for (const int bit_rate : {8000, 16000, 32000}) {
    std::size_t bytes = 0;
    for (const auto& packet : packets_of(testing::speech(4), {.bit_rate = bit_rate, .constant_bit_rate = true})) bytes += packet.size();
    EXPECT_NEAR(static_cast<double>(bytes) * 8 / 4, bit_rate, bit_rate * 0.05);
  }
}

TEST(Opus, ALostPacketIsFilledWithSoundAndThenFadesOut_VOX40) {
  const auto packets = packets_of(testing::sine(300, 1, 0.3), {});
  OpusUnpacker unpacker;
  for (const auto& packet : packets) unpacker.decode(packet);
  const auto before = rms_dbfs(unpacker.decode(packets.back()));
  EXPECT_GT(rms_dbfs(unpacker.conceal(480)), before - 12);
  for (int i = 0; i < 40; ++i) unpacker.conceal(480);
  EXPECT_LT(rms_dbfs(unpacker.conceal(480)), before - 40);
}

TEST(Opus, TheNextPacketBringsBackALostOne_VOX40) {
  const auto speech = testing::speech(2);
  const auto packets = packets_of(speech, {.rate_hz = 24000, .bit_rate = 32000, .expected_loss_percent = 30});
  double with = 0, without = 0;
  for (std::size_t lost = 20; lost + 1 < packets.size(); lost += 7) {
    OpusUnpacker whole, copied, guessed;
    for (std::size_t i = 0; i < lost; ++i) whole.decode(packets[i]), copied.decode(packets[i]), guessed.decode(packets[i]);
    const auto truth = whole.decode(packets[lost]);
    with += testing::snr_db(truth, copied.conceal(480, packets[lost + 1]));
    without += testing::snr_db(truth, guessed.conceal(480));
  }
  EXPECT_GT(with, without);
}

TEST(Opus, WithLowDelayItLagsLessAndCarriesNoCopies_TRN14) {
  EXPECT_LT(OpusPacker({.low_delay = true}).lookahead(), OpusPacker().lookahead());
  EXPECT_THROW(OpusPacker({.expected_loss_percent = 30, .low_delay = true}), Error);
  const auto speech = testing::speech(2);
  OpusUnpacker unpacker;
  Samples heard;
  for (const auto& packet : packets_of(speech, {.bit_rate = 32000, .complexity = 0, .low_delay = true}))
    for (const auto sample : unpacker.decode(packet)) heard.push_back(sample);
  const auto lag = OpusPacker({.low_delay = true}).lookahead();
  EXPECT_GT(testing::snr_db(SampleView(speech).first(heard.size() - lag), SampleView(heard).subspan(lag)), 8);
}

TEST(Opus, WhatIsOutOfRangeOrNoPacketIsRefused_TRN14) {
  EXPECT_THROW(OpusPacker({.rate_hz = 44100}), Error);
  EXPECT_THROW(OpusPacker({.bit_rate = 5000}), Error);
  EXPECT_THROW(OpusPacker({.complexity = 11}), Error);
  EXPECT_THROW(OpusPacker({.expected_loss_percent = 101}), Error);
  EXPECT_THROW(OpusPacker().encode(Samples(481)), Error);
  EXPECT_THROW(OpusPacker().encode({}), Error);
  EXPECT_THROW(OpusUnpacker(11025), Error);
  EXPECT_THROW(OpusUnpacker().decode(""), Error);
  EXPECT_THROW(OpusUnpacker().decode("\xff\xff\xff"), Error);
  EXPECT_THROW(OpusUnpacker().conceal(7), Error);
}

TEST(Opus, LookaheadSaysHowFarTheDecoderLags_VOX14) {
  auto click = testing::silence(0.2);
  for (std::size_t i = 2400; i < 2424; ++i) click[i] = 20000;
  const OpusPacker packer;
  OpusUnpacker unpacker;
  Samples heard;
  for (const auto& packet : packets_of(click, {.bit_rate = 128000}))
    for (const auto sample : unpacker.decode(packet)) heard.push_back(sample);
  std::size_t loudest = 0;
  for (std::size_t i = 0; i < heard.size(); ++i)
    if (std::abs(heard[i]) > std::abs(heard[loudest])) loudest = i;
  EXPECT_NEAR(static_cast<double>(loudest), 2412.0 + static_cast<double>(packer.lookahead()), 36);
}

}  // namespace
}  // namespace antiphon::audio
