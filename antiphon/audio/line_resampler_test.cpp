#include "antiphon/audio/line_resampler.hpp"

#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon::audio {
namespace {

Samples tone(double hz, int rate_hz, double seconds) {
  Samples samples;
  for (std::size_t i = 0; i < static_cast<std::size_t>(seconds * rate_hz); ++i)
    samples.push_back(to_sample(12000 * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz)));
  return samples;
}

/// In frames of 20 ms, and to the end.
Samples whole(LineResampler& line, const Samples& input, std::size_t piece) {
  Samples output;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    const auto part = line.feed(SampleView(input).subspan(at, std::min(piece, input.size() - at)));
    output.insert(output.end(), part.begin(), part.end());
  }
  const auto rest = line.finish();
  output.insert(output.end(), rest.begin(), rest.end());
  return output;
}

double rms(const Samples& samples, std::size_t leave) {
  double sum = 0;
  for (std::size_t i = leave; i + leave < samples.size(); ++i) sum += static_cast<double>(samples[i]) * samples[i];
  return std::sqrt(sum / static_cast<double>(samples.size() - 2 * leave));
}

class LineRates : public ::testing::TestWithParam<std::pair<int, int>> {};

TEST_P(LineRates, KeepATonesPlaceLevelAndLength_VOX12) {
  const auto [from, to] = GetParam();
  LineResampler line(from, to);
  const auto output = whole(line, tone(1000, from, 0.48), static_cast<std::size_t>(from / 50));
  const auto ideal = tone(1000, to, 0.48);
  ASSERT_EQ(output.size(), ideal.size());
  double worst = 0;
  for (std::size_t i = 400; i + 400 < output.size(); ++i) worst = std::max(worst, std::abs(static_cast<double>(output[i]) - ideal[i]));
  EXPECT_LT(worst, 12);  // 60 dB below the tone
}

TEST_P(LineRates, AreNeverBehindByMoreThanTheLookahead_VOX13) {
  const auto [from, to] = GetParam();
  LineResampler line(from, to);
  std::size_t in = 0, out = 0;
  for (int i = 0; i < 50; ++i) {
    in += static_cast<std::size_t>(from / 50);
    out += line.feed(Samples(static_cast<std::size_t>(from / 50))).size();
    const auto behind = static_cast<double>(in) / from - static_cast<double>(out) / to;
    EXPECT_LE(behind, static_cast<double>(line.lookahead()) / from + 1e-9);
    EXPECT_LE(behind, 0.0041);
  }
}

TEST_P(LineRates, DoNotDependOnHowTheInputIsCut_VOX13) {
  const auto [from, to] = GetParam();
  const auto input = tone(440, from, 0.2);
  LineResampler line(from, to);
  const auto once = whole(line, input, input.size());
  EXPECT_EQ(whole(line, input, 7), once);  // and `finish` has begun a new stream
}

INSTANTIATE_TEST_SUITE_P(Lines, LineRates,
                         ::testing::Values(std::pair(24000, 8000), std::pair(24000, 16000), std::pair(24000, 48000), std::pair(8000, 24000),
                                           std::pair(16000, 24000), std::pair(32000, 24000), std::pair(24000, 32000), std::pair(48000, 24000),
                                           std::pair(8000, 48000), std::pair(40000, 48000), std::pair(8000, 9000), std::pair(44100, 24000),
                                           std::pair(24000, 11025), std::pair(24000, 24000)));

TEST(LineResampler, LeavesNothingOfWhatTheLowerRateCannotHold_VOX12) {
  LineResampler line(24000, 8000);
  EXPECT_LT(rms(whole(line, tone(5000, 24000, 0.5), 480), 200), 4);
  EXPECT_GT(rms(whole(line, tone(3400, 24000, 0.5), 480), 200), 8000);
}

TEST(LineResampler, RefusesRatesThatNoLineHas_VOX12) {
  EXPECT_THROW(LineResampler(24000, 8001), Error);
  EXPECT_THROW(LineResampler(4000, 24000), Error);
  EXPECT_THROW(LineResampler(96000, 24000), Error);
}

}  // namespace
}  // namespace antiphon::audio
