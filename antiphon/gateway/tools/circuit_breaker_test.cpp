#include "antiphon/gateway/tools/circuit_breaker.hpp"

#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;

struct CircuitBreakerTest : ::testing::Test {
  void fail(int times) {
    for (int i = 0; i < times; ++i) breaker.admit()->failed();
  }
  void pass(Duration time) { world.run(world.clock.sleep_for(time)); }

  testing_tools::World world;
  CircuitBreaker breaker{world.clock, {}};
};

TEST_F(CircuitBreakerTest, OpensAfterFiveFailuresInARow_GTW34) {
  fail(4);
  EXPECT_EQ(breaker.state(), CircuitState::closed);
  fail(1);
  EXPECT_EQ(breaker.state(), CircuitState::open);
  EXPECT_FALSE(breaker.admit());
}

TEST_F(CircuitBreakerTest, ASuccessBetweenStartsTheCountAnew_GTW34) {
  fail(4);
  breaker.admit()->succeeded();
  fail(4);
  EXPECT_EQ(breaker.state(), CircuitState::closed);
}

TEST_F(CircuitBreakerTest, HalfOpenLetsOneProbeThroughAndNoOther_GTW34) {
  fail(5);
  pass(29s);
  EXPECT_FALSE(breaker.admit());
  pass(1s);
  EXPECT_EQ(breaker.state(), CircuitState::half_open);
  auto probe = breaker.admit();
  ASSERT_TRUE(probe);
  EXPECT_FALSE(breaker.admit());  // the reference lets everybody through here
  pass(60s);
  EXPECT_FALSE(breaker.admit());
  probe->succeeded();
  EXPECT_EQ(breaker.state(), CircuitState::closed);
  EXPECT_TRUE(breaker.admit());
}

TEST_F(CircuitBreakerTest, AFailedProbeOpensItForAnotherThirtySeconds_GTW34) {
  fail(5);
  pass(30s);
  breaker.admit()->failed();
  EXPECT_EQ(breaker.state(), CircuitState::open);
  pass(29s);
  EXPECT_FALSE(breaker.admit());
  pass(1s);
  EXPECT_TRUE(breaker.admit());
}

TEST_F(CircuitBreakerTest, AProbeOfACallerWhoHungUpLeavesItToTheNext_GTW34) {
  fail(5);
  pass(30s);
  { const auto probe = breaker.admit(); }
  EXPECT_EQ(breaker.state(), CircuitState::half_open);
  EXPECT_TRUE(breaker.admit());
}

TEST_F(CircuitBreakerTest, ACallFromBeforeItOpenedDoesNotCloseIt_GTW34) {
  auto early = breaker.admit();
  fail(5);
  early->succeeded();
  EXPECT_EQ(breaker.state(), CircuitState::open);
}

}  // namespace
}  // namespace antiphon::gateway
