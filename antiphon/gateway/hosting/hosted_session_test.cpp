#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/resample.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/gateway/server/gateway_server.hpp"
#include "antiphon/gateway/testing/kept_reply.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/gateway/testing/scripted_model.hpp"
#include "antiphon/net/testing/link.hpp"
#include "antiphon/session/remote_session.hpp"
#include "tests/source_file.hpp"

/// Sessions of a whole gateway, in virtual time: a controller in this process drives them.
namespace antiphon::gateway {
namespace {

using namespace antiphon::net::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace fs = std::filesystem;
namespace wire = antiphon::session;

const std::string deaf_and_mute = "  asr: {stub: {text: where is my order, fail: {rate: 100%, kind: 429}}}\n  tts: {stub: {fail: {rate: 100%, kind: 429}}}\n";
const std::string hears_and_speaks = "  asr: {stub: {text: where is my order}}\n  tts: {stub: {}}\n";

/// Answers a hook from a table, and keeps what it was asked.
class HookHttp final : public net::HttpClient {
 public:
  Task<net::HttpReply> send(net::HttpRequest request, Deadline) override {
    asked.push_back(std::move(request));
    co_return net::HttpReply{.status = 200, .body = answer};
  }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest, Deadline) override { throw Error(ErrorKind::refused, "there is no network"); }

  std::vector<net::HttpRequest> asked;
  std::string answer = R"({"veto": null})";
};

const std::string long_story = "providers:\n" + hears_and_speaks +
                               "  llm: {stub: {text: It is a long story that goes on and on and on and on and on and on and on and on and on and on.}}\n";

struct HostedGateway : ::testing::Test {
  HostedGateway() { fs::create_directories(folder); }
  ~HostedGateway() override { fs::remove_all(folder); }
  void TearDown() override {
    if (remote) world.run(remote->close());
    if (gateway) world.run(gateway->drain(Deadline::after(world.clock, 0s)));
    until_idle();
    EXPECT_EQ(hosting, 0) << "a session is left running";
  }
  void until_idle(Duration most = 1s) {
    for (const auto until = world.clock.now() + most; world.clock.now() < until && hosting > 0;) world.run(world.clock.sleep_for(10ms));
  }

  net::HttpReply get(const std::string& target, const std::string& method = "GET") {
    testing::KeptReply kept;
    world.run(gateway->handle({.method = method, .target = target, .headers = {{"Authorization", "Bearer sesame-sesame-sesame"}}}, kept));
    return kept.got;
  }
  json::array sessions() { return parse_json(get("/sessions").body).as_array(); }
  /// Models that end where their vendor would not let them go on: `script/REASON`, with and without a word.
  static std::shared_ptr<const ModelRegistry> models() {
    auto all = std::make_shared<ModelRegistry>(*ModelRegistry::with_defaults());
    const auto cut = [](const ModelSettings& settings, const ModelContext& context) {
      const auto reason = settings.model.substr(settings.model.find('/') + 1);
      const std::string text = reason == "length" ? "Once upon a time. There was" : "";
      return std::make_unique<testing::ScriptedModel>(context.runtime.clock, std::vector<testing::Line>{{.text = text, .finish_reason = reason}});
    };
    all->add("script", {.make = cut, .waits_on_clock_alone = true, .check = [](const ModelSettings&) {}});
    return all;
  }

  void make(const std::string& text) {
    auto config = parse_gateway_config(text, folder + "/gateway.yaml", [](std::string_view) { return std::nullopt; });
    gateway.emplace(world.runtime, std::move(config),
                    GatewayContext{.http = http, .models = models(), .speech = SpeechRegistry::with_defaults(), .embedders = embedders},
                    GatewayReports{.write_log = [this](const std::string& line) { reported += line + "\n"; }});
  }
  void start(const std::string& text) {
    make(text);
    world.run(gateway->load(world.soon()));
  }
  void start_desk(const std::string& speech) {
    for (const auto* name : {"gateway.yaml", "orders.sql", "pins.txt", "knowledge", "rules"})
      fs::copy(source_file(std::string("examples/support/") + name), folder + "/" + name, fs::copy_options::recursive);
    auto text = read_file(folder + "/gateway.yaml");
    const std::string_view model = "\"${SUPPORT_MODEL:-rules/support.rules.yaml}\"\n";
    text.replace(text.find(model), model.size(), "rules/support.rules.yaml\n" + speech);
    start(text);
  }

  static Task<> host(HostedGateway* test, wire::SessionArrival arrival, wire::SessionIo io) {
    ++test->hosting;
    try {
      co_await test->gateway->host(std::move(arrival), {.io = io, .drain = 1s});
    } catch (const std::exception&) {
      // told by what the controller gets
    }
    --test->hosting;
  }
  void connect(std::optional<wire::SimulationDispatch> simulation = {}, wire::SessionIo io = {}) {
    auto [near, far] = wire::memory_transports(world.runtime);
    world.spawn(host(this, {.transport = std::move(far), .simulation = std::move(simulation)}, io));
    remote.emplace(world.runtime, std::move(near),
                   wire::RemoteSessionOptions{.on_event = [this](const wire::SessionEvent& event) { events.push_back(event); },
                                              .on_audio = [this](const wire::SessionAudio& audio) { played.push_back({world.clock.now(), audio}); },
                                              .on_flush = [this] { ++flushes, remote->playback_finished(); },
                                              .on_clear = [this] { cleared.push_back(world.clock.now()); }});
    world.run(remote->wait_for_ready(20s));
  }
  static wire::SimulationDispatch ada() {
    return {.run_id = "run-1", .scenario = {.label = "asks", .userdata = {{"caller_id", "+15550100"}, {"booked", 0}}}, .mode = wire::SimulationMode::audio};
  }
  wire::RunReply say(std::string text) { return world.run(remote->run(std::move(text))); }
  /// Until the first of the answer is heard. @param reply outlives the answer
  void begin_aloud(std::string text, std::optional<wire::RunReply>& reply) {
    world.spawn([](wire::RemoteSession& session, std::string said, std::optional<wire::RunReply>& into) -> Task<> {
      into = co_await session.run(std::move(said));
    }(*remote, std::move(text), reply));
    while (played.empty()) world.run(world.clock.sleep_for(20ms));
  }
  /// Which is still being told when this returns.
  void begin_long_story(std::optional<wire::RunReply>& reply) {
    start(long_story);
    connect();
    listen();
    begin_aloud("tell me", reply);
    world.run(world.clock.sleep_for(500ms));
  }
  std::optional<wire::SessionError> failure_on(std::string text) {
    try {
      say(std::move(text));
    } catch (const wire::SessionError& error) {
      return error;
    }
    return std::nullopt;
  }
  void listen() { world.run(remote->update_io({.input_audio = true, .output_audio = true})); }

  /// The user's side, in frames of 30 ms at 48 kHz as consoles send them, at their times.
  static Task<> speak(HostedGateway* test, audio::Samples samples) {
    const auto wide = audio::resample(samples, audio::canonical_rate_hz, 48000);
    constexpr std::size_t frame = 1440;
    for (std::size_t at = 0; at + frame <= wide.size(); at += frame) {
      co_await test->world.clock.sleep_for(30ms);
      wire::SessionAudio audio;
      audio.samples.assign(wide.begin() + static_cast<std::ptrdiff_t>(at), wide.begin() + static_cast<std::ptrdiff_t>(at + frame));
      co_await test->remote->send_audio(std::move(audio));
    }
  }
  void speak(Duration length) { world.run(speak(this, testing::voice(length))); }
  void be_silent(Duration length) { world.run(speak(this, audio::Samples(audio::samples_in(length)))); }

  template <class Event>
  std::vector<Event> events_of() const {
    std::vector<Event> found;
    for (const auto& event : events)
      if (const auto* one = std::get_if<Event>(&event.what)) found.push_back(*one);
    return found;
  }
  std::vector<std::string> kinds(const wire::SessionItems& items) const {
    std::vector<std::string> all;
    for (const auto& item : items) all.emplace_back(wire::to_json(item).at("type").as_string());
    return all;
  }
  std::string history() {
    std::string text;
    for (const auto& item : world.run(remote->get_chat_history())) text += json_text(wire::to_json(item)) + "\n";
    return text;
  }

  std::string folder = (fs::temp_directory_path() / make_id("hosted")).string();
  VirtualWorld world;
  HookHttp http;
  EmbedderRegistry embedders;
  std::string reported;
  std::optional<GatewayServer> gateway;
  std::optional<wire::RemoteSession> remote;
  int hosting = 0, flushes = 0;
  std::vector<wire::SessionEvent> events;
  std::vector<std::pair<Clock::Time, wire::SessionAudio>> played;
  std::vector<Clock::Time> cleared;
};

TEST_F(HostedGateway, ATextIsAnsweredWithoutSpeechOrRecognition_SES6) {
  start("providers:\n" + deaf_and_mute + "  llm: {stub: {text: It is on its way., first_token: 1ms, token: 1ms}}\n");
  connect();
  const auto before = world.clock.now();
  const auto reply = say("where is my order");
  EXPECT_EQ(reply.text(), "It is on its way.");
  EXPECT_LT(world.clock.now() - before, 100ms) << "nothing is spoken, so nothing is waited for";
  EXPECT_THAT(played, IsEmpty());
  EXPECT_THAT(history(), HasSubstr("Hello"));
  EXPECT_THAT(reported, Not(HasSubstr("asr")));
}

TEST_F(HostedGateway, ToolsAreItemsAndAPinStaysWhereItBelongs_SES4_GTW32) {
  start_desk(deaf_and_mute);
  connect(ada());
  EXPECT_THAT(say("Where is my order?").text(), HasSubstr("4-digit PIN"));
  const auto reply = say("1234");
  EXPECT_THAT(kinds(reply.items), ElementsAre("function_call", "function_call_output", "message"));
  EXPECT_EQ(std::get<wire::FunctionCall>(reply.items[0]).name, "order_status");
  EXPECT_THAT(std::get<wire::FunctionCallOutput>(reply.items[1]).output, HasSubstr("\"order_id\""));
  EXPECT_THAT(reply.text(), HasSubstr("comes on Monday"));
  EXPECT_THAT(history(), Not(HasSubstr("1234")));
  EXPECT_EQ(events_of<wire::ToolsExecuted>().size(), 1U);
}

TEST_F(HostedGateway, AConversationThatIsOverSaysSo_SES4) {
  start_desk(deaf_and_mute);
  connect();
  EXPECT_THAT(say("Goodbye").text(), HasSubstr("oodbye"));
  const auto failure = failure_on("are you there?");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->to_wire(), "session:closed:-: the conversation is over");
}

TEST_F(HostedGateway, AModelThatFailsIsThatErrorAndTheSessionGoesOn_SES4) {
  start("providers:\n" + deaf_and_mute + "  llm: {stub: {fail: {rate: 100%, kind: 429}}}\n");
  connect();
  for (int i = 0; i < 2; ++i) {
    const auto failure = failure_on("hello");
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->stage(), wire::Stage::llm);
    EXPECT_EQ(failure->type(), "rate_limited");
  }
  EXPECT_THAT(events_of<wire::SessionTrouble>(), IsEmpty()) << "a failure of a request is told by its answer alone";
}

TEST_F(HostedGateway, ANewTextInterruptsTheAnswerUnderWay_SES4) {
  start("providers:\n" + deaf_and_mute + "  llm: {stub: {text: \"One two three. Four five six.\", first_token: 100ms, token: 100ms}}\n");
  connect();
  std::optional<wire::RunReply> first;
  world.spawn([](wire::RemoteSession& session, std::optional<wire::RunReply>& reply) -> Task<> { reply = co_await session.run("first"); }(*remote, first));
  world.run(world.clock.sleep_for(450ms));
  EXPECT_EQ(say("second").text(), "One two three. Four five six.");
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->interrupted());
  EXPECT_EQ(first->text(), "One two three.") << "what it had said, it has said";
}

TEST_F(HostedGateway, HearsAndSpeaksOnceAudioIsOn_SES6_SES7) {
  start("providers:\n" + hears_and_speaks + "  llm: {stub: {text: It is on its way.}}\n");
  connect();
  be_silent(300ms);
  EXPECT_THAT(events_of<wire::UserInputTranscribed>(), IsEmpty());
  listen();
  be_silent(200ms);
  speak(1500ms);
  be_silent(6s);
  const auto heard = events_of<wire::UserInputTranscribed>();
  ASSERT_FALSE(heard.empty());
  EXPECT_TRUE(heard.back().is_final);
  EXPECT_EQ(heard.back().transcript, "where is my order");
  EXPECT_FALSE(played.empty());
  EXPECT_EQ(played.front().second.rate_hz, 48000U);
  EXPECT_GE(flushes, 1);
  EXPECT_THAT(history(), HasSubstr("\"where is my order\""));
  EXPECT_THAT(history(), HasSubstr("It is on its way."));
  EXPECT_GE(events_of<wire::UserStateChanged>().size(), 2U);

  world.run(remote->update_io(wire::IoChange::text_only()));
  played.clear();
  EXPECT_EQ(say("and by text?").text(), "It is on its way.") << "the conversation goes on";
  EXPECT_THAT(played, IsEmpty());
}

TEST_F(HostedGateway, ATextSimulationBeginsWithoutAudioWhateverTheConsoleWants_SES6) {
  start("providers:\n" + deaf_and_mute + "  llm: {stub: {text: It is on its way.}}\n");
  auto simulation = ada();
  simulation.mode = wire::SimulationMode::text;
  connect(simulation, {.input_audio = true, .output_audio = true});
  EXPECT_EQ(say("hello").text(), "It is on its way.");
  EXPECT_THAT(played, IsEmpty());
}

TEST_F(HostedGateway, ItsHookIsAskedOnceAtTheEndAndMayVeto_SES9) {
  start("providers:\n" + deaf_and_mute + "  llm: {stub: {text: It is booked.}}\nsimulation: {on_end: \"http://127.0.0.1:8090/verdict\"}\n");
  http.answer = R"({"veto": "no booking"})";
  connect(ada());
  say("book");
  for (int i = 0; i < 2; ++i) {
    const auto verdict = world.run(remote->finalize_simulation({true, "it said so"}));
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->reason, "no booking");
  }
  ASSERT_EQ(http.asked.size(), 1U);
  EXPECT_EQ(http.asked[0].url, "http://127.0.0.1:8090/verdict");
  const auto body = parse_json(http.asked[0].body);
  EXPECT_EQ(body.at("run_id"), "run-1");
  EXPECT_EQ(body.at("userdata").at("booked"), 0);
  EXPECT_EQ(body.at("chat").at(1).at("content"), "book");
}

TEST_F(HostedGateway, WithoutADispatchTheEndIsNoVerdictUnlessTheConfigurationHasOne_SES9) {
  const auto text = "providers:\n" + deaf_and_mute + "  llm: {stub: {text: It is booked.}}\nsimulation: {on_end: \"http://127.0.0.1:8090/verdict\"";
  http.answer = R"({"veto": "no booking"})";
  start(text + "}\n");
  connect();
  EXPECT_FALSE(world.run(remote->finalize_simulation({true, ""})));
  EXPECT_THAT(http.asked, IsEmpty());
  world.run(remote->close());
  world.run(gateway->drain(world.soon()));
  until_idle();

  start(text + ", run_id: mine, userdata: {booked: 1}}\n");
  connect();
  EXPECT_TRUE(world.run(remote->finalize_simulation({true, ""})));
  EXPECT_EQ(parse_json(http.asked.at(0).body).at("run_id"), "mine");
}

TEST_F(HostedGateway, ALanguageThatIsSpokenElsewhereIsThatOfTheSimulation_GTW10) {
  start("providers:\n" + deaf_and_mute + "  llm: {stub: {text: It is booked.}}\n");
  auto simulated = ada();
  simulated.scenario.userdata["locale"] = "fr-CA";
  connect(simulated);
  EXPECT_THAT(say("Je veux parler à un humain").text(), HasSubstr("Je vous passe"));
  EXPECT_THAT(reported, HasSubstr("fr-FR"));
}

TEST_F(HostedGateway, WaitsUntilTheGatewayHasLoadedAndIsTurnedAwayWhereItIsFull_SES2) {
  make("providers:\n" + deaf_and_mute + "  llm: {stub: {text: Here I am.}}\nsessions: {limit: 1}\n");
  auto [near, far] = wire::memory_transports(world.runtime);
  world.spawn(host(this, {.transport = std::move(far)}, {}));
  remote.emplace(world.runtime, std::move(near));
  EXPECT_THROW(world.run(remote->wait_for_ready(1s)), Error);
  world.run(gateway->load(world.soon()));
  world.run(remote->wait_for_ready());
  EXPECT_EQ(say("hello").text(), "Here I am.");
  const auto ready = get("/ready");
  EXPECT_EQ(ready.status, 503) << "it takes the line of a call, too";
  EXPECT_EQ(parse_json(ready.body).at("active_sessions"), 1);
  EXPECT_EQ(parse_json(ready.body).at("status"), "overloaded");

  auto [second, behind] = wire::memory_transports(world.runtime);
  world.spawn(host(this, {.transport = std::move(behind)}, {}));
  wire::RemoteSession other(world.runtime, std::move(second));
  world.run(other.wait_for_ready());
  try {
    world.run(other.run("hello"));
    FAIL() << "there was a line for it";
  } catch (const wire::SessionError& error) {
    EXPECT_EQ(error.to_wire(), "session:unavailable:-: all lines are busy");
  }
  world.run(other.close());
}

const std::string with_a_token = "access: {tokens: [sesame-sesame-sesame]}\n";

TEST_F(HostedGateway, IsListedAndEndedLikeCalls_GTW12) {
  start("providers:\n" + deaf_and_mute + "  llm: {stub: {text: Here I am.}}\n" + with_a_token);
  EXPECT_THAT(sessions(), IsEmpty());
  connect(ada());
  say("hello");
  const auto listed = sessions();
  ASSERT_EQ(listed.size(), 1U);
  const auto& session = listed.at(0).as_object();
  EXPECT_EQ(session.at("transport"), "session");
  EXPECT_EQ(session.at("state"), "active");
  EXPECT_EQ(session.at("turns"), 1);
  EXPECT_THAT(json_text(session), Not(HasSubstr("5550100")));
  EXPECT_FALSE(session.at("started_at").as_string().empty());
  const std::string id(session.at("call_id").as_string());
  EXPECT_EQ(get("/sessions/" + id + "0", "DELETE").status, 404);
  EXPECT_EQ(get("/sessions/" + id, "DELETE").status, 204);
  until_idle();
  EXPECT_EQ(gateway->active_calls(), 0U);
  EXPECT_THAT(sessions(), IsEmpty());
  EXPECT_EQ(get("/sessions/" + id, "DELETE").status, 404);
  EXPECT_THROW(say("hello"), Error);
  EXPECT_THAT(get("/metrics").body, HasSubstr("voice_sessions_total{outcome=\"completed\"} 1"));
}

TEST_F(HostedGateway, EndedAloudItSaysSo_GTW12) {
  start("providers:\n" + hears_and_speaks + "  llm: {stub: {text: Here I am.}}\n" + with_a_token);
  connect({}, {.input_audio = true, .output_audio = true});
  be_silent(5s);
  const auto greeting = played.size();
  ASSERT_GT(greeting, 0U);
  const std::string id(sessions().at(0).as_object().at("call_id").as_string());
  EXPECT_EQ(get("/sessions/" + id, "DELETE").status, 204);
  until_idle(10s);
  EXPECT_EQ(gateway->active_calls(), 0U);
  EXPECT_GT(played.size(), greeting);
  std::string told;
  for (const auto& event : events_of<wire::ItemAdded>()) told += json_text(wire::to_json(event.item)) + "\n";
  EXPECT_THAT(told, HasSubstr("end this call"));
}

TEST_F(HostedGateway, IsDrainedWithItsSessions_SES2) {
  start("providers:\n" + deaf_and_mute + "  llm: {stub: {text: Here I am.}}\n");
  connect();
  say("hello");
  world.run(gateway->drain(world.soon()));
  EXPECT_EQ(gateway->active_calls(), 0U);
  EXPECT_THROW(say("hello"), Error);
}

TEST_F(HostedGateway, ATextIsAnsweredAloudWhereAudioIsOn_SES7) {
  start("providers:\n" + hears_and_speaks + "  llm: {stub: {text: It is on its way.}}\n");
  connect();
  listen();
  const auto reply = say("where is it");
  EXPECT_EQ(reply.text(), "It is on its way.");
  Duration length{0};
  for (const auto& [at, audio] : played) length += audio.duration();
  EXPECT_GT(length, 1s);
  EXPECT_EQ(flushes, 1);
}

TEST_F(HostedGateway, TheUsersVoiceInterruptsAtOnce_SES12) {
  start("providers:\n" + hears_and_speaks +
        "  llm: {stub: {text: It is a long story that goes on and on and on and on and on and on and on and on and on and on.}}\n");
  connect();
  listen();
  be_silent(200ms);
  speak(1s);
  while (played.empty()) be_silent(30ms);
  be_silent(600ms);
  const auto began = world.clock.now();
  speak(600ms);
  be_silent(300ms);
  ASSERT_EQ(cleared.size(), 1U);
  EXPECT_LT(cleared[0] - began, 200ms);
  be_silent(8s);
  EXPECT_THAT(history(), HasSubstr("\"interrupted\":true"));
}

TEST_F(HostedGateway, AShortBackchannelDoesNotInterruptWhereTheConfigurationSaysSo_SES12) {
  start(
      "providers:\n  asr: {stub: {text: mhm}}\n  tts: {stub: {}}\n  llm: {stub: {text: It is a long story that goes on and on and on and on and on and on and "
      "on.}}\n"
      "call: {backchannel: ignore}\n");
  connect();
  listen();
  std::optional<wire::RunReply> reply;
  world.spawn([](wire::RemoteSession& session, std::optional<wire::RunReply>& said) -> Task<> { said = co_await session.run("tell me"); }(*remote, reply));
  while (played.empty()) be_silent(30ms);
  be_silent(600ms);
  speak(400ms);
  const auto until_then = played.size();
  be_silent(12s);
  ASSERT_TRUE(reply);
  EXPECT_FALSE(reply->interrupted());
  EXPECT_THAT(reply->text(), HasSubstr("and on."));
  EXPECT_GT(played.size(), until_then) << "it goes on";
}

TEST_F(HostedGateway, BeginsAloudWhereAudioIsOnFromTheStart_SES7) {
  start("providers:\n" + hears_and_speaks + "  llm: {stub: {text: It is on its way.}}\n");
  connect({}, {.input_audio = true, .output_audio = true});
  be_silent(4s);
  EXPECT_FALSE(played.empty()) << "the greeting is spoken";
  const auto text = history();
  EXPECT_EQ(text.find("Hello"), text.rfind("Hello")) << "and stands in the history once: " << text;
}

TEST_F(HostedGateway, AnIncompleteReplyIsDeliveredWithItsReasonByTextAndAloud_SES4) {
  start("providers:\n" + hears_and_speaks + "  llm: script/length\n");
  connect();
  const auto written = say("tell me a story");
  EXPECT_EQ(written.text(), "Once upon a time. There was");
  EXPECT_EQ(written.finish_reason(), "length");
  listen();
  const auto spoken = say("tell me a story");
  EXPECT_EQ(spoken.text(), "Once upon a time. There was");
  EXPECT_EQ(spoken.finish_reason(), "length");
}

TEST_F(HostedGateway, AReplyOfWhichNothingWasLetThroughIsAPartialOneToo_SES4) {
  start("providers:\n" + deaf_and_mute + "  llm: script/content_filter\n");
  connect();
  const auto reply = say("tell me a story");
  ASSERT_EQ(reply.items.size(), 1U);
  EXPECT_EQ(reply.text(), "");
  EXPECT_EQ(reply.finish_reason(), "content_filter");
}

TEST_F(HostedGateway, AModelThatFailsAloudIsThatErrorWithTheApology_SES4) {
  start("providers:\n" + hears_and_speaks + "  llm: {stub: {fail: {rate: 100%, kind: 429}}}\n");
  connect();
  listen();
  for (int i = 0; i < 2; ++i) {
    const auto failure = failure_on("hello");
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->stage(), wire::Stage::llm);
    EXPECT_EQ(failure->to_wire(), "llm:rate_limited:-: stub has too many calls (429)");
    ASSERT_EQ(failure->items().size(), 1U) << "what was said instead";
  }
  EXPECT_THAT(events_of<wire::SessionTrouble>(), IsEmpty()) << "a failure of a request is told by its answer alone";
}

TEST_F(HostedGateway, AVoiceThatFailsIsThatError_SES4) {
  start("providers:\n" + deaf_and_mute + "  llm: {stub: {text: It is on its way.}}\n");
  connect();
  world.run(remote->update_io({.output_audio = true}));
  const auto failure = failure_on("hello");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->stage(), wire::Stage::tts);
  EXPECT_EQ(failure->type(), "rate_limited");
}

TEST_F(HostedGateway, WhatFailsOutsideAnyTextIsAnEvent_SES4) {
  start("providers:\n" + hears_and_speaks + "  llm: {stub: {fail: {rate: 100%, kind: 429}}}\n");
  connect();
  listen();
  be_silent(200ms);
  speak(1s);
  be_silent(5s);
  const auto troubles = events_of<wire::SessionTrouble>();
  ASSERT_EQ(troubles.size(), 1U);
  EXPECT_EQ(troubles[0].message, "llm:rate_limited:-: stub has too many calls (429)");
}

TEST_F(HostedGateway, WhoCannotBeHeardIsToldSo_SES4) {
  start("providers:\n  asr: {stub: {fail: {rate: 100%, kind: 429}}}\n  tts: {stub: {}}\n  llm: {stub: {text: Here I am.}}\n");
  connect();
  listen();
  be_silent(200ms);
  speak(1s);
  be_silent(5s);
  const auto troubles = events_of<wire::SessionTrouble>();
  ASSERT_FALSE(troubles.empty());
  EXPECT_THAT(troubles[0].message, HasSubstr("stt:"));
}

TEST_F(HostedGateway, AloudToTheGoodbyeBelongsToTheAnswerToo_SES4_SES7) {
  start_desk(hears_and_speaks);
  connect();
  listen();
  const auto reply = say("Goodbye");
  EXPECT_THAT(reply.text(), HasSubstr("oodbye"));
  EXPECT_FALSE(reply.interrupted());
  const auto failure = failure_on("are you there?");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->to_wire(), "session:closed:-: the conversation is over");
}

TEST_F(HostedGateway, AHandOffAloudIsAmongTheItemsAsInText_SES4_SES7) {
  for (const bool aloud : {false, true}) {
    start_desk(hears_and_speaks);
    connect();
    if (aloud) listen();
    const auto reply = say("let me speak to a human");
    EXPECT_THAT(kinds(reply.items), ElementsAre("message", "agent_handoff")) << aloud;
    EXPECT_EQ(std::get<wire::AgentHandoff>(reply.items.back()).new_agent_id, "person");
    world.run(remote->close());
    world.run(gateway->drain(world.soon()));
    until_idle();
    fs::remove_all(folder), fs::create_directories(folder);
  }
}

TEST_F(HostedGateway, AnAnswerThatATextCutsOffAloudIsInTheHistoryOnce_SES4_SES7) {
  start("providers:\n" + hears_and_speaks + "  llm: {stub: {text: \"One two three four five six. Seven eight nine ten eleven twelve.\"}}\n");
  connect();
  listen();
  std::optional<wire::RunReply> first;
  begin_aloud("first", first);
  world.run(world.clock.sleep_for(500ms));
  EXPECT_FALSE(say("second").interrupted());
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->interrupted());
  EXPECT_FALSE(cleared.empty());
  std::vector<std::string> roles;
  for (const auto& item : world.run(remote->get_chat_history())) {
    const auto& message = std::get<wire::ChatMessage>(item);
    roles.emplace_back(std::string(to_string(message.role)) + (message.interrupted ? " interrupted" : ""));
  }
  EXPECT_THAT(roles, ElementsAre("assistant", "user", "assistant interrupted", "user", "assistant"));
}

TEST_F(HostedGateway, ATextWaitsForAnAgentWhomNobodyMayInterrupt_SES4_SES7) {
  std::string story = "Once upon a time";
  for (int i = 0; i < 60; ++i) story += " and then";
  start("providers:\n" + hears_and_speaks + "  llm: {stub: {text: \"" + story + ".\"}}\ncall: {barge_in: off}\n");
  connect();
  listen();
  std::optional<wire::RunReply> first;
  begin_aloud("first", first);
  const auto began = world.clock.now();
  const auto second = world.run(remote->run("second", 5min));
  EXPECT_GT(world.clock.now() - began, 20s);
  EXPECT_THAT(second.text(), HasSubstr("Once upon a time"));
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->interrupted());
}

TEST_F(HostedGateway, WhatWasHeardBeforeAudioWentOffStands_SES6_SES7) {
  start("providers:\n" + hears_and_speaks + "  llm: {stub: {text: \"One two three four five six. Seven eight nine ten eleven twelve.\"}}\n");
  connect();
  listen();
  std::optional<wire::RunReply> reply;
  begin_aloud("first", reply);
  world.run(world.clock.sleep_for(300ms));
  world.run(remote->update_io(wire::IoChange::text_only()));
  world.run(world.clock.sleep_for(5s));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->text(), "One two three four five six.");
  EXPECT_TRUE(reply->interrupted());
  EXPECT_THAT(say("second").text(), HasSubstr("twelve."));
}

TEST_F(HostedGateway, TheEndOfTheSimulationEndsWhatAnAnswerIsSaying_SES7_SES9) {
  std::optional<wire::RunReply> reply;
  begin_long_story(reply);
  const auto began = world.clock.now();
  world.run(remote->finalize_simulation({true, "enough"}));
  EXPECT_LT(world.clock.now() - began, 200ms);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->interrupted());
  ASSERT_EQ(cleared.size(), 1U);
  const auto heard = played.size();
  world.run(world.clock.sleep_for(8s));
  EXPECT_EQ(played.size(), heard);
}

TEST_F(HostedGateway, AndWhatItAnswersAVoiceOfWhichTheHistoryTells_SES7_SES9) {
  start(long_story);
  connect();
  listen();
  be_silent(200ms);
  speak(1s);
  while (played.empty()) be_silent(30ms);
  be_silent(600ms);
  world.run(remote->finalize_simulation({true, "enough"}));
  ASSERT_EQ(cleared.size(), 1U);
  EXPECT_THAT(history(), HasSubstr("\"interrupted\":true"));
  const auto heard = played.size();
  be_silent(8s);
  EXPECT_EQ(played.size(), heard);
}

TEST_F(HostedGateway, AStopOfTheGatewayWaitsForNoSentence_SES2_SES7) {
  std::optional<wire::RunReply> reply;
  begin_long_story(reply);
  const auto began = world.clock.now();
  world.run(gateway->drain(world.soon()));
  EXPECT_LT(world.clock.now() - began, 200ms);
  EXPECT_EQ(cleared.size(), 1U);
  world.run(world.clock.sleep_for(10ms));
  ASSERT_TRUE(reply) << "what was heard of it is the answer";
  EXPECT_THAT(reply->text(), HasSubstr("It is a"));
}

TEST_F(HostedGateway, AControllerThatVanishesLeavesNothing_SES2) {
  start("providers:\n" + hears_and_speaks + "  llm: {stub: {}}\n");
  connect();
  listen();
  be_silent(100ms);
  remote.reset();
  until_idle();
  EXPECT_EQ(hosting, 0);
  EXPECT_EQ(gateway->active_calls(), 0U);
}

}  // namespace
}  // namespace antiphon::gateway
