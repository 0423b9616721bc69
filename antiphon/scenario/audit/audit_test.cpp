#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/steady_timer.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/scenario/audit/auditor.hpp"
#include "antiphon/scenario/defaults.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"
#include "antiphon/scenario/users/users.hpp"
#include "antiphon/trace/attributes.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::calls;
using testing_support::ModelScript;

Message names(std::string party, std::string sure = "certain", std::string evidence = R"([{"message":0,"quote":"forgot the order number"}])") {
  return calls("name_fault", R"({"evidence":)" + evidence + R"(,"why":"it never gave the number","party":")" + party + R"(","sure":")" + sure + R"("})");
}

ModelSettings at_no_cost(const char* name) {
  ModelSettings settings(name);
  settings.price = Price{};
  return settings;
}

/// A user that forgets its number, an agent that asks for it, and a judge who finds that nothing was done about it.
struct AuditedRun {
  std::shared_ptr<ModelScript> script = std::make_shared<ModelScript>();
  CriterionResult criterion{.criterion = "The agent tells the status", .reasoning = "it told none", .status = CriterionStatus::failed, .evidence = {1}};
  Scenario scenario{.name = "audited", .description = "a customer asks about order A-1007"};
  RunOptions options{.seed = 3};

  AuditedRun() {
    scenario.user = [](AgentInput) -> Task<AgentReply> { co_return "I forgot the order number, sorry"; };
    scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return "Which order is it?"; };
    scenario.judge = [this](AgentInput) -> Task<AgentReply> { co_return Verdict{.reasoning = "seen", .criteria = {criterion}}; };  // NOLINT: outlives the run
    scenario.script = {user(), agent(), judge()};
    scenario.audit = at_no_cost("test/model");
  }
  ScenarioResult run() {
    options.models = testing_support::registry_with(script);
    return antiphon::run(scenario, options);
  }
};

TEST(Audit, DecidesWhereTheRulesAreNotCertain_SCN100) {
  AuditedRun run;
  run.script->answers = {names("simulated_user")};
  const auto result = run.run();
  ASSERT_TRUE(result.fault) << result;
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_EQ(result.fault->party, Party::simulated_user);
  EXPECT_EQ(result.fault->by, Fault::By::audit);
  EXPECT_EQ(result.fault->why, "it never gave the number");
  EXPECT_TRUE(result.fault->certain);
  EXPECT_TRUE(result.spoiled());
  ASSERT_EQ(result.fault->evidence.size(), 1U);
  EXPECT_EQ(result.fault->evidence[0].message, 0);
  EXPECT_EQ(result.fault->evidence[0].quote, "forgot the order number");
  ASSERT_TRUE(result.fault->rules_said);
  EXPECT_EQ(result.fault->rules_said->party, Party::agent);
  EXPECT_EQ(result.fault->rules_said->rule, "criterion");
  ASSERT_EQ(result.fault->parties.size(), 6U);
  EXPECT_EQ(result.fault->parties[0].party, Party::simulated_user);
  EXPECT_EQ(result.fault->parties[0].state, PartyStanding::State::at_fault);
  EXPECT_THAT(result.notices, IsEmpty());
}

TEST(Audit, IsOneForcedCallThatReadsAllOfTheRun_SCN100) {
  AuditedRun run;
  run.scenario.checks = {contains("which"), contains("shipped")};
  run.script->answers = {names("simulated_user", "likely")};
  const auto result = run.run();
  ASSERT_EQ(run.script->asked.size(), 1U);
  const auto& asked = run.script->asked[0];
  EXPECT_EQ(asked.tags.role, "auditor");
  EXPECT_EQ(asked.tool_choice.mode, ToolChoice::Mode::named);
  EXPECT_EQ(asked.tool_choice.name, "name_fault");
  ASSERT_EQ(asked.tools.tools().size(), 1U);
  EXPECT_EQ(asked.temperature, 0.0);
  const auto& text = asked.messages.back().text();
  EXPECT_THAT(text, HasSubstr("a customer asks about order A-1007"));
  EXPECT_THAT(text, HasSubstr("[0] user: \"I forgot the order number, sorry\"\n[1] agent: \"Which order is it?\"\n"));
  EXPECT_THAT(text, HasSubstr("- not met: \"The agent tells the status\"; the judge says \"it told none\"; it rests on [1]"));
  EXPECT_THAT(text, HasSubstr("- not held: \"expected"));
  EXPECT_THAT(text, HasSubstr("The rules say: agent, because \""));
  EXPECT_FALSE(result.fault->certain);
  EXPECT_EQ(result.model_calls, 1);
  EXPECT_EQ(result.input_tokens, 10);
  EXPECT_EQ(result.output_tokens, 2);
  ASSERT_EQ(result.usage.size(), 1U);
  EXPECT_EQ(result.usage[0].role, "auditor");
}

TEST(Audit, ReadsWhatTheSimulatedUserWasTold_SCN100) {
  AuditedRun run;
  run.scenario.user = user_simulator({.persona = "in a hurry"});
  run.scenario.model = at_no_cost("test/model");
  run.script->answers = {Message::assistant("where is it"), names("agent", "likely", R"([{"message":1,"quote":"Which order"}])")};
  EXPECT_EQ(run.run().fault->by, Fault::By::audit);
  EXPECT_THAT(run.script->asked.back().messages.back().text(), AllOf(HasSubstr("in a hurry"), HasSubstr("You play a person")));
}

TEST(Audit, IsOffUnlessAskedFor_SCN100) {
  for (const auto* model : {"", "off"}) {
    AuditedRun run;
    run.scenario.audit = model;
    const auto result = run.run();
    EXPECT_EQ(result.fault->by, Fault::By::rule);
    EXPECT_THAT(run.script->asked, IsEmpty());
    EXPECT_THAT(result.notices, IsEmpty());
  }
}

TEST(Audit, NeverLooksAtWhatPassedOrIsCertain_SCN100) {
  AuditedRun passed;
  passed.criterion.status = CriterionStatus::passed;
  EXPECT_FALSE(passed.run().fault);
  EXPECT_THAT(passed.script->asked, IsEmpty());

  AuditedRun broken;  // a forbidden word was said
  broken.scenario.judge = {};
  broken.scenario.script = {user(), agent()};
  broken.scenario.checks = {not_contains("Which")};
  EXPECT_EQ(broken.run().fault->rule, "check");
  EXPECT_THAT(broken.script->asked, IsEmpty());

  AuditedRun error;
  error.scenario.agent = [](AgentInput) -> Task<AgentReply> { throw Error(ErrorKind::unavailable, "503"); };
  EXPECT_EQ(error.run().fault->rule, "error");
  EXPECT_THAT(error.script->asked, IsEmpty());

  AuditedRun spoiled;  // the user speaks as a service does
  spoiled.scenario.user = [](AgentInput) -> Task<AgentReply> { co_return "how can I help you today?"; };
  EXPECT_EQ(spoiled.run().fault->rule, "spoke as the assistant");
  EXPECT_THAT(spoiled.script->asked, IsEmpty());
}

TEST(Audit, OfAnUndecidedRunNeverNamesTheAgent_SCN31_SCN100) {
  AuditedRun run;
  run.criterion.status = CriterionStatus::inconclusive;
  run.script->answers = {names("agent"), names("simulated user")};
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive);
  EXPECT_EQ(result.fault->party, Party::simulated_user);
  const auto* parties = at_pointer(run.script->asked.at(0).tools.tools().at(0).parameters, "/properties/party/enum");
  ASSERT_NE(parties, nullptr);
  EXPECT_EQ(*parties, (json::value{"simulated_user", "judge", "harness"}));
  EXPECT_THAT(run.script->asked.at(1).messages.back().text(), HasSubstr("party is agent; allowed are simulated_user"));
}

TEST(Audit, HoldsNoGivenWordsAgainstTheUser_SCN100) {
  AuditedRun run;
  run.scenario.user = scripted_user({"I forgot the order number"});
  run.script->answers = {names("simulated_user"), names("simulated_user")};
  const auto result = run.run();
  EXPECT_EQ(result.fault->party, Party::agent);
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("party is simulated_user; allowed are agent, judge")));
}

std::string parties_offered(AuditedRun& run) {
  run.script->answers = {names("harness")};
  run.run();
  const auto& asked = run.script->asked;
  return asked.empty() ? "nobody asked" : json::serialize(asked[0].tools.tools().at(0).parameters.at("properties").at("party").at("enum"));
}

TEST(Audit, NamesNobodyWhoHadNoPartInIt_SCN100) {
  AuditedRun judged;
  EXPECT_EQ(parties_offered(judged), R"(["agent","simulated_user","judge","harness"])");

  AuditedRun checked;  // whatever the judge had said, a check fails
  checked.scenario.checks = {contains("shipped")};
  EXPECT_EQ(parties_offered(checked), R"(["agent","simulated_user","harness"])");
  checked.criterion.status = CriterionStatus::passed;
  checked.script->asked.clear();
  EXPECT_EQ(parties_offered(checked), R"(["agent","simulated_user","harness"])");

  AuditedRun modelled;
  modelled.scenario.user = user_simulator({.persona = "in a hurry"});
  modelled.scenario.model = at_no_cost("test/model");
  modelled.script->answers = {Message::assistant("where is it"), names("provider", "likely", "[]")};
  EXPECT_EQ(modelled.run().fault->party, Party::provider);
}

TEST(Audit, IsVoidWhereItQuotesAPieceOfAWordOrHowAMessageIsStored_SCN57_SCN100) {
  for (const auto* quotation : {"role user content", "orde", ",", "content I forgot"}) {
    AuditedRun run;
    run.script->answers = {names("simulated_user", "certain", fmt::format(R"([{{"message":0,"quote":"{}"}}])", quotation))};
    const auto result = run.run();
    EXPECT_EQ(result.fault->by, Fault::By::rule) << quotation;
    EXPECT_THAT(result.notices, ElementsAre(HasSubstr("where nobody says so"))) << quotation;
  }
}

TEST(Audit, QuotesACallAsItIsShown_SCN100) {
  AuditedRun run;
  run.scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return calls("find_order", R"({"number":"B-2"})"); };
  run.script->answers = {names("agent", "certain", R"([{"message":1,"quote":"calls find_order with {\"number\":\"B-2\"}"}])")};
  const auto result = run.run();
  EXPECT_EQ(result.fault->by, Fault::By::audit) << result;
  EXPECT_THAT(run.script->asked[0].messages.back().text(), HasSubstr(R"((calls find_order with {"number":"B-2"}))"));
}

TEST(Audit, IsNotBegunWhereTheRunWasInterruptedWhileSomebodyHungUp_SCN72_SCN100) {
  class HangsUpSlowly final : public Participant {
   public:
    HangsUpSlowly(StopSource stop, Clock& clock) : stop_(std::move(stop)), clock_(clock) {}
    Task<AgentReply> call(AgentInput) override { co_return "I forgot the order number, sorry"; }
    Task<> close() override {
      stop_.request();
      co_await clock_.sleep_for(1s);
    }

   private:
    StopSource stop_;
    Clock& clock_;
  };
  AuditedRun run;
  run.scenario.user = ParticipantSpec(
      "slow", [stop = run.options.stop](const ParticipantContext& context) { return std::make_unique<HangsUpSlowly>(stop, context.runtime.clock); }, true);
  run.script->answers = {names("simulated_user")};
  EXPECT_EQ(run.run().fault->by, Fault::By::rule);
  EXPECT_THAT(run.script->asked, IsEmpty());
}

TEST(Audit, IsAskedOnceMoreWithTheErrorShown_SCN100) {
  AuditedRun run;
  run.script->answers = {Message::assistant("the user, I think"), names("simulated_user")};
  EXPECT_EQ(run.run().fault->by, Fault::By::audit);
  ASSERT_EQ(run.script->asked.size(), 2U);
  EXPECT_THAT(run.script->asked[1].messages.back().text(), HasSubstr("name_fault was not called"));
}

TEST(Audit, MalformedAnswersAreExplained_SCN100) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"no json", "not JSON"},
      {"[]", "are no object"},
      {R"({"party":"agent"})", "has no why"},
      {R"({"party":"nobody","why":"w","evidence":[],"sure":"certain"})", "party is nobody; allowed are agent, simulated_user, judge"},
      {R"({"party":"agent","why":" ","evidence":[],"sure":"certain"})", "why is empty"},
      {R"({"party":"agent","why":"w","evidence":[],"sure":"certain"})", "evidence is empty; quote a message"},
      {R"({"party":"agent","why":"w","evidence":"x","sure":"certain"})", "evidence is x; a list is wanted"},
      {R"({"party":"agent","why":"w","evidence":[3],"sure":"certain"})", "evidence holds 3"},
      {R"({"party":"agent","why":"w","evidence":[{"message":1}],"sure":"certain"})", "words of it are wanted"},
      {R"({"party":"agent","why":"w","evidence":[{"message":"one","quote":"x"}],"sure":"certain"})", "message is one; the number"},
      {R"({"party":"agent","why":"w","evidence":[{"message":1,"quote":"Which"}],"sure":"very"})", "sure is very; allowed are certain"},
  };
  for (const auto& [arguments, complaint] : cases) {
    AuditedRun run;
    run.script->answers = {calls("name_fault", arguments), names("simulated_user")};
    EXPECT_EQ(run.run().fault->by, Fault::By::audit) << arguments;
    ASSERT_EQ(run.script->asked.size(), 2U) << arguments;
    EXPECT_THAT(run.script->asked[1].messages.back().text(), HasSubstr(complaint)) << arguments;
  }
}

TEST(Audit, ThatIsMalformedTwiceLeavesTheRuleStanding_SCN100) {
  AuditedRun run;
  run.script->answers = {Message::assistant("the user"), Message::assistant("really the user")};
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_FALSE(result.error);
  EXPECT_EQ(result.fault->party, Party::agent);
  EXPECT_EQ(result.fault->by, Fault::By::rule);
  EXPECT_THAT(result.notices, ElementsAre(AllOf(HasSubstr("the auditor failed: its model test/model broke the protocol twice"), HasSubstr("really the user"),
                                                HasSubstr("is told by rule"))));
}

TEST(Audit, NeverBlamesItsOwnProvider_SCN100) {
  AuditedRun run;  // no answer is dictated: the provider fails
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_FALSE(result.error);
  EXPECT_EQ(result.fault->party, Party::agent);
  EXPECT_EQ(result.fault->by, Fault::By::rule);
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("the auditor failed: the test dictates no further answer")));
}

TEST(Audit, ThatTakesTooLongIsLeftAndTakesNoTimeOfTheConversations_SCN100) {
  AuditedRun run;
  run.script->answers = {names("simulated_user")};
  run.script->latency = 2min;
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_EQ(result.fault->by, Fault::By::rule);
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("the auditor gave no answer within 1 min 0 s (turn_timeout)")));
  EXPECT_DOUBLE_EQ(result.duration_s, 0.0);
}

TEST(Audit, HasItsOwnTimeAfterTheRuns_SCN100) {
  AuditedRun run;
  run.scenario.timeout = 10s;
  run.script->answers = {names("simulated_user")};
  run.script->latency = 30s;
  EXPECT_EQ(run.run().fault->by, Fault::By::audit);
}

TEST(Audit, ThatNothingCanStopIsLeftBehind_SCN72_SCN100) {
  class Stuck final : public LanguageModel {
   public:
    Task<ChatResponse> complete(ChatRequest, Deadline) override {
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::steady_clock::time_point::max());
      co_await never.async_wait(use_task);
      co_return ChatResponse{.message = Message::assistant("")};
    }
    Task<std::unique_ptr<ChatStream>> stream(ChatRequest, Deadline) override { throw Error(ErrorKind::unsupported, "not streamed"); }
    const std::string& name() const override { return name_; }

   private:
    std::string name_ = "stuck/model";
  };
  auto registry = std::make_shared<ModelRegistry>();
  registry->add("stuck", {.make = [](const ModelSettings&, const ModelContext&) { return std::make_unique<Stuck>(); },
                          .waits_on_clock_alone = true,
                          .check = [](const ModelSettings&) {}});
  AuditedRun run;
  run.scenario.audit = "stuck/model";
  run.options.models = registry;
  const auto result = antiphon::run(run.scenario, run.options);
  EXPECT_EQ(result.outcome, RunOutcome::failed) << result;
  EXPECT_EQ(result.fault->party, Party::agent);
  EXPECT_EQ(result.messages.size(), 2U);
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("is on no clock")));
}

TEST(Audit, ThatIsInterruptedLeavesTheResultOfTheRun_SCN72_SCN100) {
  class Interrupting final : public LanguageModel {
   public:
    Interrupting(StopSource stop, Clock& clock) : stop_(std::move(stop)), clock_(clock) {}
    Task<ChatResponse> complete(ChatRequest, Deadline) override {
      stop_.request();
      co_await clock_.sleep_for(30s);
      co_return ChatResponse{.message = names("simulated_user")};
    }
    Task<std::unique_ptr<ChatStream>> stream(ChatRequest, Deadline) override { throw Error(ErrorKind::unsupported, "not streamed"); }
    const std::string& name() const override { return name_; }

   private:
    StopSource stop_;
    Clock& clock_;
    std::string name_ = "interrupting/model";
  };
  AuditedRun run;
  auto registry = std::make_shared<ModelRegistry>();
  registry->add("interrupting",
                {.make = [stop = run.options.stop](const ModelSettings&,
                                                   const ModelContext& context) { return std::make_unique<Interrupting>(stop, context.runtime.clock); },
                 .waits_on_clock_alone = true,
                 .check = [](const ModelSettings&) {}});
  run.scenario.audit = "interrupting/model";
  run.options.models = registry;
  const auto result = antiphon::run(run.scenario, run.options);
  EXPECT_EQ(result.outcome, RunOutcome::failed) << result;
  EXPECT_EQ(result.fault->by, Fault::By::rule);
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("the audit was interrupted")));
}

TEST(Audit, BeyondTheBudgetIsNotHeld_SCN91_SCN100) {
  AuditedRun run;
  run.scenario.user = user_simulator();
  run.scenario.model = at_no_cost("test/model");
  run.scenario.budget = {.tokens = 5};
  run.script->answers = {Message::assistant("i forgot the order number"), names("simulated_user")};
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_EQ(result.fault->by, Fault::By::rule);
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("the budget of 5 tokens is used up")));
}

TEST(Audit, CountsTowardsTheCost_SCN100) {
  AuditedRun run;
  run.scenario.audit.price = Price{.input = 10'000, .output = 50'000};
  run.scenario.budget = {.usd = 5};
  run.script->answers = {names("simulated_user")};
  const auto result = run.run();
  ASSERT_TRUE(result.cost_usd);
  EXPECT_NEAR(*result.cost_usd, 0.2, 1e-9);
  run.scenario.audit.price.reset();
  EXPECT_THAT(validate(run.scenario, *run.options.models), ElementsAre(HasSubstr("that of the auditor is not known")));
}

TEST(Audit, IsVoidWhereItsEvidenceDoesNotExist_SCN57_SCN100) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"([{"message":7,"quote":"anything"}])", "it rests on message 7, and the conversation has 2 (0 to 1)"},
      {R"([{"message":-1,"quote":"anything"}])", "it rests on message -1"},
      {R"([{"message":0,"quote":"I hate numbers"}])", "it quotes \"I hate numbers\" from message 0, where nobody says so"},
      {R"([{"message":1,"quote":"forgot the order number"}])", "from message 1"},
      {R"([{"message":1,"quote":"Which order"}])", "it blames the simulated user and quotes no words of its own"},
  };
  for (const auto& [evidence, why] : cases) {
    AuditedRun run;
    run.script->answers = {names("simulated_user", "certain", evidence), names("simulated_user")};
    const auto result = run.run();
    EXPECT_EQ(result.fault->by, Fault::By::rule) << evidence;
    EXPECT_THAT(result.notices, ElementsAre(AllOf(HasSubstr("the audit is void: "), HasSubstr(why)))) << evidence;
    EXPECT_EQ(run.script->asked.size(), 1U);  // asking again would only teach it to invent better
  }
}

TEST(Audit, QuotesByWordsWhateverStandsBetweenThem_SCN100) {
  for (const auto* quotation : {"i forgot  the ORDER number", "I forgot … sorry", "“order number, sorry”"}) {
    AuditedRun run;
    run.script->answers = {names("simulated_user", "certain", R"([{"message":"0","quote":")" + std::string(quotation) + R"("}])")};
    EXPECT_EQ(run.run().fault->by, Fault::By::audit) << quotation;
  }
}

TEST(Audit, ExcusesNothingByWhatTheUserDidAfterTheFailureWasSettled_SCN100) {
  AuditedRun run;
  run.scenario.script = {user(), agent(), user(), agent(), judge()};
  run.script->answers = {names("simulated_user", "certain", R"([{"message":2,"quote":"forgot the order number"}])")};
  const auto result = run.run();
  EXPECT_EQ(result.fault->party, Party::agent);
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("came after message 1, where the failure was settled already")));
}

TEST(Audit, ThatIsUnsureOverrulesNobody_SCN100) {
  AuditedRun run;
  run.script->answers = {names("simulated_user", "unsure")};
  const auto result = run.run();
  EXPECT_EQ(result.fault->party, Party::agent);
  EXPECT_EQ(result.fault->by, Fault::By::rule);
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("its guess is simulated_user: it never gave the number")));
}

TEST(Audit, IsThereBeforeAnybodyDecidesOnAnotherAttempt_SCN100) {
  AuditedRun run;
  run.script->answers = {names("simulated_user"), names("agent", "certain", R"([{"message":1,"quote":"Which order"}])")};
  run.options.again = [](const ScenarioResult& result) { return result.attempt == 1 && result.spoiled() ? Again::replace : Again::no; };
  const auto result = run.run();
  EXPECT_EQ(result.attempt, 2);
  EXPECT_EQ(result.fault->party, Party::agent);
  EXPECT_EQ(result.earlier.at(0).fault->by, Fault::By::audit);
}

TEST(Audit, IsASpanBesideTheTurns_OBS1_SCN100) {
  AuditedRun run;
  std::vector<trace::Span> spans;
  run.options.on_trace = [&](const ScenarioResult&, const trace::Recorder& recorder) { spans = recorder.spans(); };
  run.script->answers = {names("simulated_user")};
  run.run();
  const auto named = [&](std::string_view name) { return std::find_if(spans.begin(), spans.end(), [&](const auto& span) { return span.name == name; }); };
  const auto audit = named("audit"), call = named("chat test/model"), scenario = named("scenario");
  ASSERT_NE(audit, spans.end());
  ASSERT_NE(call, spans.end());
  EXPECT_EQ(audit->parent, scenario->id);
  EXPECT_EQ(call->parent, audit->id);
  ASSERT_EQ(audit->events.size(), 1U);
  EXPECT_EQ(audit->events[0].name, trace::attr::evaluation);
}

TEST(Audit, IsToldAsItHappens_SCN73_SCN100) {
  struct Sink final : EventSink {
    std::vector<std::string> heard;
    void add(const RunEvent& event) override {
      if (const auto* audited = std::get_if<FaultAudited>(&event)) heard.push_back(audited->fault.why);
      if (std::holds_alternative<RunFinished>(event)) heard.emplace_back("finished");
    }
  } sink;
  AuditedRun run;
  run.options.events = &sink;
  run.script->answers = {names("simulated_user")};
  run.run();
  EXPECT_THAT(sink.heard, ElementsAre("it never gave the number", "finished"));
}

TEST(Audit, IsOnTheCassetteOfItsRun_SCN81_SCN100) {
  const auto file = (std::filesystem::path(testing::TempDir()) / "audit_test.jsonl").string();
  AuditedRun run;
  run.scenario.cassettes = CassetteMode::record;
  run.scenario.cassette_file = file;
  run.script->answers = {names("simulated_user")};
  EXPECT_EQ(run.run().fault->by, Fault::By::audit);
  run.scenario.cassettes = CassetteMode::replay;  // nobody answers any more
  const auto replayed = run.run();
  EXPECT_EQ(replayed.fault->party, Party::simulated_user);
  EXPECT_THAT(replayed.notices, IsEmpty());
  run.criterion.reasoning = "another reason";
  const auto missed = run.run();
  EXPECT_EQ(missed.outcome, RunOutcome::failed);
  EXPECT_EQ(missed.fault->by, Fault::By::rule);
  EXPECT_THAT(missed.notices, ElementsAre(HasSubstr("the auditor failed")));
  std::filesystem::remove(file);
}

TEST(Audit, IsCheckedBeforeTheRun_SCN43_SCN100) {
  AuditedRun run;
  run.options.models = testing_support::registry_with(run.script);
  run.scenario.audit = "nowhere/model";
  EXPECT_THAT(validate(run.scenario, *run.options.models), ElementsAre(HasSubstr("the auditor: ")));
  run.scenario.audit = ModelSettings();
  run.scenario.audit.temperature = 0.2;
  EXPECT_THAT(validate(run.scenario, *run.options.models), ElementsAre(HasSubstr("the audit has settings and no model")));
}

TEST(Audit, TakesWhatHoldsForAllRuns_SCN71_SCN100) {
  AuditedRun run;
  run.scenario.audit = {};
  set_run_defaults({.audit = at_no_cost("test/model")});
  run.script->answers = {names("simulated_user")};
  EXPECT_EQ(run.run().fault->by, Fault::By::audit);
  run.scenario.audit = "off";
  EXPECT_EQ(run.run().fault->by, Fault::By::rule);
  clear_run_defaults();
}

TEST(Audit, InRealTimeWhereItsModelIs_SCN100) {
  AuditedRun run;
  auto registry = std::make_shared<ModelRegistry>();
  registry->add("far",
                {.make = [](const ModelSettings&, const ModelContext&) -> std::unique_ptr<LanguageModel> { throw Error(ErrorKind::configuration, "no"); },
                 .check = [](const ModelSettings&) {}});
  run.scenario.audit = "far/model";
  run.options.models = registry;
  const auto result = antiphon::run(run.scenario, run.options);
  EXPECT_EQ(result.clock, "wall");
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("the auditor failed: no")));
  run.scenario.clock = ClockChoice::virtual_time;
  EXPECT_THAT(validate(run.scenario, *registry), ElementsAre(HasSubstr("the participant `auditor` does not")));
}

}  // namespace
}  // namespace antiphon
