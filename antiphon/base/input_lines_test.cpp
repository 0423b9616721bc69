#include "antiphon/base/input_lines.hpp"

#include <csignal>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t mebibyte = 1 << 20;

Error error_of(InputLines& lines) {
  try {
    (void)lines.next({});
  } catch (const Error& error) {
    EXPECT_EQ(error.party(), Party::harness);
    return error;
  }
  return Error(ErrorKind::internal, "nothing was thrown");
}

class StandardInput : public ::testing::Test {
 protected:
  StandardInput() {
    std::signal(SIGPIPE, SIG_IGN);  // a test that fails leaves the writer without a reader
    EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0);
    lines_.emplace(ends_[0]);
  }
  ~StandardInput() override {
    ::close(ends_[0]);
    if (writer_.joinable()) writer_.join();
    end();
  }

  void write(const std::string& text) const { EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size())); }
  /// More than a pipe holds.
  void write_beside(std::string text) {
    writer_ = std::thread([this, text = std::move(text)] {
      std::size_t at = 0;
      for (ssize_t n = 1; n > 0 && at < text.size(); at += static_cast<std::size_t>(n)) n = ::write(ends_[1], text.data() + at, text.size() - at);
      end();
    });
  }
  void end() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }
  std::optional<std::string> next() { return lines_->next(stop_.get_token()); }

  int ends_[2] = {-1, -1};
  std::optional<InputLines> lines_;
  std::stop_source stop_;
  std::thread writer_;
};

TEST_F(StandardInput, GivesLinesWithoutTheirEndsAndTheRest) {
  write("one\r\n\ntwo\nthr");
  EXPECT_EQ(next(), "one");
  EXPECT_EQ(next(), "");
  EXPECT_EQ(next(), "two");
  write("ee");
  end();
  EXPECT_EQ(next(), "three");
  EXPECT_EQ(next(), std::nullopt);
  EXPECT_EQ(next(), std::nullopt);
}

TEST_F(StandardInput, StopsWaitingWhenAskedToAndGoesOnLater) {
  std::thread stopper([this] { stop_.request_stop(); });
  EXPECT_EQ(next(), std::nullopt);
  stopper.join();
  write("late\n");
  EXPECT_EQ(lines_->next({}), "late");
}

TEST_F(StandardInput, TakesALineOfOneMebibyte) {
  write_beside(std::string(mebibyte, 'x') + "\nnext\n");
  EXPECT_EQ(next(), std::string(mebibyte, 'x'));
  EXPECT_EQ(next(), "next");
}

TEST_F(StandardInput, RefusesALongerOneOnceAndGoesOnBehindIt) {
  write_beside(std::string(mebibyte + 1, 'x') + "\n" + std::string(5 * mebibyte, 'y') + "\nnext\n" + std::string(3 * mebibyte, 'z'));
  for (int i = 0; i < 2; ++i) {
    const auto error = error_of(*lines_);
    EXPECT_EQ(error.kind(), ErrorKind::too_large);
    EXPECT_THAT(error.message(), HasSubstr("longer than 1048576 bytes"));
  }
  EXPECT_EQ(next(), "next");
  EXPECT_EQ(error_of(*lines_).kind(), ErrorKind::too_large);
  EXPECT_EQ(next(), std::nullopt);
}

TEST(BrokenInput, WhatCannotBeReadIsAnErrorAndNoEnd) {
  const int folder = ::open("/", O_RDONLY | O_CLOEXEC);
  InputLines of_folder(folder);
  const auto error = error_of(of_folder);
  ::close(folder);
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_EQ(error.message(), "cannot read the standard input: Is a directory");
  InputLines of_nothing(1 << 20);
  EXPECT_EQ(error_of(of_nothing).message(), "cannot read the standard input: Bad file descriptor");
}

TEST(BrokenInput, WithoutADescriptorForTheWaitingItIsAnErrorAndNoHang) {
#if defined(__has_feature) && __has_feature(address_sanitizer)
  GTEST_SKIP() << "the sanitizers look at memory through pipes of their own, and take one that is refused for a bad address";
#endif
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int zero = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  InputLines lines(zero);
  const auto error = error_of(lines);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ::close(zero);
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_THAT(error.message(), HasSubstr("cannot wait for the standard input: Too many open files"));
}

}  // namespace
}  // namespace antiphon
