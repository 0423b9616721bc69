#include "antiphon/providers/llm/anthropic/response.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::anthropic {
namespace {

using testing::HasSubstr;
using testing_tools::error_of;

ChatResponse streamed(std::initializer_list<const char*> events) {
  EventAccumulator accumulator;
  for (const auto* event : events) accumulator.add(event);
  EXPECT_TRUE(accumulator.whole());
  return accumulator.response();
}

TEST(ParseMessage, ReadsTextCallsReasonAndUsage_SCN90) {
  const auto response = parse_message(R"({"type":"message","role":"assistant","stop_reason":"tool_use","content":[{"type":"text","text":"let me look"},
    {"type":"tool_use","id":"toolu_1","name":"lookup","input":{"order":"A-1007"}}],
    "usage":{"input_tokens":10,"cache_creation_input_tokens":2,"cache_read_input_tokens":30,"output_tokens":7,"output_tokens_details":{"thinking_tokens":4}}})");
  EXPECT_EQ(response.message.text(), "let me look");
  ASSERT_EQ(response.message.tool_calls().size(), 1U);
  EXPECT_EQ(response.message.tool_calls()[0].id, "toolu_1");
  EXPECT_EQ(response.message.tool_calls()[0].arguments, R"({"order":"A-1007"})");
  EXPECT_EQ(response.finish_reason, "tool_calls");
  EXPECT_EQ(response.usage.input_tokens, 42);
  EXPECT_EQ(response.usage.cached_input_tokens, 30);
  EXPECT_EQ(response.usage.cache_write_tokens, 2);
  EXPECT_EQ(response.usage.output_tokens, 7);
  EXPECT_EQ(response.usage.reasoning_tokens, 4);
}

TEST(ParseMessage, KnowsEveryStopReason_SCN90) {
  const auto reason = [](std::string_view name) {
    return parse_message(fmt::format(R"({{"role":"assistant","content":[{{"type":"text","text":"x"}}],"stop_reason":"{}"}})", name)).finish_reason;
  };
  for (const auto* name : {"end_turn", "stop_sequence", "pause_turn", "something_new"}) EXPECT_EQ(reason(name), "stop") << name;
  for (const auto* name : {"max_tokens", "model_context_window_exceeded"}) EXPECT_EQ(reason(name), "length") << name;
  EXPECT_EQ(reason("tool_use"), "tool_calls");
  EXPECT_EQ(reason("refusal"), "content_filter");
}

TEST(ParseMessage, TellsWhyAnAnswerWasRefused_SCN90) {
  const auto response =
      parse_message(R"({"role":"assistant","content":[],"stop_reason":"refusal","stop_details":{"type":"refusal","category":"bio","explanation":"not that"}})");
  EXPECT_EQ(response.message.serialized(), R"({"role":"assistant","content":"","refusal":"not that"})");
  const auto bare = parse_message(R"({"role":"assistant","content":[],"stop_reason":"refusal","stop_details":{"category":"bio"}})");
  EXPECT_THAT(bare.message.serialized(), HasSubstr("the model refused to answer (bio)"));
}

TEST(ParseMessage, CallsGarbageWhatItIs) {
  for (const auto* body : {"", "<html>", "[]", "{}", R"({"content":"hi"})", R"({"content":[{}]})", R"({"content":[7]})", R"({"role":"user","content":[]})",
                           R"({"content":[{"type":"tool_use","id":"x"}]})"})
    EXPECT_EQ(error_of([&] { parse_message(body); }).kind(), ErrorKind::protocol) << body;
}

TEST(ParseMessage, TakesAnErrorObjectForWhatItIsInSpiteOfItsStatus_SCN91) {
  const auto kind = [](std::string_view type) {
    return error_of([&] { parse_message(fmt::format(R"({{"type":"error","error":{{"type":"{}","message":"no"}}}})", type)); }).kind();
  };
  for (const auto* type : {"overloaded_error", "api_error", "timeout_error", "new_error"}) EXPECT_EQ(kind(type), ErrorKind::unavailable) << type;
  EXPECT_EQ(kind("rate_limit_error"), ErrorKind::rate_limited);
  EXPECT_EQ(kind("authentication_error"), ErrorKind::unauthorized);
  EXPECT_EQ(kind("invalid_request_error"), ErrorKind::invalid_input);
  EXPECT_EQ(kind("not_found_error"), ErrorKind::not_found);
}

TEST(EventAccumulator, PutsTextThinkingAndCallsTogether_SCN90) {
  const auto response = streamed({
      R"({"type":"message_start","message":{"role":"assistant","content":[],"usage":{"input_tokens":9,"cache_read_input_tokens":3,"output_tokens":1}}})",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"h"}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"m"}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sig"}})",
      R"({"type":"content_block_stop","index":0})",
      R"({"type":"ping"})",
      R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}})",
      R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hel"}})",
      R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"lo"}})",
      R"({"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}})",
      R"({"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}})",
      R"({"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}})",
      R"({"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":" 1}"}})",
      R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":20}})",
      R"({"type":"something_new"})",
      R"({"type":"message_stop"})",
  });
  EXPECT_EQ(response.message.text(), "Hello");
  EXPECT_EQ(response.message.tool_calls()[0].arguments, R"({"a": 1})");
  EXPECT_EQ(response.finish_reason, "tool_calls");
  EXPECT_EQ(response.usage.input_tokens, 12);
  EXPECT_EQ(response.usage.output_tokens, 20);
  EXPECT_EQ(
      json::serialize(response.message.json().at_pointer("/vendor_content/anthropic")),
      R"([{"type":"thinking","thinking":"hm","signature":"sig"},{"type":"text","text":"Hello"},{"type":"tool_use","id":"t","name":"f","input":{"a":1}}])");
}

TEST(EventAccumulator, GivesACallWithoutArgumentsAnEmptyObjectAndKeepsMalformedOnes) {
  const auto response = streamed({
      R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}})",
      R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"u","name":"g","input":{}}})",
      R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a"}})",
      R"({"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":1}})",
  });
  EXPECT_EQ(response.message.tool_calls()[0].arguments, "{}");
  EXPECT_EQ(response.message.tool_calls()[1].arguments, "{\"a");
  EXPECT_EQ(response.finish_reason, "length");
}

TEST(EventAccumulator, ReportsAnErrorInTheMiddle_SCN91) {
  EventAccumulator events;
  const auto error = error_of([&] { events.add(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_THAT(error.message(), HasSubstr("Overloaded"));
  EXPECT_FALSE(events.whole());
}

TEST(EventAccumulator, RefusesGarbage) {
  for (const auto* event : {"x", "{}", R"({"type":"content_block_start"})", R"({"type":"content_block_delta","index":0,"delta":{}})"}) {
    EventAccumulator events;
    EXPECT_EQ(error_of([&] { events.add(event); }).kind(), ErrorKind::protocol) << event;
  }
}

}  // namespace
}  // namespace antiphon::anthropic
