#include "antiphon/providers/llm/openai/response.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::openai {
namespace {

using testing::HasSubstr;
using testing_tools::error_of;

TEST(ParseResponse, CountsSoundAndWhatWasThoughtBesideWhatWasSaid_SCN90) {
  const auto sound = parse_response(R"({"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":120,"completion_tokens":70,"total_tokens":190,
    "prompt_tokens_details":{"cached_tokens":0,"audio_tokens":100},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":60}}})")
                         .usage;
  EXPECT_EQ(sound.audio_input_tokens, 100);
  EXPECT_EQ(sound.audio_output_tokens, 60);
  // As xAI counts.
  const auto apart = parse_response(R"({"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":41,"completion_tokens":104,"total_tokens":1005,
    "completion_tokens_details":{"reasoning_tokens":860,"audio_tokens":0}}})")
                         .usage;
  EXPECT_EQ(apart.output_tokens, 964);
  EXPECT_EQ(apart.reasoning_tokens, 860);
}

TEST(ParseResponse, ReadsTextCallsReasonAndUsage_SCN90) {
  const auto response = parse_response(R"({"choices":[{"finish_reason":"tool_calls","message":{"role":"assistant","content":null,
    "tool_calls":[{"id":"c1","type":"function","function":{"name":"lookup","arguments":"{\"a\":1}"}}]}}],
    "usage":{"prompt_tokens":12,"completion_tokens":3}})");
  ASSERT_EQ(response.message.tool_calls().size(), 1U);
  EXPECT_EQ(response.message.tool_calls()[0].name, "lookup");
  EXPECT_EQ(response.finish_reason, "tool_calls");
  EXPECT_EQ(response.usage.input_tokens, 12);
  EXPECT_EQ(response.usage.output_tokens, 3);
  EXPECT_EQ(response.usage.calls, 1);
}

TEST(ParseResponse, TellsCachedAndReasoningTokensApart_SCN90) {
  const auto usage = parse_response(R"({"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":12,"completion_tokens":9,
    "prompt_tokens_details":{"cached_tokens":8},"completion_tokens_details":{"reasoning_tokens":5}}})")
                         .usage;
  EXPECT_EQ(usage.input_tokens, 12);
  EXPECT_EQ(usage.cached_input_tokens, 8);
  EXPECT_EQ(usage.reasoning_tokens, 5);
  EXPECT_EQ(usage.output_tokens, 9);
}

TEST(ParseResponse, DropsHollowMembersAndKeepsTheRest) {
  const auto response =
      parse_response(R"({"choices":[{"message":{"content":"hi","refusal":null,"tool_calls":[],"annotations":[],"reasoning_content":"because"}}]})");
  EXPECT_EQ(response.message.serialized(), R"({"content":"hi","reasoning_content":"because","role":"assistant"})");
  EXPECT_EQ(response.finish_reason, "stop");
}

TEST(ParseResponse, HandsOverMessagesThatTheServerMadeBeforeItsReply) {
  const auto response = parse_response(R"({"choices":[{"message":{"role":"assistant","content":"done"},"messages":[
    {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},
    {"role":"tool","tool_call_id":"1","content":"ok"},
    {"role":"assistant","content":"done"}]}]})");
  ASSERT_EQ(response.earlier.size(), 2U);
  EXPECT_EQ(response.earlier[1].role(), MessageRole::tool);
}

TEST(ParseResponse, CallsGarbageWhatItIs) {
  for (const auto* body : {"", "<html>", "[]", "{}", R"({"choices":[]})", R"({"choices":[{}]})", R"({"choices":[{"message":"hi"}]})",
                           R"({"choices":[{"message":{"role":"user","content":"hi"}}]})", R"({"choices":[{"message":{"content":7}}]})"})
    EXPECT_EQ(error_of([&] { parse_response(body); }).kind(), ErrorKind::protocol) << body;
  EXPECT_THAT(error_of([] { parse_response(R"({"choices":"none today"})"); }).message(), HasSubstr("none today"));
}

TEST(ParseResponse, TakesAnErrorObjectForWhatItIsInSpiteOfItsStatus) {
  EXPECT_EQ(error_of([] { parse_response(R"({"error":{"message":"overloaded","code":502}})"); }).kind(), ErrorKind::unavailable);
  EXPECT_EQ(error_of([] { parse_response(R"({"error":{"message":"slow down","code":429}})"); }).kind(), ErrorKind::rate_limited);
}

TEST(ChunkAccumulator, PutsTextTogetherAndCountsTokens_SCN90) {
  ChunkAccumulator chunks;
  EXPECT_EQ(chunks.add(R"({"choices":[{"delta":{"role":"assistant","content":""}}]})"), "");
  EXPECT_EQ(chunks.add(R"({"choices":[{"delta":{"content":"Hel"}}]})"), "Hel");
  EXPECT_EQ(chunks.add(R"({"choices":[{"delta":{"content":"lo"}}]})"), "lo");
  EXPECT_FALSE(chunks.whole());
  chunks.add(R"({"choices":[{"delta":{},"finish_reason":"length"}],"usage":null})");
  EXPECT_TRUE(chunks.whole());
  chunks.add(R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}})");
  const auto response = chunks.response();
  EXPECT_EQ(response.message.text(), "Hello");
  EXPECT_EQ(response.finish_reason, "length");
  EXPECT_EQ(response.usage.input_tokens, 5);
  EXPECT_EQ(response.usage.calls, 1);
}

TEST(ChunkAccumulator, PutsSeveralToolCallsTogether_SCN90) {
  ChunkAccumulator chunks;
  chunks.add(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}}]})");
  chunks.add(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}},{"index":1,"id":"b","function":{"name":"g"}}]}}]})");
  chunks.add(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}}]})");
  const auto calls = chunks.response().message.tool_calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].arguments, R"({"x":1})");
  EXPECT_EQ(calls[1].id, "b");
  EXPECT_EQ(chunks.response().finish_reason, "tool_calls");
}

TEST(ChunkAccumulator, TellsCallsApartByTheirIdsWhereTheyAreNotNumbered) {
  ChunkAccumulator chunks;
  chunks.add(R"({"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}}]})");
  chunks.add(R"({"choices":[{"delta":{"tool_calls":[{"id":"b","function":{"name":"f","arguments":"{"}}]}}]})");
  chunks.add(R"({"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"}"}}]}}]})");
  const auto calls = chunks.response().message.tool_calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[1].arguments, "{}");
}

TEST(ChunkAccumulator, RefusesGarbage) {
  for (const auto* chunk : {"x", "{}", R"({"choices":[{"delta":{"tool_calls":7}}]})"}) {
    ChunkAccumulator chunks;
    EXPECT_EQ(error_of([&] { chunks.add(chunk); }).kind(), ErrorKind::protocol) << chunk;
  }
  ChunkAccumulator nameless;
  nameless.add(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a"}]}}]})");
  EXPECT_EQ(error_of([&] { nameless.response(); }).kind(), ErrorKind::protocol);
}

}  // namespace
}  // namespace antiphon::openai
