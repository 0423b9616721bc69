#include "antiphon/gateway/evaluation/rag_metrics.hpp"

#include <cmath>
#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gateway/testing/scripted_model.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

/// Points of a plane for texts: at an angle that a test names, in degrees.
class Angles final : public Embedder {
 public:
  explicit Angles(std::map<std::string, double> angles) : angles_(std::move(angles)) {}
  Embedded embed(const std::vector<std::string>& texts, Duration, std::stop_token) override {
    Embedded embedded;
    for (const auto& text : texts) {
      const double angle = angles_.at(text) * std::numbers::pi / 180;
      embedded.vectors.push_back({static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))});
    }
    return embedded;
  }
  const std::string& name() const override { return name_; }
  const EmbedderCapabilities& capabilities() const override { return capabilities_; }

 private:
  std::string name_ = "angles";
  EmbedderCapabilities capabilities_{.dimensions = 2};
  std::map<std::string, double> angles_;
};

testing::Line calling(std::string tool, std::string arguments) {
  testing::Line line;
  line.calls = {{.id = "1", .name = std::move(tool), .arguments = std::move(arguments)}};
  return line;
}

struct Rag : ::testing::Test {
  RagJudge judge(std::vector<testing::Line> lines, std::map<std::string, double> angles = {}) {
    model = std::make_shared<testing::ScriptedModel>(world.clock, std::move(lines));
    return {world.runtime, model, std::make_shared<Angles>(std::move(angles))};
  }
  net::testing::VirtualWorld world;
  std::shared_ptr<testing::ScriptedModel> model;
  RagSample sample{.question = "What does express cost?",
                   .answer = "Twelve dollars, and it is free on Sundays.",
                   .contexts = {"Express costs twelve dollars.", "We have cups.", "Express is fast."}};
};

TEST_F(Rag, FaithfulnessIsTheShareOfStatementsThatTheContextsSupport_GTW62) {
  auto by = judge(
      {calling("list_statements", R"({"statements": ["Express costs twelve dollars.", "Express is free on Sundays.", "Express exists."]})"),
       calling(
           "judge_statements",
           R"({"verdicts": [{"statement": 3, "reason": "", "supported": true}, {"statement": 1, "reason": "", "supported": true}, {"statement": 2, "reason": "", "supported": false}]})")});
  EXPECT_THAT(world.run(by.faithfulness(sample)), Optional(DoubleNear(2.0 / 3, 1e-9)));
  ASSERT_EQ(model->asked.size(), 2U);
  EXPECT_EQ(model->asked[0].tool_choice.name, "list_statements");
  EXPECT_THAT(std::string(model->asked[1].messages[0].text()), HasSubstr("2. We have cups."));
  EXPECT_THAT(std::string(model->asked[1].messages[0].text()), HasSubstr("2. Express is free on Sundays."));
}

TEST_F(Rag, AnAnswerThatStatesNothingHasNoFaithfulness_GTW62) {
  EXPECT_EQ(world.run(judge({calling("list_statements", R"({"statements": []})")}).faithfulness(sample)), std::nullopt);
}

TEST_F(Rag, RelevancyIsTheMeanCosineToTheQuestionsThatTheAnswerWouldAnswer_GTW62) {
  auto by = judge({calling("list_questions", R"({"questions": ["a", "b", "c"], "evades": false})")}, {{sample.question, 0}, {"a", 0}, {"b", 60}, {"c", 90}});
  EXPECT_THAT(world.run(by.answer_relevancy(sample)), Optional(DoubleNear(0.5, 1e-6))) << "(1 + 0.5 + 0) / 3";
  EXPECT_THAT(model->seen(), Not(HasSubstr(sample.question))) << "whoever makes the questions must not know it";
}

TEST_F(Rag, AnAnswerThatEvadesHasNoRelevancy_GTW62) {
  auto by = judge({calling("list_questions", R"({"questions": ["a"], "evades": true})")}, {{sample.question, 0}, {"a", 0}});
  EXPECT_THAT(world.run(by.answer_relevancy(sample)), Optional(0.0));
  sample.answer = " ";
  EXPECT_EQ(world.run(by.answer_relevancy(sample)), std::nullopt);
}

TEST_F(Rag, ContextPrecisionIsTheAveragePrecisionOfTheirOrder_GTW62) {
  const auto verdict = [](bool useful) { return calling("judge_passage", std::string(R"({"reason": "", "useful": )") + (useful ? "true}" : "false}")); };
  EXPECT_THAT(world.run(judge({verdict(true), verdict(false), verdict(true)}).context_precision(sample)), Optional(DoubleNear((1 + 2.0 / 3) / 2, 1e-9)));
  EXPECT_THAT(model->seen(), HasSubstr("free on Sundays")) << "without a reference the answer stands in for it";
  sample.reference = "It costs 12 dollars.";
  EXPECT_THAT(world.run(judge({verdict(false), verdict(true), verdict(false)}).context_precision(sample)), Optional(DoubleNear(0.5, 1e-9)));
  EXPECT_THAT(model->seen(), HasSubstr("It costs 12 dollars."));
  EXPECT_THAT(model->seen(), Not(HasSubstr("free on Sundays")));
  sample.contexts.clear();
  EXPECT_EQ(world.run(judge({verdict(true)}).context_precision(sample)), std::nullopt);
}

TEST(AveragePrecision, IsKnownWhereItCanBeWorkedOutByHand_GTW62) {
  EXPECT_EQ(average_precision({}), std::nullopt);
  EXPECT_THAT(average_precision({false, false}), Optional(0.0));
  EXPECT_THAT(average_precision({true, true, false}), Optional(1.0));
  EXPECT_THAT(average_precision({false, false, true}), Optional(DoubleNear(1.0 / 3, 1e-9)));
  EXPECT_THAT(average_precision({false, true, true}), Optional(DoubleNear((1.0 / 2 + 2.0 / 3) / 2, 1e-9)));
}

TEST_F(Rag, AJudgeThatBreaksItsContractIsToldOnceAndThenItsOwnError_GTW62) {
  const auto good = calling("list_statements", R"({"statements": []})");
  EXPECT_EQ(world.run(judge({calling("list_statements", R"({"statments": []})"), good}).faithfulness(sample)), std::nullopt);
  EXPECT_THAT(std::string(model->asked[1].messages[1].text()), HasSubstr("no valid answer"));
  testing::Line prose;
  prose.text = "They are fine.";
  const auto party = [&](std::vector<testing::Line> lines) {
    try {
      world.run(judge(std::move(lines)).faithfulness(sample));
    } catch (const Error& error) {
      return error.party();
    }
    return std::optional<Party>();
  };
  EXPECT_EQ(party({prose, prose}), Party::judge);
  EXPECT_EQ(party({calling("list_statements", R"({"statements": ["a", "b"]})"),
                   calling("judge_statements", R"({"verdicts": [{"statement": 1, "reason": "", "supported": true}]})")}),
            Party::judge);
}

}  // namespace
}  // namespace antiphon::gateway
