#include "antiphon/providers/llm/openai/openai.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/llm/wire/http_model.hpp"

namespace antiphon::openai {
namespace {

using namespace std::chrono_literals;
using namespace testing_tools;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string hello = R"({"choices":[{"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}]})";
const net::Headers event_stream{{"Content-Type", "text/event-stream; charset=utf-8"}};

Scripted refusing(const std::string& message) { return {.status = 400, .body = {json::serialize(json::object{{"error", {{"message", message}}}})}}; }

struct OpenAiTest : testing::Test {
  World world;
  ScriptedHttp http;

  wire::HttpModel model(bool is_vendor = false) {
    ModelSettings settings("openai/m");
    settings.temperature = 0.3;
    const wire::Endpoint endpoint{.model = "m", .base_url = "http://h/v1", .key = "sk-secret", .key_variable = "OPENAI_API_KEY", .is_vendor = is_vendor};
    return {settings.model, endpoint, std::make_unique<OpenAiWire>(endpoint, settings), http, world.clock};
  }
  std::optional<std::string> sent_header(std::string_view name) const { return net::find_header(http.sent.back().headers, name); }
};

TEST_F(OpenAiTest, AsksAndReadsTheAnswer_SCN90) {
  http.script = {{.body = {hello}}};
  auto asked = model();
  EXPECT_EQ(world.run(asked.complete(asking("hi"), Deadline::never())).message.text(), "hello");
  EXPECT_EQ(http.sent[0].url, "http://h/v1/chat/completions");
  EXPECT_EQ(sent_header("authorization"), "Bearer sk-secret");
  EXPECT_EQ(parse_json(http.sent[0].body).at("model").as_string(), "m");
}

TEST_F(OpenAiTest, TellsThreadRoleAndTurnToAddressesThatAreNoVendors) {
  http.script = {{.body = {hello}}, {.body = {hello}}};
  auto local = model(false);
  world.run(local.complete(asking("hi", {"thread_1", "judge", 3}), Deadline::never()));
  EXPECT_EQ(sent_header("x-antiphon-thread-id"), "thread_1");
  EXPECT_EQ(sent_header("x-antiphon-role"), "judge");
  EXPECT_EQ(sent_header("x-antiphon-turn"), "3");
  auto vendors = model(true);
  world.run(vendors.complete(asking("hi", {"thread_1", "judge", 3}), Deadline::never()));
  EXPECT_EQ(sent_header("x-antiphon-thread-id"), std::nullopt);
}

TEST_F(OpenAiTest, LeavesOutAParameterThatTheModelRefusesThenAndEverAfter_SCN42_SCN50) {
  http.script = {
      refusing("'temperature' is not supported with this model"), refusing("Unsupported parameter: 'tool_choice'"), {.body = {hello}}, {.body = {hello}}};
  auto asked = model();
  auto request = asking("hi");
  request.tools = ToolSet({{.name = "f"}});
  request.tool_choice = {ToolChoice::Mode::named, "f"};
  world.run(asked.complete(request, Deadline::never()));
  world.run(asked.complete(request, Deadline::never()));
  ASSERT_EQ(http.sent.size(), 4U);
  EXPECT_THAT(http.sent[0].body, HasSubstr("temperature"));
  EXPECT_THAT(http.sent[1].body, HasSubstr("tool_choice"));
  EXPECT_THAT(http.sent[3].body, Not(HasSubstr("temperature")));
  EXPECT_THAT(http.sent[3].body, Not(HasSubstr("tool_choice")));
  EXPECT_THAT(http.sent[3].body, HasSubstr("calling the tool f"));  // remembered, and asked for in words
}

TEST_F(OpenAiTest, GivesUpWhenLeavingItOutDoesNotHelp) {
  http.script = {refusing("'temperature' is not supported"), refusing("'temperature' is not supported")};
  auto asked = model();
  EXPECT_EQ(error_of([&] { world.run(asked.complete(asking("hi"), Deadline::never())); }).kind(), ErrorKind::invalid_input);
  EXPECT_EQ(http.sent.size(), 2U);
}

TEST_F(OpenAiTest, CallsGarbageAProtocolErrorWithoutTheKey) {
  http.script = {{.body = {"oops sk-secret"}}};
  auto asked = model();
  const auto error = error_of([&] { world.run(asked.complete(asking("hi"), Deadline::never())); });
  EXPECT_EQ(error.kind(), ErrorKind::protocol);
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_THAT(error.message(), testing::StartsWith("openai/m: "));
  EXPECT_THAT(error.message(), Not(HasSubstr("sk-secret")));
}

TEST_F(OpenAiTest, StreamsWhateverTheChunking_SCN90) {
  http.script = {{.body = {"data: {\"choices\":[{\"delta\":{\"content\":\"Hel", "lo\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\" you\"}}]}\n", "\n",
                           "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"},
                  .headers = event_stream}};
  auto asked = model();
  const auto streamed = world.run(read_stream(asked, asking("hi")));
  EXPECT_THAT(streamed.pieces, ElementsAre("Hello", " you"));
  EXPECT_EQ(streamed.response.message.text(), "Hello you");
  EXPECT_THAT(http.sent[0].body, HasSubstr("\"stream\":true"));
}

TEST_F(OpenAiTest, TakesAWholeAnswerFromAServerThatDoesNotStream) {
  http.script = {{.body = {hello}}};
  auto asked = model();
  EXPECT_THAT(world.run(read_stream(asked, asking("hi"))).pieces, ElementsAre("hello"));
}

TEST_F(OpenAiTest, TakesAStreamThatNobodyExpected) {
  http.script = {{.body = {"data: {\"choices\":[{\"delta\":{\"content\":\"hello\"}}]}\n\ndata: [DONE]\n\n"}, .headers = event_stream},
                 {.body = {"data: {\"choices\":[{\"delta\":{\"content\":\"hello\"}}]}\n\n"}, .headers = event_stream}};
  auto asked = model();
  EXPECT_EQ(world.run(asked.complete(asking("hi"), Deadline::never())).message.text(), "hello");
  const auto error = error_of([&] { world.run(asked.complete(asking("hi"), Deadline::never())); });
  EXPECT_EQ(error.kind(), ErrorKind::closed);
  EXPECT_EQ(error.message(), "openai/m: the stream ended in the middle of the answer");
}

TEST_F(OpenAiTest, ReportsAStreamThatEndsTooEarlyOrFails_SCN91) {
  const std::string piece = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n";
  http.script = {{.body = {piece}, .headers = event_stream},
                 {.body = {piece, "data: {\"error\":{\"message\":\"engine died\"}}\n\n"}, .headers = event_stream},
                 {.status = 503, .body = {"busy"}}};
  auto asked = model();
  EXPECT_EQ(error_of([&] { world.run(read_stream(asked, asking("hi"))); }).kind(), ErrorKind::closed);
  EXPECT_THAT(error_of([&] { world.run(read_stream(asked, asking("hi"))); }).message(), HasSubstr("engine died"));
  EXPECT_EQ(error_of([&] { world.run(read_stream(asked, asking("hi"))); }).kind(), ErrorKind::unavailable);
}

TEST_F(OpenAiTest, HasTheAnswerThoughTheConnectionBreaksAfterItsEnd) {
  http.script = {{.body = {"data: {\"choices\":[{\"delta\":{\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"},
                  .headers = event_stream,
                  .breaks = Error(ErrorKind::closed, "reset")}};
  auto asked = model();
  EXPECT_EQ(world.run(read_stream(asked, asking("hi"))).response.message.text(), "ok");
}

}  // namespace
}  // namespace antiphon::openai
