#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/json.hpp"
#include "antiphon/cli/command_line_test.hpp"
#include "antiphon/result/agreement.hpp"

namespace antiphon::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* asks = "The agent asks for the order number";

/// Two scenarios whose judge says passed of the first and failed of the second.
class LabelCommand : public CommandLine {
 protected:
  LabelCommand() {
    write("suite.yaml",
          "antiphon: 1\nagent: {model: rules/a.rules.yaml}\ndefaults: {model: rules/a.rules.yaml, seed: 4}\nscenarios:\n"
          "  - {name: refund, script: [{user: where is my order}, agent, judge], judge: [The agent asks for the order number, The agent is polite]}\n"
          "  - {name: rude, script: [{user: quick}, agent, judge], judge: [The agent asks for the order number]}\n");
    write("rules/a.rules.yaml",
          "rules:\n  - {when: {offers_tool: finish_test, history: quick}, criteria: {default: failed}}\n"
          "  - {when: {offers_tool: finish_test}, criteria: {default: passed}}\n"
          "  - {reply: \"It is on its way.\"}\n");
    antiphon({"run", "suite.yaml", "-q"});
    batch_ = parse_batch(read("antiphon-out/result.json"));
  }

  const std::string& run_id(std::size_t i) const { return batch_.scenarios.at(i).run_id; }
  int label(std::vector<std::string> more, const std::string& typed = {}) {
    more.insert(more.begin(), "label");
    more.insert(more.end(), {"--author", "ann"});
    return antiphon(std::move(more), typed);
  }
  std::vector<Label> stored() {
    EXPECT_EQ(antiphon({"label", "export"}), 0) << err();
    return parse_labels(out(), "export").labels;
  }
  std::string page_labels(const std::string& criterion, const std::string& run, int version = 1) const {
    return "{\"antiphon_labels\": " + std::to_string(version) + ", \"labels\": [{\"batch_id\": \"" + batch_.batch_id + "\", \"run_id\": \"" + run_id(0) +
           "\", \"criterion\": \"The agent is polite\", \"verdict\": \"passed\", \"reason\": \"\", \"author\": \"bob\", \"at\": \"2026-11-26T09:00:00Z\"}, "
           "{\"batch_id\": \"" +
           batch_.batch_id + "\", \"run_id\": \"" + run + "\", \"criterion\": " + criterion +
           ", \"verdict\": \"failed\", \"reason\": \"rude\", \"author\": \"bob\", \"at\": \"2026-11-26T09:01:00Z\"}]}";
  }

  BatchResult batch_;
};

TEST_F(LabelCommand, LabelsOneCriterionByFlags_SCN103_PRD1) {
  EXPECT_EQ(label({"last", "--run", "refund", "--criterion", asks, "--verdict", "failed", "--reason", "it only said where"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("failed"), HasSubstr("you differ: the judge: passed")));
  const auto labels = stored();
  ASSERT_EQ(labels.size(), 1U);
  EXPECT_EQ(labels[0].run_id, run_id(0));
  EXPECT_EQ(labels[0].criterion, asks);
  EXPECT_EQ(labels[0].reason, "it only said where");
  EXPECT_EQ(labels[0].author, "ann");
  EXPECT_EQ(labels[0].judged->verdict, CriterionStatus::passed);
  EXPECT_THAT(labels[0].judged->judge.model, HasSubstr("a.rules.yaml"));
}

TEST_F(LabelCommand, ALaterLabelReplacesButNeverErases_SCN103) {
  for (const auto* verdict : {"failed", "passed"}) EXPECT_EQ(label({"last", "--run", run_id(0), "--criterion", asks, "--verdict", verdict}), 0) << err();
  EXPECT_EQ(stored().size(), 2U);
  antiphon({"label", "list"});
  EXPECT_THAT(out(), HasSubstr("(replaced)"));
  antiphon({"label", "agreement", "--json"});
  EXPECT_EQ(parse_json(out()).at("labels"), 1);
}

TEST_F(LabelCommand, LabelsAWholeRun_SCN103) {
  EXPECT_EQ(label({"antiphon-out/result.json", "--run", "rude", "--verdict", "failed"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("the whole run"), HasSubstr("the run: failed, too")));
  EXPECT_FALSE(stored()[0].criterion);
}

TEST_F(LabelCommand, WalksThroughABatchAndHidesTheJudgeUntilAsked_SCN103) {
  EXPECT_EQ(label({"last"}, "p\nit did\nf\ncurt\ns\n"), 0) << err();
  const auto text = out();
  EXPECT_THAT(text, AllOf(HasSubstr("refund"), HasSubstr("where is my order"), HasSubstr("It is on its way."), HasSubstr("[2/2] The agent is polite"),
                          HasSubstr("the judge: passed, too"), HasSubstr("you differ: the judge: passed"), HasSubstr("2 labels kept in the store; 1 not as")));
  EXPECT_GT(text.find("the judge:"), text.find(std::string("[1/2] ") + asks));
  EXPECT_THAT(text.substr(0, text.find("[1/2]")), AllOf(Not(HasSubstr("passed")), Not(HasSubstr("met"))));
  const auto labels = stored();
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(labels[1].reason, "curt");
  EXPECT_EQ(label({"last"}, "q\n"), 0);
  EXPECT_THAT(out(), AllOf(Not(HasSubstr("refund")), HasSubstr("rude"), HasSubstr("0 labels kept")));  // what has a label is not asked again
  EXPECT_EQ(label({"last", "--again"}, "q\n"), 0);
  EXPECT_THAT(out(), HasSubstr("[1/2]"));
}

TEST_F(LabelCommand, AnAnswerThatIsNoneIsRefusedAndTheOthersAreKept_SCN103) {
  EXPECT_EQ(label({"last"}, "p\n\nmaybe\n"), 2);
  EXPECT_THAT(err(), AllOf(HasSubstr("\"maybe\" is no verdict"), HasSubstr("passed, failed, inconclusive")));
  EXPECT_EQ(stored().size(), 1U);
}

TEST_F(LabelCommand, WithoutAStoreLabelsLiveInAFile_SCN103) {
  const std::vector<std::string> one{"antiphon-out", "--labels", "labels.jsonl", "--run", "refund", "--criterion", asks, "--verdict", "failed"};
  fs::remove(folder_ / "antiphon-out/antiphon.sqlite");
  EXPECT_EQ(label(one), 0) << err();
  EXPECT_EQ(label(one), 0) << err();
  EXPECT_THAT(read("labels.jsonl"), StartsWith("{\"antiphon_labels\":1}\n"));
  EXPECT_EQ(parse_labels(read("labels.jsonl"), "x").labels.size(), 2U);
  EXPECT_EQ(antiphon({"label", "agreement", "--labels", "labels.jsonl"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("1 label of 1 person on 1 verdict"), HasSubstr("disagreements"), HasSubstr("ann: failed")));
  EXPECT_EQ(label({"antiphon-out", "--run", "rude", "--verdict", "failed"}), 2);
  EXPECT_THAT(err(), HasSubstr("there is no store"));
}

TEST_F(LabelCommand, ImportsWhatThePageExports_PRD21_SCN103) {
  write("labels.json", page_labels("null", run_id(1)));
  EXPECT_EQ(antiphon({"label", "import", "labels.json"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("2 labels imported into the store"));
  EXPECT_EQ(antiphon({"label", "import", "labels.json"}), 0);
  EXPECT_THAT(out(), HasSubstr("0 labels imported into the store, 2 there already"));
  const auto labels = stored();
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(labels[0].criterion_key, "the_agent_is_polite");
  EXPECT_EQ(labels[0].judged->verdict, CriterionStatus::passed);
  EXPECT_EQ(labels[1].scenario, "rude");
}

TEST_F(LabelCommand, ImportsIntoAFileWithTheResultBesideIt_SCN103) {
  write("labels.json", page_labels("null", run_id(1)));
  fs::remove(folder_ / "antiphon-out/antiphon.sqlite");
  EXPECT_EQ(antiphon({"label", "import", "labels.json", "--labels", "labels.jsonl"}), 2);
  EXPECT_THAT(err(), AllOf(HasSubstr("no batch"), HasSubstr("nothing was imported"), HasSubstr("name its result.json as well")));
  EXPECT_EQ(antiphon({"label", "import", "labels.json", "antiphon-out", "--labels", "labels.jsonl"}), 0) << err();
  EXPECT_EQ(parse_labels(read("labels.jsonl"), "x").labels.size(), 2U);
}

TEST_F(LabelCommand, AnImportThatIsPartlyWrongImportsNothing_SCN103_PRD51) {
  const auto refused = [&](const std::string& text) {
    write("labels.json", text);
    EXPECT_EQ(antiphon({"label", "import", "labels.json"}), 2);
    return err();
  };
  EXPECT_THAT(refused(page_labels("\"The agent is polit\"", run_id(0))),
              AllOf(HasSubstr("labels.json, label 2"), HasSubstr("did you mean \"The agent is polite\"?"), HasSubstr("nothing was imported")));
  auto near = run_id(0);
  near.back() = near.back() == 'X' ? 'Y' : 'X';
  EXPECT_THAT(refused(page_labels("null", near)), AllOf(HasSubstr("has no run"), HasSubstr("did you mean")));
  EXPECT_THAT(refused(page_labels("null", run_id(1), 2)), HasSubstr("version 2"));
  EXPECT_THAT(refused("nonsense"), HasSubstr("labels.json:1"));
  EXPECT_TRUE(stored().empty());
}

TEST_F(LabelCommand, MistakesOnTheCommandLineAreOneError_SCN103_PRD1) {
  const auto refused = [&](std::vector<std::string> words) {
    EXPECT_EQ(label(std::move(words)), 2);
    return err();
  };
  EXPECT_THAT(refused({"last", "--verdict", "good", "--run", "refund"}), HasSubstr("passed, failed, inconclusive"));
  EXPECT_THAT(refused({"last", "--verdict", "passed"}), HasSubstr("2 runs, and it is not said which one"));
  EXPECT_THAT(refused({"last", "--verdict", "passed", "--run", "refnd"}), HasSubstr("did you mean \"refund\"?"));
  EXPECT_THAT(refused({"last", "--run", "refund", "--reason", "x"}), HasSubstr("need --verdict"));
  EXPECT_THAT(refused({"lst"}), HasSubstr("no file and no batch"));
  EXPECT_THAT(refused({"import"}), HasSubstr("which file"));
  EXPECT_THAT(refused({"agreement"}), HasSubstr("there are no labels"));
  EXPECT_THAT(refused({"last", "again"}), HasSubstr("one word too many"));
  EXPECT_EQ(antiphon({"label", "last"}), 2);
  EXPECT_THAT(err(), HasSubstr("--author"));
}

TEST_F(LabelCommand, RunShowsWhatLabelsOfTheStoreSay_SCN103) {
  EXPECT_EQ(label({"last"}, "p\n\np\n\nf\n\n"), 0) << err();
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--reporter", "junit=junit.xml"}), 1) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("judge      κ 1.00 ("), HasSubstr("n = 2: The agent asks for the order number"),
                           HasSubstr("κ undefined, agreed 1 of 1: The agent is")));
  EXPECT_THAT(out(), HasSubstr("  judge: κ 1.00"));  // beside the verdict that failed
  EXPECT_THAT(read("junit.xml"), HasSubstr("name=\"judge_kappa\" value=\"κ 1.00"));
  const auto batch = parse_batch(read("antiphon-out/result.json"));
  EXPECT_EQ(batch.scenarios[0].criteria[0].agreement->n, 2U);
  EXPECT_FALSE(batch.scenarios[0].fingerprints.judge.hash.empty());
}

TEST_F(LabelCommand, ReportShowsLabelsThatCameLater_SCN103) {
  EXPECT_EQ(label({"last"}, "p\n\np\n\nf\n\n"), 0) << err();
  EXPECT_EQ(antiphon({"report", batch_.batch_id, "--out", "again"}), 0) << err();
  EXPECT_EQ(parse_batch(read("again/result.json")).scenarios[1].criteria[0].agreement->n, 2U);
}

TEST_F(LabelCommand, ASuiteSilencesAJudgeThatPeopleDoNotBelieve_SCN103) {
  std::vector<Label> labels;
  for (int i = 0; i < 24; ++i) {
    auto one = completed({.batch_id = "b", .run_id = "r" + std::to_string(i), .criterion = asks, .verdict = CriterionStatus::passed, .author = "ann"},
                         batch_.scenarios[static_cast<std::size_t>(i % 2)]);
    one.scenario = one.run_id, one.at = "2026-11-26T09:00:00.000Z";
    if (i % 4 > 1) one.verdict = CriterionStatus::failed;
    labels.push_back(one);
  }
  write("labels.jsonl", label_lines(labels));
  write("antiphon.yaml", "judge: {labels: labels.jsonl, kappa_floor: 0.4}\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--retries", "1", "--rerun-spoiled", "1"}), 1) << err();
  EXPECT_TRUE(parse_batch(read("antiphon-out/result.json")).scenarios[0].earlier.empty());  // it would abstain again
  EXPECT_THAT(out(), AllOf(HasSubstr("0 of 2 passed, 2 inconclusive"), HasSubstr("fault      judge 2"), HasSubstr("below the floor 0.4: abstained 2 times")));
  const auto result = parse_batch(read("antiphon-out/result.json")).scenarios[1];
  EXPECT_EQ(result.criteria[0].judged, CriterionStatus::failed);
  EXPECT_THAT(result.reasoning, HasSubstr("the judge agrees with people only κ = 0.00 (n = 24) here, below the floor 0.4"));
  EXPECT_EQ(result.fault->party, Party::judge);
}

}  // namespace
}  // namespace antiphon::cli
