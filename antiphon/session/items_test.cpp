#include "antiphon/session/items.hpp"

#include <gtest/gtest.h>

#include "antiphon/session/session_error.hpp"

namespace antiphon::session {
namespace {

using namespace std::chrono_literals;

std::string text_of(const SessionItem& item) { return json::serialize(to_json(item)); }

TEST(SessionItems, ShowAsTheProtocolsJsonWithTypeRoleAndContent_PRD62) {
  EXPECT_EQ(text_of(ChatMessage{.id = "m1", .text = "Hi", .interrupted = true, .created_at = WallTime(1500ms)}),
            R"({"type":"message","id":"m1","role":"assistant","content":"Hi","interrupted":true,"created_at":"1970-01-01T00:00:01.500Z"})");
  EXPECT_EQ(text_of(FunctionCall{.id = "f1", .call_id = "c1", .name = "book", .arguments = "{}"}),
            R"({"type":"function_call","id":"f1","call_id":"c1","arguments":"{}","name":"book"})");
  EXPECT_EQ(text_of(FunctionCallOutput{.id = "o1", .call_id = "c1", .name = "book", .output = "full", .is_error = true}),
            R"({"type":"function_call_output","id":"o1","name":"book","call_id":"c1","output":"full","is_error":true})");
  EXPECT_EQ(text_of(AgentHandoff{.id = "h1", .new_agent_id = "billing"}), R"({"type":"agent_handoff","id":"h1","new_agent_id":"billing"})");
}

TEST(SessionItems, ASilentMessageStillHasContent_PRD62) {
  EXPECT_EQ(text_of(ChatMessage{.id = "m1", .role = MessageRole::user}), R"({"type":"message","id":"m1","role":"user","content":""})");
}

TEST(SessionErrors, ComeBackFromTheWireAsTheyWere_SES4) {
  for (const auto* text : {"llm:APIStatusError:401: no such key", "tool:timeout:-: it took: too long", "session:closed:-: session closed", "tts:x:-: "}) {
    const auto error = SessionError::from_wire(text);
    EXPECT_EQ(error.to_wire(), text);
    EXPECT_NE(error.type(), "unknown") << text;
  }
}

TEST(SessionErrors, AnyOtherTextIsOfTypeUnknownAndWhole_SES4) {
  for (const auto* text : {"", "internal error", "Error: a:b", "llm", "llm:x", "llm:x:1", "cpu:x:1: y", "llm::1: y", "llm:x:many: y", "llm:a b:-: y"}) {
    const auto error = SessionError::from_wire(text);
    EXPECT_EQ(error.type(), "unknown") << text;
    EXPECT_EQ(error.stage(), Stage::session) << text;
    EXPECT_EQ(error.message(), text);
  }
}

TEST(SessionErrors, ATypeIsOneWord_SES4) { EXPECT_EQ(SessionError(Stage::llm, "bad: key", 400, "m").to_wire(), "llm:bad__key:400: m"); }

}  // namespace
}  // namespace antiphon::session
