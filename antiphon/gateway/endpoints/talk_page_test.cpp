#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gateway/endpoints/call_address.hpp"
#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/endpoints/talk_page.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/net/testing/link.hpp"

namespace antiphon::gateway {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(TalkPage, IsOnePageThatLoadsNothingFromElsewhere_GTW12) {
  const auto page = talk_page({.method = "GET", .target = "/?locale=fr-FR"});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_THAT(net::find_header(page->headers, "content-type").value_or(""), StartsWith("text/html"));
  EXPECT_EQ(net::find_header(page->headers, "content-security-policy"), "frame-ancestors 'none'");
  EXPECT_THAT(page->body, HasSubstr("default-src 'none'; script-src 'self' 'sha256-"));
  for (const auto* foreign : {"src=\"http", "href=\"http", "url(http", "@import"}) EXPECT_THAT(page->body, Not(HasSubstr(foreign)));
  EXPECT_THAT(net::find_header(talk_page({.method = "GET", .target = "/talk-audio.js"})->headers, "content-type").value_or(""), StartsWith("text/javascript"));
}

TEST(TalkPage, IsReadAndNothingElse_GTW12) {
  EXPECT_EQ(talk_page({.method = "POST", .target = "/"})->status, 405);
  EXPECT_EQ(talk_page({.method = "HEAD", .target = "/"})->body, "");
  EXPECT_FALSE(talk_page({.method = "GET", .target = "/talk"}));
  EXPECT_FALSE(talk_page({.method = "GET", .target = "/favicon.ico"}));
}

struct TalkAddress : ::testing::Test {
  void serve(CallServerSettings settings) {
    settings.wall_time = [this] { return now; };
    calls.emplace(world.runtime, std::move(settings), [](const CallRequest&) -> CallParts { throw Error(ErrorKind::unavailable, "nobody answers here"); });
  }
  net::HttpReply ask(std::string query, net::Headers headers = {}, std::string method = "POST") {
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
    const net::ServerRequest request{.method = std::move(method), .target = "/ws/call/address" + std::move(query), .headers = std::move(headers)};
    world.run(calls->handle(request, kept));
    return kept.got;
  }
  static std::string address(const net::HttpReply& reply) { return std::string(json::parse(reply.body).at("address").as_string()); }
  /// What a WebSocket there is answered: 503 once nobody answers, 401 where it may not call.
  int dial(std::string target) {
    struct Kept final : net::ServerReply {
      Task<> reply(net::HttpReply given) override {
        status = given.status;
        co_return;
      }
      Task<> begin(int, net::Headers) override { co_return; }
      Task<> write(std::string) override { co_return; }
      void abort() override {}
      int status = 0;
    } kept;
    const net::ServerRequest request{
        .method = "GET",
        .target = "/" + std::move(target),
        .headers = {{"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}};
    world.run(calls->handle(request, kept));
    return kept.status;
  }

  VirtualWorld world;
  Access::WallTime now{std::chrono::seconds(1'800'000'000)};
  std::optional<CallServer> calls;
};

TEST_F(TalkAddress, IsThePlainOneWhereEverybodyMayCall_GTW13) {
  serve({});
  EXPECT_EQ(address(ask("?caller_id=me&events=1")), "ws/call?caller_id=me&events=1");
}

TEST_F(TalkAddress, IsSignedForAMinuteForWhoHasAToken_GTW13) {
  serve({.access = {.tokens = {"sesame-sesame-sesame"}}});
  EXPECT_EQ(ask("?caller_id=me").status, 401);
  const auto signed_one = address(ask("?caller_id=me", {{"Authorization", "Bearer sesame-sesame-sesame"}}));
  EXPECT_EQ(dial("ws/call?caller_id=me"), 401);
  EXPECT_EQ(dial(signed_one), 503) << "welcome, but nobody answers in this test";
  EXPECT_EQ(dial(signed_one + "0"), 401);
  now += std::chrono::seconds(61);
  EXPECT_EQ(dial(signed_one), 401);
}

TEST_F(TalkAddress, KeysOfTwoGatewaysDiffer_GTW13) {
  const auto one = able_to_sign({.tokens = {"t"}}), other = able_to_sign({.tokens = {"t"}});
  EXPECT_EQ(one.signing_key.size(), 64U);
  EXPECT_NE(one.signing_key, other.signing_key);
  EXPECT_EQ(able_to_sign({}).signing_key, "") << "nothing is to be signed";
  EXPECT_EQ(able_to_sign({.tokens = {"t"}, .signing_key = "0123456789abcdef"}).signing_key, "0123456789abcdef");
}

TEST_F(TalkAddress, SaysWhyThereIsNone_GTW13) {
  serve({.most_calls = 0});
  EXPECT_EQ(ask("").status, 400);
  EXPECT_EQ(ask("?caller_id=me", {}, "GET").status, 405);
  EXPECT_EQ(ask("?caller_id=me", {{"Origin", "https://elsewhere.example"}, {"Host", "here.example"}}).status, 403);
  const auto full = ask("?caller_id=me");
  EXPECT_EQ(full.status, 503);
  EXPECT_THAT(full.body, HasSubstr("all lines are busy"));
  EXPECT_EQ(net::find_header(full.headers, "retry-after"), "5");
}

}  // namespace
}  // namespace antiphon::gateway
