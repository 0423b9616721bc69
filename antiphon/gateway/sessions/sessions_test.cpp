#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gateway/sessions/call_keeper.hpp"
#include "antiphon/gateway/sessions/kept_call.hpp"
#include "antiphon/gateway/sessions/memory_store.hpp"
#include "antiphon/gateway/sessions/redis_link.hpp"
#include "antiphon/gateway/sessions/seal.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using net::testing::VirtualWorld;

KeptCall whole_call() {
  KeptCall call{.state = {.id = "call_1",
                          .caller_id = "+15550100",
                          .locale = "fr-FR",
                          .authenticated = true,
                          .wrong_pins = 2,
                          .consecutive_failures = 1,
                          .escalated = EscalationReason::low_confidence,
                          .messages = {Message::assistant("Hello."), Message::user("o\xC3\xB9?"),
                                       Message::assistant_calls("", {{.id = "c1", .name = "order", .arguments = "{\"id\":7}"}}),
                                       Message::tool_result("c1", "order", "sent")},
                          .context = {{"cart", json::array{1, 2}}}},
                .open = OpenTurn{.sentences = {"It is on its way.", "Anything else?"}, .whole = true, .after = AfterAnswer::escalate},
                .memory = {{"pin_for", "order"}},
                .began_ms = 1'700'000'000'123};
  call.state.turns.push_back({.id = 1,
                              .user_text = "o\xC3\xB9?",
                              .agent_text = "It is on its way. Anything else?",
                              .heard_text = "It is",
                              .interrupted = true,
                              .tools = {{.tool = "order", .ok = true, .data = {{"state", "sent"}}, .latency = 12ms}},
                              .latency = {.asr = 300ms, .total = 1200ms}});
  return call;
}

TEST(KeptCall, IsReadAsItWasWritten_GTW40) {
  const auto call = whole_call();
  const auto read = read_kept_call(write_kept_call(call));
  EXPECT_EQ(write_kept_call(read), write_kept_call(call));
  EXPECT_EQ(read.state.caller_id, "+15550100");
  EXPECT_TRUE(read.state.authenticated);
  EXPECT_EQ(read.state.wrong_pins, 2);
  EXPECT_EQ(read.state.escalated, EscalationReason::low_confidence);
  ASSERT_EQ(read.state.messages.size(), 4U);
  EXPECT_EQ(read.state.messages[2].tool_calls().at(0).arguments, "{\"id\":7}");
  EXPECT_EQ(read.state.turns.at(0).tools.at(0).latency, Duration(12ms));
  EXPECT_EQ(read.state.turns.at(0).latency.total, Duration(1200ms));
  EXPECT_FALSE(read.state.turns.at(0).latency.llm);
  ASSERT_TRUE(read.open);
  EXPECT_EQ(read.open->after, AfterAnswer::escalate);
  EXPECT_EQ(read.open->sentences.at(1), "Anything else?");
}

TEST(KeptCall, IsNoneWhereSomethingElseIsWritten_GTW40) {
  for (const std::string text : {"", "{}", "[]", R"({"version":2})", R"({"version":1,"state":{}})"}) EXPECT_THROW(read_kept_call(text), Error) << text;
  auto no_turn = whole_call();
  no_turn.state.turns.clear();
  EXPECT_THROW(read_kept_call(write_kept_call(no_turn)), Error);
}

TEST(SessionSeal, OpensForItsTokenAlone_GTW40) {
  const auto token = make_resume_token();
  EXPECT_EQ(token.size(), 32U);
  EXPECT_NE(token, make_resume_token());
  const SessionSeal seal(token);
  const auto sealed = seal.seal("my card is 4111 1111 1111 1111");
  EXPECT_EQ(sealed.find("4111"), std::string::npos);
  EXPECT_EQ(seal.name().find(token), std::string::npos);
  EXPECT_NE(sealed, seal.seal("my card is 4111 1111 1111 1111")) << "the same twice does not look the same";
  EXPECT_EQ(seal.open(sealed), "my card is 4111 1111 1111 1111");
  EXPECT_EQ(SessionSeal(token).name(), seal.name());
  EXPECT_FALSE(SessionSeal(make_resume_token()).open(sealed));
  for (const std::size_t at : {std::size_t{0}, std::size_t{5}, std::size_t{20}, sealed.size() - 1}) {
    auto changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(seal.open(changed)) << at;
  }
  EXPECT_FALSE(seal.open(""));
  EXPECT_FALSE(seal.open(sealed.substr(0, 20)));
  EXPECT_EQ(seal.open(seal.seal("")), "");
}

TEST(RedisAddress, IsReadAndRefused_GTW40) {
  const auto address = redis_address("redis://me:s%20cret@cache.example:6380/3");
  EXPECT_EQ(address.host, "cache.example");
  EXPECT_EQ(address.port, 6380);
  EXPECT_EQ(address.user, "me");
  EXPECT_EQ(address.password, "s cret");
  EXPECT_EQ(address.database, 3);
  EXPECT_EQ(redis_address("redis://h").port, 6379);
  for (const auto* const text : {"", "cache:6379", "http://cache", "redis://", "redis://h/x", "redis://h/-1", "rediss://h", "redis://h:0"}) {
    try {
      redis_address(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::configuration);
      EXPECT_FALSE(error.hint().empty());
    }
  }
}

struct MemoryStoreTest : ::testing::Test {
  VirtualWorld world;
  MemoryStore store{world.clock};
  std::optional<std::string> claim(const std::string& name) { return world.run(store.claim(name, world.soon())); }
  SessionStore::Kept save(const std::string& name, const std::string& value, Duration life = 60s) {
    return world.run(store.save(name, value, life, world.soon()));
  }
};

TEST_F(MemoryStoreTest, GivesWhatItKeepsOnce_GTW40) {
  EXPECT_FALSE(claim("a"));
  save("a", "1");
  EXPECT_EQ(save("a", "2"), SessionStore::Kept::yes);
  EXPECT_TRUE(world.run(store.has("a", world.soon())));
  EXPECT_EQ(claim("a"), "2");
  EXPECT_FALSE(claim("a"));
  EXPECT_FALSE(world.run(store.has("a", world.soon())));
  EXPECT_EQ(save("a", "3"), SessionStore::Kept::taken);
  world.run(store.give_back("a", "2", 60s, world.soon()));
  EXPECT_EQ(claim("a"), "2");
}

TEST_F(MemoryStoreTest, ForgetsWhatHasExpired_GTW40) {
  save("a", "1", 60s);
  world.run(world.clock.sleep_for(59s));
  save("b", "1", 60s);
  save("a", "2", 60s);  // renewed
  world.run(world.clock.sleep_for(59s));
  EXPECT_EQ(claim("a"), "2");
  world.run(world.clock.sleep_for(2s));
  EXPECT_FALSE(claim("b"));
  world.run(world.clock.sleep_for(claim_life));
  save("c", "1");
  EXPECT_EQ(store.size(), 1U);
}

TEST_F(MemoryStoreTest, RemovesWhatItIsTold_GTW40) {
  save("a", "1");
  world.run(store.remove("a", world.soon()));
  EXPECT_FALSE(claim("a"));
}

/// A store that can be lost, and slow.
class FrailStore final : public SessionStore {
 public:
  explicit FrailStore(Clock& clock) : clock_(clock), kept(clock) {}
  Task<Kept> save(std::string name, std::string value, Duration life, Deadline deadline) override {
    ++saves;
    if (gone) throw Error(ErrorKind::unavailable, "gone");
    if (takes > Duration{0}) co_await clock_.sleep_for(takes);
    co_return co_await kept.save(std::move(name), std::move(value), life, deadline);
  }
  Task<std::optional<std::string>> claim(std::string name, Deadline deadline) override { return kept.claim(std::move(name), deadline); }
  Task<> give_back(std::string name, std::string value, Duration life, Deadline deadline) override {
    return kept.give_back(std::move(name), std::move(value), life, deadline);
  }
  Task<bool> has(std::string name, Deadline deadline) override { return kept.has(std::move(name), deadline); }
  Task<> remove(std::string name, Deadline deadline) override { return kept.remove(std::move(name), deadline); }

 private:
  Clock& clock_;

 public:
  MemoryStore kept;
  bool gone = false;
  Duration takes{0};
  int saves = 0;
};

struct Keeper : ::testing::Test {
  VirtualWorld world;
  FrailStore store{world.clock};
  std::string state = "1", token = make_resume_token();
  bool taken = false;
  CallKeeper keeper{world.clock, store, {}, token, [this] { return state; }, [this] { taken = true; }};
  SessionSeal seal{token};

  void TearDown() override {
    world.run(keeper.finish(false));
    pass(1ms);
  }
  std::optional<std::string> stored() {
    const auto sealed = world.run(store.kept.claim(seal.name(), world.soon()));
    if (!sealed) return std::nullopt;
    world.run(store.kept.give_back(seal.name(), *sealed, 75s, world.soon()));
    return seal.open(*sealed);
  }
  void pass(Duration time) { world.run(world.clock.sleep_for(time)); }
};

TEST_F(Keeper, WritesAtOnceAndWhatChanges_GTW40) {
  world.spawn(keeper.pump());
  pass(1ms);
  EXPECT_EQ(stored(), "1");
  state = "2";
  world.run(keeper.keep());
  EXPECT_EQ(stored(), "2") << "before it goes on";
  state = "3";
  keeper.note();
  pass(1ms);
  EXPECT_EQ(stored(), "3");
}

TEST_F(Keeper, RenewsACallInWhichNothingHappens_GTW40) {
  world.spawn(keeper.pump());
  pass(10min);
  EXPECT_EQ(stored(), "1");
  EXPECT_NEAR(store.saves, 41, 1);
}

TEST_F(Keeper, WaitsNoLongerForASlowStoreThanAudioMay_GTW40) {
  world.spawn(keeper.pump());
  pass(1ms);
  store.takes = 700ms;
  const auto began = world.clock.now();
  world.run(keeper.keep());
  EXPECT_EQ(world.clock.now() - began, Duration(50ms));
}

TEST_F(Keeper, GoesOnWithoutAStoreAndWritesAllOnceItIsBack_GTW40) {
  world.spawn(keeper.pump());
  pass(1ms);
  store.gone = true;
  state = "2";
  world.run(keeper.keep());
  const auto began = world.clock.now();
  for (int i = 0; i < 100; ++i) world.run(keeper.keep());
  EXPECT_EQ(world.clock.now(), began) << "a store that is gone costs nothing";
  EXPECT_EQ(store.saves, 2) << "nor is it asked again and again";
  EXPECT_EQ(stored(), "1");
  store.gone = false;
  pass(9s);
  EXPECT_EQ(stored(), "2");
}

TEST_F(Keeper, EndsACallThatSomebodyElseGoesOnWith_GTW40) {
  world.spawn(keeper.pump());
  pass(1ms);
  EXPECT_TRUE(world.run(store.claim(seal.name(), world.soon())));
  pass(16s);
  EXPECT_TRUE(taken);
  world.run(keeper.finish(true));
  EXPECT_FALSE(world.run(store.claim(seal.name(), world.soon())));
}

TEST_F(Keeper, LeavesWhatMayBeResumedForAMinuteAndNothingElse_GTW40) {
  world.spawn(keeper.pump());
  pass(1ms);
  world.run(keeper.finish(true));
  pass(59s);
  EXPECT_TRUE(world.run(store.has(seal.name(), world.soon())));
  pass(2s);
  EXPECT_FALSE(world.run(store.has(seal.name(), world.soon())));

  CallKeeper other(world.clock, store, {}, "other", [this] { return state; }, [] {});
  world.spawn(other.pump());
  pass(1ms);
  world.run(other.finish(false));
  pass(1min);
  EXPECT_FALSE(world.run(store.has(SessionSeal("other").name(), world.soon())));
}

}  // namespace
}  // namespace antiphon::gateway
