#include "antiphon/providers/llm/wire/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::wire {
namespace {

using testing::HasSubstr;
using testing_tools::error_of;
using testing_tools::ScopedVariable;

const Vendor& vendor(std::string_view name) {
  for (const auto& one : vendors())
    if (one.name == name) return one;
  throw Error(ErrorKind::internal, "no such vendor");
}

ModelSettings settings(std::string model, std::string base_url = "", std::string key = "") {
  ModelSettings made(std::move(model));
  made.base_url = std::move(base_url);
  made.key = std::move(key);
  return made;
}

struct VendorsTest : testing::Test {
  ScopedVariable key{"OPENAI_API_KEY", "sk-env"};
  ScopedVariable url{"OPENAI_BASE_URL", nullptr};
};

TEST_F(VendorsTest, TakeAddressAndKeyFromTheirOwnVariables_SCN90) {
  const auto endpoint = resolve(vendor("openai"), settings("openai/gpt-4.1"));
  EXPECT_EQ(endpoint.model, "gpt-4.1");
  EXPECT_EQ(endpoint.base_url, "https://api.openai.com/v1");
  EXPECT_EQ(endpoint.key, "sk-env");
  EXPECT_TRUE(endpoint.is_vendor);
  const ScopedVariable other("OPENAI_BASE_URL", "http://proxy.test/v1/");
  EXPECT_EQ(resolve(vendor("openai"), settings("openai/x")).base_url, "http://proxy.test/v1");
  EXPECT_EQ(resolve(vendor("openai"), settings("openai/x")).key, "sk-env");
  EXPECT_FALSE(resolve(vendor("openai"), settings("openai/x")).is_vendor);
}

TEST_F(VendorsTest, PreferSettingsOverTheEnvironment_SCN42) {
  const ScopedVariable other("OPENAI_BASE_URL", "http://proxy.test/v1");
  const auto endpoint = resolve(vendor("openai"), settings("openai/a/b", "http://mine.test", "sk-mine"));
  EXPECT_EQ(endpoint.model, "a/b");
  EXPECT_EQ(endpoint.base_url, "http://mine.test");
  EXPECT_EQ(endpoint.key, "sk-mine");
}

TEST_F(VendorsTest, NeverSendAKeyOfTheEnvironmentToAnAddressFromAFile) {
  EXPECT_EQ(resolve(vendor("openai"), settings("openai/x", "http://elsewhere.test/v1")).key, "");
  EXPECT_EQ(resolve(vendor("openai"), settings("openai/x", "https://api.openai.com.evil.test/v1")).key, "");
  EXPECT_EQ(resolve(vendor("openai"), settings("openai/x", "https://api.openai.com/v1")).key, "sk-env");
}

TEST_F(VendorsTest, NameTheVariableThatIsMissing_SCN90) {
  const ScopedVariable none("OPENAI_API_KEY", nullptr);
  const auto error = error_of([] { resolve(vendor("openai"), settings("openai/gpt-4.1")); });
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), HasSubstr("OPENAI_API_KEY is not set"));
  EXPECT_NO_THROW(resolve(vendor("openai"), settings("openai/x", "http://127.0.0.1:1/v1")));
  EXPECT_NO_THROW(resolve(vendor("ollama"), settings("ollama/llama3")));
}

TEST_F(VendorsTest, TakeTheFirstVariableThatIsSet_SCN90) {
  const ScopedVariable first("GEMINI_API_KEY", nullptr), second("GOOGLE_API_KEY", "AIza"), address("GEMINI_BASE_URL", nullptr),
      other("GOOGLE_GEMINI_BASE_URL", "http://proxy.test");
  EXPECT_EQ(resolve(vendor("gemini"), settings("gemini/x")).key, "AIza");
  EXPECT_EQ(resolve(vendor("gemini"), settings("gemini/x")).base_url, "http://proxy.test");
  const ScopedVariable set("GEMINI_API_KEY", "AIza-first");
  EXPECT_EQ(resolve(vendor("gemini"), settings("gemini/x")).key, "AIza-first");
}

TEST_F(VendorsTest, KnowAzureByItsDomainAndWantItsAddress_SCN90) {
  const ScopedVariable own_key("AZURE_OPENAI_API_KEY", "k"), none("AZURE_OPENAI_ENDPOINT", nullptr);
  EXPECT_THAT(error_of([] { resolve(vendor("azure"), settings("azure/gpt")); }).message(), HasSubstr("AZURE_OPENAI_ENDPOINT is not set"));
  // Everybody can have an address there.
  const auto error = error_of([] { resolve(vendor("azure"), settings("azure/gpt", "https://theirs.openai.azure.com")); });
  EXPECT_THAT(error.message(), HasSubstr("needs a key"));
  EXPECT_THAT(error.hint(), HasSubstr("key: ${AZURE_OPENAI_API_KEY}"));
  const ScopedVariable address("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com/");
  const auto endpoint = resolve(vendor("azure"), settings("azure/gpt"));
  EXPECT_EQ(endpoint.base_url, "https://mine.openai.azure.com");
  EXPECT_EQ(endpoint.key, "k");
  EXPECT_TRUE(endpoint.is_vendor);
}

TEST_F(VendorsTest, RefuseAddressesThatAreNone) {
  EXPECT_THAT(error_of([] { resolve(vendor("openai"), settings("openai/x", "localhost:8000")); }).message(), HasSubstr("\"localhost:8000\""));
  EXPECT_EQ(error_of([] { resolve(vendor("openai"), settings("openai/")); }).kind(), ErrorKind::configuration);
}

}  // namespace
}  // namespace antiphon::wire
