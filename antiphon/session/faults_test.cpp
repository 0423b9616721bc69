#include "antiphon/base/task_group.hpp"
#include "antiphon/session/testing/faulty_transport.hpp"
#include "antiphon/session/testing/pair.hpp"

/// Whatever a transport does, and whenever it does it: every request ends, by its deadline, and nothing is left running.
namespace antiphon::session {
namespace {

using namespace antiphon::session::testing;

constexpr auto limit = 60s;

struct Ending {
  Clock::Time began{}, ended{};
  bool answered = false;
  ErrorKind kind = ErrorKind::internal;
};

template <class T>
Task<> observe(Clock& clock, Task<T> request, std::vector<Ending>& endings) {
  Ending ending{.began = clock.now()};
  try {
    static_cast<void>(co_await std::move(request));
    ending.answered = true;
  } catch (const Error& error) {
    ending.kind = error.kind();
  }
  ending.ended = clock.now();
  endings.push_back(ending);
}

Task<int> value_of(Task<> task) {
  co_await std::move(task);
  co_return 1;
}

/// A conversation with everything in it: readiness, questions, texts, an interruption, the end of a simulation.
Task<> converse(Pair& pair, std::vector<Ending>& endings) {
  auto& clock = pair.world.clock;
  auto& remote = *pair.remote;
  co_await observe(clock, value_of(remote.wait_for_ready()), endings);
  co_await observe(clock, remote.get_agent_info(), endings);
  co_await observe(clock, value_of(remote.update_io(IoChange::text_only())), endings);
  co_await observe(clock, remote.run("hello"), endings);
  std::vector<Task<>> overlapping;
  overlapping.push_back(observe(clock, remote.run("slow"), endings));
  overlapping.push_back(observe(clock, remote.get_chat_history(), endings));
  overlapping.push_back(observe(clock, remote.run("hello"), endings));
  co_await at_once(std::move(overlapping));
  co_await observe(clock, remote.run("fail"), endings);
  co_await observe(clock, remote.finalize_simulation({true, "fine"}), endings);
}

constexpr std::size_t requests = 9;

struct Outcome {
  std::vector<Ending> endings;
  int operations = 0, hook_calls = 0;
};

Outcome play(Fault fault, int at, bool on_host, std::size_t slice) {
  Outcome outcome;
  Pair pair;
  pair.remote.reset(), pair.host.reset();
  pair.agent.says("hello", "Good day.");
  pair.agent.actions["slow"] = [&](AgentTurn& turn) -> Task<> {
    co_await turn.say("Well");
    co_await pair.world.clock.sleep_for(3s);
    co_await turn.say("now.");
  };
  pair.agent.actions["fail"] = [](AgentTurn&) -> Task<> {
    throw SessionError(Stage::llm, "unavailable", 503, "overloaded");
    co_return;
  };
  SessionHostOptions options;
  options.simulation = SimulationDispatch{.run_id = "run-1"};
  options.on_simulation_end = [&](SimulationContext&) -> Task<> {
    ++outcome.hook_calls;
    co_return;
  };
  auto [near, far] = memory_transports(pair.world.runtime, {.largest_read = slice});
  auto faulty = std::make_unique<FaultyTransport>(pair.world.runtime, std::move(on_host ? far : near), fault, at);
  const auto& seen = *faulty;
  (on_host ? far : near) = std::move(faulty);
  pair.connect(std::move(near), std::move(far), std::move(options), {.request_timeout = limit});
  pair.served = false;
  pair.world.spawn([](Pair& its) -> Task<> {
    try {
      co_await its.host->serve();
    } catch (const Error&) {}
    its.served = true;
  }(pair));
  pair.world.run(converse(pair, outcome.endings));  // throws where something waits for what never comes
  outcome.operations = seen.operations();
  pair.world.run(pair.remote->close());
  pair.host->stop();
  pair.world.run(pair.until_served());
  return outcome;
}

TEST(SessionFaults, WithoutAnyEverythingIsAnswered_SES1) {
  for (const std::size_t slice : {1, 3, 65536}) {
    const auto outcome = play(Fault::none, 0, false, slice);
    ASSERT_EQ(outcome.endings.size(), requests);
    EXPECT_EQ(std::count_if(outcome.endings.begin(), outcome.endings.end(), [](const Ending& ending) { return ending.answered; }), 8)
        << "but for the one that fails";
    EXPECT_EQ(outcome.hook_calls, 1);
  }
}

class EachFault : public ::testing::TestWithParam<Fault> {};

TEST_P(EachFault, AtEachOperationLeavesNoRequestHanging_SES1) {
  for (const bool on_host : {false, true}) {
    const int operations = play(Fault::none, 0, on_host, 65536).operations;
    ASSERT_GT(operations, 10);
    for (int at = 0; at < operations; ++at) {
      SCOPED_TRACE(fmt::format("operation {} of the {}", at, on_host ? "host" : "controller"));
      const auto outcome = play(GetParam(), at, on_host, at % 3 == 0 ? 1 : 65536);
      ASSERT_EQ(outcome.endings.size(), requests);
      for (const auto& ending : outcome.endings) {
        EXPECT_LE(ending.ended - ending.began, limit + 1s);
        if (!ending.answered) EXPECT_NE(ending.kind, ErrorKind::internal);
      }
      EXPECT_LE(outcome.hook_calls, 1);
    }
  }
}

std::string name_of(const ::testing::TestParamInfo<Fault>& info) {
  constexpr const char* names[] = {"none", "drop", "delay", "twice", "swap", "garble", "cut", "stall"};
  return names[static_cast<std::size_t>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(SessionFaults, EachFault, ::testing::ValuesIn(all_faults), name_of);

TEST(SessionFaults, ALostConnectionFailsWhatIsUnderWayAtOnce_SES1) {
  Pair pair;
  pair.agent.actions["slow"] = [&](AgentTurn&) -> Task<> { co_await pair.world.clock.sleep_for(10min); };
  pair.begin();
  static_cast<void>(pair.world.clock.call_at(1s, [&] { pair.host.reset(); }));
  EXPECT_EQ(failure_of(pair.world, pair.remote->run("slow")).kind(), ErrorKind::closed);
  EXPECT_EQ(pair.world.clock.now(), 1s);
  EXPECT_EQ(failure_of(pair.world, pair.remote->ping()).kind(), ErrorKind::closed);
}

TEST(SessionFaults, AHostThatTakesNothingIsGivenUp_SES1) {
  Pair pair({}, {.request_timeout = 10min}, {.capacity = 1000});
  pair.world.run(pair.remote->start());  // and nobody serves the other end
  const auto error = failure_of(pair.world, pair.remote->run(std::string(5000, 'x')));
  EXPECT_EQ(error.kind(), ErrorKind::timeout);
  EXPECT_EQ(pair.world.clock.now(), 30s);
  EXPECT_TRUE(pair.remote->ended());
}

TEST(SessionFaults, AControllerThatTakesNothingIsGivenUpAndTheAnswerStopped_SES3) {
  Pair pair({}, {}, {.capacity = 20'000});
  pair.remote.reset(), pair.host.reset();
  auto [near, far] = net::memory_connection(pair.world.runtime, {.capacity = 20'000});
  pair.connect(memory_transports(pair.world.runtime).first, over_stream(pair.world.runtime, std::move(far)), {}, {});
  int said = 0;
  pair.agent.on_greet = [&](AgentTurn& turn) -> Task<> {
    for (;;) co_await turn.say(std::string(1000, 'x')), ++said;
  };
  pair.served = false;
  std::optional<Error> end;
  pair.world.run([](Pair& its, std::optional<Error>& into) -> Task<> { into = co_await its.host->serve(); }(pair, end));
  pair.served = true;
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind(), ErrorKind::timeout);
  EXPECT_EQ(pair.world.clock.now(), 30s);
  EXPECT_LT(said, 400) << "what nobody takes is not piled up";
}

TEST(SessionFaults, AControllerThatTakesLessThanItIsToldIsGivenUpToo_SES3) {
  Pair pair;
  pair.remote.reset(), pair.host.reset();
  auto [near, far] = net::memory_connection(pair.world.runtime, {.capacity = 20'000});
  SessionHostOptions options;
  options.io.output_audio = true;
  pair.connect(memory_transports(pair.world.runtime).first, over_stream(pair.world.runtime, std::move(far)), std::move(options), {});
  const auto controller = over_stream(pair.world.runtime, std::move(near));
  pair.served = false;
  std::optional<Error> end;
  pair.world.spawn([](Pair& its, std::optional<Error>& into) -> Task<> {
    into = co_await its.host->serve();
    its.served = true;
  }(pair, end));
  for (int i = 0; i < 200; ++i) pair.host->play({.samples = std::vector<std::int16_t>(48'000, 100)});  // a voice that waits for nobody: 19 MB of it
  int taken = 0;
  while (!pair.served && taken < 10) {
    pair.world.run(pair.world.clock.sleep_for(20s));  // and nobody could say that it takes nothing
    static_cast<void>(pair.world.run(controller->receive()));
    ++taken;
  }
  ASSERT_TRUE(pair.served);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind(), ErrorKind::too_large);
}

}  // namespace
}  // namespace antiphon::session
