#include "antiphon/chat/message.hpp"

#include <gmock/gmock.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"

namespace antiphon {
namespace {

using testing::HasSubstr;

Message parsed(std::string_view text) { return Message(parse_json(text)); }

std::string refusal(std::string_view text) {
  try {
    (void)parsed(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::protocol);
    return error.message();
  }
  return "accepted";
}

TEST(Message, KnowsAllRoles_SCN4) {
  for (const auto* name : {"developer", "system", "user", "assistant", "tool", "function"}) {
    const auto role = message_role_from(name);
    ASSERT_TRUE(role);
    EXPECT_EQ(to_string(*role), name);
    EXPECT_EQ(Message(*role, "x").role(), *role);
  }
  EXPECT_FALSE(message_role_from("agent"));
}

TEST(Message, KeepsEveryFieldInOrder_SCN4) {
  constexpr auto text =
      R"({"x_vendor":{"b":1,"a":[null,1.5]},"role":"assistant","content":[{"type":"text","text":"hi","annotations":[]},{"type":"image_url","image_url":{"url":"u"}}],)"
      R"("refusal":null,"tool_calls":[{"id":"c1","type":"function","index":0,"function":{"name":"f","arguments":"{}","strict":true}}]})";
  const auto message = parsed(text);
  EXPECT_EQ(message.json(), parse_json(text));
  EXPECT_EQ(parse_json(message.serialized()), parse_json(text));
  EXPECT_THAT(message.serialized(), testing::StartsWith(R"({"x_vendor":{"b":1,"a":)"));
}

json::value random_value(RandomStream& random, int depth) {
  switch (random.below(depth > 3 ? 5 : 7)) {
    case 0: return nullptr;
    case 1: return random.below(2) == 0;
    case 2: return static_cast<std::int64_t>(random.next());
    case 3: return static_cast<double>(random.below(100'000)) / 8;  // Boost 1.81 reads longer fractions to the last bit but one
    case 4: return json::string(random.below(8), static_cast<char>('"' + random.below(90)));
    case 5: {
      json::array array;
      for (auto n = random.below(4); n > 0; --n) array.push_back(random_value(random, depth + 1));
      return array;
    }
    default: {
      json::object object;
      for (auto n = random.below(4); n > 0; --n) object["k" + std::to_string(random.below(100))] = random_value(random, depth + 1);
      return object;
    }
  }
}

TEST(Message, RoundTripsWhateverElseItHolds_SCN4) {
  RandomStream random(4);
  for (int i = 0; i < 500; ++i) {
    json::object object{{"role", "user"}, {"content", "hello"}};
    for (auto n = random.below(5); n > 0; --n) object["extra" + std::to_string(n)] = random_value(random, 0);
    const Message message{json::value(object)};
    EXPECT_EQ(parse_json(message.serialized()), json::value(object));
    EXPECT_EQ(Message(parse_json(message.serialized())).json(), message.json());
  }
}

TEST(Message, JoinsTheTextOfItsParts_SCN4) {
  const auto message = parsed(R"({"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "image_url", "image_url": {"url": "u"}},
                                  {"type": "input_audio", "input_audio": {"data": "…", "transcript": "two"}}, {"type": "file", "file": {"file_id": "f"}}]})");
  EXPECT_EQ(message.text(), "one\ntwo");
  EXPECT_FALSE(message.has_plain_text());
  EXPECT_TRUE(Message::user("x").has_plain_text());
}

TEST(Message, HasNoTextWhereContentIsNull) {
  EXPECT_EQ(parsed(R"({"role": "assistant", "content": null})").text(), "");
  EXPECT_EQ(parsed(R"({"role": "assistant"})").text(), "");
}

TEST(Message, ReadsToolCallsAndResults_SCN4) {
  const auto message = parsed(R"({"role": "assistant", "content": null, "tool_calls": [
      {"id": "c1", "type": "function", "function": {"name": "lookup", "arguments": "{\"order\": \"A-1\"}"}},
      {"id": "c2", "type": "function", "function": {"name": "ping"}}]})");
  ASSERT_EQ(message.tool_calls().size(), 2U);
  EXPECT_EQ(message.tool_calls()[0].parsed_arguments(), parse_json(R"({"order": "A-1"})"));
  EXPECT_EQ(message.tool_calls()[1].parsed_arguments(), json::value(json::object{}));
  const auto built = Message::assistant_calls("", message.tool_calls());
  EXPECT_EQ(built.tool_calls()[0].arguments, message.tool_calls()[0].arguments);
  const auto result = Message::tool_result("c1", "lookup", "{}");
  EXPECT_EQ(result.role(), MessageRole::tool);
  EXPECT_EQ(result.tool_call_id(), "c1");
}

TEST(Message, KeepsMalformedArguments) {
  const auto message = Message::assistant_calls("", {{"c1", "f", "{oops"}});
  EXPECT_EQ(message.tool_calls()[0].arguments, "{oops");
  EXPECT_THROW((void)message.tool_calls()[0].parsed_arguments(), Error);
}

TEST(Message, SaysWhichFieldIsWrong) {
  EXPECT_THAT(refusal("[]"), HasSubstr("no object"));
  EXPECT_THAT(refusal("{}"), HasSubstr("no role"));
  EXPECT_THAT(refusal(R"({"role": "agent"})"), HasSubstr("\"agent\""));
  EXPECT_THAT(refusal(R"({"role": "user", "content": 3})"), HasSubstr("content is 3"));
  EXPECT_THAT(refusal(R"({"role": "user", "content": [3]})"), HasSubstr("part"));
  EXPECT_THAT(refusal(R"({"role": "assistant", "tool_calls": {}})"), HasSubstr("tool_calls"));
  EXPECT_THAT(refusal(R"({"role": "assistant", "tool_calls": [{"function": {}}]})"), HasSubstr("without a name"));
}

TEST(Message, IsSharedByItsCopies) {
  const auto message = Message::user("x");
  const auto copy = message;
  EXPECT_TRUE(copy.same_as(message));
  EXPECT_FALSE(Message::user("x").same_as(message));
  EXPECT_EQ(&copy.serialized(), &message.serialized());
}

TEST(Message, RepairsTextThatIsNotUtf8) { EXPECT_EQ(Message::user("a\xFF").text(), "a\xEF\xBF\xBD"); }

}  // namespace
}  // namespace antiphon
