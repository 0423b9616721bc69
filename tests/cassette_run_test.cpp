#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

/// Says something by chance, after some time, and now and then fails for good; judges as it is asked to.
class ChanceModel final : public LanguageModel {
 public:
  ChanceModel(Clock& clock, std::uint64_t seed, std::string id, std::atomic<int>* asked)
      : clock_(clock), random_(mix_seed(seed, std::vector<std::string_view>{id})), asked_(asked) {}

  Task<ChatResponse> complete(ChatRequest request, Deadline) override {
    ++*asked_;
    co_await clock_.sleep_for(std::chrono::microseconds(random_.below(2'000'000)));
    if (random_.below(40) == 0) throw Error(ErrorKind::unavailable, "out of order").with_status(503).with_party(Party::provider);
    if (const auto* tool = request.tools.find("finish_test")) co_return ChatResponse{.message = verdict(*tool)};
    if (request.tools.find("continue_test"))
      co_return ChatResponse{.message = testing_support::calls(random_.below(6) == 0 ? "make_verdict" : "continue_test")};
    co_return ChatResponse{.message = Message::assistant("words " + std::to_string(random_.below(1000))),
                           .finish_reason = "stop",
                           .usage = {.input_tokens = 3, .output_tokens = 4}};
  }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest, Deadline) override { throw Error(ErrorKind::unsupported, "not streamed"); }
  const std::string& name() const override { return name_; }

 private:
  Message verdict(const Tool& tool) {
    json::object criteria;
    for (const auto& [key, value] : tool.parameters.at_pointer("/properties/criteria/properties").as_object())
      criteria[key] = {{"requirement", "r"}, {"reasoning", "because"}, {"status", random_.below(2) == 0 ? "passed" : "failed"}, {"evidence", json::array{0}}};
    return testing_support::calls("finish_test", json::serialize(json::object{{"reasoning", "so"}, {"criteria", criteria}}));
  }

  Clock& clock_;
  RandomStream random_;
  std::atomic<int>* asked_;
  std::string name_ = "chance/model";
};

class CassetteRun : public testing::Test {
 protected:
  CassetteRun() : folder_(fs::temp_directory_path() / make_id("tapes")) { fs::create_directories(folder_); }
  ~CassetteRun() override { fs::remove_all(folder_); }

  std::shared_ptr<const ModelRegistry> models(bool on_clock = true) {
    auto registry = std::make_shared<ModelRegistry>();
    registry->add("chance", {.make =
                                 [this](const ModelSettings&, const ModelContext& context) {
                                   return std::make_unique<ChanceModel>(context.runtime.clock, context.seed, context.scenario_id, &asked_);
                                 },
                             .waits_on_clock_alone = on_clock,
                             .check =
                                 [this](const ModelSettings&) {
                                   if (no_key_) throw Error(ErrorKind::configuration, "needs a key");
                                 }});
    return registry;
  }
  std::vector<Scenario> scenarios(CassetteMode mode, int count = 40) const {
    std::vector<Scenario> list;
    for (int i = 0; i < count; ++i) {
      Scenario scenario{.name = "number " + std::to_string(i),
                        .description = "somebody wants something",
                        .agent = model_agent({.model = "chance/agent", .system = "You are the agent."}),
                        .user = user_simulator(),
                        .judge = judge_agent({"it is polite", "it is brief"}),
                        .model = "chance/model",
                        .max_turns = 6};
      scenario.file = (folder_ / "desk.yaml").string();
      scenario.cassettes = mode;
      list.push_back(std::move(scenario));
    }
    return list;
  }
  static std::vector<std::string> told(const std::vector<ScenarioResult>& results) {
    std::vector<std::string> list;
    for (const auto& result : results) {
      auto json = to_json(result);
      json.erase("run_id");
      json.erase("thread_id");
      list.push_back(json::serialize(json));
    }
    return list;
  }

  fs::path folder_;
  std::atomic<int> asked_ = 0;
  bool no_key_ = false;
};

TEST_F(CassetteRun, RecordAndReplayGiveIdenticalResultsWhateverRunsBeside_SCN81) {
  const auto recorded = told(run_all(scenarios(CassetteMode::record), {.jobs = 8, .seed = 5, .models = models()}));
  const int asked = asked_;
  EXPECT_GT(asked, 100);
  no_key_ = true;  // a replay needs none
  for (const int jobs : {1, 8}) EXPECT_EQ(told(run_all(scenarios(CassetteMode::replay), {.jobs = jobs, .models = models(false)})), recorded) << jobs;
  EXPECT_EQ(asked_, asked);
}

TEST_F(CassetteRun, ARecordingOfRulesIsTheSameBytesEachTime_SCN81) {
  const auto bytes = [&] {
    run_all(scenarios(CassetteMode::record, 1), {.seed = 5, .models = models()});
    for (const auto& entry : fs::recursive_directory_iterator(folder_))
      if (entry.path().extension() == ".jsonl") return read_file(entry.path().string());
    return std::string("none");
  };
  EXPECT_EQ(bytes(), bytes());
}

TEST_F(CassetteRun, AMissIsAnErrorOfTheHarness_SCN81) {
  run_all(scenarios(CassetteMode::record, 1), {.seed = 5, .models = models()});
  auto changed = scenarios(CassetteMode::replay, 1);
  changed[0].description = "somebody wants something else";
  const auto result = run_all(changed, {.models = models()}).front();
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, AllOf(HasSubstr("the instructions"), HasSubstr("something else"), HasSubstr("--update-cassettes")));
}

TEST_F(CassetteRun, AnInterruptedRecordingLeavesTheOldCassette_SCN81) {
  auto one = scenarios(CassetteMode::record, 1);
  one[0].cassette_file = (folder_ / "one.jsonl").string();
  run_all(one, {.seed = 5, .models = models()});
  const auto before = read_file(one[0].cassette_file);
  StopSource stop;
  one[0].script = {user(), [stop](RunState&) mutable { stop.request(); }, agent(), agent()};
  const auto result = run_all(one, {.seed = 6, .models = models(), .stop = stop}).front();
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(read_file(one[0].cassette_file), before);
}

TEST_F(CassetteRun, ARecordingThatCannotBeWrittenIsAnErrorThatSaysSo_SCN81) {
  write_file_atomically((folder_ / "cassettes").string(), "a file in the folder's place");
  const auto result = run_all(scenarios(CassetteMode::record, 1), {.seed = 5, .models = models()}).front();
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, AllOf(HasSubstr("was not recorded"), HasSubstr("cassettes is no folder")));
  EXPECT_EQ(asked_, 0);  // nobody pays for what cannot be kept
}

TEST_F(CassetteRun, ARecordingThatIsLostAtItsEndKeepsTheConversation_SCN81) {
  auto list = scenarios(CassetteMode::record, 1);
  list[0].cassette_file = (folder_ / "tape" / "one.jsonl").string();
  const auto file = list[0].cassette_file;
  list[0].script = {user(), agent(), [file](RunState&) { fs::create_directories(file); }};
  const auto result = run_all(list, {.seed = 5, .models = models()}).front();
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, AllOf(HasSubstr("was not recorded"), HasSubstr("one.jsonl")));
  EXPECT_EQ(result.messages.size(), 2U);
}

TEST_F(CassetteRun, ACacheThatCannotBeWrittenIsToldOnceAndTheRunGoesOn_SCN80) {
  auto list = scenarios(CassetteMode::off, 1);
  list[0].cache = "v1";
  write_file_atomically((folder_ / "cache").string(), "a file in the folder's place");
  const auto result = run_all(list, {.seed = 8, .models = models(), .cache_folder = (folder_ / "cache").string()}).front();
  EXPECT_FALSE(result.messages.empty());
  ASSERT_FALSE(result.notices.empty());
  EXPECT_THAT(result.notices[0], AllOf(HasSubstr("are not kept in the cache"), HasSubstr((folder_ / "cache").string())));
}

TEST_F(CassetteRun, ACachedRunAsksNobodyAndGivesTheSame_SCN80) {
  auto list = scenarios(CassetteMode::off, 10);
  for (auto& scenario : list) scenario.cache = "v1";
  const RunOptions options{.jobs = 4, .seed = 8, .models = models(), .cache_folder = (folder_ / "cache").string()};
  const auto passed_through = [](const std::vector<ScenarioResult>& results) {
    return std::none_of(results.begin(), results.end(), [](const auto& result) { return result.error.has_value(); });
  };
  auto first = run_all(list, options);
  // What failed is not kept and is asked again; those runs are left out.
  std::vector<Scenario> kept;
  std::vector<ScenarioResult> before;
  for (std::size_t i = 0; i < list.size(); ++i)
    if (!first[i].error) kept.push_back(list[i]), before.push_back(first[i]);
  ASSERT_FALSE(kept.empty());
  const int asked = asked_;
  const auto again = run_all(kept, options);
  EXPECT_TRUE(passed_through(again));
  EXPECT_EQ(told(again), told(before));
  EXPECT_EQ(asked_, asked);
  auto other = kept;
  for (auto& scenario : other) scenario.repeat = 2;
  run_all(other, options);
  EXPECT_GT(asked_, asked);  // each repeat draws for itself
}

}  // namespace
}  // namespace antiphon
