#include "antiphon/adapters/layercode/layercode_agent.hpp"

#include <filesystem>
#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <boost/asio/detached.hpp>

#include "antiphon/audio/levels.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gym/platform/platform.hpp"
#include "antiphon/gym/testing/busy_background.hpp"
#include "antiphon/gym/testing/fake_platform.hpp"
#include "antiphon/gym/testing/platform_stage.hpp"
#include "antiphon/net/local_server.hpp"
#include "antiphon/protocol/layercode/reply_events.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

// Our clients and our simulator talk to an agent behind our platform, without a network: backend, platform and clock are in memory.

namespace antiphon::gym {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::TemporaryFolder;

/// A backend that knows one answer, behind the platform, on the clock of whoever calls.
struct Office {
  void serve(Runtime& runtime) {
    if (platform) return;
    http.emplace(runtime, [this, &runtime](const net::ServerRequest& request, net::ServerReply& reply) { return answer(runtime, request, reply); });
    PlatformSettings settings;
    settings.backend.webhook_url = "http://backend/hook";
    settings.backend.webhook_secret = "whsec_test";
    PlatformSpeech speech{.recogniser = std::make_shared<testing::FixedEar>(runtime.clock)};
    if (speaks) speech.voice = std::make_shared<testing::FixedVoice>();
    platform.emplace(runtime, settings, speech, *http);
  }
  Task<> answer(Runtime& runtime, const net::ServerRequest& request, net::ServerReply& reply) {
    hooks.push_back(layercode::read_webhook(request.body));
    headers.push_back(request.headers);
    const auto body = parse_json(request.body);
    const auto turn = find_string(body, "turn_id").value_or("");
    const auto type = find_string(body, "type").value_or("");
    if (type != "session.start" && type != "message") co_return co_await reply.reply({200, {}, "{}"});
    co_await runtime.clock.sleep_for(think);
    if (type == "message" && fails) co_return co_await reply.reply({500, {}, "boom"});
    const auto event = [&](std::string_view name, std::string_view content) {
      json::object object{{"type", name}, {"turn_id", turn}};
      if (!content.empty()) object["content"] = content;
      return "data: " + json::serialize(object) + "\n\n";
    };
    const std::string words = type == "message" ? "you asked " + find_string(body, "text").value_or("") : "welcome to the desk";
    co_await reply.reply({200, {{"content-type", "text/event-stream"}}, event("response.tts", words) + event("response.end", "")});
  }
  Task<net::HttpReply> post(Runtime& runtime, net::HttpRequest request) {
    serve(runtime);
    testing::HandlerHttp gate(runtime, [this](const net::ServerRequest& asked, net::ServerReply& reply) { return platform->handle(asked, reply); });
    co_return co_await gate.send(std::move(request), Deadline::never());
  }
  std::unique_ptr<net::ByteStream> stream(Runtime& runtime) {
    const std::shared_ptr<net::HttpServer> server =
        net::make_http_server(runtime, {}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return platform->handle(request, reply); });
    asio::co_spawn(runtime.executor, run_server(server), asio::detached);
    return net::connect_to(runtime, *server);
  }
  static Task<> run_server(std::shared_ptr<net::HttpServer> server) { co_await server->serve(); }

  bool speaks = true, fails = false;
  Duration think = 200ms;
  std::vector<layercode::Webhook> hooks;
  std::vector<net::Headers> headers;
  std::optional<testing::HandlerHttp> http;
  std::optional<LayercodePlatform> platform;
};

struct LayercodeAgent : ::testing::Test {
  std::shared_ptr<Office> office = std::make_shared<Office>();
  std::shared_ptr<testing_support::Tones> tones = std::make_shared<testing_support::Tones>();

  LayercodeAgentOptions options(bool by_text) {
    LayercodeAgentOptions all{.access = {.server_url = "http://backend", .websocket_url = "ws://platform/v1/agents/web/websocket", .agent_id = "desk"},
                              .send_as_text = by_text};
    all.access.post = [office = office](Runtime& runtime, net::HttpRequest request) { return office->post(runtime, std::move(request)); };
    all.access.stream = [office = office](Runtime& runtime) { return office->stream(runtime); };
    return all;
  }
  ScenarioResult talk(LayercodeAgentOptions agent, std::vector<Step> script) {
    return run({.name = "a talk", .agent = layercode_agent(std::move(agent)), .script = std::move(script)},
               {.seed = 7, .speech = testing_support::tone_speech(tones)});
  }
};

std::string why(const ScenarioResult& result) { return result.error ? result.error->message : result.reasoning; }

TEST_F(LayercodeAgent, ByTextIsAnsweredInVirtualTime_TRN11) {
  const auto result =
      talk(options(true), {agent(), check(contains("welcome to the desk")), user("where is it"), agent(), check(contains("you asked where is it")), succeed()});
  EXPECT_EQ(result.outcome, RunOutcome::passed) << why(result);
  EXPECT_EQ(net::find_header(office->headers.back(), "x-antiphon-thread-id"), result.thread_id) << "backends can tell runs apart";
}

TEST_F(LayercodeAgent, GreetingThatNobodyAskedForIsPassedOver_TRN11) {
  const auto result = talk(options(true), {user("where is it"), agent(), succeed()});
  ASSERT_EQ(result.outcome, RunOutcome::passed) << why(result);
  ASSERT_THAT(result.messages, SizeIs(2));
  EXPECT_EQ(result.messages[1].text(), "you asked where is it");
}

TEST_F(LayercodeAgent, ByVoiceIsHeardAndUnderstoodInVirtualTime_TRN11) {
  const auto result = talk(options(false), {agent(), user("where is my parcel"), agent(), check(contains("you asked where is my parcel")), succeed()});
  EXPECT_EQ(result.outcome, RunOutcome::passed) << why(result);
}

TEST_F(LayercodeAgent, BurstsLeaveAtTheEndOfWhatIsSaid_TRN11) {
  auto bursting = options(false);
  bursting.pace.interval = 0ms;
  const auto result = talk(bursting, {agent(), user("where is my parcel"), agent(), check(contains("you asked")), succeed()});
  EXPECT_EQ(result.outcome, RunOutcome::passed) << why(result);
}

TEST_F(LayercodeAgent, BackendThatRefusesIsTheAgentsError_TRN11) {
  for (const bool by_text : {true, false}) {
    auto refused = options(by_text);
    refused.access.post = [](Runtime&, net::HttpRequest) -> Task<net::HttpReply> { co_return net::HttpReply{500, {}, "no key today"}; };
    const auto result = talk(refused, {user("hello"), agent()});
    ASSERT_EQ(result.outcome, RunOutcome::error) << by_text;
    EXPECT_EQ(result.error->party, Party::agent);
    EXPECT_THAT(result.error->message, AllOf(HasSubstr("HTTP 500"), HasSubstr("no key today")));
  }
}

TEST_F(LayercodeAgent, WhatCannotBeIsRefusedBeforeTheRun_TRN11) {
  auto nameless = options(true);
  nameless.access.agent_id.clear();
  EXPECT_THROW(layercode_agent(nameless), Error);
  auto nowhere = options(true);
  nowhere.access.server_url = "backend";
  EXPECT_THROW(layercode_agent(nowhere), Error);
}

// --- The gym's client against the same ----------------------------------------------------------------------------------------------------------

struct GymWithPlatform : LayercodeAgent {
  testing::VirtualWorld world;
  TemporaryFolder folder;

  // The platform is still saying goodbye: what that waits for is held by the wait alone.
  ~GymWithPlatform() override { world.run(world.clock.sleep_for(1min)); }

  Settings settings() {
    const auto access = options(true).access;
    Settings all;
    all.server_url = access.server_url, all.websocket_url = access.websocket_url, all.agent_id = access.agent_id;
    all.post = access.post, all.stream = access.stream;
    all.output_root = folder.path();
    return all;
  }
  ConversationLog converse(const UserSimulator& user, const Settings& with) {
    const auto http = net::make_http_client(world.runtime);
    GymParts parts{.environment = [](std::string_view) { return std::optional<std::string>(); }};
    return world.run(LayercodeClient(user, with).converse(world.runtime, *http, std::move(parts)));
  }
};

TEST_F(GymWithPlatform, TypedLinesCostTheBackendsOwnTimeAlone_GYM1) {
  office->speaks = false;
  const auto log = converse(UserSimulator::from_text({"one", "two"}, true), settings());
  ASSERT_EQ(log.end.reason, "completed") << log.end.message;
  ASSERT_THAT(log.turns, SizeIs(3));
  EXPECT_EQ(log.turns[2].agent_message->text, "you asked two");
  EXPECT_EQ(log.turns[2].agent_message->latency_ms, 200);
  EXPECT_EQ(log.stats.duration_seconds, 0.6);
}

TEST_F(GymWithPlatform, WhatWasTypedBeforeTheAnswerWasPlayedInterruptedNobody_GYM1) {
  converse(UserSimulator::from_text({"one", "two"}, true), settings());
  for (const auto& hook : office->hooks)
    if (const auto* message = std::get_if<layercode::MessageEvent>(&hook.event)) EXPECT_FALSE(message->interruption) << message->text;
}

audio::Samples square_voice() {
  audio::Samples voice(24000);
  for (std::size_t i = 0; i < voice.size(); ++i) voice[i] = static_cast<audio::Sample>(i / 40 % 2 == 0 ? 8000 : -8000);
  return voice;
}

TEST_F(GymWithPlatform, SpokenLineIsUnderstoodAndAnsweredAloud_GYM7) {
  const auto voice = square_voice();
  for (const auto pace : {Pace::realtime, Pace::burst}) {
    auto with = settings();
    with.pace = pace;
    const auto user = UserSimulator::custom([&](UserRequest request) -> Task<std::optional<UserResponse>> {
      if (request.turn_number > 2) co_return std::nullopt;
      UserResponse response;
      response.speech = voice;
      co_return response;
    });
    const auto log = converse(user, with);
    ASSERT_EQ(log.end.reason, "completed") << log.end.message;
    ASSERT_THAT(log.turns, SizeIs(3));
    EXPECT_EQ(log.turns[1].user_message->text, "where is my parcel");
    EXPECT_EQ(log.turns[1].agent_message->text, "you asked where is my parcel");
    EXPECT_EQ(log.turns[1].agent_message->audio_path, "assistant_1.wav");
    EXPECT_GE(*log.turns[1].agent_message->ttfab_ms, 700) << "what the platform waits for, and the backend";
    EXPECT_LE(*log.turns[1].agent_message->ttfab_ms, 1600);
    for (const auto& hook : office->hooks)
      if (const auto* message = std::get_if<layercode::MessageEvent>(&hook.event)) EXPECT_FALSE(message->interruption) << "it was heard to its end";
  }
}

TEST_F(GymWithPlatform, BackendThatFailsIsASilentTurnAndEndsNothing_GYM1) {
  office->fails = true;
  const auto log = converse(UserSimulator::from_text({"one", "two"}, true), settings());
  EXPECT_EQ(log.end.reason, "completed") << log.end.message;
  ASSERT_THAT(log.turns, SizeIs(3));
  EXPECT_FALSE(log.turns[1].agent_message);
}

TEST_F(GymWithPlatform, HundredsAtOnceAndOneThatFailsDisturbsNone_GYM10) {
  std::vector<LayercodeClient> clients;
  auto patient = settings();
  patient.greeting = 60s;  // it always comes; on a busy machine later than people like
  auto broken = patient;
  broken.post = [](Runtime&, net::HttpRequest) -> Task<net::HttpReply> { co_return net::HttpReply{503, {}, "full"}; };
  for (int i = 0; i < 300; ++i) clients.emplace_back(UserSimulator::from_text({fmt::format("line {}", i)}, true), i == 7 ? broken : patient);
  std::size_t told = 0;
  BatchOptions all;
  all.on_end = [&](std::size_t, const ConversationLog&) { ++told; };
  office->speaks = false, office->think = 1ms;
  const auto logs = run_conversations(clients, {}, std::move(all));
  ASSERT_EQ(logs.size(), 300u);
  EXPECT_EQ(told, 300u);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (i == 7) {
      EXPECT_EQ(logs[i].end.reason, "authorize_failed");
      continue;
    }
    EXPECT_EQ(logs[i].end.reason, "completed") << logs[i].end.message;
    EXPECT_EQ(logs[i].turns.back().agent_message->text, fmt::format("you asked line {}", i));
  }
}

// In real time, since in virtual time nothing is left to other threads: the turns themselves take some seconds.
TEST_F(GymWithPlatform, BusyProcessorsDelayNoLine_GYM7_GYM10) {
  testing::BusyBackground background;
  bool spoke_twice = false;
  const auto user = UserSimulator::custom([&](UserRequest request) -> Task<std::optional<UserResponse>> {
    if (request.turn_number <= 2) {
      UserResponse response;
      response.speech = square_voice();
      co_return response;
    }
    spoke_twice = true;
    background.let_go();
    co_return std::nullopt;
  });
  auto with = settings();
  with.pace = Pace::burst;
  with.conversation_timeout = 15s;  // sooner than the background is free by itself
  with.greeting = 10s;
  office->think = 1ms;
  const auto logs = run_conversations({LayercodeClient(user, with)});
  EXPECT_TRUE(spoke_twice);
  ASSERT_EQ(logs.front().end.reason, "completed") << logs.front().end.message;
  EXPECT_TRUE(std::filesystem::exists(logs.front().folder + "/user_2.wav"));
  EXPECT_TRUE(std::filesystem::exists(logs.front().folder + "/conversation_mix.wav"));
}

}  // namespace
}  // namespace antiphon::gym
