#include "antiphon/gateway/tracing/otlp_exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

trace::FinishedTrace one_span(const Clock& clock, std::string name) {
  const auto recorder = std::make_shared<trace::Recorder>(clock, trace::TraceId{1, 2}, RandomStream(1));
  recorder->begin(std::move(name)).set("n", 3).set("half", 0.5).set("yes", true).set("text", "é");
  recorder->close();
  return {recorder, std::chrono::system_clock::time_point(5s)};
}

/// A server in memory: answers with `statuses` in turn, then 200; 0 is no answer.
class Collector final : public net::HttpClient {
 public:
  explicit Collector(Clock& clock) : clock_(clock) {}
  Task<net::HttpReply> send(net::HttpRequest request, Deadline) override {
    came.push_back(clock_.now());
    bodies.push_back(std::move(request.body));
    const auto status = statuses.empty() ? 200 : statuses.front();
    if (!statuses.empty()) statuses.pop_front();
    if (status == 0) throw Error(ErrorKind::refused, "nobody listens");
    co_return net::HttpReply{.status = status, .headers = headers};
  }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest, Deadline) override { throw Error(ErrorKind::unsupported, "not here"); }

  std::vector<Clock::Time> came;
  std::vector<std::string> bodies;
  std::deque<int> statuses;
  net::Headers headers;

 private:
  Clock& clock_;
};

struct Exporter : ::testing::Test {
  OtlpExporter& start(OtlpSettings settings = {}) {
    settings.url = "http://collector/v1/traces";
    settings.on_failure = [this](std::string why) { failures.push_back(std::move(why)); };
    exporter.emplace(world.runtime, collector, std::move(settings));
    world.spawn(exporter->run());
    return *exporter;
  }
  void wait(Duration length) { world.run(world.clock.sleep_for(length)); }

  net::testing::VirtualWorld world;
  Collector collector{world.clock};
  std::vector<std::string> failures;
  std::optional<OtlpExporter> exporter;
};

TEST_F(Exporter, GathersTracesForAWhile_GTW51) {
  auto& traces = start();
  traces.add(one_span(world.clock, "one"));
  wait(1s);
  traces.add(one_span(world.clock, "two"));
  EXPECT_TRUE(collector.bodies.empty());
  wait(2s);
  ASSERT_EQ(collector.bodies.size(), 1U);
  EXPECT_THAT(collector.bodies[0], HasSubstr("\"one\""));
  EXPECT_THAT(collector.bodies[0], HasSubstr("\"two\""));
  EXPECT_EQ(traces.sent(), 2U);
}

TEST_F(Exporter, AFullBatchDoesNotWait_GTW51) {
  auto& traces = start({.batch = 2});
  for (int i = 0; i < 4; ++i) traces.add(one_span(world.clock, "s"));
  wait(1ms);
  EXPECT_EQ(traces.sent(), 4U);
  EXPECT_EQ(collector.bodies.size(), 2U);
}

TEST_F(Exporter, TriesAgainWhatMayPassAndLongerEachTime_GTW51) {
  collector.statuses = {503, 0, 429};
  auto& traces = start();
  traces.add(one_span(world.clock, "s"));
  wait(60s);
  EXPECT_EQ(traces.sent(), 1U);
  EXPECT_THAT(collector.came, ElementsAre(2s, 3s, 5s, 9s));
  EXPECT_TRUE(failures.empty());
}

TEST_F(Exporter, WaitsAsLongAsTheServerSays_GTW51) {
  collector.statuses = {429};
  collector.headers = {{"Retry-After", "20"}};
  start().add(one_span(world.clock, "s"));
  wait(60s);
  EXPECT_THAT(collector.came, ElementsAre(2s, 22s));
}

TEST_F(Exporter, GivesUpWhatIsRefusedForGoodAndSaysSo_GTW51) {
  collector.statuses = {401};
  auto& traces = start();
  traces.add(one_span(world.clock, "s"));
  wait(60s);
  EXPECT_EQ(collector.came.size(), 1U);
  EXPECT_EQ(traces.dropped(), 1U);
  EXPECT_THAT(failures, ElementsAre("traces of 1 calls are lost: http://collector/v1/traces answered 401"));
}

TEST_F(Exporter, AServerThatIsAwayCostsNoMoreThanItsQueue_GTW51) {
  collector.statuses = {0, 0, 0, 0, 0};
  auto& traces = start({.most_waiting = 3, .batch = 1});
  for (int i = 0; i < 10; ++i) traces.add(one_span(world.clock, "s"));
  EXPECT_EQ(traces.dropped(), 7U);
  wait(120s);
  EXPECT_EQ(traces.dropped(), 8U) << "the batch that was tried five times";
  EXPECT_EQ(traces.sent(), 2U);
}

TEST_F(Exporter, IsFlushedAtTheEndAndWaitsNoLongerThanItMay_GTW51) {
  auto& traces = start();
  traces.add(one_span(world.clock, "s"));
  world.run(traces.flush(Deadline::after(world.clock, 5s)));
  EXPECT_EQ(traces.sent(), 1U);
  EXPECT_EQ(world.clock.now(), 0s);
  collector.statuses = {0, 0, 0, 0, 0};
  traces.add(one_span(world.clock, "s"));
  world.run(traces.flush(Deadline::after(world.clock, 5s)));
  EXPECT_EQ(world.clock.now(), 5s);
}

TEST(ExporterOnALine, SendsWhatAReceiverOfOtlpReads_GTW51) {
  net::testing::World world;
  std::optional<net::ServerRequest> got;
  net::testing::Served receiver(world, [&got](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> {
    got = request;
    co_await reply.reply({200, {{"Content-Type", "application/json"}}, "{}"});
  });
  const auto client = net::make_http_client(world.runtime, {.use_proxy_from_environment = false});
  OtlpExporter exporter(world.runtime, *client, {.url = receiver.url("/v1/traces"), .headers = {{"Authorization", "Basic eA=="}}});
  world.spawn(exporter.run());
  exporter.add(one_span(world.clock, "voice_session"));
  world.run(exporter.flush(world.soon()));

  ASSERT_TRUE(got);
  EXPECT_EQ(got->method, "POST");
  EXPECT_EQ(got->path(), "/v1/traces");
  EXPECT_EQ(net::find_header(got->headers, "content-type"), "application/json");
  EXPECT_EQ(net::find_header(got->headers, "authorization"), "Basic eA==");
  const auto body = json::parse(got->body);
  const auto& resource = body.at("resourceSpans").at(0);
  EXPECT_EQ(resource.at("resource").at("attributes").at(0).at("value").at("stringValue").as_string(), "antiphon-gateway");
  const auto& span = resource.at("scopeSpans").at(0).at("spans").at(0).as_object();
  EXPECT_EQ(span.at("traceId").as_string(), "00000000000000010000000000000002");
  EXPECT_EQ(span.at("name").as_string(), "voice_session");
  EXPECT_THAT(std::string(span.at("startTimeUnixNano").as_string()), StartsWith("500")) << "5 s and a few microseconds, in nanoseconds";
  EXPECT_EQ(span.at("startTimeUnixNano").as_string().size(), 10U);
  EXPECT_EQ(span.if_contains("parentSpanId"), nullptr);
  EXPECT_EQ(json::serialize(span.at("attributes")),
            R"([{"key":"n","value":{"intValue":"3"}},{"key":"half","value":{"doubleValue":5E-1}},{"key":"yes","value":{"boolValue":true}},)"
            R"({"key":"text","value":{"stringValue":"é"}}])");
}

// --- Where to -----------------------------------------------------------------------------------------------------------------------------------

std::optional<OtlpSettings> settings_of(std::map<std::string, std::string, std::less<>> environment) {
  return otlp_settings_from([environment](std::string_view name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  });
}
std::string mistake_of(std::map<std::string, std::string, std::less<>> environment) {
  try {
    settings_of(std::move(environment));
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

TEST(OtlpSettings, WithoutAnAddressNothingIsSent_GTW51) { EXPECT_FALSE(settings_of({{"OTEL_SERVICE_NAME", "x"}, {"OTEL_EXPORTER_OTLP_ENDPOINT", ""}})); }

TEST(OtlpSettings, KnowTheStandardNames_GTW51) {
  const auto base = settings_of({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/"},
                                 {"OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20b, x-team = voice"},
                                 {"OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=prod"},
                                 {"OTEL_SERVICE_NAME", "desk"}});
  ASSERT_TRUE(base);
  EXPECT_EQ(base->url, "http://collector:4318/v1/traces");
  EXPECT_THAT(base->headers, ElementsAre(Pair("x-key", "a b"), Pair("x-team", "voice")));
  EXPECT_EQ(base->resource.at("service.name").as_string(), "desk");
  EXPECT_EQ(base->resource.at("deployment.environment").as_string(), "prod");
  EXPECT_EQ(settings_of({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"}, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b/otlp"}})->url, "http://b/otlp");
}

TEST(OtlpSettings, KnowLangfuse_GTW51) {
  const auto cloud = settings_of({{"LANGFUSE_PUBLIC_KEY", "pk"}, {"LANGFUSE_SECRET_KEY", "sk"}});
  ASSERT_TRUE(cloud);
  EXPECT_EQ(cloud->url, "https://cloud.langfuse.com/api/public/otel/v1/traces");
  EXPECT_THAT(cloud->headers, ElementsAre(Pair("Authorization", "Basic cGs6c2s=")));
  EXPECT_EQ(settings_of({{"LANGFUSE_PUBLIC_KEY", "pk"}, {"LANGFUSE_SECRET_KEY", "sk"}, {"LANGFUSE_HOST", "http://own:3000/"}})->url,
            "http://own:3000/api/public/otel/v1/traces");
}

TEST(OtlpSettings, MistakesNameTheVariableAndNoKey_GTW51) {
  EXPECT_EQ(mistake_of({{"OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"}}), "OTEL_EXPORTER_OTLP_ENDPOINT is no address");
  EXPECT_EQ(mistake_of({{"LANGFUSE_PUBLIC_KEY", "pk"}}), "LANGFUSE_SECRET_KEY is not set, though the other key is");
  EXPECT_EQ(mistake_of({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"}, {"OTEL_EXPORTER_OTLP_HEADERS", "sk-secret"}}),
            "OTEL_EXPORTER_OTLP_HEADERS is no list of pairs");
}

}  // namespace
}  // namespace antiphon::gateway
