#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/line_codec.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/server/gateway_server.hpp"
#include "antiphon/gateway/testing/kept_reply.hpp"
#include "antiphon/gateway/testing/no_http.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/net/testing/link.hpp"
#include "tests/source_file.hpp"

/// A whole gateway as a file configures it, called over its WebSocket in virtual time.
namespace antiphon::gateway {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

const std::string stubs = "providers:\n  asr: {stub: {text: where is my order}}\n  tts: {stub: {}}\n  llm: ";

struct ServedGateway : ::testing::Test {
  ServedGateway() { fs::create_directories(folder); }
  ~ServedGateway() override { fs::remove_all(folder); }
  /// A call that is held still holds what it waits for: it is let go first.
  void TearDown() override {
    if (gateway) medium.run(gateway->drain(Deadline::after(medium.clock, 0s)));
  }

  void make(const std::string& text) {
    auto config = parse_gateway_config(text, folder + "/gateway.yaml", [this](std::string_view name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
    gateway.emplace(medium.runtime, std::move(config),
                    GatewayContext{.http = *client,
                                   .models = ModelRegistry::with_defaults(),
                                   .speech = speech,
                                   .embedders = embedders,
                                   .log = [this](const std::string& line) { log += line + "\n"; },
                                   .warn = [this](const std::string& line) { log += "warning: " + line + "\n"; },
                                   .wrap_tools = wrap_tools},
                    GatewayReports{.write_log = [this](const std::string& line) { reported += line + "\n"; }, .traces = traces});
    server = medium.listen({}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return gateway->handle(request, reply); });
    medium.spawn(server->serve());
  }
  void start(const std::string& text) {
    make(text);
    medium.run(gateway->load(medium.soon()));
  }
  std::string failure(const std::string& text) {
    try {
      start(text);
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty()) << error.message();
      return error.message();
    }
    return "nothing was thrown";
  }
  std::unique_ptr<net::WebSocket> dial(const std::string& caller = "%2B15550100") {
    return medium.run(medium.dial(*server, {.url = "/ws/call?events=1&caller_id=" + caller}, medium.soon()));
  }
  net::HttpReply get(const std::string& path) {
    testing::KeptReply kept;
    const net::ServerRequest request{.method = "GET", .target = path};
    medium.run(gateway->handle(request, kept));
    return kept.got;
  }

  static Task<> send(net::WebSocket& socket, Clock& clock, audio::Samples samples) {
    audio::LineEncoder encoder({audio::Encoding::pcm16, 16000});
    constexpr std::size_t frame = audio::canonical_rate_hz / 50;
    for (std::size_t at = 0; at + frame <= samples.size(); at += frame) {
      co_await clock.sleep_for(20ms);
      co_await socket.send(net::WsMessage::binary(encoder.encode(audio::SampleView(samples).subspan(at, frame))), Deadline::never());
    }
  }
  static Task<> be_silent(net::WebSocket& socket, Clock& clock, Duration length) { return send(socket, clock, audio::Samples(audio::samples_in(length))); }
  static Task<> say(net::WebSocket& socket, std::string message) { return socket.send(net::WsMessage::text(std::move(message)), Deadline::never()); }
  static Task<> listen(net::WebSocket& socket, std::vector<json::object>& events) {
    try {
      while (const auto message = co_await socket.receive(Deadline::never()))
        if (!message->is_binary()) events.push_back(json::parse(message->data).as_object());
    } catch (const Error&) {}
  }
  /// What the agent said in turns of the call, and all events as text.
  std::string play(net::WebSocket& socket, Task<> acts) {
    std::vector<json::object> events;
    medium.spawn(std::move(acts));
    medium.run(listen(socket, events));
    std::string said;
    everything.clear();
    for (const auto& event : events) {
      everything += json::serialize(event) + "\n";
      if (event.at("type").as_string() == "agent.text") said += std::string(event.at("text").as_string()) + "\n";
    }
    return said;
  }

  std::string folder = (fs::temp_directory_path() / make_id("serve")).string();
  OverMemory<VirtualWorld> medium;
  testing::NoHttp http;
  net::HttpClient* client = &http;
  OtlpExporter* traces = nullptr;
  std::shared_ptr<const SpeechRegistry> speech = SpeechRegistry::with_defaults();
  std::map<std::string, std::string, std::less<>> variables;
  EmbedderRegistry embedders;
  std::function<std::shared_ptr<ToolProvider>(std::shared_ptr<ToolProvider>)> wrap_tools;
  std::string log, reported, everything;
  std::optional<GatewayServer> gateway;
  std::unique_ptr<net::HttpServer> server;
};

TEST_F(ServedGateway, IsReadyOnceItHasLoadedAndTakesNoCallBefore_GTW12) {
  make(stubs + "{stub: {}}");
  EXPECT_EQ(get("/health").status, 200);
  EXPECT_EQ(get("/ready").status, 503);
  EXPECT_THAT(get("/ready").body, HasSubstr("loading"));
  EXPECT_EQ(get("/ws/call?caller_id=me").status, 503);
  medium.run(gateway->load(medium.soon()));
  EXPECT_EQ(get("/ready").status, 200);
  EXPECT_EQ(get("/ws/call?caller_id=me").status, 426) << "now only the upgrade is missing";
}

TEST_F(ServedGateway, TheExampleTellsAnOrdersStatusAfterThePin_GTW30_GTW32_GTW34) {
  for (const auto* name : {"gateway.yaml", "orders.sql", "pins.txt", "knowledge", "rules"})
    fs::copy(source_file(std::string("examples/support/") + name), folder + "/" + name, fs::copy_options::recursive);
  auto text = read_file(folder + "/gateway.yaml");
  const std::string_view model = "\"${SUPPORT_MODEL:-rules/support.rules.yaml}\"";
  ASSERT_NE(text.find(model), std::string::npos);
  text.replace(text.find(model), model.size(), "rules/support.rules.yaml\n  asr: {stub: {text: where is my order}}\n  tts: {stub: {}}");
  start(text);

  const auto socket = dial();
  const auto said = play(*socket, [](net::WebSocket& line, Clock& clock) -> Task<> {
    co_await be_silent(line, clock, 5s);
    co_await send(line, clock, testing::voice(1500ms));
    co_await be_silent(line, clock, 8s);
    co_await send(line, clock, audio::dtmf_tones("1234"));
    co_await be_silent(line, clock, 10s);
    co_await say(line, R"({"type":"text","text":"How much is express shipping?"})");
    co_await be_silent(line, clock, 10s);
    co_await say(line, R"({"type":"text","text":"No thank you, goodbye."})");
    co_await be_silent(line, clock, 10s);
  }(*socket, medium.clock));
  EXPECT_THAT(said, HasSubstr("4-digit PIN"));
  EXPECT_THAT(said, HasSubstr("Your set of two cups is packed and comes on Monday."));
  EXPECT_THAT(said, HasSubstr("Your coffee machine is shipped and comes on Thursday before the evening."));
  EXPECT_THAT(said, HasSubstr("twelve dollars"));
  EXPECT_THAT(said, HasSubstr("Goodbye"));
  EXPECT_THAT(everything, HasSubstr("\"completed\""));
  EXPECT_THAT(everything, Not(HasSubstr("1234")));
}

TEST_F(ServedGateway, AModelThatFailsIsStoodInForByTheNext_GTW25) {
  start(stubs + "[{stub: {fail: {rate: 100%, kind: 429}}}, {stub: {text: I am the other one.}}]\n");
  const auto socket = dial("me");
  EXPECT_THAT(play(*socket,
                   [](net::WebSocket& line, Clock& clock) -> Task<> {
                     co_await be_silent(line, clock, 5s);
                     co_await say(line, R"({"type":"text","text":"hello"})");
                     co_await be_silent(line, clock, 8s);
                     co_await say(line, R"({"type":"hangup"})");
                   }(*socket, medium.clock)),
              HasSubstr("I am the other one."));
}

/// Asks by voice, and waits for the answer.
Task<> ask_aloud(net::WebSocket& line, Clock& clock) {
  co_await ServedGateway::be_silent(line, clock, 5s);
  co_await ServedGateway::send(line, clock, testing::voice(1500ms));
  co_await ServedGateway::be_silent(line, clock, 10s);
  co_await ServedGateway::say(line, R"({"type":"hangup"})");
}

TEST_F(ServedGateway, EachStageOfATurnIsTimed_GTW20) {
  start("providers: {asr: {stub: {final_after: 300ms}}, llm: {stub: {first_token: 200ms, token: 20ms, text: On Monday.}}, tts: {stub: {first_chunk: 100ms}}}");
  const auto socket = dial("me");
  play(*socket, ask_aloud(*socket, medium.clock));
  json::object latency;
  for (const auto& line : split(everything, '\n'))
    if (line.find("\"turn.ended\"") != std::string::npos) latency = json::parse(line).at("latency_ms").as_object();
  const auto ms = [&latency](std::string_view stage) { return latency.contains(stage) ? latency.at(stage).to_number<double>() : -1; };
  EXPECT_NEAR(ms("asr"), 300, 20);
  EXPECT_EQ(ms("first_token"), 200);
  EXPECT_EQ(ms("llm"), 220) << "of two words";
  EXPECT_EQ(ms("first_audio"), 100);
  EXPECT_GE(ms("total"), 300 + 200 + 100);
}

TEST_F(ServedGateway, ARecogniserThatFailsInACallIsStoodInForByTheNext_GTW25) {
  start("providers: {asr: [{stub: {fail: {rate: 100%, kind: 429}}}, {stub: {text: what time is it}}], llm: {stub: {}}, tts: {stub: {}}}");
  const auto socket = dial("me");
  EXPECT_THAT(play(*socket, ask_aloud(*socket, medium.clock)), HasSubstr("Your parcel left our house"));
  EXPECT_THAT(everything, HasSubstr("what time is it"));
  EXPECT_THAT(everything, Not(HasSubstr("\"error\""))) << "the caller need not know";
  EXPECT_THAT(reported, HasSubstr("provider_failed"));
  EXPECT_THAT(get("/metrics").body, HasSubstr("stage=\"asr\"} 1"));
}

/// Cannot be opened; that is known only when it is tried.
class BrokenEar final : public SpeechToText {
 public:
  Task<Recognition> transcribe(audio::Samples, RecognitionSettings, Deadline) override { throw damaged(); }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline) override { throw damaged(); }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  static Error damaged() { return Error(ErrorKind::unavailable, "the model is damaged").with_hint("install it again"); }

  RecognitionCapabilities capabilities_{.waits_on_clock_alone = true};
  std::string name_ = "broken";
};

std::shared_ptr<const SpeechRegistry> with_broken_ear() {
  auto registry = std::make_shared<SpeechRegistry>();
  registry->add("broken", SpeechRegistry::EarProvider{.make = [](const EarChoice&, const SpeechContext&) { return std::make_unique<BrokenEar>(); },
                                                      .check = [](const EarChoice&) {},
                                                      .waits_on_clock_alone = true});
  return registry;
}

TEST_F(ServedGateway, ARecogniserThatDoesNotStartIsStoodInForByTheNext_GTW25) {
  speech = with_broken_ear();
  start("providers: {asr: [broken, {stub: {text: what time is it}}], llm: {stub: {}}, tts: {stub: {}}}");
  EXPECT_THAT(log, HasSubstr("warning: a recogniser does not start, and is left out: the model is damaged"));
  const auto socket = dial("me");
  play(*socket, ask_aloud(*socket, medium.clock));
  EXPECT_THAT(everything, HasSubstr("what time is it"));
}

TEST_F(ServedGateway, WhereNoRecogniserStartsItDoesNotStart_GTW25) {
  speech = with_broken_ear();
  EXPECT_THAT(failure("providers: {asr: [broken, {recogniser: broken, language: en}], llm: {stub: {}}, tts: {stub: {}}}"), HasSubstr("the model is damaged"));
}

std::shared_ptr<const SpeechRegistry> with_broken_voice() {
  const auto damaged = [](const VoiceChoice&, const SpeechContext&) -> std::unique_ptr<TextToSpeech> {
    throw Error(ErrorKind::unavailable, "the voice is damaged").with_hint("install it again");
  };
  auto registry = std::make_shared<SpeechRegistry>();
  registry->add("broken", SpeechRegistry::VoiceProvider{.make = damaged, .check = [](const VoiceChoice&) {}, .waits_on_clock_alone = true});
  return registry;
}

TEST_F(ServedGateway, AVoiceThatStandsInAndDoesNotStartIsLeftOut_GTW25) {
  speech = with_broken_voice();
  start("providers: {asr: {stub: {text: what time is it}}, llm: {stub: {}}, tts: [{stub: {}}, broken]}");
  EXPECT_THAT(log, HasSubstr("warning: a voice does not start, and is left out: the voice is damaged"));
  const auto socket = dial("me");
  EXPECT_THAT(play(*socket, ask_aloud(*socket, medium.clock)), HasSubstr("Your parcel left our house"));
}

TEST_F(ServedGateway, WhereItsFirstVoiceDoesNotStartNeitherDoesIt_GTW25) {
  speech = with_broken_voice();
  EXPECT_THAT(failure("providers: {asr: {stub: {}}, llm: {stub: {}}, tts: [broken, {stub: {}}]}"), HasSubstr("the voice is damaged"));
}

/// Hums, and keeps whose voice was asked for.
class NotedVoice final : public TextToSpeech {
 public:
  explicit NotedVoice(std::vector<std::string>& voices) : voices_(voices) {}
  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline) override {
    voices_.push_back(request.voice);
    co_return speech_of(testing::voice(300ms));
  }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  std::vector<std::string>& voices_;
  SpeechCapabilities capabilities_{};
  std::string name_ = "noted";
};

/// With a vendor's key, and voices that keep what they are asked.
struct GatewayWithVoices : ServedGateway {
  GatewayWithVoices() {
    auto registry = std::make_shared<SpeechRegistry>();
    registry->add("openai",
                  SpeechRegistry::VoiceProvider{.make = [this](const VoiceChoice&, const SpeechContext&) { return std::make_unique<NotedVoice>(asked); },
                                                .check = [](const VoiceChoice&) {}});
    speech = registry;
    variables["OPENAI_API_KEY"] = "sk-test";
  }
  std::string voice_in(const std::string& locale) {
    asked.clear();
    const auto socket = medium.run(medium.dial(*server, {.url = "/ws/call?events=1&caller_id=me&locale=" + locale}, medium.soon()));
    play(*socket, [](net::WebSocket& line, Clock& clock) -> Task<> {
      co_await be_silent(line, clock, 1s);
      co_await say(line, R"({"type":"hangup"})");
    }(*socket, medium.clock));
    return asked.empty() ? "none" : asked.back();
  }

  std::vector<std::string> asked;
};

TEST_F(GatewayWithVoices, TheLocaleOfACallChoosesTheVoice_GTW22) {
  start("providers: {asr: {stub: {}}, llm: {stub: {}}}");
  const std::map<std::string, std::string> voices{{"en-US", "alloy"}, {"en-GB", "fable"}, {"en-AU", "shimmer"},
                                                  {"ar-SA", "nova"},  {"es-ES", "onyx"},  {"fr-FR", "echo"}};
  for (const auto& [locale, voice] : voices) EXPECT_EQ(voice_in(locale), voice);
}

TEST_F(GatewayWithVoices, OneRuleChoosesTheLocaleOfACallAndOfTheConfiguration_GTW10) {
  start("providers: {asr: {stub: {}}, llm: {stub: {}}}\nlocale: es-MX");
  EXPECT_EQ(voice_in(""), "onyx");
  EXPECT_EQ(voice_in("fr-CA"), "echo");
  EXPECT_EQ(voice_in("ar"), "nova");
  EXPECT_EQ(voice_in("tlh"), "onyx") << "the default, as a language of the configuration";
}

TEST_F(GatewayWithVoices, OneThatIsNamedSpeaksInAllLocales_GTW22) {
  variables["TTS_VOICE"] = "ash";
  start("providers: {asr: {stub: {}}, llm: {stub: {}}}");
  EXPECT_EQ(voice_in("fr-FR"), "ash");
}

TEST_F(ServedGateway, WhatCannotBeDoneIsOneClearErrorBeforeAnybodyCalls_GTW1) {
  EXPECT_THAT(failure("{}"), HasSubstr("nobody is there to answer"));
  EXPECT_THAT(failure(stubs + "nobody/x"), HasSubstr("nobody"));
  EXPECT_THAT(failure("providers: {asr: parrot, llm: {stub: {}}}"), HasSubstr("parrot"));
  EXPECT_THAT(failure("providers: {tts: hibari/bird, llm: {stub: {}}}"), HasSubstr("bird"));
  EXPECT_THAT(failure(stubs + "{stub: {}}\nknowledge: {documents: gone/}"), HasSubstr("gone"));
  EXPECT_THAT(failure(stubs + "{stub: {}}\nlocale: tlh"), HasSubstr("tlh"));
  EXPECT_THAT(failure(stubs + "{stub: {}}\ntools: {k: {knowledge: {}}}"), HasSubstr("there is no knowledge base"));
}

TEST_F(ServedGateway, AToolThatDoesNotStartIsToldAndLeftOut_GTW34) {
  start(stubs + "{stub: {}}\ntools: {crm: {mcp: {url: 'http://127.0.0.1:1/mcp'}}}\n");
  EXPECT_THAT(log, HasSubstr("warning: mcp crm"));
  EXPECT_EQ(get("/ready").status, 200);
}

TEST_F(ServedGateway, ARedisThatIsAwayIsToldBeforeAnybodyCalls_GTW40) {
  start(stubs + "{stub: {}}\nsessions: {redis: 'redis://127.0.0.1:1/0'}\n");
  EXPECT_THAT(log, HasSubstr("warning: Redis is gone, calls go on from memory: Redis at 127.0.0.1:1"));
  EXPECT_EQ(get("/ready").status, 200);
}

TEST_F(ServedGateway, AStopWhileARecogniserStartsIsNoFailureOfIt_GTW25) {
  auto registry = std::make_shared<SpeechRegistry>();
  registry->add("stopped", SpeechRegistry::EarProvider{.make = [](const EarChoice&, const SpeechContext&) -> std::unique_ptr<SpeechToText> {
                                                         throw Error(ErrorKind::cancelled, "a blocking call was cancelled");
                                                       },
                                                       .check = [](const EarChoice&) {},
                                                       .waits_on_clock_alone = true});
  speech = registry;
  EXPECT_THROW(start("providers: {asr: [stopped, {stub: {}}], llm: {stub: {}}, tts: {stub: {}}}"), Error);
  EXPECT_EQ(log, "");
}

/// What a server told when it was started.
class TwoTools final : public ToolProvider {
 public:
  const std::string& name() const override { return name_; }
  Task<> start(Deadline) override {
    started_ = true;
    co_return;
  }
  std::vector<ToolEntry> tools() const override {
    if (!started_) return {};
    return {{.tool = {.name = "find_customer"}}, {.tool = {.name = "book_visit"}}};
  }
  Task<json::value> call(ToolInvocation, Deadline) override { co_return json::object{}; }

 private:
  std::string name_ = "mcp crm";
  bool started_ = false;
};

TEST_F(ServedGateway, ToolsOfAServerAreCountedFromTheBeginningToo_GTW50) {
  wrap_tools = [](std::shared_ptr<ToolProvider> tools) { return tools->name() == "mcp crm" ? std::make_shared<TwoTools>() : std::move(tools); };
  start(stubs + "{stub: {}}\ntools: {crm: {mcp: {url: 'http://127.0.0.1:1/mcp'}}, status: {http: {url: 'http://127.0.0.1:1'}}}\n");
  const auto metrics = get("/metrics").body;
  for (const auto* name : {"find_customer", "book_visit", "status"}) EXPECT_THAT(metrics, HasSubstr(fmt::format("tool_name=\"{}\"", name)));
  EXPECT_THAT(metrics, Not(HasSubstr("tool_name=\"crm\""))) << "no tool is called that";
}

TEST_F(ServedGateway, DrainsToTheEndOfItsCalls_GTW13) {
  start(stubs + "{stub: {}}");
  const auto socket = dial("me");
  bool drained = false;
  medium.spawn([](GatewayServer& of, Clock& clock, bool& done) -> Task<> {
    co_await of.drain(Deadline::after(clock, 3s));
    done = true;
  }(*gateway, medium.clock, drained));
  play(*socket, be_silent(*socket, medium.clock, 20s));
  medium.run(medium.clock.sleep_for(1s));
  EXPECT_TRUE(drained);
  EXPECT_THAT(everything, HasSubstr("\"drain\""));
  EXPECT_EQ(get("/ready").status, 503);
}

GatewayConfig configuration(const std::string& text) {
  return parse_gateway_config(text, "gateway.yaml", [](std::string_view) { return std::nullopt; });
}

TEST_F(ServedGateway, AReloadIsForCallsThatBegin_GTW1) {
  const auto saying = [](const std::string& text) { return stubs + "{stub: {text: " + text + "}}\n"; };
  start(saying("I am the first.") + "sessions: {limit: 3}\n");
  const auto before = dial("me");
  EXPECT_THAT(get("/metrics").body, HasSubstr("voice_session_limit 3"));
  medium.run(gateway->reload(configuration(saying("I am the second.") + "sessions: {limit: 9}\n"), medium.soon()));
  EXPECT_THAT(get("/metrics").body, HasSubstr("voice_session_limit 9"));
  const auto ask = [](net::WebSocket& line, Clock& clock) -> Task<> {
    co_await be_silent(line, clock, 5s);
    co_await say(line, R"({"type":"text","text":"hello"})");
    co_await be_silent(line, clock, 5s);
    co_await say(line, R"({"type":"hangup"})");
  };
  const auto after = dial("you");
  EXPECT_THAT(play(*after, ask(*after, medium.clock)), HasSubstr("I am the second."));
  EXPECT_THAT(play(*before, ask(*before, medium.clock)), HasSubstr("I am the first."));
  medium.run(gateway->drain(medium.soon()));
}

TEST_F(ServedGateway, AReloadSaysForHowLongCallsAreKept_GTW40) {
  start(stubs + "{stub: {}}");
  auto next = configuration(stubs + "{stub: {}}");
  next.keep.resume_within = 10s;
  medium.run(gateway->reload(std::move(next), medium.soon()));
  const auto lost = [this] {
    std::vector<json::object> events;
    const auto socket = dial("me");
    medium.spawn(listen(*socket, events));
    medium.run(medium.clock.sleep_for(1s));
    socket->cut();
    medium.run(medium.clock.sleep_for(10ms));
    return "me&resume=" + std::string(events.at(0).at("resume").as_string());
  };
  const auto soon = lost();
  medium.run(medium.clock.sleep_for(9s));
  EXPECT_TRUE(dial(soon));
  const auto late = lost();
  medium.run(medium.clock.sleep_for(11s));
  EXPECT_THAT(failure_of(medium, medium.dial(*server, {.url = "/ws/call?caller_id=" + late}, medium.soon())).message(), HasSubstr("no call to resume"));
}

TEST_F(ServedGateway, AReloadThatFailsChangesNothing_GTW1) {
  start(stubs + "{stub: {}}\nsessions: {limit: 3}\n");
  for (const auto& text : {stubs + "nobody/x", stubs + "{stub: {}}\nlocale: tlh", "{}" + std::string()})
    EXPECT_THROW(medium.run(gateway->reload(configuration(text), medium.soon())), Error) << text;
  EXPECT_EQ(get("/ready").status, 200);
  EXPECT_THAT(get("/metrics").body, HasSubstr("voice_session_limit 3"));
}

TEST(GatewayReload, SaysWhatNeedsARestart_GTW1) {
  EXPECT_THAT(settings_for_a_restart(configuration("instructions: a"), configuration("instructions: b")), ::testing::IsEmpty());
  EXPECT_THAT(settings_for_a_restart(configuration("{}"), configuration("listen: 127.0.0.1:1\nlog: off\nsessions: {redis: 'redis://x'}\ntracing: off\n")),
              ::testing::ElementsAre("listen", "sessions.redis", "tracing", "log"));
}

TEST_F(ServedGateway, ACallThatBreaksSaysWhyInTheLog_GTW51) {
  start(stubs + "{stub: {}}");
  const auto socket = dial("me");
  play(*socket, say(*socket, "4111 1111 1111 1111 is no JSON"));
  EXPECT_THAT(reported, HasSubstr(R"("event":"call_ended")"));
  EXPECT_THAT(reported, HasSubstr(R"("error":"a text message is one JSON object")"));
  EXPECT_THAT(reported, Not(HasSubstr("4111")));
}

TEST_F(ServedGateway, TellsItsLogOfCallsWithoutPersonalData_GTW33_GTW50) {
  start(stubs + "{stub: {text: Yes.}}\nlog: debug\n");
  const auto socket = dial();
  play(*socket, [](net::WebSocket& line, Clock& clock) -> Task<> {
    co_await be_silent(line, clock, 5s);
    co_await say(line, R"({"type":"text","text":"my card is 4111 1111 1111 1111"})");
    co_await be_silent(line, clock, 5s);
    co_await say(line, R"({"type":"hangup"})");
  }(*socket, medium.clock));
  for (const auto* event : {"call_began", "turn_began", "turn_ended", "call_ended"}) EXPECT_THAT(reported, HasSubstr(event));
  EXPECT_THAT(reported, Not(HasSubstr("4111")));
  EXPECT_THAT(reported, Not(HasSubstr("5550100")));
  EXPECT_THAT(get("/metrics").body, HasSubstr("voice_sessions_total{outcome=\"completed\"} 1"));
}

/// Takes whatever is sent, and keeps it.
class Mailbox final : public net::HttpClient {
 public:
  Task<net::HttpReply> send(net::HttpRequest request, Deadline) override {
    got[request.url] += request.body + "\n";
    co_return net::HttpReply{.status = 200};
  }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest, Deadline) override { throw Error(ErrorKind::unsupported, "not here"); }
  std::map<std::string, std::string> got;  ///< bodies by address
};

/// A gateway whose callers say, and hear, a number that only its operator knows to be somebody's, and go to a person.
struct MaskingGateway : ServedGateway {
  MaskingGateway() {
    client = &mailbox;
    traces = &exporter;
    medium.spawn(exporter.run());
  }
  static std::string with(const std::string& masking) {
    return stubs +
           "{stub: {text: You are K-7654321.}}\nlog: debug\naccess: {tokens: [sesame-sesame-sesame]}\nescalation: {webhook: {url: 'https://desk/calls'}}\n" +
           masking;
  }
  std::string sessions() {
    testing::KeptReply kept;
    const net::ServerRequest request{.method = "GET", .target = "/sessions", .headers = token};
    medium.run(gateway->handle(request, kept));
    return kept.got.body;
  }
  std::unique_ptr<net::WebSocket> call() {
    return medium.run(medium.dial(*server, {.url = "/ws/call?events=1&caller_id=K-1234567", .headers = token}, medium.soon()));
  }
  void talk(net::WebSocket& socket) {
    play(socket, [](net::WebSocket& line, Clock& clock) -> Task<> {
      co_await be_silent(line, clock, 5s);
      co_await say(line, R"({"type":"text","text":"my number is K-7654321"})");
      co_await be_silent(line, clock, 8s);
      co_await say(line, R"({"type":"text","text":"let me speak to a human"})");
      co_await be_silent(line, clock, 20s);
    }(socket, medium.clock));
    medium.run(exporter.flush(Deadline::after(medium.clock, 10s)));
  }
  /// Where that number is told: in log, trace and what a person gets.
  std::map<std::string, std::string> told() {
    return {{"log", reported}, {"trace", mailbox.got["http://collector/v1/traces"]}, {"person", mailbox.got["https://desk/calls"]}};
  }

  const net::Headers token{{"Authorization", "Bearer sesame-sesame-sesame"}};
  const std::string masking = "masking: {custom: {CUSTOMER: 'K-[0-9]{7}'}}\n";
  Mailbox mailbox;
  OtlpExporter exporter{medium.runtime, mailbox, {.url = "http://collector/v1/traces"}};
};

TEST_F(MaskingGateway, PatternsOfItsOperatorAreMaskedWhereverCallsAreToldOf_GTW33) {
  start(with(masking));
  const auto socket = call();
  const auto list = sessions();
  EXPECT_THAT(list, HasSubstr(R"("caller_id":"[CUSTOMER_MASKED]")"));
  EXPECT_THAT(list, Not(HasSubstr("K-1234567")));
  talk(*socket);
  EXPECT_THAT(everything, HasSubstr("You are K-7654321.")) << "who calls hears it";
  for (const auto& [where, text] : told()) {
    EXPECT_THAT(text, HasSubstr("[CUSTOMER_MASKED]")) << where;
    EXPECT_THAT(text, Not(HasSubstr("7654321"))) << where;
  }
  EXPECT_THAT(reported, Not(HasSubstr("1234567")));
}

TEST_F(MaskingGateway, AReloadTakesMasksOver_GTW33) {
  start(with(""));
  const auto before = call();
  EXPECT_THAT(sessions(), HasSubstr("K-1234567"));
  medium.run(gateway->reload(configuration(with(masking)), medium.soon()));
  EXPECT_THAT(sessions(), Not(HasSubstr("K-1234567")));
  reported.clear();
  const auto after = call();
  talk(*after);
  for (const auto& [where, text] : told()) {
    EXPECT_THAT(text, HasSubstr("[CUSTOMER_MASKED]")) << where;
    EXPECT_THAT(text, Not(HasSubstr("7654321"))) << where;
  }
}

TEST_F(MaskingGateway, NumbersOfMasksAreTheOperators_GTW33) {
  start(with("masking: {figures: 7, said_digits: 0}\n"));
  const auto socket = call();
  EXPECT_THAT(sessions(), HasSubstr("K-[DIGITS_MASKED]"));
}

}  // namespace
}  // namespace antiphon::gateway
