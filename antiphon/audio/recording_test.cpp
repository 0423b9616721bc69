#include <csignal>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/sample_pieces.hpp"
#include "antiphon/audio/sample_store.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/audio/wav_writer.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"

namespace antiphon::audio {
namespace {

std::string fresh_path(const std::string& name) { return ::testing::TempDir() + std::to_string(::getpid()) + name; }

TEST(WavWriter, TheFileCanBePlayedAfterEveryCall_VOX62) {
  const auto path = fresh_path("growing.wav");
  const auto speech = testing::speech(1);
  WavWriter writer(path);
  for (std::size_t i = 0; i < speech.size(); i += 480) {
    writer.append(SampleView(speech).subspan(i, 480));
    if (i % 4800 == 0) ASSERT_EQ(read_audio_file(path), Samples(speech.begin(), speech.begin() + static_cast<std::ptrdiff_t>(i + 480)));
  }
  EXPECT_EQ(writer.frames(), speech.size());
  EXPECT_EQ(read_file(path), encode_audio_file(speech, FileKind::wav)) << "byte for byte what is written at once";
  std::filesystem::remove(path);
}

TEST(WavWriter, WhatWasWrittenBeforeAKillCanBePlayed_VOX62) {
  const auto path = fresh_path("killed.wav");
  const auto tone = testing::sine(440, 0.02);
  const auto child = ::fork();
  if (child == 0) {
    WavWriter writer(path);
    for (int i = 0; i < 50; ++i) writer.append(tone);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(read_audio_file(path).size(), 50 * tone.size());
  std::filesystem::remove(path);
}

TEST(WavWriter, TwoChannelsAreWrittenInTurn_VOX60) {
  const auto path = fresh_path("stereo.wav");
  WavWriter writer(path, 2, 48000);
  writer.append(Samples{1, 2, 3, 4});
  EXPECT_EQ(read_file(path), encode_audio_file(Samples{1, 2, 3, 4}, FileKind::wav, 2, 48000));
  EXPECT_THROW(writer.append(Samples(3)), Error);
  EXPECT_EQ(writer.frames(), 2U);
  std::filesystem::remove(path);
}

TEST(WavWriter, APlaceThatCannotBeWrittenIsNamed_VOX62) {
  try {
    const WavWriter writer("/no/such/folder/a.wav");
    FAIL() << "it must be refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_STREQ(error.what(), "cannot write /no/such/folder/a.wav: No such file or directory");
  }
  EXPECT_THROW(WavWriter(fresh_path("a.wav"), 3), Error);
}

TEST(WavWriter, AFullDiskLeavesWhatWasThereWhole_VOX62) {
  const auto path = fresh_path("full.wav");
  const auto child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{20000, 20000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int appended = 0;
    try {
      WavWriter writer(path);
      for (; appended < 100; ++appended) writer.append(Samples(480, 5));
    } catch (const Error&) {}
    ::_exit(appended);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 20);
  EXPECT_EQ(read_audio_file(path), Samples(9600, 5));
  std::filesystem::remove(path);
}

TEST(SampleStore, ItReadsTheSameFromMemoryAndFromDisk_VOX62) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    RandomStream random(seed);
    SampleStore store(1 + random.below(400));
    Samples expected;
    for (auto i = random.below(20) + 1; i > 0; --i) {
      const auto more = testing::anything(random.below(300), random);
      store.append(more);
      expected.insert(expected.end(), more.begin(), more.end());
      ASSERT_EQ(store.size(), expected.size());
      const auto at = random.below(expected.size() + 10), count = random.below(600);
      const auto begin = std::min(at, expected.size()), end = std::min(expected.size(), begin + count);
      ASSERT_EQ(store.read(at, count), Samples(expected.begin() + static_cast<std::ptrdiff_t>(begin), expected.begin() + static_cast<std::ptrdiff_t>(end)))
          << "seed " << seed;
    }
  }
}

TEST(SampleStore, PastItsLimitItGoesToDiskAndLeavesNoFile_VOX62) {
  const auto folder = fresh_path("spill");
  std::filesystem::create_directories(folder);
  {
    SampleStore store(1000, folder);
    store.append(Samples(1000, 1));
    EXPECT_FALSE(store.spilled());
    store.append(Samples(1, 2));
    EXPECT_TRUE(store.spilled());
    SampleStore moved = std::move(store);
    moved.append(Samples(5, 3));
    EXPECT_EQ(moved.read(999, 3), (Samples{1, 2, 3}));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

// 20 s of speech within a limit of 2 s: the middle is read from both.
TEST(SampleStore, OnlyItsEndIsInMemory_VOX62) {
  const auto speech = testing::speech(20);
  constexpr auto limit = static_cast<std::size_t>(canonical_rate_hz) * 2;
  SampleStore store(limit);
  for (std::size_t at = 0; at < speech.size(); at += 480) store.append(SampleView(speech).subspan(at, std::min<std::size_t>(480, speech.size() - at)));
  EXPECT_TRUE(store.spilled());
  EXPECT_LE(pieces_in_use(), limit / piece_samples + 1);
  EXPECT_EQ(store.read(0, speech.size()), speech);
  const auto at = speech.size() - limit - 20'000;
  EXPECT_EQ(store.read(at, 40'000), Samples(speech.begin() + static_cast<std::ptrdiff_t>(at), speech.begin() + static_cast<std::ptrdiff_t>(at + 40'000)));
}

// What one call gives back is used by the next, whatever it held.
TEST(SampleStore, WhatAnotherHeldIsNotHeard_VOX62) {
  { SampleStore(1 << 20).append(Samples(100'000, 7)); }
  SampleStore store;
  store.append(Samples(1000));
  store.append(Samples(10, 3));
  Samples expected(1000);
  expected.resize(1010, 3);
  EXPECT_EQ(store.read(0, 2000), expected);
}

// So many that some are kept ready in the background.
TEST(SamplePieces, BelongToOneAtATimeWhoeverTakesThem_VOX62) {
  constexpr std::size_t many = 3000;
  const auto hold_and_give_back = [&many](Sample mine) {
    std::vector<SamplePiece> pieces(many);
    for (auto& piece : pieces) piece = take_piece(), std::fill_n(piece.get(), piece_samples, mine);
    const bool all_mine = std::ranges::all_of(pieces, [mine](const SamplePiece& piece) {
      return std::all_of(piece.get(), piece.get() + piece_samples, [mine](Sample sample) { return sample == mine; });
    });
    EXPECT_TRUE(all_mine);
    EXPECT_GE(pieces_in_use(), many);
    for (std::size_t i = 0; i < many; i += 2) pieces[i].reset(), pieces[i] = take_piece();
  };
  for (int round = 0; round < 3; ++round) {
    const std::jthread one(hold_and_give_back, Sample{1}), other(hold_and_give_back, Sample{2});
  }
  EXPECT_EQ(pieces_in_use(), 0U);
}

TEST(SampleStore, AFolderThatCannotBeWrittenIsNamed_VOX62) {
  SampleStore store(1, "/no/such/folder");
  EXPECT_THAT([&] { store.append(Samples(2)); }, ::testing::ThrowsMessage<Error>(::testing::HasSubstr("cannot write audio in /no/such/folder: No such file")));
}

}  // namespace
}  // namespace antiphon::audio
