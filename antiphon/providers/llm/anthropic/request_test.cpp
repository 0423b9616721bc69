#include "antiphon/providers/llm/anthropic/request.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/anthropic/response.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::anthropic {
namespace {

using testing::HasSubstr;
using testing_tools::error_of;

json::value body_of(const ChatRequest& request, wire::BodyOptions options = {}, const wire::Refusals& refused = {}) {
  if (options.model.empty()) options.model = "m";
  if (options.name.empty()) options.name = "anthropic/m";
  return messages_body(request, options, refused);
}

ChatRequest of(std::vector<Message> messages) {
  ChatRequest request;
  for (auto& message : messages) request.messages.append(std::move(message));
  return request;
}

std::string messages_of(std::vector<Message> messages) { return json::serialize(body_of(of(std::move(messages))).at("messages")); }

Message message(std::string_view text) { return Message(parse_json(text)); }

TEST(MessagesBody, HoldsEverythingThatARequestSays_SCN90) {
  auto request = of({Message::user("hi")});
  request.preamble = {Message::system("be brief")};
  request.tools = ToolSet({{.name = "lookup", .description = "finds it"}});
  request.tool_choice = {ToolChoice::Mode::named, "lookup"};
  request.temperature = 0.2;
  request.max_tokens = 50;
  request.response_schema = parse_json(R"({"type":"object","properties":{"n":{"type":"integer"}}})");
  const auto body = body_of(request, {.model = "claude", .stream = true});
  EXPECT_EQ(body.at("model").as_string(), "claude");
  EXPECT_EQ(body.at("system").as_string(), "be brief");
  EXPECT_EQ(json::serialize(body.at("messages")), R"([{"role":"user","content":[{"type":"text","text":"hi"}]}])");
  EXPECT_EQ(json::serialize(body.at("tools")), R"([{"name":"lookup","description":"finds it","input_schema":{"type":"object","properties":{}}}])");
  EXPECT_EQ(json::serialize(body.at("tool_choice")), R"({"type":"tool","name":"lookup"})");
  EXPECT_DOUBLE_EQ(body.at("temperature").as_double(), 0.2);
  EXPECT_EQ(body.at("max_tokens").as_int64(), 50);
  EXPECT_EQ(json::serialize(body.at_pointer("/output_config/format")),
            R"({"type":"json_schema","schema":{"type":"object","properties":{"n":{"type":"integer"}},"additionalProperties":false}})");
  EXPECT_TRUE(body.at("stream").as_bool());
}

TEST(MessagesBody, WritesEveryKindOfToolChoiceAndNoneWithoutTools_SCN90) {
  auto request = of({Message::user("hi")});
  request.tool_choice = {ToolChoice::Mode::required, {}};
  EXPECT_FALSE(body_of(request).as_object().contains("tool_choice"));
  request.tools = ToolSet({{.name = "f"}});
  EXPECT_EQ(json::serialize(body_of(request).at("tool_choice")), R"({"type":"any"})");
  request.tool_choice = {ToolChoice::Mode::none, {}};
  EXPECT_EQ(json::serialize(body_of(request).at("tool_choice")), R"({"type":"none"})");
  request.tool_choice = {};
  EXPECT_FALSE(body_of(request).as_object().contains("tool_choice"));
}

TEST(MessagesBody, MergesTurnsOfOneRoleWithToolResultsFirst_SCN90) {
  const auto calls = Message::assistant_calls("look", {{"c1", "f", R"({"a":1})"}, {"c2", "g", ""}});
  const auto text = messages_of({Message::user("one"), Message::user("two"), calls, Message::tool_result("c1", "f", "ok"), Message::system("now closing"),
                                 Message::tool_result("c2", "g", "fine"), Message::user("and?")});
  EXPECT_EQ(text, R"([{"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]},)"
                  R"({"role":"assistant","content":[{"type":"text","text":"look"},{"type":"tool_use","id":"c1","name":"f","input":{"a":1}},)"
                  R"({"type":"tool_use","id":"c2","name":"g","input":{}}]},)"
                  R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"ok"}]},)"
                  R"({"type":"tool_result","tool_use_id":"c2","content":[{"type":"text","text":"fine"}]},)"
                  R"({"type":"text","text":"<system>now closing</system>"},{"type":"text","text":"and?"}]}])");
}

TEST(MessagesBody, BeginsAndEndsWithTheUser_SCN90) {
  EXPECT_EQ(messages_of({}), R"json([{"role":"user","content":[{"type":"text","text":"(The conversation begins.)"}]}])json");
  const auto text = messages_of({Message::assistant("welcome")});
  EXPECT_THAT(text, testing::StartsWith(R"([{"role":"user")"));
  EXPECT_THAT(text, HasSubstr("(Please go on.)"));
}

TEST(MessagesBody, PutsLeadingSystemMessagesApart) {
  auto request = of({Message::system("two"), Message::user("hi")});
  request.preamble = {Message::system("one")};
  EXPECT_EQ(body_of(request).at("system").as_string(), "one\n\ntwo");
}

TEST(MessagesBody, TranslatesPicturesAndDocuments_SCN90) {
  const auto text = messages_of({message(R"({"role":"user","content":[
    {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
    {"type":"image_url","image_url":{"url":"https://h/x.jpg"}},
    {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}},
    {"type":"file","file":{"filename":"a.txt","file_data":"data:text/plain;base64,aGVsbG8="}},
    {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav","transcript":"good day"}}]})")});
  EXPECT_EQ(text, R"([{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},)"
                  R"({"type":"image","source":{"type":"url","url":"https://h/x.jpg"}},)"
                  R"({"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"a.pdf"},)"
                  R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"hello"},"title":"a.txt"},)"
                  R"({"type":"text","text":"good day"}]}])");
}

TEST(MessagesBody, NamesMessageAndPartThatHaveNoForm_SCN90) {
  const auto refused = [](std::string_view part, std::string_view role = "user") {
    return error_of(
        [&] { messages_of({Message::user("hi"), message(fmt::format(R"({{"role":"{}","content":[{{"type":"text","text":"see"}},{}]}})", role, part))}); });
  };
  const auto error = refused(R"({"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}})");
  EXPECT_EQ(error.message(), "anthropic/m: message 1 (user), part 1 (input_audio) cannot be sent: this API takes no sound, and the part has no transcript");
  EXPECT_EQ(error.party(), Party::harness);
  EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  EXPECT_THAT(refused(R"({"type":"image_url","image_url":{"url":"data:image/tiff;base64,AAAA"}})").message(), HasSubstr("image/tiff is not among"));
  EXPECT_THAT(refused(R"({"type":"image_url","image_url":{"url":"ftp://h/x.png"}})").message(), HasSubstr("neither http"));
  EXPECT_THAT(refused(R"({"type":"image_url"})").message(), HasSubstr("no base64 data"));
  EXPECT_THAT(refused(R"({"type":"file","file":{"file_id":"file-1"}})").message(), HasSubstr("OpenAI keeps"));
  EXPECT_THAT(refused(R"({"type":"file","file":{"filename":"a.mp4","file_data":"data:video/mp4;base64,AAAA"}})").message(), HasSubstr("video/mp4"));
  EXPECT_THAT(refused(R"({"type":"file","file":{"filename":"a.txt","file_data":"data:text/plain;base64,?"}})").message(), HasSubstr("no base64"));
  EXPECT_THAT(refused(R"({"type":"hologram"})").message(), HasSubstr("no such part"));
  EXPECT_THAT(refused(R"({"type":"image_url","image_url":{"url":"https://h/x.png"}})", "assistant").message(), HasSubstr("only text"));
}

TEST(MessagesBody, SendsThinkingBackAsItCame_SCN90) {
  const auto answer = parse_message(R"({"role":"assistant","stop_reason":"tool_use","content":[{"type":"thinking","thinking":"hm","signature":"s"},
    {"type":"text","text":"let me look"},{"type":"tool_use","id":"c1","name":"f","input":{"a":1}}]})");
  const auto text = messages_of({Message::user("hi"), answer.message, Message::tool_result("c1", "f", "ok")});
  EXPECT_THAT(text, HasSubstr(R"({"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"let me look"},)"
                              R"({"type":"tool_use","id":"c1","name":"f","input":{"a":1}}]})"));
}

TEST(MessagesBody, ShowsMalformedArgumentsAsTheyWere) {
  EXPECT_THAT(messages_of({Message::user("hi"), Message::assistant_calls("", {{"c", "f", "{oops"}}), Message::tool_result("c", "f", "error")}),
              HasSubstr(R"("input":{"malformed_arguments":"{oops"})"));
}

TEST(MessagesBody, DropsRefusedParametersAndMergesExtraOnes_SCN42) {
  auto request = of({Message::user("hi")});
  request.tools = ToolSet({{.name = "f"}});
  request.tool_choice = {ToolChoice::Mode::required, {}};
  request.temperature = 0.5;
  request.response_schema = parse_json(R"({"type":"object"})");
  wire::Refusals refused;
  for (const auto* name : {"temperature", "tool_choice", "top_k"}) refused.add(name);
  const auto body = body_of(request, {.extra = {{"top_k", 3}, {"output_config", {{"effort", "low"}}}}}, refused).as_object();
  for (const auto* name : {"temperature", "tool_choice", "top_k"}) EXPECT_FALSE(body.contains(name)) << name;
  EXPECT_EQ(body.at("output_config").at("effort").as_string(), "low");
  EXPECT_TRUE(body.at("output_config").as_object().contains("format"));
}

TEST(MessagesBody, AsksForTheVersionThatKnowsItsParameters_SCN42) {
  auto request = of({Message::user("hi")});
  EXPECT_EQ(version_for(body_of(request).as_object()), "2026-10-21");
  request.temperature = 0;
  EXPECT_EQ(version_for(body_of(request).as_object()), "2023-06-01");
}

TEST(OutputSchema, ClosesObjectsAndTellsWhatIsNotEnforced) {
  const auto schema = parse_json(R"({"type":"object","properties":{"n":{"type":"integer","minimum":1,"description":"how many"},
    "list":{"type":"array","items":{"type":"object","properties":{}},"maxItems":3},"either":{"oneOf":[{"type":"string","minLength":2},{"type":"null"}]}},
    "required":["n"],"additionalProperties":true})");
  EXPECT_EQ(json::serialize(output_schema(schema)),
            R"json({"type":"object","properties":{"n":{"type":"integer","description":"how many (minimum: 1)"},)json"
            R"("list":{"type":"array","items":{"type":"object","properties":{},"additionalProperties":false},"description":"maxItems: 3"},)"
            R"("either":{"anyOf":[{"type":"string","description":"minLength: 2"},{"type":"null"}]}},"required":["n"],"additionalProperties":false})");
}

}  // namespace
}  // namespace antiphon::anthropic
