#include "antiphon/adapters/template.hpp"

#include <gtest/gtest.h>

namespace antiphon {
namespace {

AgentInput input() {
  return {.thread_id = "t9",
          .messages = {Message::user("first"), Message::assistant("ok"), Message::user("say \"hi\"")},
          .new_messages = {Message::user("say \"hi\"")}};
}

TEST(RequestTemplate, FillsTextAndThreadAnywhere_TRN2) {
  const auto filled = fill_template(json::object{{"q", "${input.text}!"}, {"deep", json::array{json::object{{"id", "${thread_id}"}}, 3, nullptr}}}, input());
  EXPECT_EQ(json::serialize(filled), R"({"q":"say \"hi\"!","deep":[{"id":"t9"},3,null]})");
}

TEST(RequestTemplate, AStringOfNothingButMessagesBecomesTheList_TRN2) {
  const auto filled = fill_template(json::object{{"all", "${input.messages}"}, {"text", "history: ${input.messages}"}}, input());
  EXPECT_EQ(filled.at("all").get_array().size(), 3U);
  EXPECT_TRUE(std::string_view(filled.at("text").get_string()).starts_with("history: [{\"role\":\"user\""));
}

TEST(RequestTemplate, LeavesDollarsOfOthersAlone_TRN2) { EXPECT_EQ(json::serialize(fill_template(json::value("$$5 and $x"), input())), R"("$5 and $x")"); }

}  // namespace
}  // namespace antiphon
