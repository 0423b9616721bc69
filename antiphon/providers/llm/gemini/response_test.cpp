#include "antiphon/providers/llm/gemini/response.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::gemini {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing_tools::error_of;

TEST(ParseGenerated, CountsSound_SCN90) {
  const auto usage = parse_generated(R"({"candidates":[{"content":{"parts":[{"text":"hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":70,
    "candidatesTokenCount":2,"promptTokensDetails":[{"modality":"TEXT","tokenCount":6},{"modality":"AUDIO","tokenCount":64}],
    "candidatesTokensDetails":[{"modality":"TEXT","tokenCount":2}]}})")
                         .usage;
  EXPECT_EQ(usage.input_tokens, 70);
  EXPECT_EQ(usage.audio_input_tokens, 64);
  EXPECT_EQ(usage.audio_output_tokens, 0);
}

TEST(ParseGenerated, ReadsTextCallsReasonAndUsage_SCN90) {
  const auto response = parse_generated(R"({"candidates":[{"content":{"role":"model","parts":[{"text":"let me "},{"text":"look"},
    {"functionCall":{"id":"x1","name":"lookup","args":{"order":"A-1007"}}},{"functionCall":{"name":"other"}}]},"finishReason":"STOP"}],
    "usageMetadata":{"promptTokenCount":40,"cachedContentTokenCount":30,"candidatesTokenCount":7,"thoughtsTokenCount":5,"toolUsePromptTokenCount":2}})",
                                        3);
  EXPECT_EQ(response.message.text(), "let me look");
  const auto& calls = response.message.tool_calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].id, "x1");
  EXPECT_EQ(calls[0].arguments, R"({"order":"A-1007"})");
  EXPECT_EQ(calls[1].id, "antiphon_call_5");
  EXPECT_EQ(calls[1].arguments, "{}");
  EXPECT_EQ(response.finish_reason, "tool_calls");
  EXPECT_EQ(response.usage.input_tokens, 42);
  EXPECT_EQ(response.usage.cached_input_tokens, 30);
  EXPECT_EQ(response.usage.output_tokens, 12);
  EXPECT_EQ(response.usage.reasoning_tokens, 5);
}

TEST(ParseGenerated, KeepsThoughtsOutOfTheTextAndBesideIt_SCN90) {
  const auto response = parse_generated(
      R"({"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"yes","thoughtSignature":"c2ln"}]},"finishReason":"STOP"}]})");
  EXPECT_EQ(response.message.serialized(),
            R"({"role":"assistant","content":"yes","vendor_content":{"gemini":[{"text":"hm","thought":true},{"text":"yes","thoughtSignature":"c2ln"}]}})");
}

TEST(ParseGenerated, KnowsEveryFinishReason_SCN90) {
  const auto body = [](std::string_view reason) {
    return fmt::format(R"({{"candidates":[{{"content":{{"parts":[{{"text":"x"}}]}},"finishReason":"{}","finishMessage":"because"}}]}})", reason);
  };
  for (const auto* reason : {"STOP", "OTHER", "SOMETHING_NEW"}) EXPECT_EQ(parse_generated(body(reason)).finish_reason, "stop") << reason;
  EXPECT_EQ(parse_generated(body("MAX_TOKENS")).finish_reason, "length");
  for (const auto* reason : {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "MODEL_ARMOR"}) {
    EXPECT_EQ(parse_generated(body(reason)).finish_reason, "content_filter") << reason;
    EXPECT_EQ(parse_generated(body(reason)).message.json().at("refusal").as_string(), "because");
  }
  for (const auto* reason : {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE"}) {
    const auto error = error_of([&] { parse_generated(body(reason)); });
    EXPECT_EQ(error.kind(), ErrorKind::unavailable) << reason;
    EXPECT_THAT(error.message(), HasSubstr("because"));
  }
}

TEST(ParseGenerated, TellsWhyNothingCame_SCN90) {
  const auto held_back = parse_generated(R"({"candidates":[{"finishReason":"SAFETY"}]})");
  EXPECT_EQ(held_back.message.serialized(), R"({"role":"assistant","content":"","refusal":"the answer was held back: SAFETY"})");
  const auto blocked = error_of([] { parse_generated(R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}})"); });
  EXPECT_EQ(blocked.kind(), ErrorKind::invalid_input);
  EXPECT_EQ(blocked.message(), "the prompt was blocked: PROHIBITED_CONTENT");
}

TEST(ParseGenerated, CallsGarbageWhatItIs) {
  for (const auto* body :
       {"", "<html>", "[]", "{}", "7", R"({"candidates":[]})", R"({"candidates":7})", R"({"candidates":[{}]})",
        R"({"candidates":[{"content":{"parts":7},"finishReason":"STOP"}]})", R"({"candidates":[{"content":{"parts":[7]},"finishReason":"STOP"}]})",
        R"({"candidates":[{"content":{"parts":[{"functionCall":{}}]},"finishReason":"STOP"}]})"})
    EXPECT_EQ(error_of([&] { parse_generated(body); }).kind(), ErrorKind::protocol) << body;
}

TEST(ParseGenerated, TakesAnErrorObjectForWhatItIsInSpiteOfItsStatus_SCN91) {
  const auto error = error_of([] { parse_generated(R"([{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}])"); });
  EXPECT_EQ(error.kind(), ErrorKind::rate_limited);
  EXPECT_THAT(error.message(), HasSubstr("slow down"));
}

TEST(GeminiErrors, SayHowLongToWaitAndThatAKeyIsWrong_SCN91) {
  EXPECT_EQ(wait_in(R"({"error":{"code":429,"details":[{"@type":"x"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3.5s"}]}})"), 3500ms);
  EXPECT_EQ(wait_in(R"({"error":{"code":429}})"), std::nullopt);
  EXPECT_EQ(kind_in(R"({"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}})"), ErrorKind::unauthorized);
  EXPECT_EQ(kind_in(R"({"error":{"code":400,"details":[{"reason":"OTHER"}]}})"), std::nullopt);
  EXPECT_EQ(kind_in("x"), std::nullopt);
}

TEST(GeminiChunks, PutTextThoughtsAndCallsTogether_SCN90) {
  ChunkAccumulator chunks;
  EXPECT_EQ(chunks.add(R"({"candidates":[{"content":{"parts":[{"text":"h","thought":true}]}}],"usageMetadata":{"promptTokenCount":4}})"), "");
  EXPECT_EQ(chunks.add(R"({"candidates":[{"content":{"parts":[{"text":"m","thought":true}]}}]})"), "");
  EXPECT_EQ(chunks.add(R"({"candidates":[{"content":{"parts":[{"text":"Hel"}]}}]})"), "Hel");
  EXPECT_EQ(chunks.add(R"({"candidates":[{"content":{"parts":[{"text":"lo"}]}}]})"), "lo");
  EXPECT_FALSE(chunks.whole());
  EXPECT_EQ(chunks.add(R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}},{"text":"","thoughtSignature":"c2ln"}]},
    "finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":9}})"),
            "");
  EXPECT_TRUE(chunks.whole());
  const auto response = chunks.response();
  EXPECT_EQ(response.message.text(), "Hello");
  EXPECT_EQ(response.finish_reason, "tool_calls");
  EXPECT_EQ(response.usage.output_tokens, 9);
  EXPECT_EQ(json::serialize(response.message.json().at_pointer("/vendor_content/gemini")),
            R"([{"text":"hm","thought":true},{"text":"Hello"},{"functionCall":{"name":"f","args":{}}},{"text":"","thoughtSignature":"c2ln"}])");
}

}  // namespace
}  // namespace antiphon::gemini
