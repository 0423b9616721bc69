#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gateway/call/call_session.hpp"
#include "antiphon/gateway/dialogue/model_dialogue.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"
#include "antiphon/gateway/observe/observability.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/gateway/testing/scripted_model.hpp"
#include "antiphon/gateway/tools/function_tool.hpp"
#include "antiphon/net/testing/link.hpp"

/// Whole calls in virtual time, as operators see them.
namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Line;
using ::testing::Not;
using testing::PlayedCaller;
using testing::ScriptedModel;

Task<json::value> fails(ToolInvocation, Deadline) {
  throw Error(ErrorKind::invalid_input, "no order of jane.doe@shop.example");
  co_return nullptr;
}

/// Keeps what was posted to it in memory; answers as a test says.
class Collector final : public net::HttpClient {
 public:
  Task<net::HttpReply> send(net::HttpRequest request, Deadline) override {
    requests.push_back(std::move(request));
    if (statuses.empty()) co_return net::HttpReply{.status = 200};
    const auto status = statuses.front();
    statuses.pop_front();
    if (status == 0) throw Error(ErrorKind::refused, "nobody listens");
    co_return net::HttpReply{.status = status};
  }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest, Deadline) override { throw Error(ErrorKind::unsupported, "not here"); }

  json::array spans() const {
    json::array all;
    for (const auto& request : requests) {
      const auto body = json::parse(request.body);
      for (const auto& span : body.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").as_array()) all.push_back(span);
    }
    return all;
  }

  std::vector<net::HttpRequest> requests;
  std::deque<int> statuses;  ///< of the next answers, 0 being none; then 200
};

struct ObservedCall : ::testing::Test {
  void SetUp() override {
    tools.add(function_tool({.tool = {.name = "order_status", .description = "Looks it up."}}, fails));
    world.run(tools.start(Deadline::never()));
    world.spawn(exporter.run());
    observability.metrics().expect_tools({"order_status"});
  }
  CallEnd play(Task<> acts, std::vector<Line> script) {
    const auto model = std::make_shared<ScriptedModel>(world.clock, std::move(script));
    CallSettings settings;
    if (mute) settings.speech.voices.push_back({stub_voice(world.runtime, {.fail = {.rate = 1}})});
    settings.speech.voices.push_back({stub_voice(world.runtime, {})});
    settings.observer = observability.observe("call_1", "websocket");
    std::vector<std::shared_ptr<LanguageModel>> models{model};
    if (broken) models.insert(models.begin(), broken);
    ModelDialogue dialogue(world.runtime, {.models = models, .tools = &tools, .escalator = &queue, .masker = &masker}, built_in_policy()->find("en-US").rules);
    CallSession session(world.runtime, caller, *ear, dialogue, {.id = "call_1", .caller_id = "+1 415 555 0132"}, std::move(settings));
    world.spawn(std::move(acts));
    const auto end = world.run(session.run());
    world.run(exporter.flush(Deadline::after(world.clock, 10s)));
    return end;
  }
  /// Asks for an order by card, interrupts the answer, coughs over the next, wants a person.
  CallEnd play_all() {
    return play(
        [](PlayedCaller& self) -> Task<> {
          co_await self.be_silent(5s);
          co_await self.speak(1s);
          co_await self.be_silent(3s);
          co_await self.speak(1s);
          co_await self.be_silent(12s);
          self.put(CallerText{"let me speak to a human"});
          co_await self.be_silent(20s);
        }(caller),
        {{.calls = {{.id = "c", .name = "order_status", .arguments = R"({"card":"4111 1111 1111 1111"})"}}},
         {.text = "I did not find an order for that card. Please tell me the number of your order, which begins with two letters."},
         {.text = "Thank you."},
         {.text = "Wants a person."}});
  }
  std::vector<std::string> names(const json::array& spans, const std::string& parent) const {
    std::vector<std::string> all;
    for (const auto& span : spans) {
      const auto* its = span.as_object().if_contains("parentSpanId");
      if ((its ? std::string(its->as_string()) : "") == parent) all.emplace_back(span.at("name").as_string());
    }
    return all;
  }
  static std::string id(const json::value& span) { return std::string(span.at("spanId").as_string()); }
  static const json::value& named(const json::array& spans, std::string_view name, std::size_t which = 0) {
    for (const auto& span : spans)
      if (span.at("name").as_string() == name && which-- == 0) return span;
    throw std::out_of_range("there is no span " + std::string(name));
  }
  static std::int64_t nanos(const json::value& span, const char* which) { return std::stoll(std::string(span.at(which).as_string())); }

  net::testing::VirtualWorld world;
  PlayedCaller caller{world.clock};
  std::unique_ptr<SpeechToText> ear = stub_ear(world.runtime, {.text = "look for my card 4111 1111 1111 1111"});
  ToolRouter tools{world.runtime};
  EscalationQueue queue;
  std::shared_ptr<LanguageModel> broken;  ///< stands before the model of the script
  bool mute = false;                      ///< the first voice is
  Masker masker;
  Collector collector;
  OtlpExporter exporter{world.runtime, collector, {.url = "http://collector/v1/traces", .headers = {{"x-key", "k"}}}};
  std::vector<std::string> lines;
  JsonLog log{masker, {.least = LogLevel::debug, .write = [this](std::string line) { lines.push_back(std::move(line)); }, .time = [] { return "T"; }}};
  static constexpr std::chrono::system_clock::time_point wall{std::chrono::seconds(1'700'000'000)};
  Observability observability{world.clock, 7, {.masker = &masker, .log = &log, .traces = &exporter, .seed = 3, .wall_time = [] { return wall; }}};
};

TEST_F(ObservedCall, MakesTheCountsThatItShould_GTW50) {
  EXPECT_EQ(play_all(), CallEnd::escalated);
  const auto text = observability.metrics().text();
  const auto has = [&](std::string_view line) { EXPECT_THAT(text, HasSubstr("\n" + std::string(line) + "\n")); };
  has("voice_turn_latency_ms_count 2");  // the third turn was answered by the goodbye
  has("voice_asr_latency_ms_count 2");
  has(R"(voice_asr_latency_ms_bucket{le="200"} 0)");  // 300 ms, and at most a frame
  has(R"(voice_asr_latency_ms_bucket{le="400"} 2)");
  has("voice_llm_latency_ms_count 3");
  has("voice_barge_ins_total 1");
  has("voice_false_barge_ins_total 0");
  has(R"(voice_tool_calls_total{tool_name="order_status"} 1)");
  has(R"(voice_tool_failures_total{tool_name="order_status"} 1)");
  has(R"(voice_tool_failures_total{tool_name="unknown"} 0)");
  has(R"(voice_escalations_total{reason="human_requested"} 1)");
  has(R"(voice_sessions_total{outcome="escalated"} 1)");
  has("voice_active_sessions 0");
  has("voice_session_limit 7");
  EXPECT_THAT(text, Not(HasSubstr("asr_lag_ms_count 0")));
  EXPECT_THAT(text, Not(HasSubstr("4111")));
}

TEST_F(ObservedCall, IsOneTraceWithItsTurnsAndTheirStages_GTW51) {
  play_all();
  ASSERT_EQ(collector.requests.size(), 1U);
  EXPECT_EQ(collector.requests[0].url, "http://collector/v1/traces");
  EXPECT_THAT(collector.requests[0].headers, Contains(std::pair<std::string, std::string>("x-key", "k")));
  const auto spans = collector.spans();
  const auto& session = named(spans, "voice_session");
  EXPECT_THAT(names(spans, ""), ElementsAre("voice_session"));
  EXPECT_EQ(std::ranges::count(names(spans, id(session)), "turn"), 3);
  const auto first = names(spans, id(named(spans, "turn")));
  for (const auto* stage : {"asr", "llm_call", "tool_order_status", "llm_tool_response", "tts", "first_audio"}) EXPECT_THAT(first, Contains(stage));
  for (const auto& span : spans) EXPECT_EQ(span.at("traceId"), session.at("traceId"));
}

TEST_F(ObservedCall, ItsSpansLieWhereTheWorkWasDone_GTW51) {
  play_all();
  const auto spans = collector.spans();
  const auto& turn = named(spans, "turn");
  const auto& asr = named(spans, "asr");
  EXPECT_EQ(nanos(named(spans, "voice_session"), "startTimeUnixNano"), 1'700'000'000'000'000'000);
  EXPECT_EQ(nanos(turn, "startTimeUnixNano"), nanos(asr, "startTimeUnixNano"));
  EXPECT_NEAR(static_cast<double>(nanos(asr, "endTimeUnixNano") - nanos(asr, "startTimeUnixNano")), 300e6, 2e6) << "from the last loud sample";
  const auto& model = named(spans, "llm_call");
  EXPECT_GE(nanos(model, "startTimeUnixNano"), nanos(asr, "endTimeUnixNano"));
  EXPECT_EQ(nanos(model, "endTimeUnixNano") - nanos(model, "startTimeUnixNano"), 200'000'000) << "the first token of the script";
  const auto& heard = named(spans, "first_audio");
  EXPECT_EQ(nanos(heard, "startTimeUnixNano"), nanos(turn, "startTimeUnixNano"));
  for (const auto& span : spans) EXPECT_LE(nanos(span, "startTimeUnixNano"), nanos(span, "endTimeUnixNano")) << json::serialize(span);
}

TEST_F(ObservedCall, NeitherTraceNorLogHoldsPersonalData_GTW33) {
  play_all();
  std::string all;
  for (const auto& request : collector.requests) all += request.body;
  for (const auto& line : lines) all += line;
  EXPECT_THAT(all, HasSubstr("[CARD_MASKED]"));
  for (const auto* secret : {"4111", "jane.doe", "555 0132"}) EXPECT_THAT(all, Not(HasSubstr(secret)));
}

TEST_F(ObservedCall, ItsLogIsLinesOfJsonWithItsId_GTW51) {
  play_all();
  std::vector<std::string> events;
  for (const auto& line : lines) {
    const auto object = json::parse(line).as_object();
    EXPECT_EQ(object.at("call_id").as_string(), "call_1") << line;
    EXPECT_EQ(object.at("time").as_string(), "T");
    events.emplace_back(object.at("event").as_string());
  }
  EXPECT_EQ(events.front(), "call_began");
  EXPECT_EQ(events.back(), "call_ended");
  for (const auto* event : {"turn_began", "tool_failed", "model_answered", "sentence_spoken", "barge_in", "turn_ended", "call_escalated"})
    EXPECT_THAT(events, Contains(event));
}

TEST_F(ObservedCall, ACoughIsABargeInThatWasTakenBack_GTW50) {
  ear = stub_ear(world.runtime, {.text = ""});
  play(
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(500ms);
        co_await self.speak(300ms);
        co_await self.be_silent(8s);
        self.hang_up();
      }(caller),
      {{.text = "Never said."}});
  const auto text = observability.metrics().text();
  EXPECT_THAT(text, HasSubstr("\nvoice_barge_ins_total 1\n"));
  EXPECT_THAT(text, HasSubstr("\nvoice_false_barge_ins_total 1\n"));
  EXPECT_THAT(text, HasSubstr("outcome=\"completed\"} 1\n"));
}

TEST_F(ObservedCall, AProviderThatAnotherStandsInForIsTold_GTW50) {
  broken =
      std::make_shared<ScriptedModel>(world.clock, std::vector<Line>{{.fails = Error(ErrorKind::rate_limited, "429 of jane.doe@shop.example")}}, "acme/one");
  mute = true;
  play(
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(8s);
        self.put(CallerText{"hello"});
        co_await self.be_silent(8s);
        self.hang_up();
      }(caller),
      {{.text = "Good morning."}});
  const auto line_of = [&](std::string_view event) {
    for (const auto& line : lines)
      if (line.find(event) != std::string::npos && line.find("stood_in_for") != std::string::npos) return line;
    return std::string();
  };
  EXPECT_THAT(line_of("model_failed"), ::testing::AllOf(HasSubstr("acme/one"), HasSubstr("429 of [EMAIL_MASKED]"), HasSubstr("\"turn\":1")));
  EXPECT_THAT(line_of("provider_failed"), HasSubstr("\"stage\":\"tts\""));
  EXPECT_THAT(observability.metrics().text(), HasSubstr(R"(voice_provider_failures_total{stage="dialogue"} 0)"));
  EXPECT_THAT(observability.metrics().text(), HasSubstr(R"(voice_provider_failures_total{stage="tts"} 0)"));
  EXPECT_THAT(lines, Contains(HasSubstr("Good morning.")));
}

TEST_F(ObservedCall, WhereTheModelFailsTheSpanSaysSo_GTW51) {
  play(
      [](PlayedCaller& self) -> Task<> {
        co_await self.be_silent(5s);
        self.put(CallerText{"hello"});
        co_await self.be_silent(8s);
        self.hang_up();
      }(caller),
      {{.fails = Error(ErrorKind::unavailable, "503 of jane.doe@shop.example")}});
  const auto spans = collector.spans();
  const auto& model = named(spans, "llm_call");
  EXPECT_EQ(model.at("status").at("code").as_int64(), 2);
  EXPECT_THAT(std::string(model.at("status").at("message").as_string()), HasSubstr("[EMAIL_MASKED]"));
  EXPECT_THAT(observability.metrics().text(), HasSubstr(R"(voice_provider_failures_total{stage="dialogue"} 1)"));
}

}  // namespace
}  // namespace antiphon::gateway
