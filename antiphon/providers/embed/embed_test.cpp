#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/embed/lexical.hpp"
#include "antiphon/providers/embed/registry.hpp"
#include "antiphon/providers/embed/remembering.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using namespace testing_tools;
using testing::AllOf;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::Lt;

double lexically_alike(const std::string& a, const std::string& b) {
  LexicalEmbedder embedder;
  const auto vectors = embedder.embed({a, b}, 1s, {}).vectors;
  return similarity(vectors[0], vectors[1]);
}

TEST(LexicalEmbedder, TellsTheSameWordsFromOthers_SCN60) {
  EXPECT_NEAR(lexically_alike("Your parcel arrives tomorrow.", "your PARCEL arrives tomorrow"), 1, 1e-6);
  EXPECT_THAT(lexically_alike("Your parcel arrives tomorrow.", "The parcel will arrive tomorrow."), AllOf(Gt(0.35), Lt(0.9)));
  EXPECT_LT(lexically_alike("Your parcel arrives tomorrow.", "We do not sell shoes."), 0.1);
}

TEST(LexicalEmbedder, IsNamedForWhatItDoesAndClaimsNoMeaning) {
  const LexicalEmbedder embedder;
  EXPECT_EQ(embedder.name(), "lexical");
  EXPECT_FALSE(embedder.capabilities().semantic);
}

TEST(LexicalEmbedder, TextWithoutWordsIsLikeNothing) {
  EXPECT_EQ(lexically_alike("…", "…"), 0);
  EXPECT_EQ(lexically_alike("", "hello"), 0);
}

TEST(Similarity, OfVectorsThatCannotBeComparedIsNothing) {
  EXPECT_EQ(similarity({1, 0}, {1, 0, 0}), 0);
  Embedding broken{std::numeric_limits<float>::infinity(), 1};
  normalize(broken);
  EXPECT_THAT(broken, ElementsAre(0, 0));
}

/// Counts what it is asked for.
struct CountingEmbedder final : Embedder {
  std::vector<std::vector<std::string>>* asked;
  explicit CountingEmbedder(std::vector<std::vector<std::string>>* list) : asked(list) {}
  Embedded embed(const std::vector<std::string>& texts, Duration, std::stop_token) override {
    asked->push_back(texts);
    Embedded embedded{.vectors = {}, .usage = {.input_tokens = 1, .output_tokens = 0, .calls = 1}};
    for (const auto& text : texts) embedded.vectors.push_back({static_cast<float>(text.size())});
    return embedded;
  }
  const std::string& name() const override { return name_; }
  const EmbedderCapabilities& capabilities() const override { return capabilities_; }
  std::string name_ = "counting";
  EmbedderCapabilities capabilities_;
};

TEST(RememberingEmbedder, AsksForEachTextOnce) {
  std::vector<std::vector<std::string>> asked;
  RememberingEmbedder embedder(std::make_unique<CountingEmbedder>(&asked));
  EXPECT_THAT(embedder.embed({"a", "bb", "a"}, 1s, {}).vectors, ElementsAre(ElementsAre(1), ElementsAre(2), ElementsAre(1)));
  const auto again = embedder.embed({"bb", "ccc"}, 1s, {});
  EXPECT_THAT(again.vectors, ElementsAre(ElementsAre(2), ElementsAre(3)));
  EXPECT_THAT(asked, ElementsAre(ElementsAre("a", "bb"), ElementsAre("ccc")));
  EXPECT_EQ(embedder.embed({"a"}, 1s, {}).usage.calls, 0);
}

TEST(RememberingEmbedder, ForgetsRatherThanGrowsWithoutEnd) {
  std::vector<std::vector<std::string>> asked;
  RememberingEmbedder embedder(std::make_unique<CountingEmbedder>(&asked), 2);
  for (const auto* text : {"a", "b", "c", "a"}) embedder.embed({text}, 1s, {});
  EXPECT_EQ(asked.size(), 4U);
}

struct EmbedderNames : testing::Test {
  ScopedVariable key{"OPENAI_API_KEY", nullptr};
  ScopedVariable url{"OPENAI_BASE_URL", nullptr};
};

TEST_F(EmbedderNames, NoneIsLexicalAndOneIsMadeForAll) {
  const EmbedderRegistry registry;
  EXPECT_EQ(registry.open({})->name(), "lexical");
  EXPECT_EQ(registry.open("lexical"), registry.open("lexical"));
}

TEST_F(EmbedderNames, UnknownOnesAreRefusedWithWhatThereIs) {
  const auto error = error_of([] { EmbedderRegistry::check("lexcal"); });
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), HasSubstr("did you mean lexical?"));
  EXPECT_THAT(error.hint(), AllOf(HasSubstr("lexical"), HasSubstr("openai/MODEL")));
}

TEST_F(EmbedderNames, VendorsNeedTheirKeyAsForLanguageModels) {
  EXPECT_THAT(error_of([] { EmbedderRegistry::check("openai/text-embedding-3-small"); }).message(), HasSubstr("OPENAI_API_KEY is not set"));
  ModelSettings local("openai/any");
  local.base_url = "http://127.0.0.1:1/v1";
  EXPECT_NO_THROW(EmbedderRegistry::check(local));
}

}  // namespace
}  // namespace antiphon
