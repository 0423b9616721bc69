#include "antiphon/providers/llm/limit.hpp"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/llm/wire/sse_stream.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using namespace testing_tools;
using testing::ElementsAre;

/// Answers after a second and keeps who was asked in which order.
class SlowModel final : public LanguageModel {
 public:
  SlowModel(Clock& clock, std::vector<std::string>& order, int& most) : clock_(clock), order_(order), most_(most) {}
  Task<ChatResponse> complete(ChatRequest request, Deadline) override {
    order_.push_back(request.messages.back().text());
    most_ = std::max(most_, ++running_);
    co_await clock_.sleep_for(1s);
    --running_;
    co_return ChatResponse{.message = Message::assistant("done")};
  }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline deadline) override {
    co_return std::make_unique<wire::WholeChatStream>(co_await complete(std::move(request), deadline));
  }
  const std::string& name() const override { return name_; }

 private:
  Clock& clock_;
  std::vector<std::string>& order_;
  int& most_;
  int running_ = 0;
  std::string name_ = "test/slow";
};

struct CallLimitTest : testing::Test {
  World world;
  std::vector<std::string> order;
  int most = 0;
  std::shared_ptr<CallLimit> limit = std::make_shared<CallLimit>(2);
  LimitedModel model{std::make_unique<SlowModel>(world.clock, order, most), limit, world.clock};

  void drive() {
    world.clock.run([] { return false; }, 60s, [] { ADD_FAILURE() << "does not end"; });
  }
  template <class Handler>
  void ask(std::string text, Handler handler, Deadline deadline = Deadline::never()) {
    asio::co_spawn(world.context, complete(asking(text), deadline), std::move(handler));
  }
  Task<> complete(ChatRequest request, Deadline deadline) { co_await model.complete(std::move(request), deadline); }
};

TEST_F(CallLimitTest, LetsOnlySoManyCallsThroughInTheOrderOfTheirComing_SCN91) {
  for (const auto* text : {"1", "2", "3", "4", "5"}) ask(text, asio::detached);
  drive();
  EXPECT_THAT(order, ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_EQ(most, 2);
  EXPECT_EQ(world.clock.now(), 3s);
  EXPECT_EQ(limit->in_flight(), 0U);
}

TEST_F(CallLimitTest, CountsWaitingTowardsTheDeadline_SCN91) {
  std::exception_ptr failure;
  ask("1", asio::detached);
  ask("2", asio::detached);
  ask("3", [&](std::exception_ptr e) { failure = e; }, Deadline{500ms});
  drive();
  EXPECT_THAT(order, ElementsAre("1", "2"));
  EXPECT_EQ(error_of([&] { std::rethrow_exception(failure); }).kind(), ErrorKind::timeout);
  EXPECT_EQ(limit->in_flight(), 0U);
}

TEST_F(CallLimitTest, ForgetsAWaiterThatIsCancelled_SCN91) {
  asio::cancellation_signal signal;
  bool ended = false;
  ask("1", asio::detached);
  ask("2", asio::detached);
  ask("3", asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e) { ended = e != nullptr; }));
  ask("4", asio::detached);
  world.clock.call_at(100ms, [&] {
    EXPECT_EQ(limit->waiting(), 2U);
    signal.emit(asio::cancellation_type::terminal);
  });
  drive();
  EXPECT_TRUE(ended);
  EXPECT_THAT(order, ElementsAre("1", "2", "4"));
  EXPECT_EQ(limit->waiting(), 0U);
}

TEST_F(CallLimitTest, KeepsAStreamsPlaceUntilItEnds_SCN91) {
  auto stream = world.run(model.stream(asking("1"), Deadline::never()));
  EXPECT_EQ(limit->in_flight(), 1U);
  while (world.run(stream->next(Deadline::never()))) {}
  EXPECT_EQ(limit->in_flight(), 0U);
  auto abandoned = world.run(model.stream(asking("2"), Deadline::never()));
  abandoned.reset();
  EXPECT_EQ(limit->in_flight(), 0U);
}

Task<> take_and_return(std::shared_ptr<CallLimit> limit, std::atomic<int>& inside, std::atomic<bool>& crowded, int times) {
  for (int i = 0; i < times; ++i) {
    const auto slot = co_await limit->acquire();
    if (++inside > 2) crowded = true;
    co_await asio::post(co_await asio::this_coro::executor, use_task);
    --inside;
  }
}

TEST_F(CallLimitTest, HoldsAcrossThreads_SCN91) {
  std::atomic<int> inside{0};
  std::atomic<bool> crowded{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      asio::io_context context;
      for (int k = 0; k < 3; ++k) asio::co_spawn(context, take_and_return(limit, inside, crowded, 200), asio::detached);
      context.run();
    });
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(crowded);
  EXPECT_EQ(limit->in_flight(), 0U);
  EXPECT_EQ(limit->waiting(), 0U);
}

}  // namespace
}  // namespace antiphon
