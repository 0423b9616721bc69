#include <filesystem>

#include <gmock/gmock.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/gateway/server/local_gateway.hpp"
#include "antiphon/gateway/testing/no_http.hpp"
#include "antiphon/net/testing/link.hpp"

namespace antiphon::gateway {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;

const std::string stubs = "providers: {asr: {stub: {}}, tts: {stub: {}}, llm: {stub: {}}}\n";

struct LocalGatewayTest : ::testing::Test {
  net::LocalServerSpec spec(const std::string& text) {
    return local_gateway(
        parse_gateway_config(text, "gateway.yaml", [](std::string_view) { return std::nullopt; }),
        {.models = ModelRegistry::with_defaults(), .speech = SpeechRegistry::with_defaults(), .embedders = std::make_shared<EmbedderRegistry>()});
  }
  std::string first_event(net::LocalServer& gateway) {
    auto task = [](VirtualWorld& world, net::LocalServer& of) -> Task<std::string> {
      const auto socket = co_await net::connect_websocket(world.runtime, {.url = "ws://gateway/ws/call?caller_id=me&events=1"}, of.connect(), world.soon());
      const auto message = co_await socket->receive(world.soon());
      co_await socket->close(1000, "", world.soon());
      co_return message ? message->data : "";
    };
    return world.run(task(world, gateway));
  }
  VirtualWorld world;
  testing::NoHttp http;
};

TEST_F(LocalGatewayTest, AnswersACallOfThisProcessWhateverItAsksOfOthers_TRN5) {
  const auto gateway = spec(stubs + "access: {tokens: [a-long-secret-of-somebody]}\nlimits: {per_caller: {calls: 1, within: 1h}}\n").make(world.runtime, http);
  EXPECT_THAT(first_event(*gateway), HasSubstr("call.started"));
  EXPECT_THAT(first_event(*gateway), HasSubstr("call.started"));
  world.run(gateway->end(world.soon()));
}

TEST_F(LocalGatewayTest, WhatItCannotLoadIsWhyACallFails_TRN5) {
  const auto folder = (std::filesystem::temp_directory_path() / make_id("local")).string();
  std::filesystem::create_directories(folder);
  write_file_atomically(folder + "/broken.json", "{");
  const auto gateway = spec(stubs + "knowledge: {documents: " + folder + "/broken.json, file: " + folder + "/knowledge.db}").make(world.runtime, http);
  try {
    first_event(*gateway);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("503"));
    EXPECT_THAT(error.message(), HasSubstr("broken.json"));
  }
  world.run(gateway->end(world.soon()));
  std::filesystem::remove_all(folder);
}

TEST_F(LocalGatewayTest, EndsAlsoWhereACallGoesOn_TRN5) {
  const auto gateway = spec(stubs).make(world.runtime, http);
  auto socket = world.run(net::connect_websocket(world.runtime, {.url = "ws://gateway/ws/call?caller_id=me"}, gateway->connect(), world.soon()));
  world.run(gateway->end(Deadline::after(world.clock, 1s)));
}

TEST_F(LocalGatewayTest, MayBeInVirtualTimeWhereNothingOfItIsElsewhere_TRN5) {
  EXPECT_TRUE(spec(stubs).waits_on_clock_alone);
  EXPECT_TRUE(spec("providers: {asr: pocketsphinx, tts: flite/slt, llm: rules/x.rules.yaml}\nknowledge: {documents: .}").waits_on_clock_alone);
  EXPECT_FALSE(spec("providers: {asr: pocketsphinx, tts: flite/slt, llm: openai/gpt-4o}").waits_on_clock_alone);
  EXPECT_FALSE(spec(stubs + "pin: {http: {url: 'http://pins'}}").waits_on_clock_alone);
  EXPECT_FALSE(spec(stubs + "tools: {crm: {mcp: {url: 'http://crm'}}}").waits_on_clock_alone);
  EXPECT_FALSE(spec(stubs + "knowledge: {chroma: {}}").waits_on_clock_alone);
}

}  // namespace
}  // namespace antiphon::gateway
