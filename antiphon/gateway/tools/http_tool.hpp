#pragma once

#include <memory>

#include "antiphon/gateway/tools/tool.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::gateway {

/// A tool that is one HTTP request. Texts are templates (template.hpp); what they put into the URL is percent-encoded.
struct HttpToolOptions {
  ToolEntry entry{};
  std::string method = "POST";
  std::string url{};
  net::Headers headers{};  ///< values may be `${env.NAME}`: that is how secrets come in
  json::value body{};      ///< null: none; else sent as JSON
  std::string result{};    ///< JSON pointer to what the model is shown of the reply; empty: the whole
  net::TlsOptions tls{};
};

/// @throws Error configuration for a template that is none, one that names an argument which the tool does not have, or a variable of the environment that is
/// not set.
std::shared_ptr<ToolProvider> http_tool(HttpToolOptions options, net::HttpClient& http);

/// What is wrong with its templates, and under which of `url`, `headers` and `body` it stands.
struct TemplateMistake {
  std::string_view part;
  Error error;
};
std::vector<TemplateMistake> mistakes_of(const HttpToolOptions& options);

/// Whether a method is one that changes nothing (RFC 9110, 9.2.1): the default of `ToolRules::idempotent`.
bool is_safe_method(std::string_view method);

}  // namespace antiphon::gateway
