#include "antiphon/gateway/tools/http_tool.hpp"

#include <gmock/gmock.h>

#include "antiphon/gateway/tools/template.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::gateway {
namespace {

using namespace testing_tools;
using ::testing::HasSubstr;

HttpToolOptions order_tool() {
  HttpToolOptions options{.method = "GET", .url = "http://shop/orders/${arguments.id}?by=${session.caller_id}"};
  options.entry.tool.name = "order_status";
  options.entry.tool.parameters = json::parse(R"({"type": "object", "properties": {"id": {"type": "string"}, "count": {"type": "integer"}}})");
  return options;
}

struct HttpToolTest : ::testing::Test {
  json::value call(HttpToolOptions options, json::object arguments, json::object session = {}) {
    const auto tool = http_tool(std::move(options), http);
    return world.run(tool->call({"order_status", std::move(arguments), std::move(session)}, Deadline::never()));
  }
  Error failure(int status, std::string body = {}) {
    http.script.push_back({.status = status, .body = {body}});
    return error_of([&] { call(order_tool(), {{"id", "1"}}); });
  }

  World world;
  ScriptedHttp http;
};

TEST_F(HttpToolTest, PutsArgumentsAndSessionFieldsIntoTheUrlEncoded_GTW34) {
  http.script.push_back({.body = {R"({"status": "sent"})"}});
  EXPECT_EQ(call(order_tool(), {{"id", "A/10?x=1 ü"}}, {{"caller_id", "+49 30"}}), json::parse(R"({"status": "sent"})"));
  EXPECT_EQ(http.sent[0].url, "http://shop/orders/A%2F10%3Fx%3D1%20%C3%BC?by=%2B49%2030");
  EXPECT_EQ(http.sent[0].method, "GET");
}

TEST_F(HttpToolTest, ABodyKeepsTypesAndLeavesOutWhatIsAbsent_GTW34) {
  auto options = order_tool();
  options.method = "POST";
  options.body = json::parse(R"({"n": "${arguments.count}", "who": "caller ${session.caller_id}", "gone": "${arguments.id}", "price": "$$5"})");
  http.script.push_back({.body = {"{}"}});
  call(options, {{"count", 3}}, {{"caller_id", "7"}});
  EXPECT_EQ(http.sent[0].body, R"({"n":3,"who":"caller 7","price":"$5"})");
  EXPECT_EQ(net::find_header(http.sent[0].headers, "content-type"), "application/json");
}

TEST_F(HttpToolTest, TakesSecretsFromTheEnvironmentAndRefusesToStartWithoutThem_GTW34) {
  auto options = order_tool();
  options.headers = {{"authorization", "Bearer ${env.SHOP_KEY_OF_TEST}"}};
  EXPECT_THAT(error_of([&] { http_tool(options, http); }).message(), HasSubstr("no SHOP_KEY_OF_TEST"));
  const ScopedVariable key("SHOP_KEY_OF_TEST", "s3cret");
  http.script.push_back({.body = {"{}"}});
  call(options, {{"id", "1"}});
  EXPECT_EQ(net::find_header(http.sent[0].headers, "authorization"), "Bearer s3cret");
}

TEST_F(HttpToolTest, AnArgumentCannotAddAHeader_GTW34) {
  auto options = order_tool();
  options.headers = {{"x-order", "${arguments.id}"}};
  EXPECT_EQ(error_of([&] { call(options, {{"id", "1\r\nx-admin: yes"}}); }).kind(), ErrorKind::invalid_input);
  EXPECT_TRUE(http.sent.empty());
}

TEST_F(HttpToolTest, ShowsTheModelWhatThePointerPicks_GTW34) {
  auto options = order_tool();
  options.result = "/data/0/status";
  http.script.push_back({.body = {R"({"data": [{"status": "sent"}]})"}});
  EXPECT_EQ(call(options, {{"id", "1"}}), "sent");
  http.script.push_back({.body = {"{}"}});
  EXPECT_EQ(error_of([&] { call(options, {{"id", "1"}}); }).kind(), ErrorKind::protocol);
  http.script.push_back({.body = {"<html>"}});
  EXPECT_EQ(error_of([&] { call(options, {{"id", "1"}}); }).kind(), ErrorKind::protocol);
}

TEST_F(HttpToolTest, StatusesSayWhetherTryingAgainMayHelp_GTW34) {
  EXPECT_EQ(failure(404).kind(), ErrorKind::not_found);
  EXPECT_EQ(failure(422, "no such field").message(), "the service answered 422: no such field");
  EXPECT_EQ(failure(429).kind(), ErrorKind::rate_limited);
  EXPECT_EQ(failure(503).kind(), ErrorKind::unavailable);
  EXPECT_EQ(failure(302).kind(), ErrorKind::invalid_input);
}

TEST_F(HttpToolTest, ATemplateThatNamesNothingIsAMistakeOfTheConfiguration_GTW34) {
  auto options = order_tool();
  options.url = "http://shop/${arguments.nr}";
  EXPECT_THAT(error_of([&] { http_tool(options, http); }).message(), HasSubstr("no parameter \"nr\""));
  options.url = "http://shop/${order}";
  EXPECT_THAT(error_of([&] { http_tool(options, http); }).message(), HasSubstr("stands for nothing"));
  options.url = "http://shop/${arguments.id";
  EXPECT_THAT(error_of([&] { http_tool(options, http); }).message(), HasSubstr("without its }"));
}

}  // namespace
}  // namespace antiphon::gateway
