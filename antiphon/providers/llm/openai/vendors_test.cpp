#include "antiphon/providers/llm/openai/vendors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::openai {
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

TEST_F(VendorsTest, RefuseAddressesThatAreNone) {
  EXPECT_THAT(error_of([] { resolve(vendor("openai"), settings("openai/x", "localhost:8000")); }).message(), HasSubstr("\"localhost:8000\""));
  EXPECT_EQ(error_of([] { resolve(vendor("openai"), settings("openai/")); }).kind(), ErrorKind::configuration);
}

}  // namespace
}  // namespace antiphon::openai
