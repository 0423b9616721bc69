#include "antiphon/gateway/sessions/lasting_store.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "antiphon/gateway/sessions/memory_store.hpp"
#include "antiphon/gateway/testing/far_store.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using Kept = SessionStore::Kept;
using testing::FarStore;

struct Lasting : ::testing::Test {
  net::testing::VirtualWorld world;
  MemoryStore shared{world.clock};
  std::shared_ptr<FarStore> far = std::make_shared<FarStore>(shared);
  std::vector<std::string> lost;
  LastingStore store{world.runtime, far, {}, [this](const std::string& name) { lost.push_back(name); }};

  void pass(Duration time) { world.run(world.clock.sleep_for(time)); }
  void leave(const std::string& value) { world.run(store.leave("a", value, 60s, world.soon())); }
  std::optional<std::string> claim(SessionStore& at) { return world.run(at.claim("a", world.soon())); }
  bool has(SessionStore& at) { return world.run(at.has("a", world.soon())); }
  void give_back(const std::string& value) { world.run(store.give_back("a", value, 60s, world.soon())); }
};

TEST_F(Lasting, WhatIsLeftIsInTheStoreAtOnce_GTW40) {
  leave("1");
  EXPECT_EQ(claim(shared), "1");
  EXPECT_FALSE(claim(store));
}

TEST_F(Lasting, WhatTheStoreCannotTakeWaitsForIt_GTW40) {
  far->gone = true;
  const auto began = world.clock.now();
  leave("1");
  EXPECT_EQ(world.clock.now(), began) << "nobody waits for a store that is gone";
  EXPECT_TRUE(has(store));
  pass(20s);
  EXPECT_EQ(far->saves, 5) << "at once, and after 1, 3, 7 and 15 s";
  EXPECT_FALSE(has(shared));
  far->gone = false;
  pass(4s);
  EXPECT_EQ(claim(shared), "1");
}

TEST_F(Lasting, ItsLifeDoesNotBeginAnewInTheStore_GTW40) {
  far->gone = true;
  leave("1");
  pass(50s);
  far->gone = false;
  pass(8s);
  EXPECT_TRUE(has(shared));
  pass(3s);
  EXPECT_FALSE(has(shared));
  EXPECT_FALSE(has(store));
}

TEST_F(Lasting, IsGivenOnceWhereTheStoreIsGoneAndHearsOfItLater_GTW40) {
  world.run(shared.save("a", "an older copy", 10min, world.soon()));
  far->gone = true;
  leave("1");
  EXPECT_EQ(claim(store), "1");
  EXPECT_FALSE(claim(store));
  EXPECT_FALSE(has(store));
  far->gone = false;
  EXPECT_FALSE(claim(store)) << "also where the store has another copy";
  pass(2s);
  EXPECT_FALSE(claim(shared));
  EXPECT_EQ(world.run(shared.save("a", "2", 60s, world.soon())), Kept::taken);
  pass(10min);
  EXPECT_TRUE(lost.empty());
}

TEST_F(Lasting, WhoeverClaimedItInTheStoreHasIt_GTW40) {
  world.run(shared.save("a", "an older copy", 10min, world.soon()));
  far->gone = true;
  leave("1");
  EXPECT_EQ(claim(shared), "an older copy");
  far->gone = false;
  EXPECT_FALSE(claim(store));
}

TEST_F(Lasting, WhoeverClaimedItHereAsWellHearsThatItIsLost_GTW40) {
  world.run(shared.save("a", "an older copy", 10min, world.soon()));
  far->gone = true;
  leave("1");
  EXPECT_EQ(claim(store), "1");
  EXPECT_EQ(claim(shared), "an older copy");
  EXPECT_TRUE(lost.empty());
  far->gone = false;
  pass(2s);
  EXPECT_EQ(lost, std::vector<std::string>{"a"});
  pass(10min);
  EXPECT_EQ(lost.size(), 1U);
}

TEST_F(Lasting, AClaimWhoseAnswerWasLostIsOurs_GTW40) {
  far->gone = true;
  leave("1");
  far->gone = false, far->answer_is_lost = true;
  EXPECT_EQ(claim(store), "1");
  pass(10s);
  EXPECT_TRUE(lost.empty());
  EXPECT_FALSE(claim(shared));
}

TEST_F(Lasting, WhatIsGivenBackWaitsForTheStoreToo_GTW40) {
  leave("1");
  EXPECT_EQ(claim(store), "1");
  far->gone = true;
  give_back("2");
  EXPECT_EQ(claim(store), "2");
  give_back("3");
  far->gone = false;
  pass(8s);
  EXPECT_EQ(claim(shared), "3");
}

}  // namespace
}  // namespace antiphon::gateway
