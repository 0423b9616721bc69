#include "antiphon/adapters/agents.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// An agent's server on a thread of its own, as a stranger would run it.
class Server {
 public:
  explicit Server(net::HttpHandler handler) : server_(net::listen_http(runtime_, {}, std::move(handler))) {
    asio::co_spawn(context_, server_->serve(), asio::detached);
    thread_ = std::thread([this] { context_.run(); });
  }
  ~Server() {
    asio::post(context_, [this] { server_->stop(); });
    thread_.join();
  }
  std::string url(std::string path = "/v1") const { return "http://127.0.0.1:" + std::to_string(server_->port()) + path; }

 private:
  asio::io_context context_{1};
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
};

net::HttpHandler answering(int status, std::string body) {
  return [status, body](const net::ServerRequest&, net::ServerReply& reply) -> Task<> {
    co_await reply.reply({.status = status, .headers = {{"content-type", "application/json"}}, .body = body});
  };
}

ScenarioResult converse(ParticipantSpec agent, json::object tools = {}) {
  Scenario scenario{.name = "conversation", .agent = std::move(agent), .script = {user("where is my order?"), antiphon::agent(), succeed()}};
  scenario.tools = std::move(tools);
  scenario.turn_timeout = 5s;
  return run(std::move(scenario));
}

std::string completion(const std::string& message, const std::string& more = "") {
  return R"({"choices":[{"index":0,"message":)" + message + more + R"(,"finish_reason":"stop"}]})";
}

TEST(ChatAgent, PostsTheHistoryWithItsThread_TRN2) {
  std::string target, body, thread, traceparent, auth;
  Server server([&](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> {
    target = request.target, body = request.body;
    thread = *net::find_header(request.headers, "x-antiphon-thread-id");
    traceparent = *net::find_header(request.headers, "traceparent");
    auth = *net::find_header(request.headers, "authorization");
    co_await reply.reply({.status = 200, .headers = {}, .body = completion(R"({"role":"assistant","content":"on its way"})")});
  });
  const auto result = converse(chat_agent({.url = server.url(), .model = "support", .key = "k1"}));
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.messages.back().text(), "on its way");
  EXPECT_EQ(target, "/v1/chat/completions");
  EXPECT_EQ(thread, result.thread_id);
  EXPECT_EQ(auth, "Bearer k1");
  EXPECT_EQ(traceparent.size(), 55U);
  EXPECT_EQ(json::serialize(parse_json(body)), R"({"model":"support","messages":[{"role":"user","content":"where is my order?"}]})");
}

TEST(ChatAgent, TakesTheToolTrafficThatTheServerShows_TRN2) {
  const std::string shown =
      R"(,"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"lookup","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"c","content":"shipped"},{"role":"assistant","content":"shipped"}])";
  Server server(answering(200, completion(R"({"role":"assistant","content":"shipped"})", shown)));
  const auto result = converse(chat_agent({.url = server.url()}));
  ASSERT_EQ(result.messages.size(), 4U) << result;  // the last one of the list equals the reply and is dropped
  EXPECT_EQ(result.messages[1].tool_calls().at(0).name, "lookup");
  EXPECT_EQ(result.messages[2].role(), MessageRole::tool);
}

TEST(ChatAgent, AnswersToolCallsFromTheScenario_TRN2) {
  int asked = 0;
  Server server([&](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> {
    const bool answered = request.body.find("tool_call_id") != std::string::npos;
    ++asked;
    co_await reply.reply(
        {.status = 200,
         .headers = {},
         .body = completion(
             answered
                 ? R"({"role":"assistant","content":"it is lost"})"
                 : R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"lookup","arguments":"{\"o\":1}"}}]})")});
  });
  const auto result = converse(chat_agent({.url = server.url()}), {{"lookup", json::object{{"returns", json::object{{"status", "lost"}}}}}});
  EXPECT_EQ(asked, 2);
  ASSERT_EQ(result.messages.size(), 4U) << result;
  EXPECT_EQ(result.messages[2].text(), R"({"status":"lost"})");
  EXPECT_EQ(result.messages[3].text(), "it is lost");
}

TEST(ChatAgent, AnUnknownToolIsRecordedAnsweredAndEndsTheTurn_TRN2) {
  Server server(answering(
      200, completion(R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"launch","arguments":"{}"}}]})")));
  const auto result = converse(chat_agent({.url = server.url()}));
  ASSERT_EQ(result.messages.size(), 3U) << result;
  EXPECT_EQ(result.messages[2].text(), R"({"error": "not simulated"})");
  EXPECT_EQ(result.outcome, RunOutcome::passed);
}

TEST(ChatAgent, TheEleventhRoundOfToolsIsTheAgentsError_TRN2) {
  int asked = 0;
  Server server([&](const net::ServerRequest&, net::ServerReply& reply) -> Task<> {
    ++asked;
    co_await reply.reply(
        {.status = 200,
         .headers = {},
         .body =
             completion(R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"lookup","arguments":"{}"}}]})")});
  });
  const auto result = converse(chat_agent({.url = server.url()}), {{"lookup", json::object{{"returns", 1}}}});
  EXPECT_EQ(result.error->party, Party::agent) << result;
  EXPECT_EQ(asked, 11);
}

TEST(ChatAgent, StreamedAnswersArePutTogether_TRN2) {
  Server server([](const net::ServerRequest&, net::ServerReply& reply) -> Task<> {
    co_await reply.begin(200, {{"content-type", "text/event-stream"}});
    co_await reply.write("data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"on \"}}]}\n\n");
    co_await reply.write("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"its way\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
  });
  EXPECT_EQ(converse(chat_agent({.url = server.url(), .stream = true})).messages.back().text(), "on its way");
}

TEST(ChatAgent, AServerThatDoesNotStreamIsReadWhole_TRN2) {
  Server server(answering(200, completion(R"({"role":"assistant","content":"on its way"})")));
  EXPECT_EQ(converse(chat_agent({.url = server.url(), .stream = true})).messages.back().text(), "on its way");
}

TEST(ChatAgent, AStreamThatBreaksOffIsTheAgentsError_TRN2) {
  Server server([](const net::ServerRequest&, net::ServerReply& reply) -> Task<> {
    co_await reply.begin(200, {{"content-type", "text/event-stream"}});
    co_await reply.write("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"on \"}}]}\n\n");
  });
  EXPECT_EQ(converse(chat_agent({.url = server.url(), .stream = true})).error->party, Party::agent);
}

TEST(ChatAgent, WhatWasHeardOfABrokenStreamStaysSaid_SCN72) {
  Server server([](const net::ServerRequest&, net::ServerReply& reply) -> Task<> {
    co_await reply.begin(200, {{"content-type", "text/event-stream"}});
    co_await reply.write("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"you idiot, \"}}]}\n\n");
  });
  Scenario scenario{.name = "rude", .agent = chat_agent({.url = server.url(), .stream = true}), .script = {user("hi"), antiphon::agent()}};
  scenario.checks = {not_contains("idiot")};
  const auto result = run(std::move(scenario));
  ASSERT_EQ(result.messages.size(), 2U) << result;
  EXPECT_EQ(result.messages[1].text(), "you idiot, ");
  EXPECT_EQ(result.outcome, RunOutcome::failed) << "a forbidden word was said; the error stands beside it";
  EXPECT_EQ(result.error->party, Party::agent);
}

TEST(ChatAgent, ATurnThatEndsInAnErrorKeepsItsToolTraffic_TRN2) {
  Server server([](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> {
    const bool answered = request.body.find("tool_call_id") != std::string::npos;
    co_await reply.reply(
        {.status = answered ? 500 : 200,
         .headers = {},
         .body = completion(
             R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"create_refund","arguments":"{}"}}]})")});
  });
  Scenario scenario{.name = "refund", .agent = chat_agent({.url = server.url()}), .script = {user("money back"), antiphon::agent()}};
  scenario.tools = {{"create_refund", json::object{{"returns", "ok"}}}};
  scenario.checks = {tool_not_called("create_refund")};
  const auto result = run(std::move(scenario));
  ASSERT_EQ(result.messages.size(), 3U) << result;
  EXPECT_EQ(result.messages[1].tool_calls().at(0).name, "create_refund");
  EXPECT_EQ(result.outcome, RunOutcome::failed) << "the forbidden call was made before the agent broke down";
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.reasoning, HasSubstr("HTTP 500"));
}

TEST(ChatAgent, ARedirectIsNamedAndNotFollowed) {
  Server server([](const net::ServerRequest&, net::ServerReply& reply) -> Task<> {
    co_await reply.reply({.status = 302, .headers = {{"location", "http://elsewhere.example/v1?key=secret"}}, .body = ""});
  });
  const auto result = converse(chat_agent({.url = server.url()}));
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.reasoning, HasSubstr("HTTP 302, a redirect to http://elsewhere.example/v1;"));
}

TEST(ChatAgent, AnErrorStatusIsTheAgentsAndNeverAskedAgain) {
  int asked = 0;
  Server server([&](const net::ServerRequest&, net::ServerReply& reply) -> Task<> {
    ++asked;
    co_await reply.reply({.status = 503, .headers = {}, .body = R"({"error":{"message":"overloaded"}})"});
  });
  const auto result = converse(chat_agent({.url = server.url()}));
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.reasoning, HasSubstr("HTTP 503: overloaded"));
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(result.messages.size(), 1U);
}

TEST(ChatAgent, ARefusedConnectionIsTheTransports) {
  std::string url;
  { url = Server(answering(200, "")).url(); }
  const auto result = converse(chat_agent({.url = url}));
  EXPECT_EQ(result.error->party, Party::transport);
  EXPECT_THAT(result.reasoning, HasSubstr("refused"));
}

TEST(ChatAgent, GarbageIsTheAgentsErrorAndIsQuoted) {
  Server server(answering(200, "<html>welcome</html>"));
  const auto result = converse(chat_agent({.url = server.url()}));
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.reasoning, HasSubstr("welcome"));
  EXPECT_THAT(result.reasoning, HasSubstr("the agent at " + server.url() + "/chat/completions answered HTTP 200: not JSON"));
}

TEST(ChatAgent, AReplyThatNeverEndsMeetsTheTurnTimeout) {
  Server server([](const net::ServerRequest&, net::ServerReply& reply) -> Task<> {
    co_await reply.begin(200, {});
    try {
      for (;;) co_await reply.write(std::string(65536, ' '));
    } catch (const Error&) {}
  });
  Scenario scenario{.name = "endless", .agent = chat_agent({.url = server.url()}), .script = {user("hi"), agent()}};
  scenario.turn_timeout = 30s;
  const auto result = run(std::move(scenario));  // the size limit strikes first
  EXPECT_EQ(result.error->party, Party::agent) << result;
}

TEST(ChatAgent, EmptyTextIsAnAnswer) {
  Server server(answering(200, completion(R"({"role":"assistant","content":null})")));
  const auto result = converse(chat_agent({.url = server.url()}));
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.messages.size(), 2U);
}

TEST(HttpAgent, FillsTheTemplateAndFindsTheAnswer_TRN2) {
  std::string body;
  Server server([&](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> {
    body = request.body;
    co_await reply.reply({.status = 200, .headers = {}, .body = R"({"data":{"answers":[{"say":"hello back"}]}})"});
  });
  const auto result = converse(http_agent({.url = server.url("/ask"), .body = json::object{{"question", "${input.text}"}}, .reply = "/data/answers/0/say"}));
  EXPECT_EQ(result.messages.back().text(), "hello back") << result;
  EXPECT_EQ(body, R"({"question":"where is my order?"})");
}

TEST(HttpAgent, AReplyWithoutTheAnswerSaysWhatWasThere_TRN2) {
  Server server(answering(200, R"({"other":1})"));
  const auto result = converse(http_agent({.url = server.url("/ask"), .reply = "/data"}));
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.reasoning, HasSubstr("nothing at /data"));
  EXPECT_THAT(result.reasoning, HasSubstr("other"));
}

ParticipantSpec shell(std::string script) { return process_agent({.argv = {"/bin/sh", "-c", std::move(script)}}); }

TEST(ProcessAgent, ConversesByLines_TRN3) {
  const auto result = converse(shell(R"(while read line; do echo '{"content":"line read"}'; done)"));
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.messages.back().text(), "line read");
}

TEST(ProcessAgent, ADyingProcessTellsItsCodeAndLastWords_TRN3) {
  const auto result = converse(shell("read line; echo 'first' >&2; echo 'database is gone' >&2; exit 3"));
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.reasoning, HasSubstr("exit code 3"));
  EXPECT_THAT(result.reasoning, HasSubstr("database is gone"));
}

TEST(ProcessAgent, GarbageIsQuoted_TRN3) { EXPECT_THAT(converse(shell("read line; echo Starting up...; cat")).reasoning, HasSubstr("Starting up...")); }

TEST(ProcessAgent, ASecondLineIsNotTakenForTheNextAnswer_TRN3) {
  const auto spec = shell(R"(while read line; do printf '{"content":"one"}\n{"content":"two"}\n'; done)");
  const auto result = run({.name = "talks", .agent = spec, .script = {user("hi"), agent(), user("and?"), agent(), succeed()}});
  ASSERT_EQ(result.outcome, RunOutcome::error) << result;
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.reasoning, HasSubstr("nobody asked for"));
  EXPECT_THAT(result.reasoning, HasSubstr("two"));
}

TEST(ProcessAgent, AHangMeetsTheTurnTimeout_TRN3) {
  // Real time: the program hangs in its own process.
  Scenario scenario{.name = "hangs", .agent = shell("read line; sleep 60"), .script = {user("hi"), agent()}};
  scenario.turn_timeout = 200ms;
  const auto result = run(std::move(scenario));
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.reasoning, HasSubstr("0.20 s"));
}

TEST(ProcessAgent, AMissingProgramIsNamed_TRN3) { EXPECT_THAT(converse(process_agent({.argv = {"no-such-agent"}})).reasoning, HasSubstr("no-such-agent")); }

TEST(ProcessAgent, AMissingProgramOfAWholeSuiteIsNamedToo_TRN3) {
  EXPECT_THAT(converse(process_agent({.argv = {"no-such-agent"}, .per_suite = true})).reasoning, HasSubstr("no-such-agent"));
}

TEST(ProcessAgent, OneProcessServesAWholeSuite_TRN3) {
  // Each scenario of a suite file has options of its own, though equal ones.
  std::vector<Scenario> scenarios;
  for (int i = 0; i < 3; ++i) {
    const std::string counter = R"(n=0; while read line; do n=$((n+1)); echo "{\"content\":\"line $n\"}"; done)";
    scenarios.push_back(
        {.name = "shared", .agent = process_agent({.argv = {"/bin/sh", "-c", counter}, .per_suite = true}), .script = {user("hi"), agent(), succeed()}});
  }
  std::vector<std::string> answers;
  for (const auto& result : run_all(scenarios, {.jobs = 3})) answers.push_back(result.messages.back().text());
  EXPECT_THAT(answers, testing::UnorderedElementsAre("line 1", "line 2", "line 3"));
}

TEST(ProcessAgent, ALateAnswerNeverReachesTheNextRun_TRN3) {
  // The first line is answered too late; whoever asks next must hear the answer to its own line.
  const auto spec =
      process_agent({.argv = {"/bin/sh", "-c",
                              R"(while read line; do case "$line" in *slow*) sleep 0.5; echo '{"content":"late"}';; *) echo '{"content":"own"}';; esac; done)"},
                     .per_suite = true});
  Scenario slow{.name = "slow", .agent = spec, .script = {user("slow"), agent(), succeed()}};
  slow.turn_timeout = 100ms;
  const Scenario quick{.name = "quick", .agent = spec, .script = {user("hi"), agent(), succeed()}};
  const auto results = run_all({slow, quick}, {.jobs = 1});
  EXPECT_EQ(results[0].outcome, RunOutcome::error);
  ASSERT_EQ(results[1].outcome, RunOutcome::passed) << results[1];
  EXPECT_EQ(results[1].messages.back().text(), "own");
}

TEST(ModelAgent, IsOfferedTheScenariosTools_TRN1) {
  auto script = std::make_shared<testing_support::ModelScript>();
  script->answers = {testing_support::calls("lookup", R"({"order":"A-1"})"), Message::assistant("shipped")};
  Scenario scenario{.name = "model", .agent = model_agent({.model = "test/model", .system = "you are a desk"}), .script = {user("where?"), agent(), succeed()}};
  scenario.tools = {{"lookup", json::object{{"returns", "shipped"}, {"description", "finds an order"}}}};
  const auto result = run(std::move(scenario), {.models = testing_support::registry_with(script)});
  ASSERT_EQ(result.messages.size(), 4U) << result;
  EXPECT_EQ(script->asked.at(0).tools.find("lookup")->description, "finds an order");
  EXPECT_EQ(script->asked.at(0).preamble.at(0).text(), "you are a desk");
  EXPECT_EQ(script->asked.at(0).tags.role, "agent");
  EXPECT_EQ(result.clock, "virtual");
}

/// The spans of one conversation with an agent.
std::vector<trace::Span> spans_of(ParticipantSpec agent, json::object tools = {}) {
  Scenario scenario{.name = "conversation", .agent = std::move(agent), .script = {user("where is my order?"), antiphon::agent(), succeed()}};
  scenario.tools = std::move(tools);
  std::vector<trace::Span> spans;
  RunOptions options;
  options.on_trace = [&spans](const ScenarioResult&, const trace::Recorder& recorder) {
    spans = recorder.spans();
    spans.front().status_message = to_string(recorder.trace_id());
  };
  run(std::move(scenario), std::move(options));
  return spans;
}

const trace::Span& find_span(const std::vector<trace::Span>& spans, std::string_view name) {
  for (const auto& span : spans)
    if (span.name == name) return span;
  throw std::runtime_error("no span " + std::string(name));
}

std::string attribute(const trace::Span& span, std::string_view key) {
  const auto* value = span.find(key);
  if (!value) return "absent";
  if (const auto* text = std::get_if<std::string>(value)) return *text;
  return std::to_string(std::get<std::int64_t>(*value));
}

TEST(ChatAgent, SendsTheContextOfItsSpan_TRN2_OBS1) {
  std::string traceparent;
  Server server([&](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> {
    traceparent = *net::find_header(request.headers, "traceparent");
    co_await reply.reply({.status = 200, .headers = {}, .body = completion(R"({"role":"assistant","content":"on its way"})")});
  });
  for (const bool stream : {false, true}) {
    const auto spans = spans_of(chat_agent({.url = server.url() + "?key=s3cret", .stream = stream}));
    const auto& post = find_span(spans, "POST");
    EXPECT_EQ(traceparent, "00-" + spans.front().status_message + "-" + to_string(post.id) + "-01");
    EXPECT_EQ(post.parent, find_span(spans, "invoke_agent chat").id);
    EXPECT_EQ(attribute(post, "http.response.status_code"), "200");
    EXPECT_THAT(attribute(post, "url.full"), testing::Not(HasSubstr("s3cret")));
    EXPECT_EQ(post.kind, trace::SpanKind::client);
  }
}

TEST(ChatAgent, RecordsToolsThatItRanItselfAndThoseThatWePlayed_OBS1) {
  int asked = 0;
  Server server([&](const net::ServerRequest&, net::ServerReply& reply) -> Task<> {
    const auto call = R"({"role":"assistant","content":null,"tool_calls":[{"id":"b","type":"function","function":{"name":"pay","arguments":"{\"n\":1}"}}]})";
    const std::string body =
        asked++ == 0 ? completion(call)
                     : R"({"choices":[{"index":0,"message":{"role":"assistant","content":"done"},"messages":)"
                       R"([{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"look","arguments":"{}"}}]},)"
                       R"({"role":"tool","tool_call_id":"a","content":"seen"}],"finish_reason":"stop"}]})";
    co_await reply.reply({.status = 200, .headers = {}, .body = body});
  });
  const auto spans = spans_of(chat_agent({.url = server.url()}), {{"pay", {{"returns", {{"ok", true}}}}}});
  const auto& pay = find_span(spans, "execute_tool pay");
  EXPECT_EQ(attribute(pay, "gen_ai.tool.name"), "pay");
  EXPECT_EQ(attribute(pay, "gen_ai.tool.call.id"), "b");
  EXPECT_EQ(attribute(pay, "gen_ai.tool.call.arguments"), R"({"n":1})");
  EXPECT_EQ(attribute(pay, "gen_ai.tool.call.result"), R"({"ok":true})");
  EXPECT_EQ(attribute(pay, "antiphon.tool.by"), "antiphon");
  const auto& look = find_span(spans, "execute_tool look");
  EXPECT_EQ(attribute(look, "gen_ai.tool.call.result"), "seen");
  EXPECT_EQ(attribute(look, "antiphon.tool.by"), "agent");
}

TEST(ChatAgent, ARefusalIsAFailedSpan_OBS1) {
  Server server(answering(500, R"({"error":{"message":"broken"}})"));
  const auto spans = spans_of(chat_agent({.url = server.url()}));
  const auto& post = find_span(spans, "POST");
  EXPECT_EQ(post.status, trace::SpanStatus::error);
  EXPECT_THAT(post.status_message, HasSubstr("broken"));
  EXPECT_EQ(attribute(post, "error.type"), "unavailable");
}

TEST(ProcessAgent, AnExchangeIsASpan_OBS1) {
  const auto spans = spans_of(process_agent({.argv = {"/bin/sh", "-c", "read line; exit 3"}}));
  const auto& exchange = find_span(spans, "exchange of lines");
  EXPECT_EQ(attribute(exchange, "process.command"), "/bin/sh");
  EXPECT_EQ(exchange.status, trace::SpanStatus::error);
  EXPECT_THAT(exchange.status_message, HasSubstr("exit code 3"));
}

TEST(HttpAgent, SendsTheContextOfItsSpan_TRN2_OBS1) {
  std::string traceparent;
  Server server([&](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> {
    traceparent = *net::find_header(request.headers, "traceparent");
    co_await reply.reply({.status = 200, .headers = {}, .body = "fine"});
  });
  const auto spans = spans_of(http_agent({.url = server.url("/ask"), .method = "PUT"}));
  const auto& put = find_span(spans, "PUT");
  EXPECT_EQ(traceparent, "00-" + spans.front().status_message + "-" + to_string(put.id) + "-01");
  EXPECT_EQ(attribute(put, "http.response.body.size"), "4");
}

}  // namespace
}  // namespace antiphon
