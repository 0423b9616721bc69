#include "antiphon/session/simulation.hpp"

#include <gmock/gmock.h>

#include "antiphon/session/testing/pair.hpp"

namespace antiphon::session {
namespace {

using namespace antiphon::session::testing;
using ::testing::HasSubstr;

TEST(SimulationDispatch, ComesBackAsItWasWritten_SES9) {
  const SimulationDispatch dispatch{.run_id = "run-1",
                                    .job_id = "job-2",
                                    .scenario = {.label = "books",
                                                 .instructions = "You want a room.",
                                                 .agent_expectations = "It is booked.",
                                                 .tags = {{"area", "rooms"}},
                                                 .userdata = {{"rooms", {{"count", 1}}}}},
                                    .mode = SimulationMode::audio};
  for (const auto& back : {parse_dispatch(dispatch_text(dispatch)), parse_dispatch_header(dispatch_header_value(dispatch))}) {
    EXPECT_EQ(back.run_id, "run-1");
    EXPECT_EQ(back.job_id, "job-2");
    EXPECT_EQ(back.scenario.agent_expectations, "It is booked.");
    EXPECT_EQ(back.scenario.tags.at("area"), "rooms");
    EXPECT_EQ(back.scenario.userdata, dispatch.scenario.userdata);
    EXPECT_EQ(back.mode, SimulationMode::audio);
  }
}

TEST(SimulationDispatch, UnknownFieldsAreIgnoredAndNoModeMeansText_SES9) {
  const auto dispatch = parse_dispatch(R"({"simulationRunId": "r", "shinyNew": {"a": [1]}, "scenario": {"label": "x", "weight": 2}})");
  EXPECT_EQ(dispatch.run_id, "r");
  EXPECT_EQ(dispatch.scenario.label, "x");
  EXPECT_EQ(dispatch.mode, SimulationMode::text);
  EXPECT_TRUE(dispatch.scenario.userdata.empty());
}

TEST(SimulationDispatch, SaysWhatIsWrongWithIt_SES9) {
  const auto message_of = [](std::string_view text) {
    try {
      parse_dispatch(text);
    } catch (const Error& error) {
      return std::string(to_string(error.kind())) + ": " + error.message();
    }
    return std::string("taken");
  };
  EXPECT_THAT(message_of("{"), HasSubstr("configuration: the simulation's dispatch is no JSON"));
  EXPECT_THAT(message_of("{}"), HasSubstr("has no simulationRunId"));
  EXPECT_THAT(message_of(R"({"simulationRunId": 7})"), HasSubstr("is not as it should be"));
  EXPECT_THAT(message_of(R"({"simulationRunId": "r", "scenario": {"userdata": "[1]"}})"), HasSubstr("userdata that is no JSON object"));
  EXPECT_THROW(parse_dispatch_header("%%%"), Error);
}

struct Finalize : ::testing::Test {
  void begin(SimulationHook hook, bool simulated = true) {
    SessionHostOptions options;
    if (simulated) options.simulation = SimulationDispatch{.run_id = "run-1", .scenario = {.userdata = {{"booked", 1}}}};
    if (hook) {
      options.on_simulation_end = [this, hook](SimulationContext& context) {
        ++calls;
        return hook(context);
      };
    }
    pair.emplace(std::move(options));
    pair->agent.says("book", "It is booked.");
    pair->begin();
  }
  std::optional<SimulationVerdict> finalize(bool success = true) { return pair->world.run(pair->remote->finalize_simulation({success, "looked good"})); }
  Error failure() { return failure_of(pair->world, pair->remote->finalize_simulation({true, "looked good"})); }

  std::optional<Pair> pair;
  int calls = 0;
};

TEST_F(Finalize, TheAgentsCodeSeesTheScenarioTheSimulatorsVerdictAndTheConversation_SES9) {
  begin([](SimulationContext& context) -> Task<> {
    if (context.userdata().at("booked") == 1 && context.simulator_verdict().success && context.chat().size() == 2) context.fail("the database has no booking");
    co_return;
  });
  pair->say("book");
  const auto verdict = finalize();
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->success);
  EXPECT_EQ(verdict->reason, "the database has no booking");
  EXPECT_FALSE(effective(true, verdict));
}

TEST_F(Finalize, NoObjectionAndNoHookAreNoVerdict_SES9) {
  begin([](SimulationContext&) -> Task<> { co_return; });
  EXPECT_FALSE(finalize());
  EXPECT_EQ(calls, 1);
  begin({});
  EXPECT_FALSE(finalize());
  EXPECT_TRUE(effective(true, std::nullopt));
}

TEST_F(Finalize, ASimulationByTextBeginsWithoutAudioAndOneByVoiceAsTheHostSays_SES6) {
  for (const auto mode : {SimulationMode::text, SimulationMode::audio}) {
    SessionHostOptions options{.io = {.input_audio = true, .output_audio = true}};
    options.simulation = SimulationDispatch{.run_id = "run-1", .mode = mode};
    pair.emplace(std::move(options));
    pair->begin();
    EXPECT_EQ(pair->host->io().input_audio, mode == SimulationMode::audio);
    EXPECT_EQ(pair->host->io().output_audio, mode == SimulationMode::audio);
  }
}

TEST_F(Finalize, OutsideASimulationTheHookIsNotCalled_SES9) {
  begin(
      [](SimulationContext& context) -> Task<> {
        context.fail("never");
        co_return;
      },
      false);
  EXPECT_FALSE(finalize());
  EXPECT_EQ(calls, 0);
}

TEST_F(Finalize, TheLastObjectionCountsAndNothingRescues_SES9) {
  begin([](SimulationContext& context) -> Task<> {
    context.fail("first");
    context.fail("second");
    co_return;
  });
  const auto verdict = finalize(false);
  EXPECT_EQ(verdict->reason, "second");
  EXPECT_FALSE(effective(false, std::nullopt));
  EXPECT_FALSE(effective(false, SimulationVerdict{true, "all is well"}));
}

TEST_F(Finalize, ASecondOneGetsTheFirstAnswerAndTheHookIsNotCalledAgain_SES9) {
  begin([this](SimulationContext& context) -> Task<> {
    context.fail(fmt::format("call {}", calls));
    co_return;
  });
  EXPECT_EQ(finalize()->reason, "call 1");
  EXPECT_EQ(finalize()->reason, "call 1");
  EXPECT_EQ(calls, 1);
}

TEST_F(Finalize, AHookThatThrowsIsAnErrorAndNoVerdict_SES9) {
  begin([](SimulationContext& context) -> Task<> {
    context.fail("half done");
    throw std::runtime_error("grader crashed");
    co_return;
  });
  EXPECT_EQ(failure().message(), "internal error");
  EXPECT_EQ(failure().message(), "internal error") << "and stays one";
  EXPECT_EQ(calls, 1);
}

TEST_F(Finalize, AHookThatTakesTooLongIsAnError_SES9) {
  begin([this](SimulationContext&) -> Task<> { co_await pair->world.clock.sleep_for(10min); });
  const auto error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::timeout);
  EXPECT_THAT(error.message(), HasSubstr("within 45 s"));
  EXPECT_EQ(pair->world.clock.now(), 45s);
}

TEST_F(Finalize, EndsAnAnswerUnderWayFirst_SES9) {
  std::size_t seen = 0;
  begin([&](SimulationContext& context) -> Task<> {
    seen = context.chat().size();
    co_return;
  });
  pair->agent.actions["slow"] = [&](AgentTurn& turn) -> Task<> {
    co_await turn.say("Let me see");
    co_await pair->world.clock.sleep_for(10min);
  };
  pair->world.spawn([](Pair& its) -> Task<> { co_await its.remote->run("slow"); }(*pair));
  pair->world.run(pair->world.clock.sleep_for(1s));
  finalize();
  EXPECT_EQ(seen, 2U);
  EXPECT_EQ(pair->world.clock.now(), 1s);
}

TEST_F(Finalize, TheEndOfTheHostOvertakesAHookAndIsTold_SES9) {
  begin([this](SimulationContext&) -> Task<> { co_await pair->world.clock.sleep_for(10min); });
  static_cast<void>(pair->world.clock.call_at(1s, [this] { pair->host->stop(); }));
  EXPECT_EQ(failure().message(), "session closed");
  EXPECT_EQ(pair->world.clock.now(), 4s) << "a hook that ends within the drain is waited for";
}

TEST_F(Finalize, ATextBesideItWaitsAndDoesNotCutTheHook_SES9) {
  begin([this](SimulationContext& context) -> Task<> {
    co_await pair->world.clock.sleep_for(5s);
    context.fail("no booking");
  });
  pair->agent.says("hello", "Good day.");
  std::optional<RunReply> reply;
  pair->world.spawn([](Pair& its, std::optional<RunReply>& into) -> Task<> {
    co_await its.world.clock.sleep_for(1s);
    into = co_await its.remote->run("hello");
  }(*pair, reply));
  EXPECT_EQ(finalize()->reason, "no booking");
  EXPECT_FALSE(reply);
  pair->world.run(pair->world.clock.sleep_for(1s));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->text(), "Good day.");
}

TEST(SimulationContext, HasNoSimulatorsVerdictBeforeTheEnd_SES9) {
  const SimulationContext context(SimulationDispatch{.run_id = "r"});
  EXPECT_THROW(context.simulator_verdict(), Error);
  EXPECT_TRUE(context.userdata().empty());
  EXPECT_FALSE(context.user_verdict());
}

TEST(SimulationContext, IsThereForTheAgentDuringTheCall_SES9) {
  SessionHostOptions options;
  options.simulation = SimulationDispatch{.run_id = "run-7"};
  Pair pair(std::move(options));
  pair.agent.actions["who"] = [](AgentTurn& turn) { return turn.say(turn.simulation()->run_id()); };
  pair.begin();
  EXPECT_EQ(pair.say("who").text(), "run-7");
}

}  // namespace
}  // namespace antiphon::session
