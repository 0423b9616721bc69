#include "antiphon/providers/llm/model_meter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/pricing.hpp"
#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon {
namespace {

using testing::HasSubstr;

std::string refusal(const ModelMeter& meter) {
  try {
    meter.require_budget();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::exhausted);
    EXPECT_EQ(error.party(), Party::harness);
    return error.message();
  }
  return {};
}

TEST(ModelMeter, RefusesTheCallAfterTheOneThatUsedUpTheTokens_SCN91) {
  ModelMeter meter({.tokens = 100});
  meter.add("user", "a/b", {.input_tokens = 60, .output_tokens = 39, .calls = 1}, 0.0);
  EXPECT_EQ(refusal(meter), "");
  meter.add("user", "a/b", {.input_tokens = 30, .output_tokens = 2, .calls = 1}, 0.0);
  EXPECT_EQ(refusal(meter), "the budget of 100 tokens is used up: 131 tokens after 2 model calls");
}

TEST(ModelMeter, RefusesTheCallAfterTheOneThatUsedUpTheMoney_SCN91) {
  ModelMeter meter({.usd = 0.5});
  meter.add("user", "a/b", {.calls = 1}, 0.49);
  EXPECT_EQ(refusal(meter), "");
  meter.add("user", "a/b", {.calls = 1}, 0.01);
  EXPECT_EQ(refusal(meter), "the budget of $0.5 is used up: $0.5000 after 2 model calls");
}

TEST(ModelMeter, KnowsNoCostOnceOnePriceIsUnknown_SCN90) {
  ModelMeter meter;
  EXPECT_EQ(meter.cost_usd(), 0.0);
  meter.add("user", "a/b", {.calls = 1}, 0.25);
  EXPECT_EQ(meter.cost_usd(), 0.25);
  meter.add("user", "a/b", {.calls = 1}, std::nullopt);
  EXPECT_EQ(meter.cost_usd(), std::nullopt);
}

TEST(ModelMeter, TellsWhatEachRoleUsedOfEachModel_SCN90) {
  ModelMeter meter;
  meter.add("user", "a/b", {.input_tokens = 10, .calls = 1, .cached_input_tokens = 4}, 0.25);
  meter.add("judge", "a/c", {.output_tokens = 7, .calls = 1, .reasoning_tokens = 5}, std::nullopt);
  meter.add("user", "a/b", {.input_tokens = 20, .calls = 1, .cached_input_tokens = 6, .cache_write_tokens = 3}, 0.5);
  ASSERT_EQ(meter.parts().size(), 2U);
  const auto &user = meter.parts()[0], &judge = meter.parts()[1];
  EXPECT_EQ(user.role + " " + user.model + ", " + judge.role + " " + judge.model, "user a/b, judge a/c");
  EXPECT_EQ(user.usage.input_tokens, 30);
  EXPECT_EQ(user.usage.cached_input_tokens, 10);
  EXPECT_EQ(user.usage.cache_write_tokens, 3);
  EXPECT_EQ(user.cost_usd, 0.75);
  EXPECT_EQ(judge.usage.reasoning_tokens, 5);
  EXPECT_EQ(judge.cost_usd, std::nullopt);
}

TEST(Budget, KeepsWhatTheLaterLayerLeavesUnset_SCN91) {
  const auto merged = Budget{.tokens = 7}.merged_over({.usd = 1.0, .tokens = 9});
  EXPECT_EQ(merged.usd, 1.0);
  EXPECT_EQ(merged.tokens, 7);
}

TEST(ListPrice, HoldsForVersionsOfAModelAndForNoOther_SCN90) {
  ASSERT_TRUE(list_price("openai/gpt-4.1-mini"));
  EXPECT_EQ(list_price("openai/gpt-4.1-mini")->output, 1.60);
  EXPECT_EQ(list_price("openai/gpt-4.1")->output, 8.00);
  EXPECT_EQ(list_price("openai/gpt-4.1-2025-04-14")->output, 8.00);
  EXPECT_EQ(list_price("anthropic/claude-sonnet-4-20250514")->input, 3.00);
  EXPECT_EQ(list_price("openai/gpt-4o-2024-08-06")->output, 10.00);
  EXPECT_EQ(list_price("openai/gpt-4o-2024-05-13")->output, 15.00);
  EXPECT_FALSE(list_price("openai/gpt-4.1-turbo"));
  EXPECT_FALSE(list_price("openai/gpt-4.12"));
  EXPECT_FALSE(list_price("gpt-4.1"));
}

TEST(CostUsd, CountsMillionsOfTokens_SCN90) {
  EXPECT_DOUBLE_EQ(cost_usd({.input = 2, .output = 8}, {.input_tokens = 500'000, .output_tokens = 250'000, .calls = 1}), 3.0);
}

TEST(CostUsd, TakesCachesAndSoundAtTheirOwnPrice_SCN90) {
  const Usage usage{.input_tokens = 1'000'000,
                    .output_tokens = 1'000'000,
                    .cached_input_tokens = 400'000,
                    .cache_write_tokens = 200'000,
                    .reasoning_tokens = 900'000,
                    .audio_input_tokens = 100'000,
                    .audio_output_tokens = 500'000};
  EXPECT_DOUBLE_EQ(cost_usd({.input = 10, .output = 2}, usage), 12.0);
  EXPECT_DOUBLE_EQ(cost_usd({.input = 10, .output = 2, .cached_input = 1, .cache_write = 12.5, .audio_input = 40, .audio_output = 80}, usage),
                   3.0 + 0.4 + 2.5 + 4.0 + 1.0 + 40.0);
  // A provider that tells more parts than there are.
  EXPECT_DOUBLE_EQ(cost_usd({.input = 10, .cached_input = 1}, {.input_tokens = 1'000'000, .cached_input_tokens = 2'000'000}), 2.0);
}

TEST(ListPrice, KnowsWhatCachesCost_SCN90) {
  EXPECT_EQ(list_price("openai/gpt-4.1-mini")->cached_input, 0.10);
  EXPECT_EQ(list_price("anthropic/claude-sonnet-4-5-20250929")->cached_input, 0.30);
  EXPECT_EQ(list_price("anthropic/claude-sonnet-4-5-20250929")->cache_write, 3.75);
  EXPECT_EQ(list_price("gemini/gemini-2.5-flash")->audio_input, 1.00);
  EXPECT_EQ(list_price("openai/text-embedding-3-small")->input, 0.02);
}

ModelSettings priced(std::string model, std::string base_url = {}) {
  ModelSettings settings(std::move(model));
  settings.base_url = std::move(base_url);
  settings.key = "k";
  return settings;
}

TEST(RegistryPrice, IsTheVendorsListOnlyAtTheVendorsAddress_SCN90) {
  const auto models = ModelRegistry::with_defaults();
  EXPECT_TRUE(models->price(priced("openai/gpt-4.1", "https://api.openai.com/v1")));
  EXPECT_FALSE(models->price(priced("openai/gpt-4.1", "http://127.0.0.1:1/v1")));
  EXPECT_FALSE(models->price(priced("openai/gpt-unheard-of", "https://api.openai.com/v1")));
  auto own = priced("openai/gpt-4.1", "http://127.0.0.1:1/v1");
  own.price = Price{.input = 1, .output = 2};
  EXPECT_EQ(models->price(own)->output, 2);
}

TEST(RegistryPrice, NeedsNoKey_SCN81_SCN90) {
  const testing_tools::ScopedVariable key("OPENAI_API_KEY", nullptr), address("OPENAI_BASE_URL", nullptr);
  EXPECT_EQ(ModelRegistry::with_defaults()->price(ModelSettings("openai/gpt-4.1"))->input, 2.00);  // as a replay asks for it
}

TEST(RegistryPrice, OfRulesAndLocalModelsIsNothing_SCN90) {
  const auto models = ModelRegistry::with_defaults();
  EXPECT_EQ(models->price(ModelSettings("rules/a.yaml"))->output, 0);
  EXPECT_EQ(models->price(ModelSettings("ollama/llama3.2"))->output, 0);
}

TEST(ModelSettings, InheritAPriceOnlyWithItsModel_SCN90) {
  ModelSettings below("openai/a");
  below.price = Price{.input = 1, .output = 2};
  EXPECT_TRUE(ModelSettings().merged_over(below).price);
  EXPECT_TRUE(ModelSettings("openai/a").merged_over(below).price);
  EXPECT_FALSE(ModelSettings("openai/b").merged_over(below).price);
}

}  // namespace
}  // namespace antiphon
