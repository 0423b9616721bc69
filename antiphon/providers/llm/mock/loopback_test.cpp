#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/mock/mock_llm.hpp"
#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/providers/llm/testing.hpp"

// Our client against our server through a real socket: what one writes, the other must read. The wall clock is used because sockets are
// outside every clock; nothing here waits for time to pass, except for the pauses between tries.

namespace antiphon::mock {
namespace {

using namespace testing_tools;
using testing::ElementsAre;

struct LoopbackTest : testing::Test {
  asio::io_context context;
  WallClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  std::unique_ptr<net::HttpClient> http = net::make_http_client(runtime, {.use_proxy_from_environment = false});
  std::unique_ptr<net::HttpServer> server;
  std::shared_ptr<const ModelRegistry> registry = ModelRegistry::with_defaults();

  void serve(std::string_view rules, std::string key = "") {
    server = net::listen_http(runtime, {}, make_mock_llm({.rules = rules::parse_rules(rules, "f.yaml"), .api_key = std::move(key), .seed = 1}, clock));
    asio::co_spawn(context, server->serve(), [](std::exception_ptr) {});
  }
  std::unique_ptr<LanguageModel> model(std::string key = "") {
    ModelSettings settings("openai/rules");
    settings.base_url = "http://127.0.0.1:" + std::to_string(server->port()) + "/v1";
    settings.key = std::move(key);
    return registry->open(settings, {runtime, *http, 1, "s"});
  }
  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    std::exception_ptr failure;
    asio::co_spawn(context, keep(std::move(task), value), [&](std::exception_ptr e) {
      failure = e;
      server->stop();
      context.stop();
    });
    context.restart();
    context.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
  }
  template <class T>
  static Task<> keep(Task<T> task, std::optional<T>& value) {
    value.emplace(co_await std::move(task));
  }
  Deadline soon() const { return Deadline::after(clock, std::chrono::seconds(20)); }
};

TEST_F(LoopbackTest, AnswersWhole_SCN83_SCN90) {
  serve("rules:\n  - when: {role: judge, turn: 3, last: \"(?<x>b+)\"}\n    reply: \"{{x}} ü\"\n");
  const auto response = run(model()->complete(asking("abbc", {"t", "judge", 3}), soon()));
  EXPECT_EQ(response.message.text(), "bb ü");
  EXPECT_GT(response.usage.output_tokens, 0);
}

TEST_F(LoopbackTest, StreamsTextAndCalls_SCN83_SCN90) {
  serve("rules:\n  - reply: one two\n    tool_calls: [{name: f, arguments: {text: \"a b c\"}}, {name: g}]\n");
  const auto asked = model();
  const auto streamed = run(read_stream(*asked, asking("x"), soon()));
  EXPECT_THAT(streamed.pieces, ElementsAre("one ", "two"));
  ASSERT_EQ(streamed.response.message.tool_calls().size(), 2U);
  EXPECT_EQ(streamed.response.message.tool_calls()[0].arguments, R"({"text":"a b c"})");
  EXPECT_EQ(streamed.response.finish_reason, "tool_calls");
  EXPECT_GT(streamed.response.usage.output_tokens, 0);
}

TEST_F(LoopbackTest, ReportsAConnectionThatIsCut_SCN91) {
  serve("rules:\n  - reply: one two three\n    fault: {cut_after: 5}\n", "right");
  const auto asked = model("right");
  EXPECT_EQ(error_of([&] { run(read_stream(*asked, asking("x"), soon())); }).kind(), ErrorKind::closed);
}

TEST_F(LoopbackTest, ReportsAWrongKey_SCN91) {
  serve("rules:\n  - reply: x\n", "right");
  const auto error = error_of([&] { run(model("wrong")->complete(asking("x"), soon())); });
  EXPECT_EQ(error.kind(), ErrorKind::unauthorized);
  EXPECT_EQ(error.status(), 401);
}

TEST_F(LoopbackTest, TriesAgainAfterAFaultThatPasses_SCN91) {
  serve("rules:\n  - when: {state: {failed: \"\"}}\n    fault: {status: 429, retry_after: 20ms}\n    set: {failed: once}\n  - reply: fine\n");
  EXPECT_EQ(run(model()->complete(asking("x", {"t", "user", 1}), soon())).message.text(), "fine");
}

}  // namespace
}  // namespace antiphon::mock
