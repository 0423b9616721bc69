#include "antiphon/providers/llm/mock/mock_llm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/rules/builtin.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::mock {
namespace {

using namespace std::chrono_literals;
using namespace testing_tools;
using testing::HasSubstr;
using testing::StartsWith;

/// Keeps what a handler sends.
class Recorder final : public net::ServerReply {
 public:
  Task<> reply(net::HttpReply whole) override {
    sent = std::move(whole);
    co_return;
  }
  Task<> begin(int status, net::Headers headers) override {
    sent = {.status = status, .headers = std::move(headers), .body = {}};
    co_return;
  }
  Task<> write(std::string bytes) override {
    sent.body += bytes;
    co_return;
  }
  void abort() override { aborted = true; }

  net::HttpReply sent;
  bool aborted = false;
};

struct MockLlmTest : testing::Test {
  World world;
  std::string key;

  Recorder serve(std::string_view rules, std::string body, net::Headers headers = {}, std::string target = "/v1/chat/completions",
                 std::string method = "POST") {
    const auto handler =
        make_mock_llm({.rules = rules.empty() ? rules::builtin() : rules::parse_rules(rules, "f.yaml"), .api_key = key, .seed = 1}, world.clock);
    Recorder reply;
    const net::ServerRequest request{.method = std::move(method), .target = std::move(target), .headers = std::move(headers), .body = std::move(body)};
    world.run(handler(request, reply));
    return reply;
  }
  static json::value body(const Recorder& reply) { return parse_json(reply.sent.body); }
};

const std::string hello = R"({"model":"gpt-x","messages":[{"role":"user","content":"hi"}]})";

TEST_F(MockLlmTest, AnswersAsOpenAiDoes_SCN83) {
  const auto reply = serve("rules:\n  - reply: good day\n", hello);
  EXPECT_EQ(reply.sent.status, 200);
  const auto whole = body(reply);
  EXPECT_THAT(std::string(whole.at("id").as_string()), StartsWith("chatcmpl-"));
  EXPECT_EQ(whole.at("object").as_string(), "chat.completion");
  EXPECT_EQ(whole.at("model").as_string(), "gpt-x");
  EXPECT_GT(whole.at("created").as_int64(), 1'700'000'000);
  const auto& choice = whole.at_pointer("/choices/0");
  EXPECT_EQ(choice.at("index").as_int64(), 0);
  EXPECT_EQ(choice.at_pointer("/message/role").as_string(), "assistant");
  EXPECT_EQ(choice.at_pointer("/message/content").as_string(), "good day");
  EXPECT_TRUE(choice.at("logprobs").is_null());
  EXPECT_EQ(choice.at("finish_reason").as_string(), "stop");
  EXPECT_EQ(whole.at_pointer("/usage/total_tokens").as_int64(),
            whole.at_pointer("/usage/prompt_tokens").as_int64() + whole.at_pointer("/usage/completion_tokens").as_int64());
}

TEST_F(MockLlmTest, CallsToolsAsOpenAiDoes_SCN83) {
  const auto reply = serve("rules:\n  - tool_calls: [{name: f, arguments: {a: 1}}]\n", hello);
  const auto whole = body(reply);
  const auto& call = whole.at_pointer("/choices/0/message/tool_calls/0");
  EXPECT_EQ(call.at("type").as_string(), "function");
  EXPECT_THAT(std::string(call.at("id").as_string()), StartsWith("call_"));
  EXPECT_EQ(call.at_pointer("/function/arguments").as_string(), R"({"a":1})");
  EXPECT_TRUE(whole.at_pointer("/choices/0/message/content").is_null());
  EXPECT_EQ(whole.at_pointer("/choices/0/finish_reason").as_string(), "tool_calls");
}

TEST_F(MockLlmTest, SaysWhatIsWrongWithARequest_SCN83) {
  const std::pair<const char*, const char*> wrong[] = {
      {"{", ""},
      {"[]", ""},
      {R"({"messages":[{"role":"user","content":"x"}]})", "model"},
      {R"({"model":"m"})", "messages"},
      {R"({"model":"m","messages":[]})", "messages"},
      {R"({"model":"m","messages":[{"role":"boss","content":"x"}]})", "messages[0]"},
      {R"({"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{}]})", "tools[0]"},
      {R"({"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":"auto"})", "tool_choice"},
      {R"({"model":"m","messages":[{"role":"user","content":"x"}],"stream":1})", "stream"},
      {R"({"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"xml"}})", "response_format"},
  };
  for (const auto& [text, parameter] : wrong) {
    const auto reply = serve("", text);
    EXPECT_EQ(reply.sent.status, 400) << text;
    const auto error = body(reply).at("error");
    EXPECT_EQ(error.at("type").as_string(), "invalid_request_error");
    EXPECT_EQ(find_string(error, "param").value_or(""), parameter) << text;
    EXPECT_FALSE(error.at("message").as_string().empty());
  }
}

TEST_F(MockLlmTest, ShowsFileAndInputWhereNoRuleMatches_SCN83) {
  const auto reply = serve("rules:\n  - when: {last: bye}\n    reply: bye\n", hello);
  EXPECT_EQ(reply.sent.status, 400);
  EXPECT_THAT(reply.sent.body, testing::AllOf(HasSubstr("f.yaml"), HasSubstr("hi")));
}

TEST_F(MockLlmTest, WantsItsKeyWhereItHasOne_SCN83) {
  key = "right";
  EXPECT_EQ(serve("", hello).sent.status, 401);
  EXPECT_EQ(serve("", hello, {{"Authorization", "Bearer wrong"}}).sent.status, 401);
  EXPECT_EQ(serve("", hello, {{"authorization", "Bearer right"}}).sent.status, 200);
  EXPECT_EQ(serve("", "", {}, "/health", "GET").sent.status, 200);
}

TEST_F(MockLlmTest, ListsItsModelAndKnowsItsAddresses_SCN83) {
  EXPECT_EQ(body(serve("", "", {}, "/v1/models", "GET")).at_pointer("/data/0/id").as_string(), "rules");
  EXPECT_EQ(body(serve("", "", {}, "/v1/models/rules", "GET")).at("id").as_string(), "rules");
  const auto unknown = serve("", "", {}, "/v1/models/other", "GET");
  EXPECT_EQ(unknown.sent.status, 404);
  EXPECT_EQ(body(unknown).at_pointer("/error/code").as_string(), "model_not_found");
  EXPECT_EQ(serve("", hello, {}, "/chat/completions?x=1").sent.status, 200);
  EXPECT_EQ(serve("", "", {}, "/v1/audio/speech").sent.status, 404);
  EXPECT_EQ(serve("", "", {}, "/v1/chat/completions", "GET").sent.status, 405);
}

TEST_F(MockLlmTest, MakesFaultsThatClientsCanSee_SCN83) {
  const auto limited = serve("rules:\n  - fault: {status: 429, retry_after: 1500ms}\n", hello);
  EXPECT_EQ(limited.sent.status, 429);
  EXPECT_EQ(net::find_header(limited.sent.headers, "retry-after"), "2");
  EXPECT_EQ(net::find_header(limited.sent.headers, "retry-after-ms"), "1500");
  EXPECT_EQ(body(limited).at_pointer("/error/code").as_string(), "rate_limit_exceeded");
  const auto cut = serve("rules:\n  - reply: hello\n    fault: {cut_after: 20}\n", hello);
  EXPECT_TRUE(cut.aborted);
  EXPECT_EQ(cut.sent.body.size(), 20U);
}

TEST_F(MockLlmTest, TakesItsTimeOnTheClock_SCN83) {
  serve("rules:\n  - reply: hello\n    latency: 300ms\n    fault: {stall: 2s}\n", hello);
  EXPECT_EQ(world.clock.now(), 2300ms);
}

TEST_F(MockLlmTest, KeepsStateForTaggedRequestsAndRebuildsItForOthers_SCN83) {
  const auto handler = make_mock_llm(
      {.rules = rules::parse_rules("rules:\n  - when: {state: {seen: \"yes\"}}\n    reply: again\n  - reply: first\n    set: {seen: \"yes\"}\n", "f")},
      world.clock);
  const auto ask = [&](net::Headers headers, std::string text) {
    Recorder reply;
    const net::ServerRequest request{.method = "POST", .target = "/v1/chat/completions", .headers = std::move(headers), .body = std::move(text)};
    world.run(handler(request, reply));
    return std::string(body(reply).at_pointer("/choices/0/message/content").as_string());
  };
  const net::Headers tags{{"x-antiphon-thread-id", "t"}, {"x-antiphon-role", "user"}, {"x-antiphon-turn", "1"}};
  EXPECT_EQ(ask(tags, hello), "first");
  EXPECT_EQ(ask(tags, hello), "again");
  EXPECT_EQ(ask({}, hello), "first");
  EXPECT_EQ(ask({}, hello), "first");
  EXPECT_EQ(ask({}, R"({"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"first"},{"role":"user","content":"b"}]})"),
            "again");
}

// An agent is told the thread alone.
TEST_F(MockLlmTest, CountsUserMessagesWhereAThreadComesWithoutATurn_SCN83) {
  const std::string rules = "rules:\n  - when: {turn: 2}\n    reply: second\n  - reply: other\n";
  const std::string two = R"({"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]})";
  EXPECT_EQ(body(serve(rules, two, {{"x-antiphon-thread-id", "t"}})).at_pointer("/choices/0/message/content").as_string(), "second");
  EXPECT_EQ(body(serve(rules, two, {{"x-antiphon-thread-id", "t"}, {"x-antiphon-turn", "5"}})).at_pointer("/choices/0/message/content").as_string(), "other");
}

TEST_F(MockLlmTest, SaysTheSameToTheSameRequestWhateverElseIsAsked_SCN82_SCN83) {
  const std::string rules = "rules:\n  - reply: [a, b, c, d, e, f, g, h]\n";
  const auto once = body(serve(rules, hello)).at_pointer("/choices/0/message/content");
  const auto handler = make_mock_llm({.rules = rules::parse_rules(rules, "f"), .seed = 1}, world.clock);
  for (const auto& text : {std::string(R"({"model":"m","messages":[{"role":"user","content":"other"}]})"), hello, hello}) {
    Recorder reply;
    const net::ServerRequest request{.method = "POST", .target = "/v1/chat/completions", .body = text};
    world.run(handler(request, reply));
    if (text == hello) EXPECT_EQ(body(reply).at_pointer("/choices/0/message/content"), once);
  }
}

}  // namespace
}  // namespace antiphon::mock
