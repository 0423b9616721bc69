#include "antiphon/gateway/tools/tool_settings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json_schema.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/knowledge/knowledge_tool.hpp"

namespace antiphon::gateway {

namespace {

constexpr int most_retries = 10;
constexpr int largest_result = 1 << 20;

void read_rules(DocumentFields& fields, ToolRules& rules) {
  if (const auto deadline = fields.duration("deadline")) rules.deadline = *deadline;
  if (const auto idempotent = fields.boolean("idempotent")) rules.idempotent = *idempotent;
  if (const auto fallback = fields.text("fallback")) rules.fallback = *fallback;
  if (const auto retries = fields.integer("retries", 0, most_retries)) rules.retries = *retries;
  if (const auto limit = fields.integer("result_limit", 1, largest_result)) rules.result_limit = static_cast<std::size_t>(*limit);
  if (const auto authenticated = fields.boolean("authenticated")) rules.authenticated = *authenticated;
}

net::Headers read_headers(DocumentReader& reader, DocumentFields& fields) {
  net::Headers headers;
  if (const auto* node = fields.get("headers"))
    if (const auto texts = reader.named_texts(*node, "headers"))
      for (const auto& [name, value] : *texts) headers.emplace_back(name, value);
  return headers;
}

/// What is filled at each call may be anything, its beginning as well.
std::string read_address(DocumentReader& reader, const Node& node) {
  if (node.is_scalar() && node.text.starts_with("${")) return node.text;
  return reader.url(node, "url").value_or("");
}

void read_parameters(DocumentReader& reader, DocumentFields& fields, Tool& tool) {
  const auto parameters = fields.object("parameters");
  if (!parameters) return;
  try {
    (void)JsonSchema(*parameters);
    tool.parameters = *parameters;
  } catch (const Error& error) {
    reader.report(*fields.get("parameters"), fmt::format("tool {}: its parameters are {}", tool.name, error.message()), error.hint());
  }
}

HttpToolOptions read_http(DocumentReader& reader, const Node& node) {
  DocumentFields fields(reader, node, "a tool over HTTP", "http: {url: \"https://shop/orders/${arguments.id}\"}");
  HttpToolOptions options;
  options.method = fields.text("method").value_or("POST");
  if (const auto* url = fields.require("url", "url: https://…")) options.url = read_address(reader, *url);
  options.headers = read_headers(reader, fields);
  if (const auto* body = fields.get("body")) options.body = body->to_json();
  options.result = fields.text("result").value_or("");
  if (const auto* file = fields.get("ca_file")) options.tls.ca_file = resolve_path(*file, file->text);
  fields.finish();
  return options;
}

SqlToolOptions read_sql(DocumentReader& reader, const Node& node) {
  DocumentFields fields(reader, node, "a tool over SQL", "sql: {database: orders.db, query: \"SELECT … WHERE id = :id\"}");
  SqlToolOptions options;
  if (const auto* file = fields.require("database", "database: orders.db")) options.database = resolve_path(*file, file->text);
  if (const auto* file = fields.get("schema")) options.schema = resolve_path(*file, file->text);
  if (fields.require("query", "query: SELECT … WHERE id = :id")) options.query = fields.text("query").value_or("");
  options.writes = fields.boolean("writes").value_or(false);
  options.one = fields.boolean("one").value_or(false);
  options.not_found = fields.text("not_found").value_or(options.not_found);
  if (const auto rows = fields.integer("most_rows", 1, 1000)) options.most_rows = static_cast<std::size_t>(*rows);
  fields.finish();
  return options;
}

void read_rules_of(DocumentReader& reader, const Node& node, McpOptions& options) {
  if (!node.is_mapping()) return reader.report(node, "`tools` of a server are rules by the name of the tool", "write `tools: {NAME: {idempotent: true}}`");
  for (const auto& member : node.members) {
    DocumentFields fields(reader, member.value, "a tool of a server");
    auto rules = options.rules;
    read_rules(fields, rules);
    fields.finish();
    options.rules_of[member.key] = rules;
  }
}

McpOptions read_mcp(DocumentReader& reader, const Node& node, const ToolRules& rules) {
  DocumentFields fields(reader, node, "an MCP server", "mcp: {command: [python3, server.py]}");
  McpOptions options{.rules = rules};
  if (const auto* command = fields.get("command")) {
    if (const auto words = reader.texts(*command, "command")) options.process.argv = *words;
    options.process.directory = directory_of(command->where);
  }
  if (const auto* env = fields.get("env"))
    if (const auto texts = reader.named_texts(*env, "env")) options.process.env = {texts->begin(), texts->end()};
  const auto* url = fields.get("url");
  if (url) options.url = reader.url(*url, "url").value_or("");  // used as it stands
  options.headers = read_headers(reader, fields);
  options.prefix = fields.text("prefix").value_or("");
  if (const auto only = fields.texts("only")) options.only = {only->begin(), only->end()};
  options.version = fields.text("version").value_or("");
  if (const auto* tools = fields.get("tools")) read_rules_of(reader, *tools, options);
  if (options.process.argv.empty() == !url) reader.report(node, "an MCP server has either a command or a url", "keep one of them");
  fields.finish();
  return options;
}

std::optional<ToolSettings> read_tool(DocumentReader& reader, const Node::Member& member) {
  DocumentFields fields(reader, member.value, "a tool", "order_status: {description: …, http: {url: …}}");
  if (!fields.is_mapping()) return std::nullopt;
  ToolSettings settings{.name = member.key};
  ToolEntry entry{.tool = {.name = member.key, .description = fields.text("description").value_or("")}};
  read_parameters(reader, fields, entry.tool);
  const auto* http = fields.get("http");
  const auto* sql = fields.get("sql");
  const auto* mcp = fields.get("mcp");
  const auto* knowledge = fields.get("knowledge");
  if ((http != nullptr) + (sql != nullptr) + (mcp != nullptr) + (knowledge != nullptr) != 1) {
    reader.report(member.value, "a tool is one of http, sql, mcp and knowledge", "say which one does the work of " + member.key);
    return std::nullopt;
  }
  if (!mcp && !is_tool_name(member.key))
    reader.report({.message = fmt::format("{} is no name of a tool", quote(cut(member.key, 100))),
                   .where = member.where,
                   .hint = "use letters, digits, _ and -, 64 at most",
                   .width = 0});
  std::optional<HttpToolOptions> request;
  if (http) {
    request = read_http(reader, *http);
    entry.rules.idempotent = is_safe_method(request->method);
  }
  entry.rules.idempotent = entry.rules.idempotent || sql;
  read_rules(fields, entry.rules);
  if (request) {
    settings.options = std::move(*request);
  } else if (sql) {
    settings.options = read_sql(reader, *sql);
    auto& options = std::get<SqlToolOptions>(settings.options);
    if (options.writes && !fields.get("idempotent")) entry.rules.idempotent = false;
  } else if (mcp) {
    auto options = read_mcp(reader, *mcp, entry.rules);
    options.name = member.key;
    settings.options = std::move(options);
  } else {
    settings.options = KnowledgeToolOptions{};
  }
  std::visit(
      [&entry](auto& options) {
        if constexpr (requires { options.entry; }) options.entry = std::move(entry);
      },
      settings.options);
  fields.finish();
  return settings;
}

/// Makes the tool of each kind.
struct Maker {
  Runtime& runtime;
  net::HttpClient& http;
  std::shared_ptr<KnowledgeBase> knowledge;

  std::shared_ptr<ToolProvider> operator()(const HttpToolOptions& options) const { return http_tool(options, http); }
  std::shared_ptr<ToolProvider> operator()(const SqlToolOptions& options) const { return sql_tool(options, runtime); }
  std::shared_ptr<ToolProvider> operator()(const McpOptions& options) const { return mcp_tools(options, http, runtime); }
  std::shared_ptr<ToolProvider> operator()(const KnowledgeToolOptions& options) const {
    if (!knowledge)
      throw Error(ErrorKind::configuration, "tool " + options.entry.tool.name + ": there is no knowledge base")
          .with_hint("say where its documents are under `knowledge:`");
    return knowledge_tool(knowledge, options.entry.tool.name, options.entry.tool.description, options.entry.rules);
  }
};

}  // namespace

std::vector<ToolSettings> read_tools(DocumentReader& reader, const Node& tools) {
  std::vector<ToolSettings> all;
  if (tools.is_null()) return all;
  if (!tools.is_mapping()) {
    reader.report(tools, "`tools` are a mapping of names", "write `tools: {order_status: {…}}`");
    return all;
  }
  for (const auto& member : tools.members)
    if (auto settings = read_tool(reader, member)) all.push_back(std::move(*settings));
  return all;
}

std::shared_ptr<ToolProvider> make_tool(const ToolSettings& settings, Runtime& runtime, net::HttpClient& http, std::shared_ptr<KnowledgeBase> knowledge) {
  return std::visit(Maker{runtime, http, std::move(knowledge)}, settings.options);
}

}  // namespace antiphon::gateway
