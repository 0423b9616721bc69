#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/line_codec.hpp"
#include "antiphon/gateway/sessions/memory_store.hpp"
#include "antiphon/gateway/sessions/redis_store.hpp"
#include "antiphon/gateway/sessions/seal.hpp"
#include "antiphon/gateway/testing/far_store.hpp"
#include "antiphon/gateway/testing/gateway_in_memory.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/gateway/testing/redis_server.hpp"

// Calls that lose their connection, or their gateway, and go on. In virtual time; a Redis, where there is one, is real.

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::Instance;
using testing::VirtualMedium;

/// A caller of `/ws/call` with events.
struct Client {
  Client(VirtualMedium& of, Instance& gateway, const std::string& resume = "", const std::string& who = "me", net::Headers headers = {})
      : medium(of), socket(gateway.dial("/ws/call?events=1&caller_id=" + who + (resume.empty() ? "" : "&resume=" + resume), std::move(headers))) {
    medium.spawn(listen(*this));
  }
  ~Client() { cut(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  static Task<> listen(Client& self) {
    try {
      while (const auto message = co_await self.socket->receive(Deadline::never()))
        if (!message->is_binary()) self.events.push_back(json::parse(message->data).as_object());
    } catch (const Error&) {}
    self.over = true;
  }
  Task<> send(audio::Samples samples) {
    audio::LineEncoder encoder({audio::Encoding::pcm16, 16000});
    constexpr std::size_t frame = audio::canonical_rate_hz / 50;
    for (std::size_t at = 0; at + frame <= samples.size(); at += frame) {
      co_await medium.clock.sleep_for(20ms);
      if (over) continue;
      co_await socket->send(net::WsMessage::binary(encoder.encode(audio::SampleView(samples).subspan(at, frame))), Deadline::never());
    }
  }
  void be_silent(Duration length) { medium.run(send(audio::Samples(audio::samples_in(length)))); }
  void speak() { medium.run(send(testing::voice(1500ms))); }
  void cut() {
    socket->cut();
    medium.run(medium.clock.sleep_for(10ms));
  }
  std::vector<const json::object*> of_type(std::string_view type) const {
    std::vector<const json::object*> all;
    for (const auto& event : events)
      if (event.at("type").as_string() == type) all.push_back(&event);
    return all;
  }
  std::string started(const char* field) const { return std::string(of_type("call.started").at(0)->at(field).as_string()); }
  std::vector<std::string> said() const {
    std::vector<std::string> all;
    for (const auto* event : of_type("agent.text")) all.emplace_back(event->at("text").as_string());
    return all;
  }

  VirtualMedium& medium;
  std::unique_ptr<net::WebSocket> socket;
  std::vector<json::object> events;
  bool over = false;
};

struct Resume : ::testing::Test {
  VirtualMedium medium;
  std::shared_ptr<SessionStore> store = std::make_shared<MemoryStore>(medium.clock);
  CallServerSettings settings() { return {.locales = {"en-US", "fr-FR"}, .sessions = store}; }
  void pass(Duration time) { medium.run(medium.clock.sleep_for(time)); }
};

TEST_F(Resume, AnotherInstanceGoesOnWhereTheFirstWas_GTW40) {
  Instance first(medium, settings()), second(medium, settings());
  Client before(medium, first);
  before.be_silent(4s);
  before.speak();
  before.be_silent(9s);
  ASSERT_EQ(before.of_type("turn.ended").size(), 1U);
  before.cut();

  Client after(medium, second, before.started("resume"));
  after.be_silent(3s);
  EXPECT_TRUE(after.said().empty()) << "no second greeting, and nothing was left to say";
  EXPECT_EQ(after.started("call_id"), before.started("call_id"));
  EXPECT_NE(after.started("resume"), before.started("resume"));
  EXPECT_EQ(second.dialogue->recalled, first.dialogue->note);
  after.speak();
  after.be_silent(9s);
  EXPECT_TRUE(second.dialogue->authenticated);
  ASSERT_EQ(second.dialogue->seen.size(), 4U);
  EXPECT_EQ(second.dialogue->seen[0].text(), "Hello, how can I help?");
  EXPECT_EQ(second.dialogue->seen[1].role(), MessageRole::user);
  EXPECT_THAT(second.dialogue->seen[2].text(), HasSubstr("Thursday"));
  EXPECT_EQ(after.of_type("turn.started").at(0)->at("turn").to_number<int>(), 2);
}

TEST_F(Resume, ItIsListedByWhenItBegan_GTW40) {
  const net::Headers token{{"Authorization", "Bearer sesame-sesame-sesame"}};
  auto with_token = settings();
  with_token.access.tokens = {"sesame-sesame-sesame"};
  with_token.wall_time = [this] { return Access::WallTime(std::chrono::duration_cast<std::chrono::milliseconds>(medium.clock.now())); };
  Instance first(medium, with_token), second(medium, with_token);
  const auto began = [&](Instance& at) {
    return std::string(json::parse(at.ask({.method = "GET", .target = "/sessions", .headers = token}).body).at(0).at("started_at").as_string());
  };
  Client before(medium, first, "", "me", token);
  before.be_silent(4s);
  const auto at_first = began(first);
  EXPECT_EQ(at_first, "1970-01-01T00:00:00.000Z");
  before.cut();
  Client after(medium, second, before.started("resume"), "me", token);
  after.be_silent(1s);
  EXPECT_EQ(began(second), at_first);
}

TEST_F(Resume, AnAnswerThatWasNotHeardOutIsSaidAgain_GTW40) {
  Instance first(medium, settings()), second(medium, settings());
  Client before(medium, first);
  before.be_silent(4s);
  before.speak();
  before.be_silent(4s);  // within the answer
  ASSERT_TRUE(before.of_type("turn.ended").empty());
  before.cut();
  Client after(medium, second, before.started("resume"));
  after.be_silent(8s);
  EXPECT_EQ(after.said(), first.dialogue->sentences);
  EXPECT_EQ(second.dialogue->answers, 0) << "it is known already";
  ASSERT_EQ(after.of_type("turn.ended").size(), 1U);
  EXPECT_EQ(after.of_type("turn.ended").at(0)->at("turn").to_number<int>(), 1);
  after.speak();
  after.be_silent(1s);
  EXPECT_EQ(second.dialogue->seen.size(), 4U);
}

TEST_F(Resume, ATurnWhoseAnswerWasNotWholeIsAnsweredAgain_GTW40) {
  Instance first(medium, settings()), second(medium, settings());
  first.dialogue->pause = 20s;
  Client before(medium, first);
  before.be_silent(4s);
  before.speak();
  before.be_silent(3s);
  before.cut();
  Client after(medium, second, before.started("resume"));
  after.be_silent(8s);
  EXPECT_EQ(second.dialogue->answers, 1);
  EXPECT_EQ(after.said(), second.dialogue->sentences);
}

TEST_F(Resume, ASentenceIsKeptBeforeItsFirstAudioLeaves_GTW40) {
  Instance first(medium, settings()), second(medium, settings());
  Client before(medium, first);
  before.be_silent(4s);
  before.speak();
  while (before.said().size() < 2) before.be_silent(20ms);  // the greeting, and the first sentence
  const auto token = before.started("resume");
  const SessionSeal seal(token);
  const auto sealed = medium.run(store->claim(seal.name(), medium.soon()));
  ASSERT_TRUE(sealed);
  const auto kept = read_kept_call(seal.open(*sealed).value());
  ASSERT_TRUE(kept.open);
  EXPECT_EQ(kept.open->sentences.at(0), before.said().at(1));
}

TEST_F(Resume, ATokenThatIsWrongUsedOrOldIsRefusedAndSoIsAnotherCaller_GTW40) {
  Instance gateway(medium, settings());
  EXPECT_THAT(gateway.refused("/ws/call?caller_id=me&resume=nonsense"), HasSubstr("404"));
  Client before(medium, gateway);
  before.be_silent(1s);
  const auto token = before.started("resume");
  before.cut();
  EXPECT_THAT(gateway.refused("/ws/call?caller_id=somebody&resume=" + token), HasSubstr("no call to resume"));
  {
    Client after(medium, gateway, token);  // it was given back
    after.be_silent(100ms);
    EXPECT_THAT(gateway.refused("/ws/call?caller_id=me&resume=" + token), HasSubstr("no call to resume")) << "once";
    after.cut();
    pass(61s);
    EXPECT_THAT(gateway.refused("/ws/call?caller_id=me&resume=" + after.started("resume")), HasSubstr("no call to resume"));
  }
}

TEST_F(Resume, WhoHangsUpDoesNotComeBack_GTW40) {
  Instance gateway(medium, settings());
  Client before(medium, gateway);
  before.be_silent(1s);
  medium.run(before.socket->send(net::WsMessage::text(R"({"type":"hangup"})"), medium.soon()));
  pass(1s);
  EXPECT_THAT(gateway.refused("/ws/call?caller_id=me&resume=" + before.started("resume")), HasSubstr("no call to resume"));
}

TEST_F(Resume, ACallThatIsDrainedGoesOnElsewhere_GTW40) {
  Instance first(medium, settings()), second(medium, settings());
  Client before(medium, first);
  before.be_silent(4s);
  medium.spawn(first.calls->drain(Deadline::after(medium.clock, 1s)));
  before.be_silent(2s);
  pass(1s);
  ASSERT_TRUE(before.over);
  Client after(medium, second, before.started("resume"));
  after.be_silent(1s);
  EXPECT_EQ(after.started("call_id"), before.started("call_id"));
}

TEST_F(Resume, AConnectionThatIsDeadWithoutAnybodyKnowingGivesWay_GTW40) {
  Instance gateway(medium, settings());
  Client before(medium, gateway);
  before.be_silent(4s);
  Client after(medium, gateway, before.started("resume"));
  after.be_silent(1s);
  pass(100ms);
  EXPECT_TRUE(before.over);
  EXPECT_EQ(gateway.calls->active_calls(), 1U);
  EXPECT_FALSE(after.over);
}

TEST_F(Resume, AnInstanceThatCannotTakeItLeavesItToTheNext_GTW40) {
  Instance first(medium, settings()), full(medium, settings()), third(medium, settings());
  full.no_parts = true;
  Client before(medium, first);
  before.be_silent(1s);
  before.cut();
  const auto target = "/ws/call?caller_id=me&resume=" + before.started("resume");
  EXPECT_THAT(full.refused(target), HasSubstr("no recogniser is free"));
  Client after(medium, third, before.started("resume"));
  after.be_silent(100ms);
  EXPECT_EQ(after.started("call_id"), before.started("call_id"));
}

TEST_F(Resume, AnInstanceThatCannotTakeItLeavesItsOwnAsItIs_GTW40) {
  Instance gateway(medium, settings());
  Client before(medium, gateway);
  before.be_silent(1s);
  gateway.no_parts = true;
  EXPECT_THAT(gateway.refused("/ws/call?caller_id=me&resume=" + before.started("resume")), HasSubstr("no recogniser is free"));
  pass(1s);
  EXPECT_FALSE(before.over) << "nobody goes on with it";
  gateway.no_parts = false;
  Client after(medium, gateway, before.started("resume"));
  after.be_silent(100ms);
  EXPECT_EQ(after.started("call_id"), before.started("call_id"));
  EXPECT_TRUE(before.over);
}

/// A connection that breaks as it is upgraded, or behind that.
class BrokenReply final : public net::ServerReply {
 public:
  explicit BrokenReply(bool upgrades) : upgrades_(upgrades) {}
  Task<> reply(net::HttpReply given) override {
    ADD_FAILURE() << given.body;
    co_return;
  }
  Task<> begin(int, net::Headers) override { co_return; }
  Task<> write(std::string) override { co_return; }
  Task<std::unique_ptr<net::WebSocket>> accept_websocket(net::WsAcceptance) override {
    if (!upgrades_) throw gone();
    co_return std::make_unique<Socket>();
  }
  void abort() override {}

 private:
  static Error gone() { return Error(ErrorKind::closed, "the caller is gone"); }
  class Socket final : public net::WebSocket {
   public:
    Task<std::optional<net::WsMessage>> receive(Deadline) override { throw gone(); }
    void listen(Listener) override {}
    Task<> send(net::WsMessage, Deadline) override { throw gone(); }
    bool send_now(const net::WsMessage&) override { throw gone(); }
    bool send_all_now(std::span<const net::WsMessage>) override { throw gone(); }
    Task<> close(std::uint16_t, std::string, Deadline) override { co_return; }
    void cut() override {}
    std::optional<net::WsClose> closed() const override { return std::nullopt; }
    const std::string& subprotocol() const override { return none_; }

   private:
    std::string none_;
  };

  bool upgrades_;
};

TEST_F(Resume, ATokenWhoseSuccessorWasNeverSentStaysGood_GTW40) {
  Instance gateway(medium, settings());
  Client before(medium, gateway);
  before.be_silent(1s);
  before.cut();
  const net::ServerRequest request{.method = "GET",
                                   .target = "/ws/call?events=1&caller_id=me&resume=" + before.started("resume"),
                                   .headers = {{"Connection", "Upgrade"}, {"Upgrade", "websocket"}}};
  for (const bool upgrades : {false, true}) {
    BrokenReply broken(upgrades);
    EXPECT_THROW(medium.run(gateway.calls->handle(request, broken)), Error);
    EXPECT_EQ(gateway.calls->active_calls(), 0U);
  }
  Client after(medium, gateway, before.started("resume"));
  after.be_silent(100ms);
  EXPECT_EQ(after.started("call_id"), before.started("call_id"));
}

TEST_F(Resume, ACallGetsNoYoungerByIt_GTW26) {
  auto now = std::chrono::system_clock::now();
  auto with_time = settings();
  with_time.wall_time = [&now] { return now; };
  Instance gateway(medium, with_time, {.silence = 1h, .longest = 5min});
  Client before(medium, gateway);
  before.be_silent(1s);
  before.cut();
  now += 4min;
  Client after(medium, gateway, before.started("resume"));
  pass(61s);
  ASSERT_EQ(after.of_type("call.ended").size(), 1U);
  EXPECT_EQ(after.of_type("call.ended").at(0)->at("reason").as_string(), "expired");
}

TEST_F(Resume, WhoGoesOnBeginsNoCallAndWhoGuessesHasToWait_GTW13) {
  auto limited = settings();
  limited.per_caller = CallRate{.calls = 2, .within = 60s};
  Instance gateway(medium, limited);
  auto before = std::make_unique<Client>(medium, gateway);
  before->be_silent(100ms);
  const auto call = before->started("call_id");
  for (int i = 0; i < 5; ++i) {
    const auto token = before->started("resume");
    before->cut();
    before = std::make_unique<Client>(medium, gateway, token);
    before->be_silent(100ms);
    ASSERT_EQ(before->started("call_id"), call);
  }
  for (int i = 0; i < 2; ++i) EXPECT_THAT(gateway.refused("/ws/call?caller_id=me&resume=nonsense"), HasSubstr("404"));
  EXPECT_THAT(gateway.refused("/ws/call?caller_id=me&resume=nonsense"), HasSubstr("429"));
  EXPECT_THAT(gateway.refused("/ws/call?caller_id=you&resume=" + before->started("resume")), HasSubstr("404")) << "a guess, too";
}

TEST_F(Resume, ALocaleThatIsSpokenNoMoreIsToldToFallBack_GTW10) {
  Instance gateway(medium, settings());
  Client before(medium, gateway, "", "me&locale=fr-FR");
  before.be_silent(1s);
  EXPECT_EQ(before.started("locale"), "fr-FR");
  before.cut();
  auto without = settings();
  without.locales = {"en-US"};
  gateway.calls->configure(without);
  Client after(medium, gateway, before.started("resume"), "me&locale=fr-FR");
  after.be_silent(100ms);
  EXPECT_EQ(after.started("locale"), "en-US");
  EXPECT_EQ(gateway.last.value().locale, "en-US");
  const auto& notices = after.of_type("call.started").at(0)->at("notices").as_array();
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].at("code").as_string(), "locale_fallback");
}

TEST_F(Resume, WhereTwoGoOnWithItWhoAskedTheStoreFirstDoes_GTW40) {
  const auto far = std::make_shared<testing::FarStore>(*store);
  auto cut_off = settings();
  cut_off.sessions = far;
  Instance first(medium, cut_off, {.silence = 1h}), second(medium, settings(), {.silence = 1h});
  Client before(medium, first);
  before.be_silent(4s);
  far->gone = true;
  before.cut();
  Client here(medium, first, before.started("resume")), there(medium, second, before.started("resume"));
  pass(1s);
  EXPECT_FALSE(here.over || there.over) << "nobody can know yet";
  far->gone = false;
  pass(9s);
  EXPECT_TRUE(here.over);
  EXPECT_FALSE(there.over);
  EXPECT_THAT(first.refused("/ws/call?caller_id=me&resume=" + here.started("resume")), HasSubstr("404")) << "nothing is left of it";
}

// --- A real Redis -------------------------------------------------------------------------------------------------------------------------------

struct ResumeOverRedis : Resume {
  void SetUp() override {
    if (!testing::RedisServer::is_installed()) GTEST_SKIP() << "redis-server is not installed";
    redis.emplace();
  }
  std::shared_ptr<RedisStore> its_store(bool* there = nullptr) {
    return std::make_shared<RedisStore>(medium.runtime,
                                        RedisOptions{.url = redis->url(), .connect = 5s, .answer = 5s, .on_change = [there](bool is, const auto&) {
                                                       if (there) *there = is;
                                                     }});
  }
  std::optional<testing::RedisServer> redis;
};

TEST_F(ResumeOverRedis, TwoInstancesShareCalls_GTW40) {
  auto settings_one = settings(), settings_two = settings();
  settings_one.sessions = its_store(), settings_two.sessions = its_store();
  Instance first(medium, settings_one), second(medium, settings_two);
  Client before(medium, first);
  before.be_silent(4s);
  before.speak();
  before.be_silent(4s);
  before.cut();
  Client after(medium, second, before.started("resume"));
  after.be_silent(8s);
  EXPECT_EQ(after.said(), first.dialogue->sentences);
  EXPECT_EQ(after.started("call_id"), before.started("call_id"));
}

TEST_F(ResumeOverRedis, LosesNothingWhereRedisIsGoneAndComesBackEmpty_GTW40) {
  bool there = true;
  auto with_redis = settings();
  with_redis.sessions = its_store(&there);
  Instance first(medium, with_redis, {.silence = 1h}), second(medium, with_redis);
  Client before(medium, first);
  before.be_silent(4s);
  redis->kill();
  before.speak();
  before.be_silent(9s);
  EXPECT_FALSE(there);
  EXPECT_EQ(before.of_type("turn.ended").size(), 1U) << "the call has gone on";
  EXPECT_THAT(second.refused("/ws/call?caller_id=me&resume=" + before.started("resume")), HasSubstr("503"));
  redis->start();
  before.be_silent(9s);
  EXPECT_TRUE(there);
  before.cut();
  Client after(medium, second, before.started("resume"));
  after.be_silent(1s);
  after.speak();
  after.be_silent(1s);
  EXPECT_EQ(second.dialogue->seen.size(), 4U);
}

/// A call that has lost its connection while Redis was gone.
struct BrokenWhileRedisIsGone : ResumeOverRedis {
  void SetUp() override {
    ResumeOverRedis::SetUp();
    if (!redis) return;
    auto one = settings(), two = settings();
    one.sessions = its_store(), two.sessions = its_store();
    first.emplace(medium, one), second.emplace(medium, two);
    before.emplace(medium, *first);
    before->be_silent(4s);
    redis->kill();
    before->speak();
    before->be_silent(9s);
    before->cut();
  }
  void goes_on_at(Instance& gateway) {
    EXPECT_THAT(gateway.refused("/ws/call?caller_id=somebody&resume=" + before->started("resume")), HasSubstr("404")) << "which leaves it as it is";
    Client after(medium, gateway, before->started("resume"));
    after.be_silent(1s);
    EXPECT_EQ(after.started("call_id"), before->started("call_id"));
    after.speak();
    after.be_silent(1s);
    EXPECT_EQ(gateway.dialogue->seen.size(), 4U);
    EXPECT_THAT(gateway.refused("/ws/call?caller_id=me&resume=" + before->started("resume")), HasSubstr("404")) << "once";
  }
  std::optional<Instance> first, second;
  std::optional<Client> before;
};

TEST_F(BrokenWhileRedisIsGone, ItGoesOnWhereItWas_GTW40) { goes_on_at(*first); }

TEST_F(BrokenWhileRedisIsGone, ItGoesOnWhereItWasOnceRedisIsBack_GTW40) {
  redis->start();
  goes_on_at(*first);
}

TEST_F(BrokenWhileRedisIsGone, ItIsWrittenOnceRedisIsBackAndGoesOnAnywhere_GTW40) {
  redis->start();
  pass(9s);
  EXPECT_EQ(redis->ask({"DBSIZE"}), "1");
  goes_on_at(*second);
}

TEST_F(BrokenWhileRedisIsGone, ItIsKeptNoLongerThanElsewhere_GTW40) {
  pass(61s);
  redis->start();
  pass(9s);
  EXPECT_EQ(redis->ask({"DBSIZE"}), "0");
  EXPECT_THAT(first->refused("/ws/call?caller_id=me&resume=" + before->started("resume")), HasSubstr("404"));
}

TEST_F(ResumeOverRedis, KeepsNothingThatCouldBeReadThere_GTW33) {
  auto with_redis = settings();
  with_redis.sessions = its_store();
  Instance first(medium, with_redis);
  Client before(medium, first, "", "%2B15550100");
  before.be_silent(4s);
  before.speak();
  before.be_silent(9s);
  const auto name = SessionSeal(before.started("resume")).name();
  const auto value = redis->ask({"GET", name}).value();
  EXPECT_THAT(name, ::testing::StartsWith("antiphon:session:"));
  EXPECT_EQ(redis->ask({"DBSIZE"}), "1");
  for (const auto* const secret : {"15550100", "parcel", "Hello"}) EXPECT_EQ(value.find(secret), std::string::npos) << secret;
  EXPECT_EQ((name + value).find(before.started("resume")), std::string::npos);
  const auto life = std::stoi(redis->ask({"TTL", name}).value());
  EXPECT_GE(life, 59);
  EXPECT_LE(life, 75);
}

}  // namespace
}  // namespace antiphon::gateway
