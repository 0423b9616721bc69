#include "antiphon/net/internal/group_guard.hpp"

#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace antiphon::net {
namespace {

constexpr int nobody = 1 << 29;  // more than any process id

// Of a process, as the system tells it: `S`, `T` (stopped), `Z`; 0 where there is none.
char state_of(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
  std::string ignored, state;
  return status >> ignored >> ignored >> state ? state.front() : '\0';
}

// Real time, because other processes take some. Bounded, so that a failure shows as one.
template <class Condition>
bool comes_true(Condition condition) {
  for (int i = 0; i < 3000; ++i, ::usleep(10'000))
    if (condition()) return true;
  return false;
}

std::optional<int> child_of(int pid) {
  std::ifstream list("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  int child = 0;
  return list >> child ? std::optional(child) : std::nullopt;
}

/// Waits in a group of its own.
int start_stranger() {
  const int pid = ::fork();
  if (pid == 0) {
    ::setpgid(0, 0);
    for (;;) ::pause();
  }
  ::setpgid(pid, pid);
  return pid;
}

// Lets go of a group while its helper reads nothing, and then ends.
[[noreturn]] void let_go_behind_its_back(int group, int report) {
  auto guard = std::make_unique<GroupGuard>(group);
  const auto helper = child_of(::getpid());
  if (!helper || ::kill(*helper, SIGSTOP) != 0 || !comes_true([&] { return state_of(*helper) == 'T'; })) ::_exit(1);
  for (int i = 0; i < 2000; ++i) const GroupGuard filler(nobody + i);
  guard.reset();
  const auto now = child_of(::getpid());
  const int helpers[] = {*helper, now.value_or(*helper)};
  const bool told = ::write(report, helpers, sizeof helpers) == sizeof helpers;
  for (const int each : helpers)
    if (state_of(each) == 'T') ::kill(each, SIGCONT);
  ::_exit(told ? 0 : 1);
}

TEST(GroupGuard, WhatWasLetGoOfLivesOnHoweverSlowTheHelperIs_SCN72) {
  const int stranger = start_stranger();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int owner = ::fork();
  if (owner == 0) let_go_behind_its_back(stranger, ends[1]);
  int status = 1, helpers[2] = {};
  ::waitpid(owner, &status, 0);
  ::close(ends[1]);
  EXPECT_EQ(status, 0);
  ASSERT_EQ(::read(ends[0], helpers, sizeof helpers), static_cast<ssize_t>(sizeof helpers));
  ::close(ends[0]);
  for (const int helper : helpers) EXPECT_TRUE(comes_true([&] { return state_of(helper) == '\0' || state_of(helper) == 'Z'; }));
  EXPECT_EQ(state_of(stranger), 'S');
  ::kill(stranger, SIGKILL);
  ::waitpid(stranger, nullptr, 0);
}

TEST(GroupGuard, KeepsThousandsApart_SCN72) {
  const int kept = start_stranger(), freed = start_stranger();
  const int owner = ::fork();
  if (owner == 0) {
    const GroupGuard one(kept);
    auto other = std::make_unique<GroupGuard>(freed);
    std::vector<std::unique_ptr<GroupGuard>> many;
    for (int i = 0; i < 3000; ++i) many.push_back(std::make_unique<GroupGuard>(nobody + i));
    other.reset();
    many.clear();
    ::_exit(0);
  }
  ::waitpid(owner, nullptr, 0);
  EXPECT_TRUE(comes_true([&] { return state_of(kept) == 'Z'; }));
  EXPECT_EQ(state_of(freed), 'S');
  ::kill(freed, SIGKILL);
  for (const int each : {kept, freed}) ::waitpid(each, nullptr, 0);
}

}  // namespace
}  // namespace antiphon::net
