#include "antiphon/chat/history.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"

namespace antiphon {
namespace {

using Model = std::vector<Message>;

void expect_same(const History& history, const Model& model) {
  ASSERT_EQ(history.size(), model.size());
  std::size_t i = 0;
  for (const auto& message : history) {
    ASSERT_TRUE(message.same_as(model[i])) << "at " << i;
    ++i;
  }
  ASSERT_EQ(i, model.size());
  if (!model.empty()) {
    ASSERT_TRUE(history.back().same_as(model.back()));
  }
}

TEST(History, KeepsTheOrder) {
  const History history{Message::user("a"), Message::assistant("b")};
  EXPECT_EQ(history[0].text(), "a");
  EXPECT_EQ(history.back().text(), "b");
  EXPECT_TRUE(History().empty());
}

TEST(History, LeavesCopiesAsTheyWere) {
  History history{Message::user("a")};
  const History before = history;
  history.append(Message::user("b"));
  EXPECT_EQ(before.size(), 1U);
  EXPECT_EQ(history.size(), 2U);
}

TEST(History, SharesMessagesAmongCopies_SCN70) {
  History history;
  for (int i = 0; i < 500; ++i) history.append(Message::user("x"));
  const History copy = history;
  for (std::size_t i = 0; i < 500; ++i) EXPECT_EQ(&history[i], &copy[i]);
}

TEST(History, TruncatesToAtMostWhatIsThere) {
  History history{Message::user("a"), Message::user("b")};
  history.truncate(9);
  EXPECT_EQ(history.size(), 2U);
  history.truncate(0);
  EXPECT_TRUE(history.empty());
  history.append(Message::user("c"));
  EXPECT_EQ(history[0].text(), "c");
}

// Many views that append, copy and cut back in any order behave like as many plain vectors.
TEST(History, BranchesLikeAVector_SCN20) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    RandomStream random(seed);
    std::vector<std::pair<History, Model>> views(4);
    for (int step = 0; step < 600; ++step) {
      auto& [history, model] = views[random.below(views.size())];
      const auto action = random.below(20);
      if (action < 16) {
        const auto message = Message::user("m");
        history.append(message), model.push_back(message);
      } else if (action < 18) {
        const auto size = random.below(model.size() + 2);
        history.truncate(size);
        if (size < model.size()) model.erase(model.begin() + static_cast<std::ptrdiff_t>(size), model.end());
      } else {
        views[random.below(views.size())] = views[random.below(views.size())];
      }
    }
    for (const auto& [history, model] : views) expect_same(history, model);
  }
}

TEST(History, IsReadByOthersWhileItGrows) {
  History history;
  for (int i = 0; i < 10; ++i) history.append(Message::user("x"));
  std::thread reader([copy = history] {
    for (int round = 0; round < 1000; ++round) {
      std::size_t n = 0;
      for (const auto& message : copy) n += message.text().size();
      ASSERT_EQ(n, 10U);
    }
  });
  for (int i = 0; i < 1000; ++i) history.append(Message::user("y"));
  reader.join();
}

TEST(History, CopiesOfOneViewGrowOnManyThreadsAtOnce_SCN70) {
  for (std::size_t shared = 1; shared < 130; shared += 9) {
    History history;
    for (std::size_t i = 0; i < shared; ++i) history.append(Message::user("all"));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([copy = history, shared, own = "thread " + std::to_string(t)]() mutable {
        for (int i = 0; i < 150; ++i) copy.append(Message::user(own));
        for (std::size_t i = 0; i < copy.size(); ++i) ASSERT_EQ(copy[i].text(), i < shared ? "all" : own) << i;
      });
    for (auto& thread : threads) thread.join();
    for (const auto& message : history) ASSERT_EQ(message.text(), "all");
  }
}

}  // namespace
}  // namespace antiphon
