#include "antiphon/gateway/tools/mcp/messages.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway::mcp {

namespace {

constexpr std::array legacy_versions{std::string_view("2025-11-25"), std::string_view("2025-06-18"), std::string_view("2025-03-26"),
                                     std::string_view("2024-11-05")};
constexpr std::size_t most_in_a_batch = 1000;
constexpr std::string_view annotation = "x-mcp-header";

[[noreturn]] void refuse(std::string what) { throw Error(ErrorKind::protocol, std::move(what)); }

json::object client_info() { return {{"name", "antiphon"}, {"version", "1"}}; }

RpcError rpc_error(const json::value& value) {
  if (!value.is_object()) refuse("the error of an answer is no object");
  RpcError error{.message = find_string(value, "message").value_or("no reason given")};
  if (const auto* code = find(value, "code"); code && code->is_int64()) error.code = code->get_int64();
  if (const auto* data = find(value, "data")) error.data = *data;
  return error;
}

Incoming decode_one(const json::value& value) {
  if (!value.is_object()) refuse(fmt::format("no message of MCP: {}", preview(value, 120)));
  const auto* id = find(value, "id");
  if (const auto* method = find(value, "method")) {
    if (!method->is_string()) refuse("the method of a message is no text");
    const std::string name(method->get_string());
    if (id && !id->is_null()) {
      if (!id->is_string() && !id->is_number()) refuse("the id of a request is neither a text nor a number");
      return ServerRequest{*id, name};
    }
    const auto* params = find(value, "params");
    return Notification{name, params ? *params : json::value()};
  }
  Response response;
  if (id && id->is_int64())
    response.id = id->get_int64();
  else if (id && !id->is_null())
    refuse("an answer to a request that nobody made");
  if (const auto* error = find(value, "error"))
    response.error = rpc_error(*error);
  else if (const auto* result = find(value, "result"))
    response.result = *result;
  else
    refuse(fmt::format("no message of MCP: {}", preview(value, 120)));
  if (!response.id && !response.error) refuse("an answer without an id");
  return response;
}

bool is_token(std::string_view text) {
  constexpr std::string_view more = "!#$%&'*+-.^_`|~";
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [&](unsigned char c) { return std::isalnum(c) != 0 || more.find(static_cast<char>(c)) != more.npos; });
}

/// How many objects of a schema carry the annotation, wherever they stand. Names of properties are no annotations.
std::size_t count_annotations(const json::value& schema, bool names = false) {
  std::size_t count = 0;
  if (const auto* list = schema.if_array())
    for (const auto& item : *list) count += count_annotations(item);
  if (const auto* object = schema.if_object())
    for (const auto& member : *object) {
      if (!names && member.key() == annotation)
        ++count;
      else
        count += count_annotations(member.value(), !names && member.key() == "properties");
    }
  return count;
}

void collect(const json::value& schema, const std::vector<std::string>& path, std::vector<HeaderParameter>& out) {
  const auto* properties = find(schema, "properties");
  if (!properties || !properties->is_object()) return;
  for (const auto& member : properties->get_object()) {
    auto here = path;
    here.emplace_back(member.key());
    if (const auto* name = find(member.value(), annotation)) {
      const auto type = find_string(member.value(), "type").value_or("");
      if (!name->is_string() || !is_token(std::string_view(name->get_string()))) refuse("its x-mcp-header is no name of a header");
      if (type != "string" && type != "integer" && type != "boolean") refuse("its x-mcp-header stands at a value that is no text, integer or boolean");
      out.push_back({here, "Mcp-Param-" + std::string(name->get_string())});
    }
    collect(member.value(), here, out);
  }
}

void add_text(std::string& out, std::string_view text) {
  if (!out.empty()) out += '\n';
  out += text;
}

std::string text_of_content(const json::value& content) {
  if (!content.is_array()) refuse("the content of a tool's result is no list");
  std::string out;
  for (const auto& item : content.get_array()) {
    const auto type = find_string(item, "type").value_or("");
    const auto* resource = find(item, "resource");
    if (type == "text")
      add_text(out, find_string(item, "text").value_or(""));
    else if (type == "resource" && resource)
      add_text(out, find_string(*resource, "text").value_or("[a resource that is no text]"));
    else if (type == "resource_link")
      add_text(out, fmt::format("[see {}]", find_string(item, "uri").value_or("?")));
    else
      add_text(out, fmt::format("[{}]", type == "image" ? "a picture" : type == "audio" ? "a sound" : "something that is no text"));
  }
  return out;
}

}  // namespace

bool is_legacy_version(std::string_view version) { return std::find(legacy_versions.begin(), legacy_versions.end(), version) != legacy_versions.end(); }

std::vector<Incoming> decode(std::string_view text) {
  const auto value = parse_json(text);
  std::vector<Incoming> messages;
  if (const auto* batch = value.if_array()) {
    if (batch->empty() || batch->size() > most_in_a_batch) refuse("a batch of no or too many messages");
    for (const auto& item : *batch) messages.push_back(decode_one(item));
  } else {
    messages.push_back(decode_one(value));
  }
  return messages;
}

json::object request_meta() {
  return {{"io.modelcontextprotocol/protocolVersion", modern_version},
          {"io.modelcontextprotocol/clientInfo", client_info()},
          {"io.modelcontextprotocol/clientCapabilities", json::object{}}};
}

std::string encode_request(std::int64_t id, std::string_view method, const json::object& params) {
  return json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}});
}

std::string encode_notification(std::string_view method, const json::object& params) {
  json::object message{{"jsonrpc", "2.0"}, {"method", method}};
  if (!params.empty()) message["params"] = params;
  return json::serialize(message);
}

std::string encode_pong(const json::value& id) { return json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", id}, {"result", json::object{}}}); }

std::string encode_refusal(const json::value& id, std::string_view method) {
  return json::serialize(json::object{
      {"jsonrpc", "2.0"}, {"id", id}, {"error", json::object{{"code", method_not_found}, {"message", fmt::format("this client does not do {}", method)}}}});
}

std::vector<HeaderParameter> header_parameters(const json::value& schema) {
  std::vector<HeaderParameter> parameters;
  collect(schema, {}, parameters);
  if (parameters.size() != count_annotations(schema)) refuse("its x-mcp-header stands where no value of an argument is");
  std::set<std::string> names;
  for (const auto& parameter : parameters)
    if (!names.insert(lower(parameter.header)).second) refuse(fmt::format("two arguments want the header {}", parameter.header));
  return parameters;
}

std::string header_value(const json::value& value) {
  constexpr std::string_view begin = "=?base64?", end = "?=";
  const auto text = value.is_string() ? std::string(value.get_string()) : json_text(value);
  const bool visible = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
  const bool padded = text != trim(text);
  const bool marked = text.starts_with(begin) && text.ends_with(end);
  return visible && !padded && !marked ? text : fmt::format("{}{}{}", begin, encode_base64(text), end);
}

ToolPage parse_tool_page(const json::value& result) {
  const auto* tools = find(result, "tools");
  if (!tools || !tools->is_array()) refuse("the list of tools is none");
  ToolPage page{.next_cursor = find_string(result, "nextCursor").value_or("")};
  for (const auto& tool : tools->get_array()) {
    const auto name = find_string(tool, "name");
    const auto* schema = find(tool, "inputSchema");
    if (!name || name->empty())
      page.notices.emplace_back("a tool without a name was left out");
    else if (!schema || !schema->is_object())
      page.notices.push_back(fmt::format("the tool {} was left out: it has no schema", quote(cut(*name, 80))));
    else
      page.tools.push_back({*name, find_string(tool, "description").value_or(""), *schema});
  }
  return page;
}

json::value parse_tool_result(const json::value& result) {
  const auto type = find_string(result, "resultType").value_or("complete");
  if (type == "input_required") throw Error(ErrorKind::unsupported, "the tool asks for input that nobody can give it during a call");
  if (type != "complete" || !result.is_object()) refuse(fmt::format("an answer of an unknown type: {}", preview(result, 100)));
  const auto* content = find(result, "content");
  const auto* structured = find(result, "structuredContent");
  const auto* failed = find(result, "isError");
  if (failed && failed->is_bool() && failed->get_bool()) {
    const auto text = content ? text_of_content(*content) : std::string();
    throw Error(ErrorKind::invalid_input, text.empty() ? "the tool failed and does not say why" : text);
  }
  if (structured && !structured->is_null()) return *structured;
  if (!content) refuse("the result of a tool has no content");
  return json::value(text_of_content(*content));
}

std::vector<std::string> supported_versions(const Response& response) {
  const auto* list = response.error ? find(response.error->data, "supported") : find(response.result, "supportedVersions");
  std::vector<std::string> versions;
  if (list && list->is_array())
    for (const auto& version : list->get_array())
      if (version.is_string()) versions.emplace_back(version.get_string());
  return versions;
}

}  // namespace antiphon::gateway::mcp
