#include "antiphon/gateway/tools/mcp/messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon::gateway::mcp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::usage;
}

TEST(McpMessages, ReadsAnswersErrorsNotificationsRequestsAndBatches_GTW34) {
  const auto all = decode(R"([{"jsonrpc": "2.0", "id": 7, "result": {"a": 1}}, {"jsonrpc": "2.0", "id": 8, "error": {"code": -32601, "message": "no"}},
                              {"jsonrpc": "2.0", "method": "notifications/progress", "params": {}}, {"jsonrpc": "2.0", "id": "x", "method": "ping"}])");
  ASSERT_THAT(all, SizeIs(4));
  EXPECT_EQ(std::get<Response>(all[0]).id, 7);
  EXPECT_EQ(std::get<Response>(all[1]).error->code, method_not_found);
  EXPECT_EQ(std::get<Notification>(all[2]).method, "notifications/progress");
  EXPECT_EQ(std::get<ServerRequest>(all[3]).method, "ping");
  EXPECT_EQ(encode_pong(std::get<ServerRequest>(all[3]).id), R"({"jsonrpc":"2.0","id":"x","result":{}})");
}

TEST(McpMessages, GarbageIsRefused_GTW34) {
  for (const auto* text : {"", "hello", "7", "[]", "{}", R"({"id": "seven", "result": 1})", R"({"result": 1})", R"({"id": 1})", R"({"method": 3})"})
    EXPECT_EQ(kind_of([&] { decode(text); }), ErrorKind::protocol) << text;
}

TEST(McpMessages, AToolsResultIsItsStructureElseItsTexts_GTW34) {
  EXPECT_EQ(parse_tool_result(json::parse(R"({"content": [{"type": "text", "text": "{}"}], "structuredContent": {"a": 1}})")), json::parse(R"({"a": 1})"));
  EXPECT_EQ(parse_tool_result(
                json::parse(R"({"content": [{"type": "text", "text": "a"}, {"type": "image", "data": "…"}, {"type": "resource_link", "uri": "file:///x"}]})")),
            "a\n[a picture]\n[see file:///x]");
  EXPECT_EQ(kind_of([] { parse_tool_result(json::parse(R"({"content": [{"type": "text", "text": "no such order"}], "isError": true})")); }),
            ErrorKind::invalid_input);
  EXPECT_EQ(kind_of([] { parse_tool_result(json::parse(R"({"resultType": "input_required", "inputRequests": {}})")); }), ErrorKind::unsupported);
  EXPECT_EQ(kind_of([] { parse_tool_result(json::parse(R"({"resultType": "later"})")); }), ErrorKind::protocol);
}

TEST(McpMessages, ToolsWithoutNameOrSchemaAreLeftOutAndTheOthersKept_GTW34) {
  const auto page =
      parse_tool_page(json::parse(R"({"tools": [{"name": "a", "inputSchema": {"type": "object"}}, {"inputSchema": {}}, {"name": "c"}], "nextCursor": "2"})"));
  EXPECT_THAT(page.tools, SizeIs(1));
  EXPECT_THAT(page.notices, SizeIs(2));
  EXPECT_EQ(page.next_cursor, "2");
}

TEST(McpMessages, ValuesThatNoHeaderMayHoldAreEncoded_GTW34) {  // the examples of the specification
  EXPECT_EQ(header_value("us-west1"), "us-west1");
  EXPECT_EQ(header_value("Hello, 世界"), "=?base64?SGVsbG8sIOS4lueVjA==?=");
  EXPECT_EQ(header_value(" padded "), "=?base64?IHBhZGRlZCA=?=");
  EXPECT_EQ(header_value("line1\nline2"), "=?base64?bGluZTEKbGluZTI=?=");
  EXPECT_EQ(header_value("=?base64?literal?="), "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=");
  EXPECT_EQ(header_value(-7), "-7");
  EXPECT_EQ(header_value(true), "true");
}

TEST(McpMessages, ParametersOfHeadersAreFoundByTheirPlaceAndOthersRefused_GTW34) {
  const auto good = header_parameters(json::parse(
      R"({"type": "object", "properties": {"where": {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}}, "x-mcp-header": {"type": "string"}}})"));
  ASSERT_THAT(good, SizeIs(1));
  EXPECT_THAT(good[0].path, ElementsAre("where", "region"));
  EXPECT_EQ(good[0].header, "Mcp-Param-Region");
  for (const auto* bad :
       {R"({"properties": {"a": {"type": "number", "x-mcp-header": "A"}}})", R"({"properties": {"a": {"type": "string", "x-mcp-header": "A B"}}})",
        R"({"properties": {"a": {"type": "string", "x-mcp-header": "A"}, "b": {"type": "string", "x-mcp-header": "a"}}})",
        R"({"properties": {"a": {"type": "array", "items": {"type": "string", "x-mcp-header": "A"}}}})"})
    EXPECT_EQ(kind_of([&] { header_parameters(json::parse(bad)); }), ErrorKind::protocol) << bad;
}

}  // namespace
}  // namespace antiphon::gateway::mcp
