#include "antiphon/providers/llm/cassette/cassette_file.hpp"

#include <csignal>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/providers/llm/cassette/cassette.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon {
namespace {

namespace fs = std::filesystem;
using namespace testing_tools;
using testing::AllOf;
using testing::HasSubstr;

class CassetteFile : public testing::Test {
 protected:
  CassetteFile() : folder_(fs::temp_directory_path() / make_id("tape")) {
    fs::create_directories(folder_);
    fs::permissions(folder_, fs::perms::all);
  }
  ~CassetteFile() override { fs::remove_all(folder_); }

  std::string file(const std::string& name = "one.jsonl") const { return (folder_ / name).string(); }
  Cassette open(CassetteMode mode) const { return Cassette({.path = file(), .mode = mode, .scenario_id = "s"}); }

  static AskedCall asked(const std::string& words) {
    AskedCall call{.kind = "llm",
                   .role = "user",
                   .turn = 1,
                   .request = request_from(R"({"model":"m","messages":[{"role":"user","content":")" + words + "\"}]}"),
                   .key = {}};
    call.key = key_of(call.kind, call.role, call.request).text();
    return call;
  }
  static void answer(Cassette& cassette, const std::string& words) {
    const auto call = asked(words);
    if (cassette.take(call)) return;
    const auto place = cassette.reserve(call);
    cassette.keep(place,
                  {.kind = call.kind, .key = call.key, .role = call.role, .turn = 1, .answer = {{"message", {{"role", "assistant"}, {"content", words}}}}});
  }
  void record(const std::vector<std::string>& all, CassetteMode mode = CassetteMode::record) const {
    auto cassette = open(mode);
    for (const auto& words : all) answer(cassette, words);
    cassette.save(1);
  }
  bool holds(const std::string& words) const {
    auto cassette = open(CassetteMode::automatic);
    return cassette.take(asked(words)).has_value();
  }

  /// In a process of its own, which may be limited, stripped of its rights and killed. @return what `work` returns
  template <class F>
  static int elsewhere(F work) {
    const auto child = ::fork();
    if (child == 0) {
      int code = 99;
      try {
        code = work();
      } catch (...) {}
      ::_exit(code);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
  }
  /// As somebody who may not do everything: whoever runs the tests may be root.
  template <class F>
  static int as_nobody(F work) {
    return elsewhere([&] {
      if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 98;
      return work();
    });
  }
  template <class F>
  static int told(F action, ErrorKind kind, const std::string& what) {
    try {
      action();
    } catch (const Error& error) {
      return error.kind() == kind && error.party() == Party::harness && !error.hint().empty() && error.message().find(what) != std::string::npos ? 0 : 2;
    }
    return 1;
  }

  fs::path folder_;
};

TEST_F(CassetteFile, AFullDiskIsOneClearErrorAndKeepsWhatWasThere_SCN81) {
  record({"before"});
  const auto before = read_file(file());
  const auto code = elsewhere([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return told([&] { record({"after " + std::string(5000, 'x')}); }, ErrorKind::io, "one.jsonl: File too large");
  });
  EXPECT_EQ(code, 0);
  EXPECT_EQ(read_file(file()), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(CassetteFile, AFolderThatMayNotBeWrittenIsToldBeforeAnythingIsAsked_SCN81) {
  record({"known"});
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  EXPECT_EQ(as_nobody([&] { return told([&] { open(CassetteMode::record); }, ErrorKind::io, "Permission denied"); }), 0);
  // What is on the cassette needs nobody's leave.
  EXPECT_EQ(as_nobody([&] {
              auto cassette = open(CassetteMode::automatic);
              if (!cassette.take(asked("known"))) return 3;
              return told([&] { cassette.reserve(asked("new")); }, ErrorKind::io, folder_.string() + ": Permission denied");
            }),
            0);
  EXPECT_EQ(as_nobody([&] { return open(CassetteMode::replay).take(asked("known")) ? 0 : 1; }), 0);
}

TEST_F(CassetteFile, AFileThatMayNotBeReadIsToldWithItsName_SCN81) {
  record({"known"});
  fs::permissions(file(), fs::perms::none);
  for (const auto mode : {CassetteMode::replay, CassetteMode::automatic})
    EXPECT_EQ(as_nobody([&] { return told([&] { open(mode); }, ErrorKind::configuration, "cannot open " + file() + ": Permission denied"); }), 0);
}

TEST_F(CassetteFile, AFolderOrAFileInTheWayIsToldBeforeAnythingIsAsked_SCN81) {
  fs::create_directories(file());
  EXPECT_THAT(error_of([&] { open(CassetteMode::record); }).message(), AllOf(HasSubstr("one.jsonl"), HasSubstr("a folder stands in its place")));
  write_file_atomically(file("two"), "a file");
  EXPECT_THAT(error_of([&] { require_writable(file("two/below/three.jsonl")); }).message(), HasSubstr("two is no folder"));
}

TEST_F(CassetteFile, AKilledRecordingLeavesTheOldCassetteOrTheNewOne_SCN81) {
  record({"before"});
  for (int round = 0; round < 20; ++round) {
    const auto child = ::fork();
    if (child == 0)
      for (int i = 0;; ++i) record({"before", "after " + std::to_string(i) + std::string(20000, 'x')});
    // For real: the child is to be caught wherever it happens to be.
    std::this_thread::sleep_for(std::chrono::microseconds(500 + 700 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(holds("before")) << round;  // and every line is whole, or this would throw
  }
}

TEST_F(CassetteFile, WhatAKilledRecordingLeftIsTakenAwayLater_SCN81) {
  const auto old = file("one.jsonl.77.0.partial"), young = file("one.jsonl.78.0.partial"), theirs = file("notes.partial");
  for (const auto& path : {old, young, theirs}) write_file_atomically(path, "half");
  for (const auto& path : {old, theirs}) fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(2));
  record({"x"});
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(young));
  EXPECT_TRUE(fs::exists(theirs));
}

TEST_F(CassetteFile, TwoThatAddAtOnceKeepWhatBothRecordedOnce_SCN81) {
  record({"old"});
  auto one = open(CassetteMode::automatic), two = open(CassetteMode::automatic);
  for (const auto* words : {"both", "one alone"}) answer(one, words);
  for (const auto* words : {"both", "two alone"}) answer(two, words);
  one.save(1);
  two.save(1);
  auto all = open(CassetteMode::replay);
  for (const auto* words : {"old", "both", "one alone", "two alone"}) EXPECT_TRUE(all.take(asked(words))) << words;
  EXPECT_THAT(error_of([&] { all.take(asked("both")); }).message(), HasSubstr("the one time"));
}

TEST_F(CassetteFile, ManyProcessesMayAddAtOnce_SCN81) {
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const auto child = ::fork();
    if (child == 0) {
      record({"call " + std::to_string(i), "everybody's"}, CassetteMode::automatic);
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const auto child : children) ::waitpid(child, nullptr, 0);
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(holds("call " + std::to_string(i))) << i;
}

TEST_F(CassetteFile, OfTwoThatRecordAnewTheLastOneStaysAndWhole_SCN81) {
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const auto child = ::fork();
    if (child == 0) {
      record({"call " + std::to_string(i), "more of " + std::to_string(i)});
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const auto child : children) ::waitpid(child, nullptr, 0);
  int whole = 0;
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(holds("call " + std::to_string(i)), holds("more of " + std::to_string(i)));
    whole += holds("call " + std::to_string(i)) ? 1 : 0;
  }
  EXPECT_EQ(whole, 1);
}

}  // namespace
}  // namespace antiphon
