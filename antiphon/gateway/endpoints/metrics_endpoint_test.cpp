#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/testing/scripted_dialogue.hpp"
#include "antiphon/net/testing/link.hpp"

namespace antiphon::gateway {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;

struct MetricsEndpoint : ::testing::Test {
  void SetUp() override {
    settings.observability = &observability;
    settings.access.tokens = {"a-token-of-somebody"};
  }
  void serve() {
    calls.emplace(medium.runtime, settings, [this](const CallRequest&) {
      CallParts parts{.recogniser = stub_ear(medium.runtime, {}), .dialogue = std::make_shared<testing::ShortDialogue>()};
      parts.settings.speech.voices = {{stub_voice(medium.runtime, {})}};
      return parts;
    });
    server = medium.listen({}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return calls->handle(request, reply); });
    medium.spawn(server->serve());
  }
  net::HttpReply get(std::string path, std::string method = "GET") {
    struct Kept final : net::ServerReply {
      Task<> reply(net::HttpReply given) override {
        got = std::move(given);
        co_return;
      }
      Task<> begin(int, net::Headers) override { co_return; }
      Task<> write(std::string) override { co_return; }
      void abort() override {}
      net::HttpReply got;
    } kept;
    medium.run(calls->handle({.method = std::move(method), .target = std::move(path)}, kept));
    return kept.got;
  }

  OverMemory<VirtualWorld> medium;
  Observability observability{medium.clock, 5};
  CallServerSettings settings;
  std::optional<CallServer> calls;
  std::unique_ptr<net::HttpServer> server;
};

TEST_F(MetricsEndpoint, TellsPrometheusWhatGoesOn_GTW50) {
  serve();
  const auto socket = medium.run(
      medium.dial(*server, {.url = "/ws/call?caller_id=%2B14155550132&events=1", .headers = {{"Authorization", "Bearer a-token-of-somebody"}}}, medium.soon()));
  medium.run(socket->receive(medium.soon()));
  medium.run(medium.clock.sleep_for(1s));
  const auto during = get("/metrics");
  EXPECT_EQ(during.status, 200);
  EXPECT_EQ(net::find_header(during.headers, "content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(during.body, HasSubstr("\nvoice_active_sessions 1\n"));
  medium.run(socket->close(1000, "", medium.soon()));
  medium.run(medium.clock.sleep_for(10s));
  const auto after = get("/metrics").body;
  EXPECT_THAT(after, HasSubstr("\nvoice_active_sessions 0\n"));
  EXPECT_THAT(after, HasSubstr("\nvoice_sessions_total{outcome=\"completed\"} 1\n"));
  EXPECT_EQ(after.find("415555"), std::string::npos);
}

TEST_F(MetricsEndpoint, CountsCallsThatWereRefused_GTW50) {
  serve();
  failure_of(medium, medium.dial(*server, {.url = "/ws/call?caller_id=me"}, medium.soon()));
  EXPECT_THAT(get("/metrics").body, HasSubstr("\nvoice_sessions_refused_total{reason=\"access\"} 1\n"));
  EXPECT_THAT(get("/metrics").body, HasSubstr("\nvoice_active_sessions 0\n"));
}

TEST_F(MetricsEndpoint, WhatOnlyTellsIsReadAndNothingElse_GTW12) {
  serve();
  for (const auto* path : {"/health", "/ready", "/metrics"}) {
    for (const auto* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
      const auto refused = get(path, method);
      EXPECT_EQ(refused.status, 405) << method << " " << path;
      EXPECT_EQ(net::find_header(refused.headers, "allow"), "GET, HEAD") << method << " " << path;
    }
    EXPECT_EQ(get(path, "HEAD").status, 200) << path;
  }
}

TEST_F(MetricsEndpoint, IsNotThereWhereNobodyObserves_GTW50) {
  settings.observability = nullptr;
  serve();
  EXPECT_EQ(get("/metrics").status, 404);
}

}  // namespace
}  // namespace antiphon::gateway
