#include "antiphon/providers/llm/gemini/gemini.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/llm/wire/http_model.hpp"

namespace antiphon::gemini {
namespace {

using namespace std::chrono_literals;
using namespace testing_tools;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string hello = R"({"candidates":[{"content":{"role":"model","parts":[{"text":"hello"}]},"finishReason":"STOP"}]})";

Scripted refusing(std::string_view message) {
  return {.status = 400, .body = {json::serialize(json::object{{"error", {{"code", 400}, {"message", message}, {"status", "INVALID_ARGUMENT"}}}})}};
}

struct GeminiTest : testing::Test {
  World world;
  ScriptedHttp http;

  wire::HttpModel model(const std::string& base_url = "http://h", const std::string& name = "m") {
    ModelSettings settings("gemini/" + name);
    settings.temperature = 0.5;
    const wire::Endpoint endpoint{.model = name, .base_url = base_url, .key = "AIza", .key_variable = "GEMINI_API_KEY"};
    return {settings.model, endpoint, std::make_unique<GeminiWire>(endpoint, settings), http, world.clock};
  }
};

TEST_F(GeminiTest, AsksAndReadsTheAnswer_SCN90) {
  http.script = {{.body = {hello}}, {.body = {hello}}};
  auto asked = model();
  EXPECT_EQ(world.run(asked.complete(asking("hi"), Deadline::never())).message.text(), "hello");
  EXPECT_EQ(http.sent[0].url, "http://h/v1/models/m:generateContent");
  EXPECT_EQ(net::find_header(http.sent[0].headers, "x-goog-api-key"), "AIza");
  auto tuned = model("http://h/v1beta", "tunedModels/mine");
  world.run(tuned.complete(asking("hi"), Deadline::never()));
  EXPECT_EQ(http.sent[1].url, "http://h/v1beta/tunedModels/mine:generateContent");
}

TEST_F(GeminiTest, LeavesOutOrReplacesWhatTheModelRefuses_SCN42) {
  http.script = {refusing("Developer instruction is not enabled for models/gemma-3-27b-it"),
                 refusing("Invalid JSON payload received. Unknown name \"parametersJsonSchema\" at 'tools[0].function_declarations[0]': Cannot find field."),
                 refusing("Please set a valid function_calling_config mode"),
                 refusing("temperature is not supported by this model"),
                 {.body = {hello}},
                 {.body = {hello}}};
  auto asked = model();
  auto request = asking("hi");
  request.preamble = {Message::system("be brief")};
  request.tools = ToolSet({{.name = "f"}});
  request.tool_choice = {ToolChoice::Mode::required, {}};
  world.run(asked.complete(request, Deadline::never()));
  world.run(asked.complete(request, Deadline::never()));
  ASSERT_EQ(http.sent.size(), 6U);
  for (const auto* name : {"systemInstruction", "parametersJsonSchema", "temperature", "toolConfig"}) {
    EXPECT_THAT(http.sent[0].body, HasSubstr(name));
    EXPECT_THAT(http.sent[5].body, Not(HasSubstr(name)));
  }
  EXPECT_THAT(http.sent[5].body, HasSubstr("be brief"));
  EXPECT_THAT(http.sent[5].body, HasSubstr("Answer by calling one of your tools"));
}

TEST_F(GeminiTest, ReportsErrorsWithTheirKindWordsAndWait_SCN91) {
  http.script = {{.status = 400, .body = {R"({"error":{"code":400,"message":"API key not valid: AIza","details":[{"reason":"API_KEY_INVALID"}]}})"}},
                 {.status = 429, .body = {R"({"error":{"code":429,"message":"quota","details":[{"retryDelay":"9s"}]}})"}},
                 {.status = 503, .body = {R"([{"error":{"code":503,"message":"overloaded"}}])"}}};
  auto asked = model();
  const auto failing = [&] { return error_of([&] { world.run(asked.complete(asking("hi"), Deadline::never())); }); };
  const auto unauthorized = failing();
  EXPECT_EQ(unauthorized.kind(), ErrorKind::unauthorized);
  EXPECT_EQ(unauthorized.message(), "gemini/m: HTTP 400: API key not valid: ***");
  EXPECT_THAT(unauthorized.hint(), HasSubstr("GEMINI_API_KEY"));
  EXPECT_EQ(failing().retry_after(), 9s);
  EXPECT_EQ(failing().message(), "gemini/m: HTTP 503: overloaded");
}

TEST_F(GeminiTest, StreamsUntilTheBodyEnds_SCN90) {
  const net::Headers event_stream{{"content-type", "text/event-stream"}};
  http.script = {{.body = {"data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hel\"}]}}]}\r\n\r\nda",
                           "ta: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"lo\"}]},\"finishReason\":\"STOP\"}]}\r\n\r\n"},
                  .headers = event_stream},
                 {.body = {"data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hel\"}]}}]}\r\n\r\n"}, .headers = event_stream}};
  auto asked = model();
  EXPECT_THAT(world.run(read_stream(asked, asking("hi"))).pieces, ElementsAre("Hel", "lo"));
  EXPECT_EQ(http.sent[0].url, "http://h/v1/models/m:streamGenerateContent?alt=sse");
  EXPECT_EQ(error_of([&] { world.run(read_stream(asked, asking("hi"))); }).kind(), ErrorKind::closed);
}

}  // namespace
}  // namespace antiphon::gemini
