#include "antiphon/providers/llm/retry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/llm/wire/sse_stream.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using namespace testing_tools;
using testing::ElementsAre;
using testing::HasSubstr;

ChatResponse said(std::string_view text) { return {.message = Message::assistant(text), .finish_reason = "stop"}; }

/// Fails as it is told, then answers; keeps when it was asked.
class FlakyModel final : public LanguageModel {
 public:
  FlakyModel(Clock& clock, std::vector<Error> failures, std::vector<Clock::Time>& asked, bool fails_late = false)
      : clock_(clock), failures_(failures.begin(), failures.end()), asked_(asked), fails_late_(fails_late) {}

  Task<ChatResponse> complete(ChatRequest, Deadline) override {
    fail_if_told();
    co_return said("yes");
  }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest, Deadline) override {
    if (!fails_late_) fail_if_told();
    if (fails_late_) co_return std::make_unique<BreakingStream>(failures_.front());
    co_return std::make_unique<wire::WholeChatStream>(said("yes"));
  }
  const std::string& name() const override { return name_; }

 private:
  struct BreakingStream final : ChatStream {
    explicit BreakingStream(Error e) : error(std::move(e)) {}
    Task<std::optional<ChatDelta>> next(Deadline) override {
      if (std::exchange(begun, true)) throw error;
      co_return ChatDelta{"ye"};
    }
    ChatResponse response() const override { return said("ye"); }
    Error error;
    bool begun = false;
  };

  void fail_if_told() {
    asked_.push_back(clock_.now());
    if (failures_.empty()) return;
    const auto error = failures_.front();
    failures_.pop_front();
    throw error;
  }

  Clock& clock_;
  std::deque<Error> failures_;
  std::vector<Clock::Time>& asked_;
  bool fails_late_;
  std::string name_ = "test/flaky";
};

struct RetryTest : testing::Test {
  World world;
  std::vector<Clock::Time> asked;

  RetryingModel model(std::vector<Error> failures, std::uint64_t seed = 1, bool fails_late = false) {
    return {std::make_unique<FlakyModel>(world.clock, std::move(failures), asked, fails_late), world.clock, seed, "scenario"};
  }
  Error failing(std::vector<Error> failures, Deadline deadline = Deadline::never()) {
    auto flaky = model(std::move(failures));
    return error_of([&] { world.run(flaky.complete(asking("hi"), deadline)); });
  }
};

Error of(ErrorKind kind) { return {kind, "test/flaky: broken"}; }

TEST_F(RetryTest, AsksThreeTimesHalfASecondThenASecondApart_SCN91) {
  auto flaky = model({of(ErrorKind::unavailable), of(ErrorKind::closed)});
  EXPECT_EQ(world.run(flaky.complete(asking("hi"), Deadline::never())).message.text(), "yes");
  ASSERT_EQ(asked.size(), 3U);
  const auto first = asked[1] - asked[0], second = asked[2] - asked[1];
  EXPECT_TRUE(first >= 375ms && first <= 625ms) << first.count();
  EXPECT_TRUE(second >= 750ms && second <= 1250ms) << second.count();
}

TEST_F(RetryTest, SaysThatItTriedThreeTimesAndBlamesTheProvider_SCN91) {
  const auto error = failing({of(ErrorKind::refused), of(ErrorKind::refused), of(ErrorKind::refused)});
  EXPECT_EQ(error.message(), "test/flaky: broken (after 3 tries)");
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_EQ(asked.size(), 3U);
}

TEST_F(RetryTest, DoesNotRepeatWhatCannotPass_SCN91) {
  for (const auto kind : {ErrorKind::invalid_input, ErrorKind::unauthorized, ErrorKind::not_found, ErrorKind::protocol, ErrorKind::too_large}) {
    asked.clear();
    EXPECT_EQ(failing({of(kind)}).message(), "test/flaky: broken");
    EXPECT_EQ(asked.size(), 1U) << to_string(kind);
  }
}

TEST_F(RetryTest, RepeatsEveryErrorThatMayPass_SCN91) {
  for (const auto kind : {ErrorKind::rate_limited, ErrorKind::unavailable, ErrorKind::refused, ErrorKind::closed, ErrorKind::timeout}) {
    asked.clear();
    auto flaky = model({of(kind)});
    EXPECT_EQ(world.run(flaky.complete(asking("hi"), Deadline::never())).message.text(), "yes") << to_string(kind);
    EXPECT_EQ(asked.size(), 2U) << to_string(kind);
  }
}

TEST_F(RetryTest, WaitsAsLongAsTheServerAsksUpToThirtySeconds_SCN91) {
  auto flaky = model({of(ErrorKind::rate_limited).with_retry_after(7s), of(ErrorKind::rate_limited).with_retry_after(30s)});
  world.run(flaky.complete(asking("hi"), Deadline::never()));
  EXPECT_EQ(asked[1] - asked[0], 7s);
  EXPECT_EQ(asked[2] - asked[1], 30s);
  asked.clear();
  EXPECT_EQ(failing({of(ErrorKind::rate_limited).with_retry_after(31s)}).kind(), ErrorKind::rate_limited);
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(RetryTest, DoesNotWaitPastTheDeadline) {
  const auto error = failing({of(ErrorKind::rate_limited).with_retry_after(20s)}, Deadline::after(world.clock, 10s));
  EXPECT_EQ(error.kind(), ErrorKind::rate_limited);
  EXPECT_EQ(world.clock.now(), 0s);
}

TEST_F(RetryTest, DrawsTheSameWaitsForTheSameSeed_SCN82) {
  const auto waits = [&](std::uint64_t seed) {
    asked.clear();
    auto flaky = model({of(ErrorKind::closed), of(ErrorKind::closed)}, seed);
    world.run(flaky.complete(asking("hi"), Deadline::never()));
    return std::pair(asked[1] - asked[0], asked[2] - asked[1]);
  };
  const auto first = waits(7);
  EXPECT_EQ(waits(7), first);
  EXPECT_NE(waits(8), first);
}

TEST_F(RetryTest, RepeatsAStreamUntilItsFirstPieceAndNeverAfter_SCN91) {
  auto flaky = model({of(ErrorKind::unavailable)});
  EXPECT_THAT(world.run(read_stream(flaky, asking("hi"))).pieces, ElementsAre("yes"));
  EXPECT_EQ(asked.size(), 2U);
  auto late = model({of(ErrorKind::closed)}, 1, true);
  const auto error = error_of([&] { world.run(read_stream(late, asking("hi"))); });
  EXPECT_EQ(error.kind(), ErrorKind::closed);
  EXPECT_EQ(error.party(), Party::provider);
}

}  // namespace
}  // namespace antiphon
