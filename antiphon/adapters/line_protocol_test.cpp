#include "antiphon/adapters/line_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon {
namespace {

using testing::HasSubstr;

TEST(LineProtocol, WritesOneObjectWithAllAndNewMessages_TRN3) {
  AgentInput input{
      .thread_id = "t1", .messages = {Message::assistant("hello"), Message::user("line\nbreak")}, .new_messages = {Message::user("line\nbreak")}, .turn = 2};
  const auto line = turn_line(input);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto value = parse_json(line);
  EXPECT_EQ(*find_string(value, "type"), "turn");
  EXPECT_EQ(*find_string(value, "thread_id"), "t1");
  EXPECT_EQ(*find_number(value, "turn"), 2);
  EXPECT_EQ(find(value, "messages")->get_array().size(), 2U);
  EXPECT_EQ(find(value, "new_messages")->get_array().size(), 1U);
}

TEST(LineProtocol, ReadsContentAndMessages_TRN3) {
  EXPECT_EQ(parse_turn_answer(R"({"content":"hi"})").at(0).text(), "hi");
  EXPECT_EQ(parse_turn_answer(R"({"content":null})").at(0).text(), "");
  const auto several = parse_turn_answer(R"({"messages":[{"role":"assistant","content":"a"},{"role":"tool","tool_call_id":"c","content":"b"}]})");
  ASSERT_EQ(several.size(), 2U);
  EXPECT_EQ(several[1].role(), MessageRole::tool);
}

struct Garbage {
  const char* line;
  const char* complaint;
};
class LineProtocolGarbage : public testing::TestWithParam<Garbage> {};

TEST_P(LineProtocolGarbage, IsAnErrorOfTheAgentThatQuotesIt_TRN3) {
  try {
    parse_turn_answer(GetParam().line);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.party(), Party::agent);
    EXPECT_THAT(error.message(), HasSubstr(GetParam().complaint));
  }
}

INSTANTIATE_TEST_SUITE_P(All, LineProtocolGarbage,
                         testing::Values(Garbage{"Traceback (most recent call last):", "no JSON: \"Traceback"}, Garbage{"[1]", "without content"},
                                         Garbage{"{}", "without content"}, Garbage{R"({"content":7})", "no text"}, Garbage{R"({"messages":"x"})", "no list"},
                                         Garbage{R"({"messages":[{"role":"king"}]})", "unknown role"},
                                         Garbage{R"({"type":"turn","messages":[{"role":"user","content":"hi"}]})", "the role user"},
                                         Garbage{R"({"error":{"message":"out of stock"}})", "out of stock"}));

}  // namespace
}  // namespace antiphon
