#include "antiphon/trace/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/trace/attributes.hpp"
#include "antiphon/trace/testing/hand_clock.hpp"

namespace antiphon::trace {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing_support::HandClock;

std::shared_ptr<Recorder> make(const Clock& clock, RecorderLimits limits = {}, std::uint64_t seed = 1) {
  return std::make_shared<Recorder>(clock, TraceId{1, 2}, RandomStream(seed), limits);
}

TEST(Recorder, TellsNameKindParentTimesAndAttributes_OBS1) {
  HandClock clock;
  const auto recorder = make(clock);
  auto outer = recorder->begin("scenario");
  clock.time = 2s;
  {
    auto inner = recorder->begin("chat m", SpanKind::client, outer.id());
    inner.set(attr::input_tokens, 12).set(attr::provider, "rules").set(attr::finish_reasons, std::vector<std::string>{"stop"});
    inner.set("yes", true).set("half", 0.5);
    clock.time = 3s;
    inner.add_event("first", {{"n", std::int64_t{1}}});
    clock.time = 4s;
  }
  const auto& span = recorder->spans().at(1);
  EXPECT_EQ(span.name, "chat m");
  EXPECT_EQ(span.kind, SpanKind::client);
  EXPECT_EQ(span.parent, recorder->spans()[0].id);
  EXPECT_EQ(span.start, 2s);
  EXPECT_EQ(span.end, 4s);
  EXPECT_TRUE(span.ended);
  EXPECT_EQ(std::get<std::int64_t>(*span.find(attr::input_tokens)), 12);
  EXPECT_EQ(std::get<std::string>(*span.find(attr::provider)), "rules");
  EXPECT_EQ(std::get<bool>(*span.find("yes")), true);
  EXPECT_EQ(std::get<double>(*span.find("half")), 0.5);
  EXPECT_EQ(span.events.at(0).at, 3s);
  EXPECT_EQ(span.find("nothing"), nullptr);
  EXPECT_FALSE(recorder->spans()[0].ended);
}

TEST(Recorder, GivesTheSameIdsForTheSameSeed_OBS1_SCN82) {
  HandClock clock;
  const auto ids = [&](std::uint64_t seed) {
    const auto recorder = make(clock, {}, seed);
    const auto first = recorder->begin("a"), second = recorder->begin("b");
    return std::pair(first.id().value, second.id().value);
  };
  EXPECT_EQ(ids(7), ids(7));
  EXPECT_NE(ids(7), ids(8));
  EXPECT_NE(ids(7).first, ids(7).second);
}

TEST(Recorder, WritesTheHeaderOfTheTraceContext_OBS1) {
  HandClock clock;
  const auto recorder = make(clock);
  const auto span = recorder->begin("POST");
  EXPECT_EQ(span.traceparent(), "00-00000000000000010000000000000002-" + to_string(span.id()) + "-01");
  EXPECT_EQ(ActiveSpan().traceparent(), "");
}

TEST(Recorder, KeepsNoMoreSpansThanItMayAndCountsTheRest_OBS1) {
  HandClock clock;
  const auto recorder = make(clock, {.spans = 2});
  recorder->begin("a");
  recorder->begin("b");
  auto third = recorder->begin("c");
  third.set("x", 1).add_event("e").fail("t", "m");
  EXPECT_EQ(recorder->spans().size(), 2U);
  EXPECT_EQ(recorder->dropped(), 1U);
  EXPECT_TRUE(third.id());  // what is below it still has a parent
}

TEST(Recorder, CutsLongTextsAndTellsTheirLength_OBS2) {
  HandClock clock;
  const auto recorder = make(clock, {.value_bytes = 10, .text_bytes = 25});
  auto span = recorder->begin("a");
  span.set("one", std::string(100, 'x')).set("two", std::string(100, 'y')).set("three", std::string(100, 'z')).set("bad", "\xff");
  const auto text = [&](std::string_view key) { return std::get<std::string>(*recorder->spans()[0].find(key)); };
  EXPECT_EQ(text("one"), "xxxxxxx… (100 bytes)");
  EXPECT_THAT(text("three"), HasSubstr("(100 bytes)"));
  EXPECT_LT(text("three").size(), 20U);
}

TEST(Recorder, RepairsTextThatIsNoUtf8) {
  HandClock clock;
  const auto recorder = make(clock);
  recorder->begin("a").set("bad", "a\xff");
  EXPECT_EQ(std::get<std::string>(*recorder->spans()[0].find("bad")), "a\xEF\xBF\xBD");
}

TEST(Recorder, SaysWhatFailed_OBS1) {
  HandClock clock;
  const auto recorder = make(clock);
  recorder->begin("a").fail(std::make_exception_ptr(Error(ErrorKind::unavailable, "HTTP 503")));
  recorder->begin("b").fail(std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
  EXPECT_EQ(recorder->spans()[0].status, SpanStatus::error);
  EXPECT_EQ(recorder->spans()[0].status_message, "HTTP 503");
  EXPECT_EQ(std::get<std::string>(*recorder->spans()[0].find(attr::error_type)), "unavailable");
  EXPECT_EQ(std::get<std::string>(*recorder->spans()[1].find(attr::error_type)), "cancelled");
}

TEST(Recorder, HidesASpanWithAllBelowIt_SCN20) {
  HandClock clock;
  const auto recorder = make(clock);
  const auto call = recorder->begin("call");
  const auto tool = recorder->begin("tool", SpanKind::internal, call.id());
  recorder->begin("deeper", SpanKind::internal, tool.id());
  recorder->begin("other");
  recorder->hide(call.id());
  EXPECT_FALSE(recorder->spans()[0].shown || recorder->spans()[1].shown || recorder->spans()[2].shown);
  EXPECT_TRUE(recorder->spans()[3].shown);
}

TEST(Recorder, OutlivesItsClockOnceClosed_OBS1) {
  auto clock = std::make_unique<HandClock>();
  const auto recorder = make(*clock);
  auto span = recorder->begin("hangs");
  clock->time = 5s;
  recorder->close();
  clock.reset();
  EXPECT_TRUE(recorder->spans()[0].ended);
  EXPECT_EQ(recorder->spans()[0].end, 5s);
  span.set("late", 1).end();  // asks no clock
  recorder->begin("later");
  EXPECT_EQ(recorder->spans().size(), 1U);
  EXPECT_EQ(recorder->spans()[0].find("late"), nullptr);
}

TEST(Recorder, WithoutOneNothingIsRecordedAndNothingFails) {
  auto span = begin(nullptr, "x");
  span.set("a", 1).add_event("e").fail(std::make_exception_ptr(1));
  EXPECT_FALSE(span);
  EXPECT_FALSE(Scope{}.begin("x"));
}

TEST(Recorder, KeepsOneCopyOfAForeignKey) {
  HandClock clock;
  const auto recorder = make(clock);
  const std::string key = "langgraph.node";
  const auto first = recorder->intern(key), again = recorder->intern(std::string(key));
  EXPECT_EQ(first.data(), again.data());
  EXPECT_NE(first.data(), key.data());
}

}  // namespace
}  // namespace antiphon::trace
