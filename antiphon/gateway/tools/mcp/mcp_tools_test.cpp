#include "antiphon/gateway/tools/mcp/mcp_tools.hpp"

#include <gmock/gmock.h>

#include "antiphon/base/task_group.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A server in the standard library of Python that can also misbehave. `MODE` says how.
constexpr auto server = R"py(
import json, os, sys, time
mode = os.environ.get("MODE", "")
listed = [{"name": n, "description": n, "inputSchema": {"type": "object"}} for n in ("echo", "fail", "crm.find")]
def say(**message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)
held = []
for line in sys.stdin:
    m = json.loads(line)
    method, i = m.get("method"), m.get("id")
    if i is None or method is None:
        continue
    modern = "io.modelcontextprotocol/protocolVersion" in m.get("params", {}).get("_meta", {})
    if method == "server/discover":
        if mode == "dies at discover":
            sys.exit(9)
        if mode == "silent at discover":
            continue
        if mode == "legacy" or mode == "future":
            say(id=i, error={"code": -32022 if mode == "future" else -32602, "message": "no", "data": {"supported": ["2099-01-01"]}})
            continue
        say(id=i, result={"resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}})
    elif method == "initialize":
        say(id=i, result={"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "t", "version": "1"}})
    elif method == "tools/list":
        at = int(m["params"].get("cursor", "0"))
        page = {"tools": listed[at:at + 1]}
        if at + 1 < len(listed):
            page["nextCursor"] = str(at + 1)
        if mode == "endless":
            page["nextCursor"] = "0" if at else "1"
            time.sleep(0)
        say(id=i, result=page)
    elif method == "tools/call":
        if mode == "crash":
            sys.stderr.write("out of cheese\n")
            os._exit(3)
        if mode == "hang":
            continue
        if mode == "garbage":
            print("DEBUG: called", flush=True)
        if mode == "huge":
            say(id=i, result={"content": [{"type": "text", "text": "x" * 3000000}]})
            continue
        if mode == "asks":
            say(id="q", method="ping")
            say(id="r", method="roots/list")
            say(method="notifications/tools/list_changed")
            if json.loads(sys.stdin.readline()) != {"jsonrpc": "2.0", "id": "q", "result": {}}:
                sys.exit(4)
            if json.loads(sys.stdin.readline())["error"]["code"] != -32601:
                sys.exit(5)
        name = m["params"]["name"]
        answer = {"content": [{"type": "text", "text": json.dumps(m["params"]["arguments"])}], "isError": name == "fail"}
        if mode == "backwards":
            held.append((i, answer))
            if len(held) == 3:
                for number, late in reversed(held):
                    say(id=number, result=late)
            continue
        say(id=i, result=answer)
)py";

/// A program lives in real time; no test waits for more than what ends by itself, but for those that prove a limit.
struct McpStdio : ::testing::Test {
  std::shared_ptr<ToolProvider> open(std::string mode, std::string version = {}) {
    McpOptions options{.name = "test", .version = std::move(version)};
    options.process.argv = {"python3", "-c", server};
    options.process.env = {{"MODE", std::move(mode)}};
    provider = mcp_tools(std::move(options), *http, world.runtime);
    return provider;
  }
  std::shared_ptr<ToolProvider> start(std::string mode, std::string version = {}) {
    open(std::move(mode), std::move(version));
    world.run(provider->start(world.soon()));
    return provider;
  }
  json::value call(std::string name, json::object arguments = {}) {
    return world.run(provider->call({std::move(name), std::move(arguments), {}}, world.soon()));
  }
  ~McpStdio() override {
    if (provider) world.run(provider->close());
  }

  net::testing::World world;
  std::unique_ptr<net::HttpClient> http = net::make_http_client(world.runtime);
  std::shared_ptr<ToolProvider> provider;
};

std::vector<std::string> names(const ToolProvider& provider) {
  std::vector<std::string> all;
  for (const auto& entry : provider.tools()) all.push_back(entry.tool.name);
  return all;
}

TEST_F(McpStdio, SpeaksTheNewRevisionAndReadsAllPagesOfTools_GTW34) {
  start("");
  EXPECT_THAT(names(*provider), ElementsAre("crm_find", "echo", "fail"));  // a dot is no part of a name that a model may call
  EXPECT_EQ(call("echo", {{"a", 1}}), R"({"a": 1})");
  EXPECT_EQ(call("crm_find"), "{}");
}

TEST_F(McpStdio, ShakesHandsWithOlderServers_GTW34) {
  start("legacy");
  EXPECT_EQ(call("echo"), "{}");
}

TEST_F(McpStdio, AServerThatDiesOfTheNewQuestionIsStartedAgainAndGreetedTheOldWay_GTW34) {
  start("dies at discover");
  EXPECT_EQ(call("echo"), "{}");
}

TEST_F(McpStdio, AServerThatIsSilentAboutTheNewQuestionIsGreetedTheOldWay_GTW34) {  // waits two real seconds: the limit of the question
  start("silent at discover");
  EXPECT_EQ(call("echo"), "{}");
}

TEST_F(McpStdio, AServerOfAnotherAgeIsRefusedByName_GTW34) {
  open("future");
  EXPECT_THAT(error_of(world, provider->start(world.soon())).message(), HasSubstr("2099-01-01"));
}

TEST_F(McpStdio, AToolThatFailsSaysWhy_GTW34) {
  start("");
  const auto failure = error_of(world, provider->call({"fail", {{"why", "x"}}, {}}, world.soon()));
  EXPECT_EQ(failure.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(failure.message(), HasSubstr("why"));
}

TEST_F(McpStdio, AnswersInAnyOrderFindTheirCalls_GTW34) {
  start("backwards");
  struct Into {
    static Task<> run(ToolProvider& provider, int n, Deadline deadline, json::value& out) { out = co_await provider.call({"echo", {{"n", n}}, {}}, deadline); }
  };
  std::vector<json::value> results(3);
  std::vector<Task<>> calls;
  for (int i = 0; i < 3; ++i) calls.push_back(Into::run(*provider, i, world.soon(), results[static_cast<std::size_t>(i)]));
  world.run(at_once(std::move(calls)));
  EXPECT_THAT(results, ElementsAre(R"({"n": 0})", R"({"n": 1})", R"({"n": 2})"));
}

TEST_F(McpStdio, ACrashSaysItsLastWordsAndTheNextCallStartsItAgain_GTW34) {
  start("crash");
  for (int i = 0; i < 2; ++i) {
    const auto failure = error_of(world, provider->call({"echo", {}, {}}, world.soon()));
    EXPECT_EQ(failure.kind(), ErrorKind::closed);
    EXPECT_THAT(failure.message(), HasSubstr("out of cheese"));
  }
}

TEST_F(McpStdio, AHangEndsAtTheDeadline_GTW34) {
  start("hang");
  const auto failure = error_of(world, provider->call({"echo", {}, {}}, Deadline::after(world.clock, 50ms)));  // real time, as the far side is
  EXPECT_EQ(failure.kind(), ErrorKind::timeout);
}

TEST_F(McpStdio, WhatAServerPrintsBesideItsMessagesIsPassedOver_GTW34) {
  start("garbage");
  EXPECT_EQ(call("echo"), "{}");
}

TEST_F(McpStdio, AHugeAnswerArrivesWhole_GTW34) {  // the router refuses it
  start("huge");
  EXPECT_EQ(call("echo").as_string().size(), 3'000'000U);
}

TEST_F(McpStdio, AnswersPingsRefusesOtherWishesAndNoticesThatToolsChanged_GTW34) {
  start("asks");
  EXPECT_FALSE(provider->stale());
  EXPECT_EQ(call("echo"), "{}");
  EXPECT_TRUE(provider->stale());
}

TEST_F(McpStdio, AListThatNeverEndsIsRefused_GTW34) {
  open("endless");
  EXPECT_THAT(error_of(world, provider->start(world.soon())).message(), HasSubstr("never ends"));
}

TEST_F(McpStdio, AProgramThatIsNotThereNeverSawTheCall_GTW34) {
  McpOptions options{.name = "none"};
  options.process.argv = {"/nowhere/server"};
  provider = mcp_tools(options, *http, world.runtime);
  EXPECT_EQ(error_of(world, provider->start(world.soon())).kind(), ErrorKind::refused);
  EXPECT_EQ(error_of(world, provider->call({"echo", {}, {}}, world.soon())).kind(), ErrorKind::refused);
}

struct McpHttp : ::testing::Test {
  McpHttp() : provider(mcp_tools({.name = "test", .url = "http://crm/mcp", .headers = {{"authorization", "Bearer k"}}}, http, world.runtime)) {}
  void reply(std::string body, int status = 200, net::Headers headers = {{"content-type", "application/json"}}) {
    http.script.push_back({.status = status, .body = {std::move(body)}, .headers = std::move(headers)});
  }
  void start_modern() {
    reply(R"({"jsonrpc": "2.0", "id": 1, "result": {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}})");
    reply(
        R"({"jsonrpc": "2.0", "id": 2, "result": {"tools": [{"name": "look", "inputSchema": {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}}},
             {"name": "bad", "inputSchema": {"type": "object", "properties": {"x": {"type": "number", "x-mcp-header": "X"}}}}]}})");
    world.run(provider->start(Deadline::never()));
  }
  void start_legacy() {
    reply("Bad Request: no session", 400);
    reply(R"({"jsonrpc": "2.0", "id": 2, "result": {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}}})", 200,
          {{"content-type", "application/json"}, {"Mcp-Session-Id", "s1"}});
    reply("", 202);
    reply(R"({"jsonrpc": "2.0", "id": 3, "result": {"tools": [{"name": "look", "inputSchema": {"type": "object"}}]}})");
    world.run(provider->start(Deadline::never()));
  }
  json::value call(json::object arguments = {}) { return world.run(provider->call({"look", std::move(arguments), {}}, Deadline::never())); }
  std::string sent(std::size_t index, std::string_view header) { return net::find_header(http.sent.at(index).headers, header).value_or("(none)"); }

  testing_tools::World world;
  testing_tools::ScriptedHttp http;
  std::shared_ptr<ToolProvider> provider;
};

TEST_F(McpHttp, TheNewRevisionSaysInHeadersWhatItAsks_GTW34) {
  start_modern();
  EXPECT_THAT(names(*provider), ElementsAre("look"));
  EXPECT_THAT(provider->take_notices(), ElementsAre(HasSubstr("\"bad\" was left out")));
  reply(R"({"jsonrpc": "2.0", "id": 3, "result": {"resultType": "complete", "content": [{"type": "text", "text": "there"}]}})");
  EXPECT_EQ(call({{"region", "ü"}}), "there");
  EXPECT_EQ(sent(2, "mcp-protocol-version"), "2026-07-28");
  EXPECT_EQ(sent(2, "mcp-method"), "tools/call");
  EXPECT_EQ(sent(2, "mcp-name"), "look");
  EXPECT_EQ(sent(2, "mcp-param-region"), "=?base64?w7w=?=");
  EXPECT_EQ(sent(2, "authorization"), "Bearer k");
  EXPECT_EQ(sent(2, "accept"), "application/json, text/event-stream");
}

TEST_F(McpHttp, OlderServersGetAHandshakeAndTheirSessionBack_GTW34) {
  start_legacy();
  reply(
      "event: message\ndata: {\"jsonrpc\": \"2.0\", \"method\": \"notifications/progress\"}\n\ndata: {\"jsonrpc\": \"2.0\", \"id\": 4, \"result\": "
      "{\"content\": []}}\n\n",
      200, {{"content-type", "text/event-stream"}});
  EXPECT_EQ(call(), "");
  EXPECT_EQ(sent(4, "mcp-session-id"), "s1");
  EXPECT_EQ(sent(4, "mcp-protocol-version"), "2025-11-25");
  EXPECT_EQ(sent(4, "mcp-method"), "(none)");
  reply("");
  world.run(provider->close());
  EXPECT_EQ(http.sent.back().method, "DELETE");
}

TEST_F(McpHttp, ALostSessionIsANewOneAndTheCallSurelyNeverHappened_GTW34) {
  start_legacy();
  reply("", 404);
  EXPECT_EQ(testing_tools::error_of([&] { call(); }).kind(), ErrorKind::refused);
  reply("no", 400);
  reply(R"({"jsonrpc": "2.0", "id": 6, "result": {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}}})");
  reply("", 202);
  reply(R"({"jsonrpc": "2.0", "id": 7, "result": {"content": [{"type": "text", "text": "again"}]}})");
  EXPECT_EQ(call(), "again");
}

TEST_F(McpHttp, AStreamThatEndsBeforeTheAnswerMayHaveHadItsEffect_GTW34) {
  start_modern();
  reply("data: {\"jsonrpc\": \"2.0\", \"method\": \"notifications/progress\"}\n\n", 200, {{"content-type", "text/event-stream"}});
  EXPECT_EQ(testing_tools::error_of([&] { call(); }).kind(), ErrorKind::closed);
}

TEST_F(McpHttp, ErrorsOfTheServerAndOfTheWayThereAreToldApart_GTW34) {
  start_modern();
  reply(R"({"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "Unknown tool"}})", 400);
  EXPECT_THAT(testing_tools::error_of([&] { call(); }).message(), HasSubstr("Unknown tool (-32602)"));
  reply("<html>bad gateway</html>", 502);
  EXPECT_EQ(testing_tools::error_of([&] { call(); }).kind(), ErrorKind::unavailable);
  reply("nonsense");
  EXPECT_EQ(testing_tools::error_of([&] { call(); }).kind(), ErrorKind::protocol);
  reply("", 401);
  EXPECT_EQ(testing_tools::error_of([&] { call(); }).kind(), ErrorKind::unauthorized);
}

TEST(McpOptionsTest, NeedsACommandOrAnAddressAndKnownVersions_GTW34) {
  testing_tools::World world;
  testing_tools::ScriptedHttp http;
  EXPECT_EQ(testing_tools::error_of([&] { mcp_tools({.name = "x"}, http, world.runtime); }).kind(), ErrorKind::configuration);
  EXPECT_EQ(testing_tools::error_of([&] { mcp_tools({.name = "x", .url = "http://x", .version = "2020-01-01"}, http, world.runtime); }).kind(),
            ErrorKind::configuration);
}

}  // namespace
}  // namespace antiphon::gateway
