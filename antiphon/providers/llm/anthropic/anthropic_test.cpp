#include "antiphon/providers/llm/anthropic/anthropic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/llm/wire/http_model.hpp"

namespace antiphon::anthropic {
namespace {

using namespace std::chrono_literals;
using namespace testing_tools;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string hello = R"({"type":"message","role":"assistant","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn"})";

Scripted refusing(std::string_view message) {
  return {.status = 400, .body = {json::serialize(json::object{{"type", "error"}, {"error", {{"type", "invalid_request_error"}, {"message", message}}}})}};
}

struct AnthropicTest : testing::Test {
  World world;
  ScriptedHttp http;

  wire::HttpModel model(const std::string& base_url = "http://h", json::object extra = {}) {
    ModelSettings settings("anthropic/m");
    settings.temperature = 0.3;
    settings.extra = std::move(extra);
    const wire::Endpoint endpoint{.model = "m", .base_url = base_url, .key = "sk-ant", .key_variable = "ANTHROPIC_API_KEY"};
    return {settings.model, endpoint, std::make_unique<AnthropicWire>(endpoint, settings), http, world.clock};
  }
  std::string sent_header(std::size_t index, std::string_view name) const { return net::find_header(http.sent[index].headers, name).value_or(""); }
};

TEST_F(AnthropicTest, AsksAndReadsTheAnswer_SCN90) {
  http.script = {{.body = {hello}}, {.body = {hello}}};
  auto asked = model();
  EXPECT_EQ(world.run(asked.complete(asking("hi", {"thread_1", "judge", 3}), Deadline::never())).message.text(), "hello");
  EXPECT_EQ(http.sent[0].url, "http://h/v1/messages");
  EXPECT_EQ(sent_header(0, "x-api-key"), "sk-ant");
  EXPECT_EQ(sent_header(0, "content-type"), "application/json");
  EXPECT_EQ(sent_header(0, "x-antiphon-role"), "judge");
  auto versioned = model("http://h/v1", {{"betas", {"a-1", "b-2"}}});
  world.run(versioned.complete(asking("hi"), Deadline::never()));
  EXPECT_EQ(http.sent[1].url, "http://h/v1/messages");
  EXPECT_EQ(sent_header(1, "anthropic-beta"), "a-1,b-2");
  EXPECT_THAT(http.sent[1].body, Not(HasSubstr("betas")));
}

TEST_F(AnthropicTest, LeavesOutAParameterThatTheModelRefusesThenAndEverAfter_SCN42) {
  http.script = {refusing("`temperature` is deprecated for this model."),
                 refusing("Thinking may not be enabled when tool_choice forces tool use."),
                 {.body = {hello}},
                 {.body = {hello}}};
  auto asked = model();
  auto request = asking("hi");
  request.tools = ToolSet({{.name = "f"}});
  request.tool_choice = {ToolChoice::Mode::named, "f"};
  world.run(asked.complete(request, Deadline::never()));
  world.run(asked.complete(request, Deadline::never()));
  ASSERT_EQ(http.sent.size(), 4U);
  EXPECT_EQ(sent_header(0, "anthropic-version"), "2023-06-01");
  EXPECT_EQ(sent_header(1, "anthropic-version"), "2026-10-21");
  EXPECT_THAT(http.sent[1].body, HasSubstr("tool_choice"));
  EXPECT_THAT(http.sent[3].body, Not(testing::AnyOf(HasSubstr("temperature"), HasSubstr("tool_choice"))));
  EXPECT_THAT(http.sent[3].body, HasSubstr("Answer by calling the tool f"));
}

TEST_F(AnthropicTest, ReportsErrorsWithTheirKindWordsAndWait_SCN91) {
  const auto body = [](std::string_view type) {
    return json::serialize(json::object{{"type", "error"}, {"error", {{"type", type}, {"message", "told sk-ant"}}}, {"request_id", "req_1"}});
  };
  http.script = {{.status = 529, .body = {body("overloaded_error")}},
                 {.status = 429, .body = {body("rate_limit_error")}, .headers = {{"retry-after", "7"}}},
                 {.status = 401, .body = {body("authentication_error")}}};
  auto asked = model();
  const auto failing = [&] { return error_of([&] { world.run(asked.complete(asking("hi"), Deadline::never())); }); };
  const auto overloaded = failing();
  EXPECT_EQ(overloaded.kind(), ErrorKind::unavailable);
  EXPECT_EQ(overloaded.message(), "anthropic/m: HTTP 529: told ***");
  EXPECT_EQ(overloaded.party(), Party::provider);
  EXPECT_EQ(failing().retry_after(), 7s);
  const auto unauthorized = failing();
  EXPECT_EQ(unauthorized.kind(), ErrorKind::unauthorized);
  EXPECT_THAT(unauthorized.hint(), HasSubstr("ANTHROPIC_API_KEY"));
}

TEST_F(AnthropicTest, StreamsWhateverTheChunking_SCN90) {
  http.script = {
      {.body = {"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\nev",
                "ent: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n",
                "\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}\n\n",
                "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"},
       .headers = {{"content-type", "text/event-stream"}}}};
  auto asked = model();
  const auto streamed = world.run(read_stream(asked, asking("hi")));
  EXPECT_THAT(streamed.pieces, ElementsAre("Hello"));
  EXPECT_EQ(streamed.response.finish_reason, "stop");
  EXPECT_EQ(streamed.response.usage.output_tokens, 2);
  EXPECT_THAT(http.sent[0].body, HasSubstr("\"stream\":true"));
}

}  // namespace
}  // namespace antiphon::anthropic
