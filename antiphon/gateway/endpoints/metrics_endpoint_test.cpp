#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/testing/scripted_dialogue.hpp"
#include "antiphon/net/testing/link.hpp"

namespace antiphon::gateway {
namespace {

using namespace antiphon::net::testing;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

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

  std::unique_ptr<net::WebSocket> dial(std::string query) {
    return medium.run(
        medium.dial(*server, {.url = "/ws/call?caller_id=me" + query, .headers = {{"Authorization", "Bearer a-token-of-somebody"}}}, medium.soon()));
  }
  /// Sends them, hears whatever comes, and hangs up in the end.
  void send(net::WebSocket& socket, const std::vector<net::WsMessage>& messages) {
    try {
      for (const auto& message : messages) medium.run(socket.send(message, medium.soon()));
      medium.run(socket.close(1000, "", medium.soon()));
    } catch (const Error&) {}  // it was cut off within a flood
    medium.run(medium.clock.sleep_for(10s));
  }
  std::string last_line() const { return lines.empty() ? std::string() : lines.back(); }

  OverMemory<VirtualWorld> medium;
  Masker masker;
  std::vector<std::string> lines;
  JsonLog log{masker, {.write = [this](std::string line) { lines.push_back(std::move(line)); }, .time = [] { return "T"; }}};
  Observability observability{medium.clock, 5, {.masker = &masker, .log = &log}};
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

TEST_F(MetricsEndpoint, WhatAClientDoesWrongCountsApartAndIsAWarning_GTW50) {
  serve();
  int faults = 0;
  for (const auto& [message, times] : std::vector<std::pair<net::WsMessage, std::size_t>>{{net::WsMessage::text("{"), 1},
                                                                                          {net::WsMessage::binary("RIFF\x24\x08\x01\x01WAVEfmt "), 1},
                                                                                          {net::WsMessage::binary(std::string(70'000, '\0')), 1},
                                                                                          {net::WsMessage::binary(std::string(32'000, '\0')), 20},
                                                                                          {net::WsMessage::text("{}"), 5000}}) {
    send(*dial("&events=1"), std::vector<net::WsMessage>(times, message));
    EXPECT_THAT(last_line(), AllOf(HasSubstr(R"("level":"warning","event":"call_ended")"), HasSubstr(R"("reason":"error")"), HasSubstr(R"("fault":"client")")));
    EXPECT_THAT(get("/metrics").body, HasSubstr(fmt::format("\nvoice_client_faults_total {}\n", ++faults)));
    EXPECT_THAT(get("/metrics").body, HasSubstr(fmt::format("\nvoice_sessions_total{{outcome=\"error\"}} {}\n", faults)));
  }
  EXPECT_THAT(lines, Each(Not(HasSubstr(R"("level":"error")"))));
}

TEST_F(MetricsEndpoint, WhoSendsNothingButPingsIsAClientsFault_GTW50) {
  serve();
  std::string bytes =
      "GET /ws/call?caller_id=me HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer a-token-of-somebody\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  for (int i = 0; i < 1500; ++i) bytes += std::string{'\x89', '\x80', 0, 0, 0, 0};
  auto [mine, theirs] = net::memory_connection(medium.runtime, {});
  server->adopt(std::move(theirs));
  const auto write = [](net::ByteStream& line, std::string all) -> Task<> {
    try {
      co_await line.write({all});
    } catch (const boost::system::system_error&) {}  // it was cut off in the middle
  };
  medium.run(write(*mine, std::move(bytes)));
  medium.run(medium.clock.sleep_for(10s));
  EXPECT_THAT(last_line(), HasSubstr(R"("fault":"client")"));
  EXPECT_THAT(get("/metrics").body, HasSubstr("\nvoice_client_faults_total 1\n"));
}

TEST_F(MetricsEndpoint, AVoiceOfOursThatBreaksIsNoFaultOfTheClient_GTW50) {
  const auto note = observability.observe("call_1", "websocket");
  note->note(CallBegan{});
  note->note(CallEnded{.why = CallEnd::error, .error = "it broke"});
  EXPECT_THAT(last_line(), AllOf(HasSubstr(R"("level":"error")"), Not(HasSubstr("fault"))));
  EXPECT_THAT(observability.metrics().text(), HasSubstr("\nvoice_client_faults_total 0\n"));
  EXPECT_THAT(observability.metrics().text(), HasSubstr("\nvoice_sessions_total{outcome=\"error\"} 1\n"));
}

TEST_F(MetricsEndpoint, MessagesThatAreIgnoredAreCountedInTheLog_GTW10) {
  serve();
  const auto texts = [](const std::vector<std::string>& all) {
    std::vector<net::WsMessage> messages;
    for (const auto& text : all) messages.push_back(net::WsMessage::text(text));
    return messages;
  };
  send(*dial(""), texts({"hello?", R"({"type":"dtmf","digits":"1"})"}));
  EXPECT_THAT(last_line(), AllOf(HasSubstr(R"("level":"info","event":"call_ended")"), HasSubstr(R"("ignored_messages":2)")));
  send(*dial("&events=1"), texts({"{}", R"({"type":"nix"})", R"({"type":"dtmf","digits":1})", R"({"type":"dtmf","digits":"x"})",
                                  R"({"type":"text","text":" "})", R"({"type":"played"})", R"({"type":"played","turn":1,"ms":20})"}));
  EXPECT_THAT(last_line(), HasSubstr(R"("ignored_messages":6)"));
  send(*dial("&events=1"), {});
  EXPECT_THAT(last_line(), AllOf(HasSubstr("call_ended"), Not(HasSubstr("ignored_messages"))));
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
