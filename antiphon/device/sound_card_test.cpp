#include "antiphon/device/sound_card.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"

// ALSA itself, with devices of its plugins that write and read files in place of a card.

namespace antiphon::device {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

/// The devices of this process; ALSA reads their definition once.
class Devices {
 public:
  static const Devices& get() {
    static const Devices devices;
    return devices;
  }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }

 private:
  Devices() {
    fs::create_directories(folder_);
    std::string spoken;
    for (int i = 0; i < 24000; ++i) spoken += static_cast<char>(i & 0xff), spoken += static_cast<char>(i >> 8);
    write_file_atomically(file("spoken.raw"), spoken);
    write_file_atomically(file("asound.conf"), fmt::format(R"(
pcm.nowhere {{ type null }}
pcm.default {{ type file slave.pcm nowhere file "{}" infile "{}" format raw }}
)",
                                                           file("heard.raw"), file("spoken.raw")));
    setenv("ALSA_CONFIG_PATH", file("asound.conf").c_str(), 1);
    unsetenv("ANTIPHON_SPEAKER"), unsetenv("ANTIPHON_MICROPHONE");
  }
  ~Devices() { fs::remove_all(folder_); }

  fs::path folder_ = fs::temp_directory_path() / make_id("sound-card");
};

Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "nothing was thrown");
}

TEST(SoundCard, PlaysWhatItIsGivenSampleBySample_VOX63) {
  const auto& devices = Devices::get();
  std::string expected;
  {
    const auto speaker = open_loudspeaker();
    for (int i = 0; i < 20; ++i) {
      const audio::Samples frame(480, static_cast<audio::Sample>(100 * i));
      expected += audio::bytes_from_samples(frame);
      speaker->play(frame);
    }
  }  // waits for what is still to be heard
  EXPECT_EQ(read_file(devices.file("heard.raw")).substr(0, expected.size()), expected);
}

TEST(SoundCard, HearsWhatIsSpokenAtThePaceOfWhoeverListens_TRN17) {
  Devices::get();
  const auto microphone = open_microphone();
  audio::Samples heard;
  // The thread of the card runs in real time; a second that never comes ends the test.
  for (const auto until = std::chrono::steady_clock::now() + 30s; heard.size() < 24000 && std::chrono::steady_clock::now() < until;) {
    const auto samples = microphone->take(480);
    EXPECT_LE(samples.size(), 480U);
    heard.insert(heard.end(), samples.begin(), samples.end());
    if (samples.empty()) std::this_thread::yield();
  }
  ASSERT_GE(heard.size(), 24000U);
  for (int i = 0; i < 24000; ++i) ASSERT_EQ(heard[static_cast<std::size_t>(i)], static_cast<audio::Sample>(i)) << i;
}

TEST(SoundCard, WithoutADeviceItSaysWhichAndWhatToDo_VOX63) {
  Devices::get();
  for (const bool speaks : {true, false}) {
    const auto error = error_of([&] { speaks ? void(open_loudspeaker("no-such-card")) : void(open_microphone("no-such-card")); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(error.party(), Party::harness);
    EXPECT_THAT(error.message(), AllOf(HasSubstr(speaks ? "cannot play" : "cannot listen"), HasSubstr("no-such-card")));
    EXPECT_THAT(error.hint(), HasSubstr(speaks ? "ANTIPHON_SPEAKER" : "ANTIPHON_MICROPHONE"));
  }
}

TEST(SoundCard, TakesTheDeviceThatTheEnvironmentNames_VOX63) {
  Devices::get();
  setenv("ANTIPHON_SPEAKER", "no-such-card", 1);
  EXPECT_THAT(error_of([] { open_loudspeaker(); }).message(), HasSubstr("no-such-card"));
  setenv("ANTIPHON_SPEAKER", "nowhere", 1);
  open_loudspeaker()->play(audio::Samples(480));
  unsetenv("ANTIPHON_SPEAKER");
}

}  // namespace
}  // namespace antiphon::device
