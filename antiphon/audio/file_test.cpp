#include "antiphon/audio/file.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "antiphon/audio/internal/memory_file.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/mix.hpp"
#include "antiphon/audio/testing/refusal.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"

// libvorbis 1.3 leaks a few kilobytes for a damaged header; what is ours must not.
extern "C" const char* __lsan_default_suppressions() { return "leak:libvorbis\n"; }

namespace antiphon::audio {
namespace {

using ::testing::HasSubstr;
using testing::refusal;

class AudioFile : public ::testing::Test {
 protected:
  AudioFile() { std::filesystem::create_directories(folder_); }
  ~AudioFile() override { std::filesystem::remove_all(folder_); }
  std::string at(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_ = ::testing::TempDir() + "audio_file_" + std::to_string(::getpid());
};

std::string encoded_as(int format, SampleView samples, int channels, int rate_hz) {
  internal::MemoryFile memory;
  SF_INFO info{.samplerate = rate_hz, .channels = channels, .format = format};
  auto* file = sf_open_virtual(&internal::memory_io(), SFM_WRITE, &info, &memory);
  if (!file) return "";
  const auto block = static_cast<std::size_t>(channels) * 1024;  // the Vorbis encoder takes no more at once
  std::vector<float> values(samples.begin(), samples.end());
  for (auto& value : values) value /= 32768;
  for (std::size_t i = 0; i < values.size(); i += block) sf_write_float(file, values.data() + i, static_cast<sf_count_t>(std::min(block, values.size() - i)));
  sf_close(file);
  return memory.bytes;
}

/// Both are the same tone, whatever a lossy coder did to its phase.
void expect_same_tone(SampleView samples, double hz, double amplitude, const std::string& what) {
  ASSERT_GT(samples.size(), 12000U) << what;
  EXPECT_NEAR(testing::tone_db(samples.subspan(6000, samples.size() - 12000), hz), 20 * std::log10(amplitude), 1) << what;
}

TEST_F(AudioFile, PcmAtTheCanonicalRateComesBackBitForBit_VOX30) {
  RandomStream random(1);
  const auto samples = testing::anything(5000, random);
  for (const auto* name : {"a.wav", "a.flac", "A.WAV"}) {
    write_audio_file(at(name), samples);
    EXPECT_EQ(read_audio_file(at(name)), samples) << name;
  }
}

TEST_F(AudioFile, EveryFormatIsReadAtAnyRateAndCountOfChannels_VOX30) {
  struct Case {
    const char* name;
    int format, rate_hz, channels;
  };
  for (const auto& c : std::vector<Case>{{"wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1},
                                         {"wav 24 bits", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 44100, 2},
                                         {"wav float", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 48000, 6},
                                         {"wav mu-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 1},
                                         {"wav A-law", SF_FORMAT_WAV | SF_FORMAT_ALAW, 8000, 2},
                                         {"wavex", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 16000, 3},
                                         {"flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 96000, 2},
                                         {"vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 2},
                                         {"opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, 2},
                                         {"mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 2},
                                         {"mp3 of a telephone", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 8000, 1}}) {
    const auto tone = testing::sine(440, 1.5, 0.3, c.rate_hz);
    Samples frames;
    for (const auto sample : tone) frames.insert(frames.end(), static_cast<std::size_t>(c.channels), sample);
    const auto bytes = encoded_as(c.format, frames, c.channels, c.rate_hz);
    ASSERT_NE(bytes, "") << c.name;
    const auto samples = decode_audio_file(bytes, c.name);
    EXPECT_NEAR(static_cast<double>(samples.size()), 36000, 2400) << c.name;
    expect_same_tone(samples, 440, 0.3, c.name);
  }
}

TEST_F(AudioFile, ChannelsAreAveraged_VOX30) {
  const auto bytes = encode_audio_file(interleave(Samples(1000, 3000), Samples(1000, -1000)), FileKind::wav, 2);
  EXPECT_EQ(decode_audio_file(bytes, "stereo"), Samples(1000, 1000));
}

TEST_F(AudioFile, WhatIsWrittenByEverySuffixIsReadBack_VOX60) {
  for (const auto* name : {"tone.wav", "tone.flac", "tone.ogg", "tone.mp3"}) {
    write_audio_file(at(name), testing::sine(600, 40, 0.4));  // longer than one block of any coder
    expect_same_tone(read_audio_file(at(name)), 600, 0.4, name);
    write_audio_file(at(name), interleave(testing::sine(600, 2, 0.8), testing::silence(2)), 2);
    expect_same_tone(read_audio_file(at(name)), 600, 0.4, name);
  }
}

TEST_F(AudioFile, ManyWhoReadOneFileShareWhatItHoldsUntilItChanges_VOX30) {
  const auto path = at("shared.wav");
  write_audio_file(path, testing::speech(0.5));
  const auto first = share_audio_file(path);
  EXPECT_EQ(*first, read_audio_file(path));
  EXPECT_EQ(share_audio_file(path), first);
  write_audio_file(path, testing::speech(0.25));
  const auto changed = share_audio_file(path);
  EXPECT_EQ(*changed, read_audio_file(path));
  EXPECT_EQ(first->size(), samples_in(std::chrono::milliseconds(500))) << "who holds it keeps it";
  std::filesystem::remove(path);
  EXPECT_THROW(share_audio_file(path), Error);
}

TEST_F(AudioFile, APipeIsNothingToShare_VOX30) {
  ASSERT_EQ(mkfifo(at("pipe.wav").c_str(), 0600), 0);
  EXPECT_THAT(refusal([&] { share_audio_file(at("pipe.wav")); }), HasSubstr("pipe.wav is a pipe or a device"));
}

TEST_F(AudioFile, WhatIsNoFileToShareIsToldAsWhatItIs_VOX30) {
  const auto why = [&](const std::string& path) { return refusal([&] { share_audio_file(path); }); };
  std::filesystem::create_directories(at("folder.wav"));
  std::filesystem::create_symlink("loop.wav", at("loop.wav"));
  EXPECT_THAT(why(at("folder.wav")), HasSubstr("folder.wav is a folder"));
  EXPECT_THAT(why(at("loop.wav")), HasSubstr("loop.wav: Too many levels of symbolic links"));
  EXPECT_THAT(why("/dev/zero"), HasSubstr("/dev/zero is a pipe or a device"));
  EXPECT_THAT(why(at("none.wav")), HasSubstr("none.wav: No such file"));
  EXPECT_THAT(why("https://example.com/a.wav"), HasSubstr("is a URL"));
  EXPECT_EQ(why(""), "no file is named");
}

TEST_F(AudioFile, IsLookedThroughOnceUntilItChanges_VOX30) {
  const auto path = at("checked.wav");
  const auto why = [&] { return refusal([&] { check_audio_file(path); }); };
  const auto bytes = encode_audio_file(testing::speech(0.5), FileKind::flac);
  const auto then = std::filesystem::file_time_type::clock::now();
  const auto write = [&](std::string_view content, int seconds) {
    std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
    std::filesystem::last_write_time(path, then + std::chrono::seconds(seconds));
  };
  write(bytes, 0);
  EXPECT_EQ(why(), "");
  write(std::string(bytes.size(), 'x'), 0);
  EXPECT_EQ(why(), "") << "of the same size and time: it was not read again";
  write(std::string(bytes.size(), 'x'), 2);
  EXPECT_THAT(why(), HasSubstr("neither WAV, FLAC, OGG, Opus nor MP3"));
  write(bytes, 2);
  EXPECT_THAT(why(), HasSubstr("neither WAV, FLAC, OGG, Opus nor MP3"));
  write(bytes, 4);
  EXPECT_EQ(why(), "");
  std::filesystem::remove(path);
  EXPECT_THAT(why(), HasSubstr("checked.wav: No such file"));
}

TEST_F(AudioFile, ReasonsAreInWordsOfOurs_VOX30) {
  const auto why = [](const std::string& bytes) { return refusal([&] { decode_audio_file(bytes, "x.wav"); }); };
  const auto wav = encode_audio_file(testing::speech(0.5), FileKind::wav);
  const auto with = [&](std::size_t place, std::string_view field) { return std::string(wav).replace(place, field.size(), field); };
  for (const auto rate : {std::string_view("\0\0\0\0", 4), std::string_view("\xff\xff\xff\xff", 4)})
    EXPECT_EQ(why(with(24, rate)), "cannot read x.wav as audio: its header gives a rate or a count of channels that no audio has");
  EXPECT_EQ(why(with(22, "\xff\xff")), "cannot read x.wav as audio: its header gives a rate or a count of channels that no audio has");
  EXPECT_EQ(why(with(20, std::string_view("\x63\0", 2))), "cannot read x.wav as audio: its header is damaged");
  EXPECT_EQ(why(with(34, std::string_view("\0\0", 2))), "cannot read x.wav as audio: its encoding is none of those that are read");
  const auto flac = encode_audio_file(testing::speech(3), FileKind::flac);
  auto damaged = flac;
  damaged.replace(damaged.size() / 2, 400, std::string(400, 'x'));
  EXPECT_THAT(why(damaged), HasSubstr("cannot read x.wav as audio: it is damaged or cut off"));
  EXPECT_THAT(why(flac.substr(0, flac.size() / 2)), HasSubstr("cannot read x.wav as audio: it is "));
  for (std::size_t place = 0; place < 44; ++place) {
    const auto told = why(with(place, std::string_view("\xff\xff", 2)));
    EXPECT_THAT(told, ::testing::Not(::testing::AnyOf(HasSubstr("error"), HasSubstr("sf_info"), HasSubstr("SF_INFO"), ::testing::EndsWith(".")))) << place;
  }
}

TEST_F(AudioFile, OtherSuffixesAreRefusedWithThoseThereAre_VOX60) {
  for (const auto* name : {"a.aac", "a", "a.wav.zip", ".wav", ""})
    EXPECT_THAT(refusal([&] { write_audio_file(name, Samples(10)); }), HasSubstr(".wav, .flac, .ogg, .mp3")) << name;
  EXPECT_THAT(refusal([&] { write_audio_file(at("no/such/folder.wav"), Samples(10)); }), HasSubstr("No such file"));
  EXPECT_THROW(encode_audio_file(Samples(3), FileKind::wav, 2), Error);
  EXPECT_THROW(encode_audio_file(Samples(3), FileKind::wav, 3), Error);
}

TEST_F(AudioFile, UrlsAreRefusedWithoutALook_VOX30) {
  for (const auto* url : {"https://example.com/a.wav", "file:///etc/passwd", "FTP://x/y.mp3", "data+x://a"})
    EXPECT_THAT(refusal([&] { read_audio_file(url); }), HasSubstr("is a URL")) << url;
  EXPECT_THAT(refusal([&] { read_audio_file(at("missing.wav")); }), HasSubstr("missing.wav: No such file"));
}

TEST_F(AudioFile, WhatIsNoAudioNamesTheFileAndTheReason_VOX30) {
  const auto why = [](std::string bytes) { return refusal([&] { decode_audio_file(bytes, "line.wav"); }); };
  EXPECT_THAT(why(""), HasSubstr("cannot read line.wav as audio: the file is empty"));
  EXPECT_THAT(why("hello, world"), HasSubstr("neither WAV, FLAC, OGG, Opus nor MP3"));
  EXPECT_THAT(why("RIFF\x04\0\0\0WAVE"), HasSubstr("cannot read line.wav"));
  EXPECT_THAT(why(encode_audio_file({}, FileKind::wav)), HasSubstr("it holds no audio"));
  for (const auto* magic : {"fLaC", "OggS", "ID3\x03", "\xff\xfb\x90\x64"})
    EXPECT_THAT(why(std::string(magic) + std::string(400, 'x')), HasSubstr("cannot read line.wav")) << magic;
}

TEST_F(AudioFile, SamplesThatAreNoNumbersAreDamage_VOX30) {
  auto bytes = encoded_as(SF_FORMAT_WAV | SF_FORMAT_FLOAT, testing::sine(440, 0.5, 0.3), 1, 24000);
  const auto why = [&](float value) {
    auto damaged = bytes;
    std::memcpy(damaged.data() + damaged.size() - 4000, &value, sizeof value);
    return refusal([&] { decode_audio_file(damaged, "line.wav"); });
  };
  EXPECT_EQ(why(0.5F), "");
  for (const auto value : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
    EXPECT_THAT(why(value), HasSubstr("cannot read line.wav as audio: it is damaged: it holds samples that are no numbers"));
}

TEST_F(AudioFile, AFileThatIsCutOffIsRefused_VOX30) {
  for (const auto kind : {FileKind::wav, FileKind::flac, FileKind::ogg}) {
    const auto whole = encode_audio_file(testing::speech(3), kind);
    for (const auto share : {0.01, 0.3, 0.6, 0.95})
      EXPECT_THAT(refusal([&] { decode_audio_file(whole.substr(0, static_cast<std::size_t>(static_cast<double>(whole.size()) * share)), "half"); }),
                  HasSubstr("half"))
          << static_cast<int>(kind) << " at " << share;
  }
}

TEST_F(AudioFile, ASizeThatAPipeCouldNotFillInIsNoCut_VOX30) {
  auto bytes = encode_audio_file(Samples(4800, 7), FileKind::wav);
  for (const char c : {'\xff', '\0'}) {
    for (std::size_t i = 0; i < 4; ++i) bytes[4 + i] = bytes[40 + i] = c;
    EXPECT_EQ(decode_audio_file(bytes, "pipe").size(), 4800U) << int{c};
  }
}

TEST_F(AudioFile, LimitsHold_VOX30) {
  const auto bytes = encode_audio_file(testing::silence(3), FileKind::flac);
  EXPECT_THAT(refusal([&] { decode_audio_file(bytes, "long", {.duration = std::chrono::seconds(2)}); }), HasSubstr("long holds more than 2 seconds"));
  EXPECT_THAT(refusal([&] { decode_audio_file(bytes, "large", {.bytes = 10}); }), HasSubstr("large is larger than 10 bytes"));
  EXPECT_EQ(decode_audio_file(bytes, "fits", {.duration = std::chrono::seconds(3)}).size(), 72000U);
}

TEST_F(AudioFile, DamageAnywhereGivesAudioOrOneError_VOX30) {
  for (const auto kind : {FileKind::wav, FileKind::flac, FileKind::ogg, FileKind::mp3}) {
    const auto whole = encode_audio_file(testing::speech(0.3), kind);
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
      RandomStream random(seed);
      auto bytes = whole;
      for (auto i = random.below(6) + 1; i > 0; --i) bytes[random.below(random.below(2) ? 80 : bytes.size())] = static_cast<char>(random.next());
      const auto why = refusal([&] { EXPECT_LE(decode_audio_file(bytes, "damaged", {.duration = std::chrono::seconds(60)}).size(), 60U * 24000 + 1); });
      if (!why.empty()) ASSERT_THAT(why, HasSubstr("damaged"));
    }
  }
}

}  // namespace
}  // namespace antiphon::audio
