#include "antiphon/providers/llm/openai/request.hpp"

#include <gtest/gtest.h>

namespace antiphon::openai {
namespace {

json::value body_of(const ChatRequest& request, BodyOptions options = {}, const Refusals& refused = {}) {
  if (options.model.empty()) options.model = "m";
  return parse_json(chat_body(request, options, refused));
}

ChatRequest full_request() {
  ChatRequest request;
  request.preamble = {Message::system("be brief")};
  request.messages = History{Message::user("hi"), Message::assistant("hello")};
  request.tools = ToolSet({{.name = "lookup"}});
  request.tool_choice = {ToolChoice::Mode::named, "lookup"};
  request.temperature = 0.2;
  request.max_tokens = 50;
  request.response_schema = json::parse(R"({"type":"object","additionalProperties":false})");
  return request;
}

TEST(ChatBody, HoldsEverythingThatARequestSays_SCN90) {
  const auto body = body_of(full_request(), {.model = "gpt", .stream = true});
  EXPECT_EQ(body.at("model").as_string(), "gpt");
  EXPECT_EQ(json::serialize(body.at("messages")),
            R"([{"role":"system","content":"be brief"},{"role":"user","content":"hi"},{"role":"assistant","content":"hello"}])");
  EXPECT_EQ(body.at_pointer("/tools/0/function/name").as_string(), "lookup");
  EXPECT_EQ(json::serialize(body.at("tool_choice")), R"({"type":"function","function":{"name":"lookup"}})");
  EXPECT_DOUBLE_EQ(body.at("temperature").as_double(), 0.2);
  EXPECT_EQ(body.at("max_tokens").as_int64(), 50);
  EXPECT_EQ(body.at_pointer("/response_format/json_schema/strict").as_bool(), true);
  EXPECT_EQ(body.at_pointer("/response_format/json_schema/schema/type").as_string(), "object");
  EXPECT_TRUE(body.at("stream").as_bool());
  EXPECT_TRUE(body.at_pointer("/stream_options/include_usage").as_bool());
}

TEST(ChatBody, LeavesOutWhatIsNotSaid) {
  ChatRequest request;
  request.messages = History{Message::user("hi")};
  EXPECT_EQ(chat_body(request, {.model = "m"}), R"({"model":"m","messages":[{"role":"user","content":"hi"}]})");
}

TEST(ChatBody, WritesEveryKindOfToolChoice) {
  auto request = full_request();
  request.tool_choice = {ToolChoice::Mode::required, {}};
  EXPECT_EQ(body_of(request).at("tool_choice").as_string(), "required");
  request.tool_choice = {ToolChoice::Mode::none, {}};
  EXPECT_EQ(body_of(request).at("tool_choice").as_string(), "none");
  request.tool_choice = {};
  EXPECT_FALSE(body_of(request).as_object().contains("tool_choice"));
}

TEST(ChatBody, SendsPicturesSoundAndUnknownMembersUntouched_SCN90) {
  const std::string message =
      R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}],"x":1})";
  ChatRequest request;
  request.messages = History{Message(parse_json(message))};
  EXPECT_NE(chat_body(request, {.model = "m"}).find(message), std::string::npos);
}

TEST(ChatBody, KeepsOtherVendorsOwnContentToItself_SCN90) {
  ChatRequest request;
  request.messages =
      History{Message(parse_json(R"({"role":"assistant","content":"yes","vendor_content":{"gemini":[{"text":"yes","thoughtSignature":"s"}]}})"))};
  EXPECT_EQ(chat_body(request, {.model = "m"}), R"({"model":"m","messages":[{"role":"assistant","content":"yes"}]})");
}

TEST(ChatBody, TakesTheParticipantsSettingsWhereTheRequestHasNone_SCN42) {
  ChatRequest request;
  request.messages = History{Message::user("hi")};
  const BodyOptions options{.model = "m", .temperature = 0.9, .max_tokens = 7, .extra = {{"top_p", 0.5}}};
  EXPECT_DOUBLE_EQ(body_of(request, options).at("temperature").as_double(), 0.9);
  EXPECT_EQ(body_of(request, options).at("max_tokens").as_int64(), 7);
  EXPECT_DOUBLE_EQ(body_of(request, options).at("top_p").as_double(), 0.5);
  request.temperature = 0.1;
  EXPECT_DOUBLE_EQ(body_of(request, options).at("temperature").as_double(), 0.1);
}

TEST(ChatBody, LetsExtraParametersReplaceOurs_SCN42) {
  auto request = full_request();
  const auto text = chat_body(request, {.model = "m", .extra = {{"temperature", 1}, {"tool_choice", "auto"}}});
  EXPECT_EQ(parse_json(text).at("temperature").as_int64(), 1);
  EXPECT_EQ(text.find("temperature"), text.rfind("temperature"));
  EXPECT_EQ(text.find("tool_choice"), text.rfind("tool_choice"));
}

TEST(ChatBody, DropsRefusedParametersAndRenamesTheTokenLimit_SCN42) {
  Refusals refused;
  for (const auto* name : {"temperature", "tool_choice", "response_format", "max_tokens", "stream_options", "top_k"}) refused.add(name);
  const auto body = body_of(full_request(), {.model = "m", .stream = true, .extra = {{"top_k", 3}}}, refused).as_object();
  for (const auto* name : {"temperature", "tool_choice", "response_format", "max_tokens", "stream_options", "top_k"}) EXPECT_FALSE(body.contains(name)) << name;
  EXPECT_EQ(body.at("max_completion_tokens").as_int64(), 50);
  refused.add("max_completion_tokens");
  EXPECT_FALSE(body_of(full_request(), {}, refused).as_object().contains("max_completion_tokens"));
}

TEST(ChatBody, AsksInWordsForTheToolWhereItCannotBeForced_SCN50) {
  Refusals refused;
  const auto last = [&](const ChatRequest& request) {
    return std::string(parse_json(chat_body(request, {.model = "m"}, refused)).at("messages").as_array().back().at("content").as_string());
  };
  auto request = full_request();
  const auto before = last(request);
  refused.add("tool_choice");
  EXPECT_EQ(last(request), "Answer by calling the tool lookup, and write nothing else.");
  request.tool_choice = {ToolChoice::Mode::required, {}};
  EXPECT_EQ(last(request), "Answer by calling one of your tools, and write nothing else.");
  request.tool_choice = {};
  EXPECT_EQ(last(request), before);
}

TEST(RefusedParameter, IsReadFromTheServersWords_SCN42) {
  const auto name = [](const std::string& message) {
    return refused_parameter(json::serialize(json::object{{"error", {{"message", message}}}}), {{"top_k", 1}});
  };
  EXPECT_EQ(name("Unsupported value: 'temperature' does not support 0.2 with this model."), "temperature");
  EXPECT_EQ(name("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."), "max_tokens");
  EXPECT_EQ(name("Unsupported parameter: 'max_completion_tokens'"), "max_completion_tokens");
  EXPECT_EQ(name("Thinking mode does not support this tool_choice"), "tool_choice");
  EXPECT_EQ(name("Thinking may not be enabled when tool_choice forces tool use."), "tool_choice");
  EXPECT_EQ(name("Unrecognized request argument supplied: top_k"), "top_k");
  EXPECT_EQ(refused_parameter(R"({"error":{"message":"not supported","param":"response_format"}})", {}), "response_format");
  EXPECT_EQ(refused_parameter("response_format is not supported here", {}), "response_format");
}

TEST(RefusedParameter, IsNoneWhereAValueOrSomethingElseIsWrong) {
  EXPECT_EQ(refused_parameter(R"({"error":{"message":"Invalid 'temperature': expected a value <= 2, but got 7 instead.","param":"temperature"}})", {}),
            std::nullopt);
  EXPECT_EQ(refused_parameter(R"({"error":{"message":"This model does not support images"}})", {}), std::nullopt);
}

}  // namespace
}  // namespace antiphon::openai
