#include "antiphon/audio/ogg_opus.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/mix.hpp"
#include "antiphon/audio/sound_reader.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"

namespace antiphon::audio {
namespace {

std::string coded(SampleView samples, const OggOpusSettings& settings = {}, std::size_t piece = 7777) {
  OggOpusWriter writer(settings);
  piece -= piece % static_cast<std::size_t>(settings.channels);
  for (std::size_t at = 0; at < samples.size(); at += piece) writer.append(samples.subspan(at, std::min(piece, samples.size() - at)));
  return writer.finish();
}

// Both channels as another decoder reads them.
std::pair<Samples, Samples> decoded(const std::string& bytes) {
  const auto path = (std::filesystem::temp_directory_path() / ("antiphon-ogg-" + std::to_string(::getpid()) + ".ogg")).string();
  write_file_atomically(path, bytes);
  SoundReader reader(path);
  std::filesystem::remove(path);
  EXPECT_EQ(reader.channels(), 2);
  std::pair<Samples, Samples> sides;
  for (auto block = reader.read(1000); !block.empty(); block = reader.read(1000))
    for (std::size_t i = 0; i + 1 < block.size(); i += 2) sides.first.push_back(block[i]), sides.second.push_back(block[i + 1]);
  return sides;
}

TEST(OggOpus, IsAsLongAsWhatWasAppendedAndKeepsTheSidesApart_PRD21) {
  const auto user = testing::joined({testing::sine(440, 1), testing::silence(1.5)});
  const auto agent = testing::joined({testing::silence(1.5), testing::sine(700, 1)});
  const auto [left, right] = decoded(coded(interleave(user, agent)));
  ASSERT_EQ(left.size() % user.size(), 0U);  // decoders may read Opus at 48 kHz
  const auto rate = canonical_rate_hz * static_cast<int>(left.size() / user.size());
  const auto part = [&](const Samples& side, double from) {
    return SampleView(side).subspan(static_cast<std::size_t>(from * rate), static_cast<std::size_t>(rate / 2));
  };
  EXPECT_NEAR(testing::tone_db(part(left, 0.2), 440, rate), -6, 1);
  EXPECT_NEAR(testing::tone_db(part(right, 1.8), 700, rate), -6, 1);
  EXPECT_LT(rms_dbfs(part(right, 0.2)), -45);
  EXPECT_LT(rms_dbfs(part(left, 1.8)), -45);
}

TEST(OggOpus, EveryLengthComesBackToTheSample_PRD21) {
  for (const std::size_t frames : {std::size_t{1}, std::size_t{1439}, std::size_t{1440}, std::size_t{1441}, std::size_t{24000}, std::size_t{24001}}) {
    const auto [left, right] = decoded(coded(Samples(frames * 2)));
    EXPECT_TRUE(left.size() == frames || left.size() == 2 * frames) << frames << " became " << left.size();
  }
}

TEST(OggOpus, DoesNotDependOnHowItWasAppended_PRD21) {
  RandomStream random(3);
  const auto samples = testing::anything(100000, random);
  EXPECT_EQ(coded(samples, {}, 100000), coded(samples, {}, 960));
}

TEST(OggOpus, RefusesHalfAFrameAndUnknownSettings) {
  OggOpusWriter writer;
  EXPECT_THROW(writer.append(Samples(3)), Error);
  EXPECT_THROW(OggOpusWriter({.channels = 3}), Error);
  EXPECT_THROW(OggOpusWriter({.bit_rate = 1}), Error);
  EXPECT_THROW(OggOpusWriter({.complexity = 11}), Error);
}

TEST(SoundReader, NamesTheFileThatIsNotThereOrNoAudio) {
  const auto path = (std::filesystem::temp_directory_path() / ("antiphon-none-" + std::to_string(::getpid()) + ".wav")).string();
  try {
    SoundReader reader(path);
    ADD_FAILURE() << "read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_THAT(error.message(), ::testing::HasSubstr(path));
  }
  write_file_atomically(path, "no audio at all");
  try {
    SoundReader reader(path);
    ADD_FAILURE() << "read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_THAT(error.message(), ::testing::HasSubstr(path));
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace antiphon::audio
