#include "antiphon/providers/llm/openai/azure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/llm/wire/http_model.hpp"

namespace antiphon::openai {
namespace {

using namespace testing_tools;

TEST(AzureUrl, IsTheNewPathUnlessAVersionIsNamed_SCN90) {
  EXPECT_EQ(azure_url("https://r.openai.azure.com", "gpt", ""), "https://r.openai.azure.com/openai/v1/chat/completions");
  EXPECT_EQ(azure_url("https://r.openai.azure.com/openai/v1", "gpt", "2024-10-21"), "https://r.openai.azure.com/openai/v1/chat/completions");
  EXPECT_EQ(azure_url("https://r.openai.azure.com/openai/v1?api-version=preview", "gpt", ""),
            "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview");
  EXPECT_EQ(azure_url("https://r.openai.azure.com", "gpt", "2024-10-21"),
            "https://r.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(azure_url("https://r.openai.azure.com/openai/?api-version=2025-01-01", "gpt", "2024-10-21"),
            "https://r.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2025-01-01");
  EXPECT_EQ(azure_url("https://gate/openai/deployments/other", "gpt", "2024-10-21"),
            "https://gate/openai/deployments/other/chat/completions?api-version=2024-10-21");
}

TEST(AzureWire, SendsItsKeyInItsOwnHeaderAndNamesTheDeployment_SCN90) {
  const ScopedVariable own("AZURE_OPENAI_API_VERSION", nullptr), shared("OPENAI_API_VERSION", "2024-10-21");
  World world;
  ScriptedHttp http;
  http.script = {{.body = {R"({"choices":[{"message":{"role":"assistant","content":"hello"},"content_filter_results":{}}],"prompt_filter_results":[]})"}}};
  const ModelSettings settings("azure/gpt");
  const wire::Endpoint endpoint{.model = "gpt", .base_url = "http://h", .key = "k"};
  wire::HttpModel model("azure/gpt", endpoint, azure_wire(endpoint, settings), http, world.clock);
  EXPECT_EQ(world.run(model.complete(asking("hi"), Deadline::never())).message.text(), "hello");
  EXPECT_EQ(http.sent[0].url, "http://h/openai/deployments/gpt/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(net::find_header(http.sent[0].headers, "api-key"), "k");
  EXPECT_EQ(net::find_header(http.sent[0].headers, "authorization"), std::nullopt);
  EXPECT_EQ(parse_json(http.sent[0].body).at("model").as_string(), "gpt");
}

}  // namespace
}  // namespace antiphon::openai
