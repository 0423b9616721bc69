#include "antiphon/net/tcp.hpp"

#include "antiphon/net/testing/link.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;

TEST(HostPort, ReadsNamesAndAddressesInBrackets) {
  EXPECT_EQ(parse_host_port("localhost:80", "--listen").host, "localhost");
  EXPECT_EQ(parse_host_port("[::1]:8775", "--listen").host, "::1");
  EXPECT_EQ(parse_host_port("[::1]:8775", "--listen").text(), "[::1]:8775");
  EXPECT_EQ(parse_host_port("127.0.0.1:65535", "--listen").port, 65535);
}

TEST(HostPort, RefusesWhatIsNoneAndSaysWhereItStood) {
  for (const auto* text : {"", "8080", ":8080", "host:", "host:65536", "host:-1", "host:8x", "::1:80", "http://host:80", "a b:1"}) {
    try {
      parse_host_port(text, "--connect-addr");
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.message(), ::testing::StartsWith("--connect-addr \""));
    }
  }
}

TEST(HostPort, KnowsWhatStaysOnThisMachine) {
  for (const auto* host : {"localhost", "127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1", "LocalHost"}) EXPECT_TRUE(is_loopback(host)) << host;
  for (const auto* host : {"", "0.0.0.0", "::", "10.0.0.1", "example.org", "::ffff:10.0.0.1", "localhost.example.org"}) EXPECT_FALSE(is_loopback(host)) << host;
}

TEST(Tcp, WhatOneSideWritesTheOtherReads) {
  World world;
  const auto listener = listen_tcp(world.runtime, {"127.0.0.1", 0});
  auto dialled = world.run(dial_tcp(world.runtime, {"127.0.0.1", listener->port()}, world.soon()));
  auto accepted = world.run(listener->accept(world.soon()));
  world.run(dialled->write({"hel", "lo"}));
  dialled->end_writing();
  EXPECT_EQ(world.run(read_to_end(*accepted)), "hello");
}

TEST(Tcp, AClosedListenerEndsWhoeverWaits) {
  World world;
  const auto listener = listen_tcp(world.runtime, {"127.0.0.1", 0});
  asio::post(world.context, [&] { listener->close(); });
  EXPECT_THROW(world.run(listener->accept(world.soon())), boost::system::system_error);
}

TEST(Tcp, SaysWhereNobodyListens) {
  World world;
  const auto port = listen_tcp(world.runtime, {"127.0.0.1", 0})->port();  // free again
  const auto error = failure_of(world, dial_tcp(world.runtime, {"127.0.0.1", port}, world.soon()));
  EXPECT_EQ(error.kind(), ErrorKind::refused);
  EXPECT_THAT(error.message(), ::testing::HasSubstr(fmt::format("127.0.0.1:{}", port)));
}

TEST(Tcp, APortThatIsTakenIsRefused) {
  World world;
  const auto listener = listen_tcp(world.runtime, {"127.0.0.1", 0});
  EXPECT_THROW(listen_tcp(world.runtime, {"127.0.0.1", listener->port()}), Error);
}

TEST(Tcp, NobodyComingIsATimeout) {
  World world;
  const auto listener = listen_tcp(world.runtime, {"127.0.0.1", 0});
  EXPECT_EQ(failure_of(world, listener->accept(Deadline::after(world.clock, 1ms))).kind(), ErrorKind::timeout);
}

}  // namespace
}  // namespace antiphon::net
