#include "antiphon/scenario/voice/call_file.hpp"

#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "antiphon/base/error.hpp"

namespace antiphon::voice {
namespace {

/// Files of this process cannot grow beyond some bytes: what a full disk does.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit small{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  void (*old_handler_)(int);
  rlimit old_{};
};

TEST(CallFile, AFullDiskIsOursAndNotTheAgents_VOX62_SCN100) {
  const auto path = std::filesystem::temp_directory_path() / ("antiphon-call-file-" + std::to_string(getpid()) + ".wav");
  std::optional<Error> failed;
  {
    const SmallDisk disk(1000);
    CallFile file(path.string());
    file.add_user(audio::Samples(24000));
    try {
      file.add_agent(audio::Samples(24000));
    } catch (const Error& error) {
      failed = error;
    }
  }
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->kind(), ErrorKind::io);
  EXPECT_EQ(failed->party(), Party::harness);
  EXPECT_THAT(failed->hint(), ::testing::HasSubstr("free some space"));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace antiphon::voice
