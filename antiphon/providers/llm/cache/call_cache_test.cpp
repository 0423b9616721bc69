#include "antiphon/providers/llm/cache/call_cache.hpp"

#include <atomic>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/providers/llm/cache/cached.hpp"

namespace antiphon {
namespace {

namespace fs = std::filesystem;

class CallCacheTest : public testing::Test {
 protected:
  CallCacheTest() : folder_(fs::temp_directory_path() / make_id("cache")) {}
  ~CallCacheTest() override { fs::remove_all(folder_); }
  std::vector<fs::path> files() const {
    std::vector<fs::path> list;
    if (!fs::exists(folder_)) return list;
    for (const auto& entry : fs::recursive_directory_iterator(folder_))
      if (entry.is_regular_file()) list.push_back(entry.path());
    return list;
  }
  CallCache cache() const { return CallCache(folder_.string()); }
  fs::path folder_;
};

TEST_F(CallCacheTest, AWrappedFunctionIsAskedOnceForEachArguments_SCN80) {
  int asked = 0;
  const auto price = [&](std::string_view sku, int count) {
    ++asked;
    return std::string(sku) + " costs " + std::to_string(3 * count);
  };
  auto first = cached("prices", price, cache());
  EXPECT_EQ(first("kettle", 2), "kettle costs 6");
  EXPECT_EQ(first("kettle", 2), "kettle costs 6");
  EXPECT_EQ(first("kettle", 3), "kettle costs 9");
  auto again = cached("prices", price, cache());  // as a later process would
  EXPECT_EQ(again("kettle", 2), "kettle costs 6");
  EXPECT_EQ(asked, 2);
  auto other = cached("prices, newer", price, cache());
  other("kettle", 2);
  EXPECT_EQ(asked, 3);
}

TEST_F(CallCacheTest, WhatIsThrownIsNotKept_SCN80) {
  int asked = 0;
  auto function = cached("f", [&](int x) { return ++asked == 1 ? throw std::runtime_error("not now") : x + 1; }, cache());
  EXPECT_THROW(function(1), std::runtime_error);
  EXPECT_EQ(function(1), 2);
}

TEST_F(CallCacheTest, ADamagedEntryIsAMissAndIsReplaced_SCN80) {
  int asked = 0;
  auto function = cached("f", [&](int x) { return ++asked, x + 1; }, cache());
  function(1);
  ASSERT_EQ(files().size(), 1U);
  for (const auto* damage : {"", "{}", "half of a li"}) {
    const auto good = read_file(files()[0].string());
    write_file_atomically(files()[0].string(), damage);
    EXPECT_EQ(function(1), 2);
    EXPECT_EQ(read_file(files()[0].string()), good);
  }
  EXPECT_EQ(asked, 4);
}

TEST_F(CallCacheTest, ProcessesAndThreadsMayWriteAtOnce_SCN80) {
  const auto fill = [this] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([this] {
        auto function = cached("f", [](int x) { return std::string(20000, static_cast<char>('a' + x % 26)); }, cache());
        for (int i = 0; i < 25; ++i) function(i);
      });
    for (auto& thread : threads) thread.join();
  };
  const auto child = ::fork();
  if (child == 0) {
    fill();
    ::_exit(0);
  }
  fill();
  int status = 1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(files().size(), 25U);  // nothing half written is left
  std::atomic<int> asked = 0;
  auto function = cached("f", [&](int) { return ++asked, std::string(); }, cache());
  for (int i = 0; i < 25; ++i) EXPECT_EQ(function(i).size(), 20000U);
  EXPECT_EQ(asked, 0);
}

TEST_F(CallCacheTest, AFolderThatCannotBeWrittenCostsNothingButTheCall_SCN80) {
  write_file_atomically(folder_.string(), "a file where the folder should be");
  auto function = cached("f", [](int x) { return x; }, CallCache((folder_ / "below").string()));
  EXPECT_EQ(function(5), 5);
}

TEST(RunCache, TheSameCallTwiceInARunHasTwoKeysAndAnotherRunTheSameTwo_SCN80) {
  RunCache one(CallCache("x"), "scope"), same(CallCache("x"), "scope"), other(CallCache("x"), "scope 2");
  const auto first = one.next_key("user", "r"), second = one.next_key("user", "r");
  EXPECT_NE(first, second);
  EXPECT_EQ(same.next_key("user", "r"), first);
  EXPECT_EQ(same.next_key("user", "r"), second);
  EXPECT_NE(other.next_key("user", "r"), first);
  EXPECT_NE(one.next_key("judge", "r"), first);
}

}  // namespace
}  // namespace antiphon
