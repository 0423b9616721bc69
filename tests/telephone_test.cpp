#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/testing/kept_reply.hpp"
#include "antiphon/net/memory.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

// Our simulator calls our gateway by telephone, without a telephone: webhook, media stream and clock are in memory.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_support::Tones;

constexpr auto auth = "0123456789abcdef0123456789abcdef";

/// Answers once; then it says goodbye.
class Desk final : public gateway::Dialogue {
 public:
  std::string greeting(const gateway::SessionState&) override { return "welcome to the parcel desk"; }
  Task<gateway::AfterAnswer> answer(gateway::SessionState& session, const gateway::AnswerSink& sink) override {
    heard = session.messages;
    session.turns.back().agent_text = reply;
    sink.say(reply);
    co_return after;
  }
  std::string apology(const gateway::SessionState&) override { return "sorry"; }
  std::string reprompt(const gateway::SessionState&, int) override { return ""; }
  std::string goodbye(const gateway::SessionState&, gateway::AfterAnswer) override { return ""; }
  gateway::Intake* intake() override { return &keys; }

  /// Keeps the keys that were pressed.
  class Keys final : public gateway::Intake {
   public:
    void attach(std::function<void(std::string)>) override {}
    std::string show(std::string_view text) const override { return std::string(text); }
    Taken take(std::string_view text, Clock::Time) override { return {std::string(text)}; }
    void press(std::string_view more) override { pressed += more; }
    void set_speaking(bool) override {}
    bool is_complete(std::string_view) const override { return true; }
    std::string pressed;
  } keys;
  std::string reply = "it left on monday and comes on thursday before the evening";
  gateway::AfterAnswer after = gateway::AfterAnswer::go_on;
  History heard;
};

/// The gateway behind the webhook, on the clock of whoever calls.
struct Exchange {
  explicit Exchange(std::shared_ptr<Tones> its_tones) : tones(std::move(its_tones)) {}

  void serve(Runtime& runtime) {
    if (server) return;
    settings.twilio = gateway::TwilioSettings{.public_url = "https://voice.example", .auth_token = auth};
    server.emplace(runtime, settings, [this, &runtime](const gateway::CallRequest& asked) {
      caller = asked.caller_id;
      gateway::CallParts parts{.recogniser = gateway::stub_ear(runtime, {}), .dialogue = desk};
      parts.settings.speech.voices = {{std::make_shared<testing_support::ToneVoice>(tones)}};
      return parts;
    });
  }
  Task<net::HttpReply> post(Runtime& runtime, net::HttpRequest request) {
    serve(runtime);
    net::ServerRequest seen{.method = request.method, .target = "/twilio/voice", .headers = request.headers, .body = request.body};
    gateway::testing::KeptReply reply;
    co_await server->handle(seen, reply);
    co_return std::move(reply.got);
  }
  std::unique_ptr<net::ByteStream> stream(Runtime& runtime) {
    auto [mine, theirs] = net::memory_connection(runtime);
    const std::shared_ptr<net::HttpServer> http =
        net::make_http_server(runtime, {}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return server->handle(request, reply); });
    asio::co_spawn(runtime.executor, run_server(http), asio::detached);
    http->adopt(std::move(theirs));
    return std::move(mine);
  }
  static Task<> run_server(std::shared_ptr<net::HttpServer> http) { co_await http->serve(); }

  std::shared_ptr<Tones> tones;
  std::shared_ptr<Desk> desk = std::make_shared<Desk>();
  gateway::CallServerSettings settings;
  std::optional<gateway::CallServer> server;
  std::string caller;
};

struct Telephone : ::testing::Test {
  std::shared_ptr<Tones> tones = std::make_shared<Tones>();
  std::shared_ptr<Exchange> exchange = std::make_shared<Exchange>(tones);
  TwilioAgentOptions options{.url = "https://voice.example/twilio/voice", .auth_token = auth, .from = "+15550123"};

  ScenarioResult call(std::vector<Step> script) {
    options.post = [exchange = exchange](Runtime& runtime, net::HttpRequest request) { return exchange->post(runtime, std::move(request)); };
    options.stream = [exchange = exchange](Runtime& runtime) { return exchange->stream(runtime); };
    return run({.name = "a call", .agent = twilio_agent(options), .script = std::move(script)}, {.seed = 7, .speech = testing_support::tone_speech(tones)});
  }
};

std::string why(const ScenarioResult& result) { return result.error ? result.error->message : result.reasoning; }

std::vector<std::string> words(const ScenarioResult& result) {
  std::vector<std::string> all;
  for (const auto& message : result.messages) all.push_back(message.text());
  return all;
}

TEST_F(Telephone, OurSimulatorCallsOurGatewayInVirtualTime_TRN6) {
  const auto result = call({agent(), user("where is my parcel today"), agent(), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
  EXPECT_THAT(words(result), ElementsAre("welcome to the parcel desk", "where is my parcel today", exchange->desk->reply));
  EXPECT_EQ(exchange->caller, "+15550123");
}

TEST_F(Telephone, TheSameCallTwiceIsTheSame_VOX80) {
  const auto once = call({agent(), user("where is my parcel today"), agent(), succeed("")});
  exchange = std::make_shared<Exchange>(tones);
  const auto again = call({agent(), user("where is my parcel today"), agent(), succeed("")});
  EXPECT_EQ(words(once), words(again));
  EXPECT_EQ(once.duration_s, again.duration_s);
}

TEST_F(Telephone, WhoCutsInIsHeardAndTheHistoryKeepsWhatWasHeard_GTW24) {
  const auto result =
      call({agent(), user("where is my parcel today"), agent({.wait = false}), interrupt("no wait please", {.after = 1500ms}), agent(), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
  // Of eleven words, 300 ms each, it keeps those of a second and a half, and not the rest.
  const auto& messages = exchange->desk->heard;
  ASSERT_GE(messages.size(), 4U);
  EXPECT_THAT(messages[2].text(), ::testing::StartsWith("it left on monday"));
  EXPECT_THAT(messages[2].text(), ::testing::Not(HasSubstr("evening")));
}

TEST_F(Telephone, KeysGoAsKeys_TRN6) {
  call({agent(), dtmf("12#"), sleep(500ms), succeed("")});
  EXPECT_EQ(exchange->desk->keys.pressed, "12#");
}

TEST_F(Telephone, AnAgentThatEndsTheCallMeansIt_TRN6) {
  exchange->desk->after = gateway::AfterAnswer::end_call;
  const auto result = call({agent(), user("thank you and goodbye"), agent(), succeed("")});
  EXPECT_TRUE(result.success()) << why(result);
}

TEST_F(Telephone, ACallThatIsNotSignedAsItHasToBeIsOneClearError_TRN21) {
  options.auth_token = "another";
  const auto result = call({agent(), succeed("")});
  EXPECT_FALSE(result.success());
  EXPECT_THAT(why(result), HasSubstr("the webhook refuses the call: 403"));
}

}  // namespace
}  // namespace antiphon
