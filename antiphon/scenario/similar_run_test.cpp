#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/scenario/run.hpp"

// `similar` inside a run: when it is computed, by whom, and what happens when that fails.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Task<AgentReply> slow_echo(AgentInput input) {
  co_await input.state->clock().sleep_for(30s);
  co_return "you said: " + input.last_new_user_text();
}

Scenario scenario(std::vector<Check> checks) {
  return {.name = "test", .agent = slow_echo, .script = {user("where is my parcel"), agent()}, .checks = std::move(checks)};
}

TEST(SimilarInARun, IsComparedWithoutTakingVirtualTime_SCN60) {
  const auto result = run(scenario({similar("you said where is my parcel", 0.9)}));
  EXPECT_TRUE(result) << result;
  EXPECT_EQ(result.clock, "virtual");
  EXPECT_EQ(result.duration_s, 30);
  EXPECT_EQ(result.checks[0].found.at("embedding"), json::value("lexical"));
}

TEST(SimilarInARun, LooksAtTheLastAnswerInAScript_SCN60) {
  auto in_script = scenario({});
  in_script.script.push_back(check(similar("we sell shoes", 0.9)));
  in_script.script.push_back(user("never said"));
  const auto result = run(in_script);
  EXPECT_EQ(result.outcome, RunOutcome::failed) << result;
  EXPECT_EQ(result.messages.size(), 2U);
}

TEST(LanguageInARun, AnUndecidedStepGoesOnAndLeavesTheRunInconclusive_SCN60) {
  Scenario short_talk{.name = "test",
                      .agent = [](AgentInput) -> Task<AgentReply> { co_return "OK"; },
                      .script = {user("hi"), agent(), check(language("en")), user("and"), agent()}};
  const auto result = run(short_talk);
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive) << result;
  EXPECT_EQ(result.messages.size(), 4U);
}

TEST(SimilarInARun, AnUnknownEmbedderIsRefusedBeforeTheFirstStep) {
  auto broken = scenario({similar("x", 0.5)});
  broken.embedding = "lexcal";
  EXPECT_THAT(validate(broken, *ModelRegistry::with_defaults()), testing::ElementsAre(HasSubstr("did you mean lexical?")));
}

Task<> answer_all_alike(const net::ServerRequest& request, net::ServerReply& reply) {
  json::array data;
  for (std::size_t i = 0; i < parse_json(request.body).at("input").as_array().size(); ++i) data.push_back(json::object{{"embedding", {1, 0}}});
  co_await reply.reply({.status = 200, .headers = {}, .body = json::serialize(json::object{{"data", data}, {"usage", {{"prompt_tokens", 5}}}})});
}

Task<> refuse(const net::ServerRequest&, net::ServerReply& reply) { co_await reply.reply({.status = 400, .headers = {}, .body = "no such model"}); }

TEST(SimilarInARun, AServerIsAskedInRealTimeAndTheRunStaysVirtual_SCN60) {
  const net::testing::ServerThread server(answer_all_alike);
  auto asked = scenario({similar("anything", 0.99)});
  asked.embedding = "openai/e";
  asked.embedding.base_url = server.url("/v1");
  const auto result = run(asked);
  EXPECT_TRUE(result) << result;
  EXPECT_EQ(result.clock, "virtual");
  EXPECT_EQ(result.duration_s, 30);
  EXPECT_EQ(result.input_tokens, 5);
  ASSERT_EQ(result.usage.size(), 1U);
  EXPECT_EQ(result.usage[0].role, "check");
  EXPECT_EQ(result.cost_usd, std::nullopt);
  EXPECT_THAT(result.notices, testing::ElementsAre(testing::HasSubstr("no price of openai/e is known")));
  EXPECT_EQ(result.checks[0].expected.at("embedding"), json::value("openai/e"));
}

TEST(SimilarInARun, WhatAnEmbeddingModelCostsIsCounted_SCN90) {
  const net::testing::ServerThread server(answer_all_alike);
  auto asked = scenario({similar("anything", 0.99)});
  asked.embedding = "openai/e";
  asked.embedding.base_url = server.url("/v1");
  asked.embedding.price = Price{.input = 2};
  const auto result = run(asked);
  ASSERT_TRUE(result.cost_usd);
  EXPECT_DOUBLE_EQ(*result.cost_usd, 1e-5);
  EXPECT_TRUE(result.notices.empty());
}

TEST(SimilarInARun, AServerThatCannotIsTheProvidersError_SCN91) {
  const net::testing::ServerThread server(refuse);
  auto asked = scenario({similar("anything", 0.99), contains("parcel")});
  asked.embedding = "openai/e";
  asked.embedding.base_url = server.url("/v1");
  const auto result = run(asked);
  EXPECT_EQ(result.outcome, RunOutcome::error) << result;
  EXPECT_EQ(result.error->party, Party::provider);
  EXPECT_THAT(result.error->message, HasSubstr("openai/e: HTTP 400"));
}

}  // namespace
}  // namespace antiphon
