#include <agent_session.pb.h>
#include <gmock/gmock.h>
#include <boost/asio/post.hpp>

#include "antiphon/session/framing.hpp"
#include "antiphon/session/testing/pair.hpp"

/// What strangers may send, to either side.
namespace antiphon::session {
namespace {

using namespace antiphon::session::testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using wire::AgentSessionMessage;

/// A host whose controller is this test, byte by byte.
struct RawController : ::testing::Test {
  RawController() {
    auto [near, far] = net::memory_connection(world.runtime);
    stream = std::move(near);
    host.emplace(world.runtime, over_stream(world.runtime, std::move(far)), agent);
    world.spawn([](RawController& its) -> Task<> {
      its.end = co_await its.host->serve();
      its.served = true;
    }(*this));
  }
  ~RawController() override {
    stream->close();
    world.run([](RawController& its) -> Task<> {
      while (!its.served) co_await its.world.clock.sleep_for(1ms);
    }(*this));
  }

  void write(std::string bytes) {
    world.run([](net::ByteStream& to, std::string text) -> Task<> { co_await to.write({text}); }(*stream, std::move(bytes)));
  }
  void write_frame(const std::string& message) {
    const auto header = frame_header(message.size());
    write(std::string(header.data(), header.size()) + message);
  }
  void ask(const std::string& id, const std::function<void(wire::SessionRequest&)>& fill) {
    AgentSessionMessage message;
    message.mutable_request()->set_request_id(id);
    fill(*message.mutable_request());
    write_frame(message.SerializeAsString());
  }
  void ping(const std::string& id) {
    ask(id, [](wire::SessionRequest& request) { request.mutable_ping(); });
  }
  /// The next response; events are passed over. nullopt: the host hung up.
  std::optional<wire::SessionResponse> response() {
    for (;;) {
      while (auto message = reader.next()) {
        AgentSessionMessage parsed;
        EXPECT_TRUE(parsed.ParseFromString(*message));
        if (parsed.has_response()) return parsed.response();
        if (parsed.has_audio_output()) ++sounds;
      }
      const auto bytes = world.run(stream->read_some());
      if (bytes.empty()) return std::nullopt;
      reader.add(bytes);
    }
  }

  VirtualWorld world;
  ScriptedAgent agent;
  std::unique_ptr<net::ByteStream> stream;
  std::optional<SessionHost> host;
  FrameReader reader;
  int sounds = 0;  ///< frames that were passed over
  std::optional<Error> end;
  bool served = false;
};

TEST_F(RawController, GarbageIsAnsweredAndTheConnectionGoesOn_SES2) {
  write_frame("\xff\xff\xffgarbage");
  const auto answer = response();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->request_id(), "");
  EXPECT_THAT(answer->error(), StartsWith("session:malformed:-: "));
  ping("a");
  EXPECT_EQ(response()->request_id(), "a");
}

TEST_F(RawController, AHostThatIsFloodedStopsAllTheSame_SES2) {
  constexpr std::size_t flood = 5000;
  world.spawn([](RawController& its) -> Task<> {
    while (its.agent.changes.empty()) co_await asio::post(its.world.runtime.executor, use_task);
    its.host->stop();
  }(*this));
  AgentSessionMessage message;
  message.mutable_request()->set_request_id("a");
  message.mutable_request()->mutable_update_io();
  const auto bytes = message.SerializeAsString();
  const auto header = frame_header(bytes.size());
  std::string all;
  for (std::size_t i = 0; i < flood; ++i) all += std::string(header.data(), header.size()) + bytes;
  write(std::move(all));
  world.run(world.clock.sleep_for(5s));
  EXPECT_TRUE(served);
  EXPECT_LT(agent.changes.size(), 500U);
}

TEST_F(RawController, ALengthOverTheLimitIsAnsweredAndThenItHangsUp_SES2_SES3) {
  ping("a");
  EXPECT_TRUE(response()->has_pong());
  write(std::string("\x00\x10\x00\x01", 4));
  const auto answer = response();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error(), "session:malformed:-: a frame of 1048577 bytes is over the limit of 1048576");
  EXPECT_FALSE(response());
  world.run(world.clock.sleep_for(1s));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind(), ErrorKind::too_large);
}

TEST_F(RawController, AfterALengthOverTheLimitNothingIsPlayedThatASimulationsEndHadSilenced_SES3_SES7) {
  ask("on", [](wire::SessionRequest& request) { request.mutable_update_io()->mutable_output()->set_audio_enabled(true); });
  response();
  agent.on_silence = [this] { return world.clock.sleep_for(600ms); };
  ask("end", [](wire::SessionRequest& request) { request.mutable_finalize_simulation(); });
  world.run(world.clock.sleep_for(100ms));
  write(std::string("\x00\x10\x00\x01", 4));
  world.run(world.clock.sleep_for(550ms));  // the simulation is over, and not all of the farewell
  EXPECT_FALSE(served);
  host->play({.samples = std::vector<std::int16_t>(480, 100)});
  while (response()) {}
  EXPECT_EQ(sounds, 0);
}

TEST_F(RawController, AnEndInsideAFrameIsTold_SES3) {
  write(std::string("\0\0\0\x20half", 8));
  stream->end_writing();
  world.run(world.clock.sleep_for(1s));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind(), ErrorKind::closed);
  EXPECT_THAT(end->message(), HasSubstr("inside a frame, after 8 bytes"));
}

TEST_F(RawController, AnEndBetweenFramesIsOrderly_SES2) {
  ping("a");
  response();
  stream->end_writing();
  world.run(world.clock.sleep_for(1s));
  EXPECT_TRUE(served);
  EXPECT_FALSE(end);
}

TEST_F(RawController, EmptyMessagesAndThoseOfHostsAreIgnored_SES2) {
  write_frame("");
  AgentSessionMessage message;
  message.mutable_audio_playback_flush();
  write_frame(message.SerializeAsString());
  message.mutable_response()->set_request_id("x");
  write_frame(message.SerializeAsString());
  write_frame("\x9a\x06\x01z");  // field 99, of some later version
  ping("a");
  EXPECT_EQ(response()->request_id(), "a");
}

TEST_F(RawController, ARequestThatIsNotKnownIsAnsweredSo_SES2) {
  ask("none", [](wire::SessionRequest&) {});
  EXPECT_THAT(response()->error(), StartsWith("session:unsupported:-: "));
  ask("later", [](wire::SessionRequest& request) { request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(77, ""); });
  const auto answer = response();
  EXPECT_EQ(answer->request_id(), "later");
  EXPECT_THAT(answer->error(), StartsWith("session:unsupported:-: "));
}

TEST_F(RawController, EmptyAndRepeatedIdsAreAnsweredEachTime_SES2) {
  for (const auto* id : {"", "a", "a", ""}) ping(id);
  for (const auto* id : {"", "a", "a", ""}) {
    const auto answer = response();
    EXPECT_EQ(answer->request_id(), id);
    EXPECT_TRUE(answer->has_pong());
  }
}

TEST_F(RawController, AnEmptyTextIsAnErrorWithAnEmptyReply_SES4) {
  ask("a", [](wire::SessionRequest& request) { request.mutable_run_input(); });
  const auto answer = response();
  EXPECT_EQ(answer->error(), "session:empty_input:-: empty run_input text");
  EXPECT_TRUE(answer->has_run_input());
  EXPECT_EQ(answer->run_input().items_size(), 0);
}

TEST_F(RawController, SoundThatIsNoneIsAnswered_SES2_SES7) {
  AgentSessionMessage message;
  message.mutable_audio_input()->set_data("odd");
  message.mutable_audio_input()->set_sample_rate(48000);
  message.mutable_audio_input()->set_num_channels(1);
  write_frame(message.SerializeAsString());
  EXPECT_THAT(response()->error(), StartsWith("session:malformed:-: an audio frame of 3 bytes"));
  ping("a");
  EXPECT_TRUE(response()->has_pong());
}

TEST_F(RawController, MoreTextsThanCanWaitAreRefused_SES2) {
  agent.actions["slow"] = [this](AgentTurn&) -> Task<> {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());  // an agent that is deaf to interruptions
    co_await world.clock.sleep_for(60s);
  };
  const auto run = [](wire::SessionRequest& request) { request.mutable_run_input()->set_text("slow"); };
  for (int i = 0; i < 300; ++i) ask(fmt::format("r{}", i), run);
  const auto refused = response();
  EXPECT_THAT(refused->error(), StartsWith("session:exhausted:-: 256 requests wait"));
}

/// A controller whose host is this test.
struct RawHost : ::testing::Test {
  RawHost() {
    auto [near, far] = memory_transports(world.runtime);
    remote.emplace(world.runtime, std::move(near), RemoteSessionOptions{.request_timeout = 5s, .on_event = [this](const SessionEvent&) {
                                                                          if (++events == 1 && on_first) on_first();
                                                                        }});
    host = std::move(far);
  }
  ~RawHost() override {
    if (remote) world.run(remote->close());
  }
  void begin(std::function<std::vector<std::string>(const wire::SessionRequest&)> answer) {
    world.run(remote->start());
    world.spawn([](RawHost& its, std::function<std::vector<std::string>(const wire::SessionRequest&)> answers) -> Task<> {
      while (const auto message = co_await its.host->receive()) {
        AgentSessionMessage parsed;
        parsed.ParseFromString(*message);
        for (const auto& reply : answers(parsed.request())) co_await its.host->send(reply, Deadline::never());
      }
    }(*this, std::move(answer)));
  }
  static std::string response(const std::string& id, const std::function<void(wire::SessionResponse&)>& fill) {
    AgentSessionMessage message;
    message.mutable_response()->set_request_id(id);
    fill(*message.mutable_response());
    return message.SerializeAsString();
  }
  static std::string trouble(const std::string& text) {
    AgentSessionMessage message;
    message.mutable_event()->mutable_error()->set_message(text);
    return message.SerializeAsString();
  }

  /// A request is answered with so many events at once, then with what it wants.
  void begin_flood(std::size_t count) {
    begin([count](const wire::SessionRequest& request) {
      std::vector<std::string> all(count, trouble("again"));
      all.push_back(response(request.request_id(), [](auto& r) { r.mutable_pong(); }));
      return all;
    });
  }

  VirtualWorld world;
  std::optional<RemoteSession> remote;
  std::unique_ptr<SessionTransport> host;
  std::size_t events = 0;
  std::function<void()> on_first;
};

constexpr std::size_t flood = 5000;

TEST_F(RawHost, OneThatFloodsLeavesOthersTheirTurn_SES1) {
  std::size_t until_others = flood;
  on_first = [&] { asio::post(world.runtime.executor, [&] { until_others = events; }); };
  begin_flood(flood);
  world.run(remote->ping());
  EXPECT_EQ(events, flood);
  EXPECT_LT(until_others, 100U);
}

TEST_F(RawHost, OnceItIsCutNothingComesOfIt_SES1) {
  auto [near, far] = memory_transports(world.runtime);
  world.run([](SessionTransport& to) -> Task<> {
    for (int i = 0; i < 3; ++i) co_await to.send("event", Deadline::never());
  }(*far));
  EXPECT_EQ(world.run(near->receive()), "event");
  near->cut();
  EXPECT_EQ(failure_of(world, near->receive()).kind(), ErrorKind::closed);
}

TEST_F(RawHost, GarbageIsPassedOverAndCounted_SES1) {
  begin([](const wire::SessionRequest& request) {
    return std::vector<std::string>{"\xff\xff", "", response("someone else's", [](auto& r) { r.mutable_pong(); }),
                                    response(request.request_id(), [](auto& r) { r.mutable_pong(); }),
                                    response(request.request_id(), [](auto& r) { r.set_error("twice"); })};
  });
  world.run(remote->ping());
  world.run(remote->ping());
  EXPECT_EQ(remote->malformed(), 2);
}

TEST_F(RawHost, AnAnswerOfAnotherKindIsAnError_SES1) {
  begin([](const wire::SessionRequest& request) {
    return std::vector<std::string>{response(request.request_id(), [](auto& r) { r.mutable_get_agent_info(); })};
  });
  EXPECT_EQ(failure_of(world, remote->ping()).kind(), ErrorKind::protocol);
  EXPECT_EQ(failure_of(world, remote->run("hi")).kind(), ErrorKind::protocol);
}

TEST_F(RawHost, WhatLiveKitsHostsSayForSilenceIsSilence_SES4) {
  begin([](const wire::SessionRequest& request) {
    return std::vector<std::string>{response(request.request_id(), [](auto& r) {
      r.mutable_run_input();
      r.set_error("agent produced no response items");
    })};
  });
  EXPECT_TRUE(world.run(remote->run("hi")).items.empty());
}

TEST_F(RawHost, ButNotWhereAnErrorWasToldMeanwhile_SES4) {
  begin([](const wire::SessionRequest& request) {
    return std::vector<std::string>{trouble("fake-llm"), response(request.request_id(), [](auto& r) { r.set_error("agent produced no response items"); })};
  });
  const auto error = failure_of(world, remote->run("hi"));
  EXPECT_EQ(error.message(), "fake-llm");
}

TEST_F(RawHost, AForeignErrorTextIsKeptWhole_SES4) {
  begin([](const wire::SessionRequest& request) {
    return std::vector<std::string>{response(request.request_id(), [](auto& r) { r.set_error("Error: model: quota exceeded"); })};
  });
  EXPECT_EQ(failure_of(world, remote->run("hi")).message(), "Error: model: quota exceeded");
  EXPECT_EQ(failure_of(world, remote->get_agent_info()).message(), "Error: model: quota exceeded");
}

TEST_F(RawHost, AnAnswerThatCannotBeReadIsToldWhereOneIsWaitedFor_SES1) {
  begin([](const wire::SessionRequest&) { return std::vector<std::string>{"\xff\xff\xff\xff\x07junk"}; });
  const auto error = failure_of(world, remote->run("hi", 3s));
  EXPECT_EQ(error.kind(), ErrorKind::timeout);
  EXPECT_EQ(error.message(), "the agent's session did not answer run_input within 3.00 s; one message of what it sent could not be read");
}

TEST_F(RawHost, AHostThatNeverAnswersIsATimeout_SES1) {
  begin([](const wire::SessionRequest&) { return std::vector<std::string>{}; });
  EXPECT_EQ(failure_of(world, remote->wait_for_ready()).kind(), ErrorKind::timeout);
  EXPECT_EQ(world.clock.now(), 5s);
  EXPECT_EQ(failure_of(world, remote->run("hi")).kind(), ErrorKind::timeout);
  EXPECT_EQ(world.clock.now(), 10s);
}

}  // namespace
}  // namespace antiphon::session
