#include "antiphon/providers/llm/gemini/request.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/gemini/response.hpp"
#include "antiphon/providers/llm/gemini/schema.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::gemini {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_tools::error_of;

json::value body_of(const ChatRequest& request, wire::BodyOptions options = {}, const wire::Refusals& refused = {}) {
  options.name = "gemini/m";
  return generate_body(request, options, refused);
}

ChatRequest of(std::vector<Message> messages) {
  ChatRequest request;
  for (auto& message : messages) request.messages.append(std::move(message));
  return request;
}

std::string contents_of(std::vector<Message> messages, const wire::Refusals& refused = {}) {
  return json::serialize(body_of(of(std::move(messages)), {}, refused).at("contents"));
}

Message message(std::string_view text) { return Message(parse_json(text)); }

wire::Refusals refusing(std::initializer_list<const char*> names) {
  wire::Refusals refused;
  for (const auto* name : names) refused.add(name);
  return refused;
}

TEST(GenerateBody, HoldsEverythingThatARequestSays_SCN90) {
  auto request = of({Message::user("hi")});
  request.preamble = {Message::system("be brief")};
  request.tools = ToolSet({{.name = "lookup", .description = "finds it"}});
  request.tool_choice = {ToolChoice::Mode::named, "lookup"};
  request.temperature = 0.5;
  request.max_tokens = 50;
  request.response_schema = parse_json(R"({"type":"object"})");
  const auto text = json::serialize(body_of(request));
  EXPECT_EQ(text,
            R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}],"systemInstruction":{"parts":[{"text":"be brief"}]},)"
            R"("tools":[{"functionDeclarations":[{"name":"lookup","description":"finds it","parametersJsonSchema":{"type":"object","properties":{}}}]}],)"
            R"("toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["lookup"]}},)"
            R"("generationConfig":{"temperature":5E-1,"maxOutputTokens":50,"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}}})");
}

TEST(GenerateBody, WritesEveryKindOfToolChoice_SCN90) {
  auto request = of({Message::user("hi")});
  request.tools = ToolSet({{.name = "f"}});
  EXPECT_FALSE(body_of(request).as_object().contains("toolConfig"));
  request.tool_choice = {ToolChoice::Mode::required, {}};
  EXPECT_EQ(json::serialize(body_of(request).at("toolConfig")), R"({"functionCallingConfig":{"mode":"ANY"}})");
  request.tool_choice = {ToolChoice::Mode::none, {}};
  EXPECT_EQ(json::serialize(body_of(request).at("toolConfig")), R"({"functionCallingConfig":{"mode":"NONE"}})");
}

TEST(GenerateBody, AnswersCallsByNameWithResultsApart_SCN90) {
  const auto calls = Message::assistant_calls("", {{"c1", "f", R"({"a":1})"}, {"antiphon_call_2", "g", ""}});
  EXPECT_EQ(contents_of({Message::user("go"), calls, Message::tool_result("c1", "", R"({"n":7})"), Message::tool_result("antiphon_call_2", "", "fine"),
                         Message::user("and?")}),
            R"([{"role":"user","parts":[{"text":"go"}]},)"
            R"({"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1},"id":"c1"}},{"functionCall":{"name":"g","args":{}}}]},)"
            R"({"role":"user","parts":[{"functionResponse":{"name":"f","response":{"n":7},"id":"c1"}},)"
            R"({"functionResponse":{"name":"g","response":{"output":"fine"}}}]},)"
            R"({"role":"user","parts":[{"text":"and?"}]}])");
}

TEST(GenerateBody, RefusesAResultOfNoCall) {
  const auto error = error_of([] { contents_of({Message::user("go"), message(R"({"role":"tool","tool_call_id":"x","content":"ok"})")}); });
  EXPECT_THAT(error.message(), HasSubstr("message 1 (tool), part 0 (tool result) cannot be sent: no call has its id"));
}

TEST(GenerateBody, BeginsAndEndsWithTheUserAndKeepsSystemNotesInPlace_SCN90) {
  EXPECT_THAT(contents_of({}), HasSubstr("(The conversation begins.)"));
  const auto text = contents_of({Message::assistant("welcome"), Message::user("hi"), Message::system("closing"), Message::assistant("yes")});
  EXPECT_EQ(text, R"json([{"role":"user","parts":[{"text":"(The conversation begins.)"}]},{"role":"model","parts":[{"text":"welcome"}]},)json"
                  R"({"role":"user","parts":[{"text":"hi"},{"text":"<system>closing</system>"}]},{"role":"model","parts":[{"text":"yes"}]},)"
                  R"json({"role":"user","parts":[{"text":"(Please go on.)"}]}])json");
}

TEST(GenerateBody, TranslatesPicturesSoundAndFiles_SCN90) {
  EXPECT_EQ(
      contents_of({message(R"({"role":"user","content":[
    {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
    {"type":"image_url","image_url":{"url":"https://h/x.jpg?y=1"}},
    {"type":"input_audio","input_audio":{"data":"BBBB","format":"mp3"}},
    {"type":"input_audio","input_audio":{"format":"wav","transcript":"good day"}},
    {"type":"file","file":{"filename":"a.pdf","file_data":"JVBE"}}]})")}),
      R"([{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"fileData":{"fileUri":"https://h/x.jpg?y=1","mimeType":"image/jpeg"}},)"
      R"({"inlineData":{"mimeType":"audio/mp3","data":"BBBB"}},{"text":"good day"},{"inlineData":{"mimeType":"application/pdf","data":"JVBE"}}]}])");
}

TEST(GenerateBody, NamesMessageAndPartThatHaveNoForm_SCN90) {
  const auto refused = [](std::string_view part) {
    return error_of([&] { contents_of({message(fmt::format(R"({{"role":"user","content":[{}]}})", part))}); });
  };
  const auto error = refused(R"({"type":"file","file":{"file_id":"file-1"}})");
  EXPECT_THAT(error.message(), testing::StartsWith("gemini/m: message 0 (user), part 0 (file) cannot be sent: it has no base64 data"));
  EXPECT_EQ(error.party(), Party::harness);
  EXPECT_THAT(refused(R"({"type":"file","file":{"file_data":"AAAA"}})").message(), HasSubstr("media type is not known"));
  EXPECT_THAT(refused(R"({"type":"image_url","image_url":{"url":"x.png"}})").message(), HasSubstr("neither a URL nor data"));
  EXPECT_THAT(refused(R"({"type":"hologram"})").message(), HasSubstr("no such part"));
}

TEST(GenerateBody, SendsSignedPartsBackAsTheyCame_SCN90) {
  const std::string parts = R"([{"text":"hm","thought":true},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"}])";
  const auto answer = parse_generated(R"({"candidates":[{"content":{"role":"model","parts":)" + parts + R"(},"finishReason":"STOP"}]})", 4);
  EXPECT_EQ(answer.message.tool_calls()[0].id, "antiphon_call_5");
  const auto text = contents_of({Message::user("hi"), answer.message, Message::tool_result("antiphon_call_5", "", "ok")});
  EXPECT_THAT(text, HasSubstr(R"({"role":"model","parts":)" + parts + "}"));
  EXPECT_THAT(text, HasSubstr(R"({"functionResponse":{"name":"f","response":{"output":"ok"}}})"));
}

TEST(GenerateBody, ReplacesWhatAModelRefuses_SCN42) {
  auto request = of({Message::user("hi")});
  request.preamble = {Message::system("be brief")};
  request.tools = ToolSet({{.name = "f", .description = {}, .parameters = parse_json(R"({"type":"object","properties":{"n":{"type":["integer","null"]}},
    "additionalProperties":false})")}});
  request.tool_choice = {ToolChoice::Mode::required, {}};
  request.temperature = 0.5;
  request.max_tokens = 5;
  request.response_schema = parse_json(R"({"type":"object","$schema":"x"})");
  const auto refused = refusing({"temperature", "maxOutputTokens", "toolConfig", "responseJsonSchema", "parametersJsonSchema", "systemInstruction"});
  EXPECT_EQ(
      json::serialize(body_of(request, {}, refused)),
      R"({"contents":[{"role":"user","parts":[{"text":"be brief"},{"text":"hi"},{"text":"Answer by calling one of your tools, and write nothing else."}]}],)"
      R"("tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"object","properties":{"n":{"type":"integer","nullable":true}}}}]}],)"
      R"("generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"object"}}})");
  EXPECT_FALSE(body_of(request, {}, refusing({"responseSchema", "temperature", "maxOutputTokens"})).as_object().contains("generationConfig"));
  const auto call = Message::assistant_calls("", {{"c", "f", "{}"}});
  EXPECT_THAT(contents_of({Message::user("hi"), call}), Not(HasSubstr("thoughtSignature")));
  EXPECT_THAT(contents_of({Message::user("hi"), call}, refusing({"thoughtSignature"})), HasSubstr(R"("thoughtSignature":"skip_thought_signature_validator")"));
}

TEST(GenerateBody, MergesExtraParameters_SCN42) {
  auto request = of({Message::user("hi")});
  request.temperature = 0.5;
  const auto body = body_of(request, {.extra = {{"generationConfig", {{"topK", 3}}}, {"safetySettings", json::array{}}}});
  EXPECT_EQ(json::serialize(body.at("generationConfig")), R"({"temperature":5E-1,"topK":3})");
  EXPECT_TRUE(body.as_object().contains("safetySettings"));
}

TEST(OpenApiSchema, KeepsWhatTheOlderMembersKnow) {
  EXPECT_EQ(
      json::serialize(openapi_schema(parse_json(
          R"({"$schema":"x","type":"object","properties":{"a":{"const":1},"b":{"oneOf":[{"type":"string"},{"type":"null"}]},
                    "c":{"type":"array","items":{"type":"object","additionalProperties":false}}},"required":["a"]})"))),
      R"({"type":"object","properties":{"a":{"enum":[1]},"b":{"anyOf":[{"type":"string"},{"type":"null"}]},"c":{"type":"array","items":{"type":"object"}}},)"
      R"("required":["a"]})");
}

}  // namespace
}  // namespace antiphon::gemini
