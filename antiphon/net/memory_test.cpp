#include "antiphon/net/memory.hpp"

#include "antiphon/net/internal/gate.hpp"
#include "antiphon/net/testing/link.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;

struct MemoryConnection : ::testing::Test {
  VirtualWorld world;
  MemoryLink link = memory_connection(world.runtime, {.capacity = 10, .largest_read = 4});
};

Task<> say(ByteStream& stream, std::string text) {
  co_await stream.write({text});
  stream.end_writing();
}

TEST_F(MemoryConnection, BytesArriveInOrderHoweverSmallItIs) {
  world.spawn(say(*link.first, "the quick brown fox jumps over the lazy dog"));
  EXPECT_EQ(world.run(read_to_end(*link.second)), "the quick brown fox jumps over the lazy dog");
}

TEST_F(MemoryConnection, WritingWaitsForTheReader) {
  bool written = false;
  world.spawn([](ByteStream& stream, bool* done) -> Task<> {
    co_await stream.write({"12345678901"});
    *done = true;
  }(*link.first, &written));
  world.run(world.clock.sleep_for(1s));
  EXPECT_FALSE(written);
  EXPECT_EQ(world.run(link.second->read_some()), "1234");
  world.run(world.clock.sleep_for(1s));
  EXPECT_TRUE(written);
}

TEST_F(MemoryConnection, WhatWasWrittenBeforeTheEndIsStillRead) {
  world.run(link.first->write({"last"}));
  link.first.reset();
  EXPECT_EQ(world.run(link.second->read_some()), "last");
  EXPECT_EQ(world.run(link.second->read_some()), "");
  EXPECT_THROW(world.run(link.second->write({"x"})), boost::system::system_error);
}

TEST_F(MemoryConnection, CloseEndsWhoeverWaitsOnEitherSide) {
  asio::post(world.context, [&] { link.first->close(); });
  EXPECT_THROW(world.run(link.first->read_some()), boost::system::system_error);
  EXPECT_EQ(world.run(link.second->read_some()), "");
}

TEST_F(MemoryConnection, ACancelledReadLosesNothing) {
  asio::cancellation_signal signal;
  static_cast<void>(world.clock.call_at(1s, [&] { signal.emit(asio::cancellation_type::total); }));
  EXPECT_THROW(world.run(link.second->read_some(), signal), boost::system::system_error);
  world.run(link.first->write({"abc"}));
  EXPECT_EQ(world.run(link.second->read_some()), "abc");
}

Task<> take_and_note(Turns turns, Clock& clock, int number, std::vector<int>* order) {
  const auto turn = co_await turns.take();
  co_await clock.sleep_for(1s);
  order->push_back(number);
}

TEST(TurnsTest, GoOneAfterTheOtherInTheOrderOfAskingAndPassOverWhoLeft) {
  VirtualWorld world;
  const Turns turns(world.runtime.executor);
  std::vector<int> order;
  asio::cancellation_signal leaves;
  for (int i = 0; i < 5; ++i) {
    if (i != 2) {
      world.spawn(take_and_note(turns, world.clock, i, &order));
    } else {
      asio::co_spawn(
          world.context,
          [](Turns all, Clock& clock, std::vector<int>* into) -> Task<> {
            co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
            co_await take_and_note(all, clock, 2, into);
          }(turns, world.clock, &order),
          asio::bind_cancellation_slot(leaves.slot(), [](std::exception_ptr) {}));
    }
  }
  asio::post(world.context, [&] { leaves.emit(asio::cancellation_type::total); });
  world.run(world.clock.sleep_for(10s));
  EXPECT_EQ(order, (std::vector{0, 1, 3, 4}));
  EXPECT_TRUE(turns.is_free());
}

}  // namespace
}  // namespace antiphon::net
