#include "antiphon/gateway/tools/mcp/mcp_tools.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <fmt/format.h>

#include "antiphon/base/json_schema.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/tools/mcp/transport.hpp"
#include "antiphon/gateway/tools/template.hpp"
#include "antiphon/providers/llm/limit.hpp"

namespace antiphon::gateway {

namespace {

using namespace std::chrono_literals;
using mcp::Response;

constexpr auto probe_limit = 2s;  // an old server may say nothing to a question that it does not know
constexpr int most_pages = 100;
constexpr std::size_t most_tools = 1000, longest_name = 64, longest_description = 4096;

struct RemoteTool {
  std::string remote_name;
  ToolEntry entry;
  std::vector<mcp::HeaderParameter> headers;
};

std::string local_name(std::string_view prefix, std::string_view name) {
  auto all = std::string(prefix) + std::string(name);
  for (char& c : all)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-') c = '_';
  return all.substr(0, longest_name);
}

const json::value* at_path(const json::object& arguments, const std::vector<std::string>& path) {
  const auto* object = &arguments;
  const json::value* value = nullptr;
  for (const auto& name : path) {
    value = object ? object->if_contains(name) : nullptr;
    if (!value) return nullptr;
    object = value->if_object();
  }
  return value;
}

Error rpc_failure(const mcp::RpcError& error) {
  const auto kind = error.code == mcp::method_not_found ? ErrorKind::not_found : error.code == -32603 ? ErrorKind::unavailable : ErrorKind::invalid_input;
  return Error(kind, fmt::format("the server refused it: {} ({})", cut(repair_utf8(error.message), 200), error.code));
}

// What this build's schemas cannot express must not keep the others from working.
std::optional<std::string> problem_of(const json::value& schema) {
  try {
    const JsonSchema compiled(schema);
    return std::nullopt;
  } catch (const Error& error) {
    return error.message();
  }
}

class McpTools final : public ToolProvider {
 public:
  McpTools(McpOptions options, net::HttpClient& http, Runtime& runtime)
      : options_(std::move(options)), name_("mcp " + options_.name), http_(http), runtime_(runtime) {
    const auto refuse = [this](const char* what, const char* hint) {
      throw Error(ErrorKind::configuration, fmt::format("{}: {}", name_, what)).with_hint(hint);
    };
    if (options_.process.argv.empty() == options_.url.empty())
      refuse("it needs either a command or an address", "write `command: [PROGRAM, …]` or `url: https://…`");
    if (!options_.version.empty() && options_.version != mcp::modern_version && !mcp::is_legacy_version(options_.version))
      refuse("it names a version of the protocol that there is not", "leave the version out");
    for (auto& [field, value] : options_.headers) value = with_environment(value);
  }

  const std::string& name() const override { return name_; }

  Task<> start(Deadline deadline) override {
    const auto turn = co_await connecting_->acquire();
    if (!transport_ || !transport_->usable()) co_await connect(deadline);
    co_await list(deadline);
  }

  std::vector<ToolEntry> tools() const override {
    std::vector<ToolEntry> entries;
    for (const auto& [name, tool] : tools_) entries.push_back(tool.entry);
    return entries;
  }
  bool stale() const override { return stale_; }
  std::vector<std::string> take_notices() override { return std::exchange(notices_, {}); }

  Task<json::value> call(ToolInvocation invocation, Deadline deadline) override {
    co_await connect_again(deadline);
    auto response = co_await call_once(invocation, deadline);
    if (response.error && response.error->code == mcp::header_mismatch) {  // its schema changed: what was sent was not looked at
      co_await list(deadline);
      response = co_await call_once(invocation, deadline);
    }
    if (transport_->take_tools_changed()) stale_ = true;
    if (response.error) throw rpc_failure(*response.error);
    co_return mcp::parse_tool_result(response.result);
  }

  Task<> close() override {
    if (const auto transport = std::exchange(transport_, nullptr)) co_await transport->close();
  }

 private:
  std::string with_environment(const std::string& text) const {
    const Template parsed(text);
    for (const auto& piece : parsed.pieces())
      if (const auto* reference = std::get_if<TemplateReference>(&piece)) {
        if (reference->scope != TemplateReference::Scope::environment)
          throw Error(ErrorKind::configuration, name_ + ": its headers may name the environment alone").with_hint("write ${env.NAME}");
        if (!std::getenv(reference->path.front().c_str()))
          throw Error(ErrorKind::configuration, fmt::format("{}: the environment has no {}", name_, reference->path.front())).with_hint("set it");
      }
    return parsed.fill({}, {});
  }

  Task<> connect_again(Deadline deadline) {
    const auto turn = co_await connecting_->acquire();
    if (transport_ && transport_->usable()) co_return;
    std::optional<Error> failed;
    try {
      co_await connect(deadline);
    } catch (const Error& error) {
      failed = error;
    }
    // Nothing was asked of the tool yet, whatever went wrong.
    if (failed) throw Error(failed->kind() == ErrorKind::timeout ? ErrorKind::timeout : ErrorKind::refused, failed->message());
  }

  Task<> connect(Deadline deadline) {
    co_await open();
    modern_ = options_.version.empty() || options_.version == mcp::modern_version;
    if (modern_ && !co_await is_modern(deadline)) {
      if (!options_.version.empty()) throw Error(ErrorKind::protocol, fmt::format("the server does not speak revision {}", options_.version));
      modern_ = false;
      if (!transport_->usable()) co_await open();  // the question was too much for it
    }
    if (!modern_) co_await shake_hands(deadline);
  }

  Task<> open() {
    if (const auto old = std::exchange(transport_, nullptr)) co_await old->close();
    if (options_.url.empty())
      transport_ = mcp::stdio_transport(runtime_, options_.process);
    else
      transport_ = mcp::http_transport(http_, runtime_, options_.url, options_.headers, options_.tls);
  }

  /// Asks what the server speaks. Whatever is no answer of the modern revision comes from an older server.
  Task<bool> is_modern(Deadline deadline) {
    const auto limit = options_.url.empty() ? deadline.sooner(Deadline::after(runtime_.clock, probe_limit)) : deadline;
    std::optional<Response> response;
    std::optional<Error> failed;
    try {
      response = co_await request("server/discover", {}, {}, limit);
    } catch (const Error& error) {
      failed = error;
    }
    if (failed) {
      if (!is_old_servers(*failed) || deadline.left(runtime_.clock) <= Duration::zero()) throw Error(*failed);
      co_return false;
    }
    const auto versions = mcp::supported_versions(*response);
    if (std::find(versions.begin(), versions.end(), mcp::modern_version) != versions.end()) co_return true;
    const bool speaks_old = std::any_of(versions.begin(), versions.end(), [](const std::string& version) { return mcp::is_legacy_version(version); });
    if (response->error && response->error->code == mcp::unsupported_version && !speaks_old)
      throw Error(ErrorKind::protocol, fmt::format("the server speaks revision {} of MCP, this client {} and older ones",
                                                   versions.empty() ? "?" : join(versions, ", "), mcp::modern_version));
    co_return false;
  }

  bool is_old_servers(const Error& error) const {
    if (options_.url.empty()) return error.kind() == ErrorKind::timeout || error.kind() == ErrorKind::closed || error.kind() == ErrorKind::protocol;
    const auto status = error.status().value_or(0);
    return error.kind() == ErrorKind::protocol || (status >= 400 && status < 500 && status != 401 && status != 403 && status != 429);
  }

  Task<> shake_hands(Deadline deadline) {
    const std::string wanted = options_.version.empty() ? std::string(mcp::newest_legacy_version) : options_.version;
    const auto response = co_await request(
        "initialize", {{"protocolVersion", wanted}, {"capabilities", json::object{}}, {"clientInfo", json::object{{"name", "antiphon"}, {"version", "1"}}}}, {},
        deadline);
    if (response.error) throw rpc_failure(*response.error);
    const auto agreed = find_string(response.result, "protocolVersion").value_or("");
    if (!mcp::is_legacy_version(agreed))
      throw Error(ErrorKind::protocol, fmt::format("the server wants revision {} of MCP, which this client does not speak", quote(cut(agreed, 40))));
    const auto* capabilities = find(response.result, "capabilities");
    if (!capabilities || !find(*capabilities, "tools")) throw Error(ErrorKind::unsupported, "the server offers no tools");
    transport_->agree(agreed);
    co_await transport_->notify(mcp::encode_notification("notifications/initialized", {}), deadline);
  }

  Task<Response> request(std::string method, json::object params, net::Headers headers, Deadline deadline) {
    if (modern_) {
      params["_meta"] = mcp::request_meta();
      headers.emplace_back("mcp-protocol-version", mcp::modern_version);
      headers.emplace_back("mcp-method", method);
    }
    const auto id = ++last_id_;
    const auto transport = transport_;  // a call beside this one may replace it
    if (!transport) throw Error(ErrorKind::refused, "the server was let go");
    auto text = mcp::encode_request(id, method, params);
    co_return co_await transport->exchange({id, std::move(method), std::move(text), std::move(headers)}, deadline);
  }

  Task<> list(Deadline deadline) {
    std::map<std::string, RemoteTool> tools;
    std::vector<std::string> notices;
    std::string cursor;
    stale_ = false;
    for (int page_number = 0;; ++page_number) {
      json::object params;
      if (!cursor.empty()) params["cursor"] = cursor;
      const auto response = co_await request("tools/list", std::move(params), {}, deadline);
      if (response.error) throw rpc_failure(*response.error);
      auto page = mcp::parse_tool_page(response.result);
      for (auto& notice : page.notices) notices.push_back(std::move(notice));
      for (auto& listed : page.tools) take(std::move(listed), tools, notices);
      if (page.next_cursor.empty()) break;
      if (page.next_cursor == cursor || page_number >= most_pages || tools.size() > most_tools)
        throw Error(ErrorKind::protocol, "the server's list of tools never ends");
      cursor = page.next_cursor;
    }
    for (const auto& name : options_.only)
      if (std::none_of(tools.begin(), tools.end(), [&](const auto& tool) { return tool.second.remote_name == name; }))
        notices.push_back(fmt::format("the server has no tool {}", quote(name)));
    tools_ = std::move(tools);
    notices_ = std::move(notices);
  }

  void take(mcp::ListedTool listed, std::map<std::string, RemoteTool>& tools, std::vector<std::string>& notices) const {
    if (!options_.only.empty() && !options_.only.contains(listed.name)) return;
    const auto leave_out = [&](std::string_view why) { notices.push_back(fmt::format("the tool {} was left out: {}", quote(cut(listed.name, 80)), why)); };
    RemoteTool tool{.remote_name = listed.name};
    listed.schema.as_object().erase("$schema");  // 2020-12 is the protocol's default; the words that tools use are the same in draft 7
    if (const auto problem = problem_of(listed.schema)) return leave_out(*problem);
    try {
      if (modern_ && !options_.url.empty()) tool.headers = mcp::header_parameters(listed.schema);
    } catch (const Error& error) {
      return leave_out(error.message());
    }
    const auto own = options_.rules_of.find(listed.name);
    auto name = local_name(options_.prefix, listed.name);
    tool.entry = {.tool = {.name = name, .description = cut(listed.description, longest_description), .parameters = std::move(listed.schema)},
                  .rules = own == options_.rules_of.end() ? options_.rules : own->second};
    if (!tools.emplace(name, std::move(tool)).second) leave_out(fmt::format("another one is called {} as well", name));
  }

  Task<Response> call_once(const ToolInvocation& invocation, Deadline deadline) {
    const auto found = tools_.find(invocation.name);
    if (found == tools_.end()) throw Error(ErrorKind::not_found, "the server no longer has it");
    const auto& tool = found->second;
    net::Headers headers;
    if (modern_) {
      headers.emplace_back("mcp-name", mcp::header_value(json::value(tool.remote_name)));
      for (const auto& parameter : tool.headers)
        if (const auto* value = at_path(invocation.arguments, parameter.path); value && !value->is_null())
          headers.emplace_back(parameter.header, mcp::header_value(*value));
    }
    json::object params{{"name", tool.remote_name}, {"arguments", invocation.arguments}};
    co_return co_await request("tools/call", std::move(params), std::move(headers), deadline);
  }

  McpOptions options_;
  std::string name_;
  net::HttpClient& http_;
  Runtime& runtime_;
  std::shared_ptr<CallLimit> connecting_ = std::make_shared<CallLimit>(1);
  std::shared_ptr<mcp::Transport> transport_;
  std::map<std::string, RemoteTool> tools_;
  std::vector<std::string> notices_;
  std::int64_t last_id_ = 0;
  bool modern_ = true, stale_ = false;
};

}  // namespace

std::shared_ptr<ToolProvider> mcp_tools(McpOptions options, net::HttpClient& http, Runtime& runtime) {
  return std::make_shared<McpTools>(std::move(options), http, runtime);
}

}  // namespace antiphon::gateway
