#include "antiphon/gateway/sessions/redis_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/task_group.hpp"
#include "antiphon/gateway/testing/redis_server.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RedisServer;

struct Redis : ::testing::Test {
  void SetUp() override {
    if (!RedisServer::is_installed()) GTEST_SKIP() << "redis-server is not installed";
    server.emplace();
    store.emplace(world.runtime, RedisOptions{.url = server->url(), .connect = 5s, .answer = 5s, .on_change = [this](bool there, const std::string& why) {
                                                changes.push_back(there ? "back" : "gone");
                                                reason = why;
                                              }});
  }
  std::optional<std::string> claim(const std::string& name) { return world.run(store->claim(name, world.soon())); }
  SessionStore::Kept save(const std::string& name, const std::string& value, Duration life = 60s) {
    return world.run(store->save(name, value, life, world.soon()));
  }
  bool has(const std::string& name) { return world.run(store->has(name, world.soon())); }

  net::testing::World world;
  std::optional<RedisServer> server;
  std::optional<RedisStore> store;
  std::vector<std::string> changes;
  std::string reason;
};

TEST_F(Redis, GivesWhatItKeepsOnce_GTW40) {
  const std::string value("\0bytes\xFF\r\n", 9);
  EXPECT_FALSE(claim("a"));
  EXPECT_EQ(save("a", "1"), SessionStore::Kept::yes);
  EXPECT_EQ(save("a", value), SessionStore::Kept::yes);
  EXPECT_TRUE(has("a"));
  EXPECT_EQ(claim("a"), value);
  EXPECT_FALSE(claim("a"));
  EXPECT_FALSE(has("a"));
  EXPECT_EQ(save("a", "3"), SessionStore::Kept::taken);
  world.run(store->give_back("a", "2", 60s, world.soon()));
  EXPECT_EQ(claim("a"), "2");
  save("b", "1");
  world.run(store->remove("b", world.soon()));
  EXPECT_FALSE(has("b"));
}

TEST_F(Redis, ForgetsByItself_GTW40) {
  save("a", "1", 60s);
  const auto left = std::stoi(server->ask({"PTTL", "a"}).value_or("0"));
  EXPECT_GT(left, 50'000);
  EXPECT_LE(left, 60'000);
  claim("a");
  EXPECT_GT(std::stoi(server->ask({"PTTL", "a"}).value_or("0")), 0) << "a claim is forgotten as well";
}

TEST_F(Redis, ManyAtOnceShareAConnection_GTW40) {
  std::vector<Task<>> all;
  const auto one = [](RedisStore& in, Deadline deadline, int i) -> Task<> { co_await in.save("n" + std::to_string(i), std::to_string(i), 60s, deadline); };
  for (int i = 0; i < 500; ++i) all.push_back(one(*store, world.soon(), i));
  world.run(at_once(std::move(all)));
  EXPECT_EQ(server->ask({"DBSIZE"}), "500");
  EXPECT_EQ(claim("n321"), "321");
}

TEST_F(Redis, GoneAndBackIsToldOnceEach_GTW40) {
  save("a", "1");
  server->kill();
  for (int i = 0; i < 3; ++i) EXPECT_THROW(save("a", "2"), Error);
  EXPECT_THAT(changes, ElementsAre("gone"));
  EXPECT_THAT(reason, HasSubstr("Redis at 127.0.0.1:"));
  server->start();
  save("a", "3");
  EXPECT_THAT(changes, ElementsAre("gone", "back"));
  EXPECT_EQ(claim("a"), "3");
}

TEST_F(Redis, ARestartBetweenTwoOperationsIsNoFailure_GTW40) {
  save("a", "1");
  server->kill();
  server->start();
  EXPECT_EQ(save("a", "2"), SessionStore::Kept::yes);
  EXPECT_TRUE(changes.empty());
}

TEST_F(Redis, AWrongPasswordIsOneClearError_GTW40) {
  RedisServer locked("s3cret");
  RedisStore open(world.runtime, {.url = locked.url(), .connect = 5s, .answer = 5s});
  try {
    world.run(open.save("a", "1", 60s, world.soon()));
    ADD_FAILURE() << "it was let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_THAT(error.message(), HasSubstr("NOAUTH"));
    EXPECT_THAT(error.message(), ::testing::Not(HasSubstr("s3cret")));
  }
  RedisStore welcome(world.runtime, {.url = locked.url(), .password = "s3cret", .connect = 5s, .answer = 5s});
  EXPECT_EQ(world.run(welcome.save("a", "1", 60s, world.soon())), SessionStore::Kept::yes);
}

}  // namespace
}  // namespace antiphon::gateway
