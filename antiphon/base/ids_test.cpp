#include "antiphon/base/ids.hpp"

#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "antiphon/base/regex.hpp"

namespace antiphon {
namespace {

TEST(Ids, HaveAPrefixAndTwentySixCharacters) {
  EXPECT_TRUE(Regex("^run_[0-9A-HJKMNP-TV-Z]{26}$").matches(make_id("run"))) << make_id("run");
  EXPECT_TRUE(Regex("^[0-9a-f]{32}$").matches(make_trace_id()));
  EXPECT_TRUE(Regex("^[0-9a-f]{16}$").matches(make_span_id()));
}

TEST(Ids, DifferAcrossThreads) {
  std::vector<std::vector<std::string>> lists(4);
  std::vector<std::thread> threads;
  for (auto& list : lists)
    threads.emplace_back([&list] {
      for (int i = 0; i < 500; ++i) list.push_back(make_id("x"));
    });
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& list : lists) all.insert(list.begin(), list.end());
  EXPECT_EQ(all.size(), 2000U);
}

TEST(Ids, SortByTheTimeTheyWereMade) {
  const auto first = make_id("x");
  const auto now = utc_now();
  while (utc_now() == now) std::this_thread::yield();  // one millisecond of the real clock, which ids are made of
  EXPECT_LT(first, make_id("x"));
}

TEST(Ids, TimesAreIso8601InUtc) { EXPECT_TRUE(Regex(R"(^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$)").matches(utc_now())) << utc_now(); }

}  // namespace
}  // namespace antiphon
