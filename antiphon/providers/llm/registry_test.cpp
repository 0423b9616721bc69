#include "antiphon/providers/llm/registry.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/files.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using namespace testing_tools;
using testing::HasSubstr;

struct RegistryTest : testing::Test {
  World world;
  ScriptedHttp http;
  ModelContext context{world.runtime, http, 1, "s"};
  std::shared_ptr<const ModelRegistry> registry = ModelRegistry::with_defaults();
  std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / ("registry." + std::to_string(getpid()));
  ScopedVariable key{"OPENAI_API_KEY", nullptr};
  ScopedVariable url{"OPENAI_BASE_URL", nullptr};

  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  ModelSettings rules(const std::string& text) {
    write_file_atomically((folder / "desk.rules.yaml").string(), text);
    ModelSettings settings("rules/desk.rules.yaml");
    settings.directory = folder.string();
    return settings;
  }
  Error refused(const ModelSettings& settings) {
    const auto checked = error_of([&] { registry->check(settings); });
    const auto opened = error_of([&] { registry->open(settings, context); });
    EXPECT_EQ(checked.message(), opened.message());
    EXPECT_EQ(checked.kind(), ErrorKind::configuration);
    return checked;
  }
};

TEST_F(RegistryTest, ShowsTheLineThatFixesAMissingModel_SCN43) {
  const auto error = refused({});
  EXPECT_THAT(error.message(), HasSubstr("no model is configured"));
  EXPECT_THAT(error.message(), HasSubstr("model: openai/gpt-4.1-mini"));
  EXPECT_THAT(error.hint(), HasSubstr("ANTIPHON_MODEL=openai/gpt-4.1-mini"));
  EXPECT_THAT(error.hint(), HasSubstr("rules/FILE"));
}

TEST_F(RegistryTest, NamesKnownProvidersAndTheNearest_SCN90) {
  const auto error = refused("opnai/gpt");
  EXPECT_THAT(error.message(), HasSubstr("did you mean \"openai\"?"));
  for (const auto* name : {"anthropic", "azure", "gemini", "groq", "ollama", "openai", "openrouter", "rules", "xai"})
    EXPECT_THAT(error.message(), HasSubstr(name));
  EXPECT_THAT(refused("gpt-4.1").hint(), HasSubstr("openai/gpt-4.1"));
}

TEST_F(RegistryTest, RefusesAVendorWithoutItsKeyBeforeTheFirstStep_SCN43_SCN90) {
  EXPECT_THAT(refused("openai/gpt-4.1").message(), HasSubstr("OPENAI_API_KEY is not set"));
}

TEST_F(RegistryTest, OpensAnyServerThatSpeaksTheProtocol_SCN90) {
  ModelSettings settings("openai/local");
  settings.base_url = "http://127.0.0.1:1/v1";
  http.script = {{.body = {R"({"choices":[{"message":{"role":"assistant","content":"hi"}}]})"}}};
  const auto model = registry->open(settings, context);
  EXPECT_EQ(world.run(model->complete(asking("x"), Deadline::never())).message.text(), "hi");
  EXPECT_EQ(http.sent[0].url, "http://127.0.0.1:1/v1/chat/completions");
  EXPECT_FALSE(registry->waits_on_clock_alone(settings));
}

TEST_F(RegistryTest, RetriesAndLimitsVendors_SCN91) {
  ModelSettings settings("openai/local");
  settings.base_url = "http://127.0.0.1:1/v1";
  context.concurrency = 1;
  for (int i = 0; i < 3; ++i) http.script.push_back({.failure = Error(ErrorKind::refused, "no connection to 127.0.0.1:1")});
  const auto model = registry->open(settings, context);
  const auto error = error_of([&] { world.run(model->complete(asking("x"), Deadline::never())); });
  EXPECT_THAT(error.message(), HasSubstr("after 3 tries"));
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_EQ(http.sent.size(), 3U);
}

TEST_F(RegistryTest, OpensRulesRelativeToTheirDirectoryInVirtualTime_SCN83) {
  const auto settings = rules("rules:\n  - reply: hello\n");
  EXPECT_NO_THROW(registry->check(settings));
  EXPECT_TRUE(registry->waits_on_clock_alone(settings));
  EXPECT_EQ(world.run(registry->open(settings, context)->complete(asking("x"), Deadline::never())).message.text(), "hello");
}

TEST_F(RegistryTest, ReadsARulesFileOnce_SCN83) {
  const auto settings = rules("rules:\n  - reply: hello\n");
  registry->check(settings);
  std::filesystem::remove_all(folder);
  EXPECT_NO_THROW(registry->open(settings, context));
}

TEST_F(RegistryTest, NamesARulesFileThatIsMissingOrWrong_SCN83) {
  ModelSettings settings("rules/none.yaml");
  settings.directory = folder.string();
  EXPECT_THAT(refused(settings).message(), HasSubstr((folder / "none.yaml").string()));
  const auto error = refused(rules("rules:\n  - replly: x\n    reply: y\n  - latency: 5\n    reply: y\n"));
  EXPECT_THAT(error.message(), HasSubstr("desk.rules.yaml:2:5: unknown key \"replly\""));
  EXPECT_THAT(error.message(), HasSubstr("\"5\" is no duration"));
}

TEST_F(RegistryTest, RetriesAFaultOfARuleOnTheClock_SCN83_SCN91) {
  const auto settings =
      rules("rules:\n  - when: {state: {failed: \"\"}}\n    fault: {status: 429, retry_after: 2s}\n    set: {failed: once}\n  - reply: fine\n");
  const auto model = registry->open(settings, context);
  EXPECT_EQ(world.run(model->complete(asking("x", {"t", "user", 1}), Deadline::never())).message.text(), "fine");
  EXPECT_EQ(world.clock.now(), 2s);
}

TEST(ModelSettings, LetTheParticipantWinOverTheDefault_SCN42) {
  ModelSettings below("openai/big"), above;
  below.base_url = "http://proxy", below.key = "k", below.temperature = 0.1, below.max_tokens = 9, below.extra = {{"a", 1}, {"b", 1}};
  above.temperature = 0.7, above.extra = {{"b", 2}};
  const auto merged = above.merged_over(below);
  EXPECT_EQ(merged.model, "openai/big");
  EXPECT_EQ(merged.base_url, "http://proxy");
  EXPECT_EQ(merged.key, "k");
  EXPECT_EQ(merged.temperature, 0.7);
  EXPECT_EQ(merged.max_tokens, 9);
  EXPECT_EQ(json::serialize(merged.extra), R"({"b":2,"a":1})");
}

TEST(ModelSettings, KeepAnAddressAndItsKeyWithTheirProvider_SCN42) {
  ModelSettings below("openai/big");
  below.base_url = "http://proxy", below.key = "k", below.directory = "/suite";
  const auto same = ModelSettings("openai/small").merged_over(below);
  EXPECT_EQ(same.base_url, "http://proxy");
  EXPECT_EQ(same.key, "k");
  const auto other = ModelSettings("groq/llama").merged_over(below);
  EXPECT_EQ(other.base_url, "");
  EXPECT_EQ(other.key, "");
  EXPECT_EQ(other.model, "groq/llama");
}

}  // namespace
}  // namespace antiphon
