#include "antiphon/gateway/tools/http_tool.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/gateway/tools/template.hpp"
#include "antiphon/net/http_status.hpp"

namespace antiphon::gateway {

namespace {

std::optional<Error> mistake_in(const TemplateReference& reference, const HttpToolOptions& options) {
  const auto& name = reference.path.front();
  if (reference.scope == TemplateReference::Scope::environment && !std::getenv(name.c_str()))
    return Error(ErrorKind::configuration, fmt::format("tool {}: the environment has no {}", options.entry.tool.name, name)).with_hint("set " + name);
  if (reference.scope != TemplateReference::Scope::arguments) return std::nullopt;
  const auto* properties = find(options.entry.tool.parameters, "properties");
  if (!properties || !properties->is_object() || !properties->get_object().contains(name))
    return Error(ErrorKind::configuration, fmt::format("tool {}: it has no parameter {}, which a template names", options.entry.tool.name, quote(name)))
        .with_hint("declare it under parameters");
  return std::nullopt;
}

bool is_text_of_header(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7F; });
}

/// What a status says about the call. The body is shown to the model, cut short: it may say what was wrong with the arguments.
Error failure_of(const net::HttpReply& reply) {
  const auto words = trim(reply.body);
  const auto message = fmt::format("the service answered {}{}{}", reply.status, words.empty() ? "" : ": ", cut(repair_utf8(words), 200));
  return Error(error_kind_of(reply.status), message).with_status(reply.status);
}

class HttpTool final : public ToolProvider {
 public:
  HttpTool(HttpToolOptions options, net::HttpClient& http)
      : options_(std::move(options)), name_("http " + options_.entry.tool.name), url_(options_.url), http_(http) {
    if (auto wrong = mistakes_of(options_); !wrong.empty()) throw std::move(wrong.front().error);
    for (const auto& [name, value] : options_.headers) headers_.emplace_back(name, Template(value));
  }

  const std::string& name() const override { return name_; }
  std::vector<ToolEntry> tools() const override { return {options_.entry}; }

  Task<json::value> call(ToolInvocation invocation, Deadline deadline) override {
    const auto reply = co_await http_.send(request(invocation), deadline);
    if (reply.status < 200 || reply.status >= 300) throw failure_of(reply);
    co_return result_of(reply);
  }

 private:
  net::HttpRequest request(const ToolInvocation& invocation) const {
    const auto& [name, arguments, session] = invocation;
    net::HttpRequest request{.method = options_.method,
                             .url = url_.fill(arguments, session, [](std::string_view part) { return percent_encode(part); }),
                             .reply_limit = reply_limit(),
                             .tls = options_.tls};
    for (const auto& [field, value] : headers_) {
      auto text = value.fill(arguments, session);
      if (!is_text_of_header(text)) throw Error(ErrorKind::invalid_input, fmt::format("the header {} would hold a control character", field));
      request.headers.emplace_back(field, std::move(text));
    }
    if (options_.body.is_null()) return request;
    if (!net::find_header(request.headers, "content-type")) request.headers.emplace_back("content-type", "application/json");
    request.body = json::serialize(fill_json(options_.body, arguments, session));
    return request;
  }

  // What the pointer picks may be a small part of a large reply.
  std::size_t reply_limit() const { return options_.result.empty() ? options_.entry.rules.result_limit : std::size_t{4} * 1024 * 1024; }

  json::value result_of(const net::HttpReply& reply) const {
    if (trim(reply.body).empty()) return nullptr;
    const auto value = try_parse_json(reply.body);
    if (!value) {
      if (options_.result.empty()) return json::value(repair_utf8(reply.body));
      throw Error(ErrorKind::protocol, "the reply of the service is no JSON");
    }
    const auto* picked = at_pointer(*value, options_.result);
    if (!picked) throw Error(ErrorKind::protocol, fmt::format("the reply of the service has nothing at {}", options_.result));
    return *picked;
  }

  HttpToolOptions options_;
  std::string name_;
  Template url_;
  std::vector<std::pair<std::string, Template>> headers_;
  net::HttpClient& http_;
};

}  // namespace

std::shared_ptr<ToolProvider> http_tool(HttpToolOptions options, net::HttpClient& http) { return std::make_shared<HttpTool>(std::move(options), http); }

std::vector<TemplateMistake> mistakes_of(const HttpToolOptions& options) {
  std::vector<TemplateMistake> found;
  const auto look = [&](std::string_view part, const json::value& text) {
    try {
      for (const auto& reference : references_of(text))
        if (auto wrong = mistake_in(reference, options)) found.push_back({part, *std::move(wrong)});
    } catch (const Error& error) {
      found.push_back({part, Error(error.kind(), fmt::format("tool {}: {}", options.entry.tool.name, error.message())).with_hint(error.hint())});
    }
  };
  look("url", json::value(options.url));
  json::array headers;
  for (const auto& [name, value] : options.headers) headers.push_back(json::value(value));
  look("headers", headers);
  look("body", options.body);
  return found;
}

bool is_safe_method(std::string_view method) { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }

}  // namespace antiphon::gateway
