#include "antiphon/gym/conformance/conformance.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gym/testing/handler_http.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/protocol/layercode/javascript_json.hpp"
#include "antiphon/protocol/layercode/reply_events.hpp"
#include "antiphon/protocol/layercode/signature.hpp"

namespace antiphon::gym {
namespace {

using namespace std::chrono_literals;
using layercode::SignatureVerdict;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t now = 1'767'225'600;

/// A backend that keeps to everything, unless a test takes something away.
struct Backend {
  explicit Backend(Clock& its_clock) : clock(its_clock) {}

  // What it gets wrong.
  bool checks_signatures = true, checks_age = true, checks_over_its_own_json = false, ends = true, echoes = true, greets = true, survives_a_cut = true,
       throws_on_unknown = false;
  bool remembers_duplicates = true, refuses_duplicates = false, needs_turn_everywhere = false, hangs_on_message = false, never_ends = false,
       knows_another_secret = false;

  Clock& clock;
  std::map<std::string, int> orders{};
  int booked = 0;
  bool broken = false;

  Task<> handle(const net::ServerRequest& request, net::ServerReply& reply) {
    if (!is_signed(request)) co_return co_await reply.reply({401, {}, "no"});
    std::optional<layercode::Webhook> hook;
    try {
      hook = layercode::read_webhook(request.body);
    } catch (const Error&) {}
    if (!hook || broken) co_return co_await reply.reply({hook ? 500 : 400, {}, "bad"});
    const auto type = layercode::type_of(hook->event);
    if (throws_on_unknown && std::holds_alternative<layercode::UnknownEvent>(hook->event)) co_return co_await reply.reply({500, {}, "bad"});
    if (needs_turn_everywhere && layercode::turn_of(hook->event).empty()) co_return co_await reply.reply({422, {}, "turn_id is missing"});
    if (type == "message" || (type == "session.start" && greets)) co_return co_await answer(*hook, reply);
    co_await reply.reply({200, {}, ""});
  }

 private:
  bool is_signed(const net::ServerRequest& request) const {
    if (!checks_signatures) return true;
    const auto header = net::find_header(request.headers, layercode::signature_header).value_or("");
    auto body = request.body;
    if (checks_over_its_own_json)
      if (const auto parsed = try_parse_json(body)) body = layercode::javascript_json(*parsed);
    return layercode::check_signature(header, knows_another_secret ? "other" : "secret", body, now, checks_age ? 300s : 86400s) == SignatureVerdict::good;
  }

  Task<> answer(const layercode::Webhook& hook, net::ServerReply& reply) {
    const auto turn = layercode::turn_of(hook.event);
    if (refuses_duplicates && orders.contains(turn)) co_return co_await reply.reply({409, {}, "again?"});
    if (hangs_on_message && layercode::type_of(hook.event) == "message") co_await clock.sleep_for(1h);
    if (!orders.contains(turn) || !remembers_duplicates) orders[turn] = ++booked;
    co_await reply.begin(200, {{"Content-Type", "text/event-stream"}});
    bool cut = false;
    try {
      co_await reply.write(layercode::write_reply_event(layercode::ReplySpeech{"Order " + std::to_string(orders[turn]), echoes ? turn : "turn-0"}));
      co_await clock.sleep_for(10ms);
      while (never_ends) {
        co_await reply.write(layercode::write_reply_event(layercode::ReplySpeech{"and ", turn}));
        co_await clock.sleep_for(700ms);
      }
      if (ends) co_await reply.write(layercode::write_reply_event(layercode::ReplyEnd{echoes ? turn : "turn-0"}));
    } catch (const Error&) {
      cut = true;
    }
    if (cut && !survives_a_cut) broken = true;
  }
};

ConformanceReport report_on(const std::function<void(Backend&)>& spoil, std::function<void(const Finding&)> on_finding = {}) {
  net::testing::VirtualWorld world;
  Backend backend(world.clock);
  spoil(backend);
  testing::HandlerHttp http(world.runtime, [&](const net::ServerRequest& request, net::ServerReply& reply) { return backend.handle(request, reply); });
  auto report = world.run(check_backend(world.runtime, http,
                                        {.url = "http://backend/api/agent",
                                         .secret = "secret",
                                         .wall_time = [] { return std::chrono::system_clock::time_point(std::chrono::seconds(now)); },
                                         .conversation_id = "c",
                                         .on_finding = std::move(on_finding)}));
  return report;
}

std::vector<std::string> of(const ConformanceReport& report, Finding::Verdict verdict) {
  std::vector<std::string> ids;
  for (const auto& finding : report.findings)
    if (finding.verdict == verdict) ids.push_back(finding.id);
  return ids;
}
std::vector<std::string> failures(const std::function<void(Backend&)>& spoil) { return of(report_on(spoil), Finding::Verdict::fails); }

TEST(Conformance, ABackendThatKeepsToEverythingConforms_GYM9) {
  int told = 0;
  const auto report = report_on([](Backend&) {}, [&](const Finding&) { ++told; });
  EXPECT_TRUE(report.conforms());
  EXPECT_THAT(of(report, Finding::Verdict::fails), IsEmpty());
  EXPECT_THAT(of(report, Finding::Verdict::warning), IsEmpty());
  EXPECT_THAT(of(report, Finding::Verdict::untested), IsEmpty());
  EXPECT_EQ(told, static_cast<int>(report.findings.size()));
  EXPECT_GE(told, 20);
}

TEST(Conformance, SignaturesThatNobodyChecksAreFound_GYM9) {
  EXPECT_THAT(failures([](Backend& backend) { backend.checks_signatures = false; }),
              ElementsAre("refuses-unsigned", "refuses-malformed", "refuses-other-secret", "refuses-changed", "refuses-stale", "checks-raw-bytes"));
  EXPECT_THAT(failures([](Backend& backend) { backend.checks_age = false; }), ElementsAre("refuses-stale"));
  EXPECT_THAT(failures([](Backend& backend) { backend.checks_over_its_own_json = true; }), ElementsAre("checks-raw-bytes"));
}

TEST(Conformance, RepliesWithoutEndOrTurnAreFound_GYM9) {
  EXPECT_THAT(failures([](Backend& backend) { backend.ends = false; }), Contains("message-ends"));
  EXPECT_THAT(failures([](Backend& backend) { backend.echoes = false; }), Contains("message-turn-id"));
  EXPECT_THAT(failures([](Backend& backend) { backend.echoes = false; }), Contains("side-by-side"));
  EXPECT_THAT(failures([](Backend& backend) { backend.hangs_on_message = true; }), Contains("message-ends"));
}

TEST(Conformance, ADuplicateMustBeAnsweredAndActingTwiceIsAWarning_GYM9) {
  EXPECT_THAT(failures([](Backend& backend) { backend.refuses_duplicates = true; }), ElementsAre("duplicate-answered"));
  const auto report = report_on([](Backend& backend) { backend.remembers_duplicates = false; });
  EXPECT_TRUE(report.conforms());
  EXPECT_THAT(of(report, Finding::Verdict::warning), ElementsAre("duplicate-acts-once"));
}

TEST(Conformance, WhatACutRequestOrAnUnknownTypeBreaksIsFound_GYM9) {
  EXPECT_THAT(failures([](Backend& backend) { backend.survives_a_cut = false; }), Contains("abort"));
  EXPECT_THAT(failures([](Backend& backend) { backend.throws_on_unknown = true; }), ElementsAre("unknown-type"));
  EXPECT_THAT(failures([](Backend& backend) { backend.needs_turn_everywhere = true; }), ElementsAre("session-update", "session-end"));
}

TEST(Conformance, ASilentGreetingIsNone_GYM9) {
  const auto report = report_on([](Backend& backend) { backend.greets = false; });
  EXPECT_TRUE(report.conforms());
  EXPECT_THAT(of(report, Finding::Verdict::holds), Contains("accepts-signed"));
  EXPECT_EQ(std::ranges::count(report.findings, "greeting-ends", &Finding::id), 0);
}

TEST(Conformance, WhatGoesOnIsTooLongByTheWholeLimitAndNotByWhatWasLeftOfIt_GYM9) {
  const auto report = report_on([](Backend& backend) { backend.never_ends = true; });
  EXPECT_EQ(report.findings.at(0).detail, "status 200, then: the reply did not end within 30.0 s");
}

TEST(Conformance, ARefusalOfAllTellsWhatToLookAt_GYM9) {
  const auto report = report_on([](Backend& backend) { backend.knows_another_secret = true; });
  EXPECT_EQ(report.findings.at(0).detail, "status 401: does the backend know the same secret?");
}

TEST(Conformance, ABackendThatNobodyReachesIsNotTested_GYM9) {
  net::testing::VirtualWorld world;
  testing::HandlerHttp http(world.runtime, [](const net::ServerRequest&, net::ServerReply&) -> Task<> { co_return; });
  const auto report = world.run(check_backend(world.runtime, http, {.url = "http://backend/", .secret = "s", .conversation_id = "c"}));
  EXPECT_FALSE(report.reached);
  EXPECT_FALSE(report.conforms());
  EXPECT_EQ(report.findings.size(), 1U);
  const auto written = to_json(report);
  EXPECT_EQ(written.at("schema"), "antiphon.gym-check/1");
  EXPECT_EQ(written.at("reached"), false);
}

}  // namespace
}  // namespace antiphon::gym
