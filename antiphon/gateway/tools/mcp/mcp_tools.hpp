#pragma once

#include <map>
#include <memory>
#include <set>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/tools/tool.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/process.hpp"

namespace antiphon::gateway {

/// A server of the Model Context Protocol: a program (`process`, messages over stdin and stdout) or an address (`url`, streamable HTTP).
struct McpOptions {
  std::string name{};  ///< for people
  net::ProcessOptions process{};
  std::string url{};
  net::Headers headers{};  ///< values may be `${env.NAME}`
  net::TlsOptions tls{};
  std::string prefix{};                         ///< before the name of each tool, such as `crm_`
  std::set<std::string> only{};                 ///< names that the server gives; empty: all of its tools
  ToolRules rules{};                            ///< of tools that have none of their own
  std::map<std::string, ToolRules> rules_of{};  ///< by the name that the server gives
  std::string version{};                        ///< of the protocol, such as `2025-11-25`; empty: the newest that both sides speak
};

/// The tools of an MCP server. It is started or reached by `start`, and again by the next call after it broke.
///
/// Speaks revision 2026-07-28 and, with servers that do not, 2025-11-25 down to 2024-11-05 (over HTTP from 2025-03-26 on). What a server asks for (sampling,
/// roots, elicitation) is refused. Real time only: a process does not know virtual time.
/// @param http not used for a program.
/// @throws Error configuration for neither or both of program and address, an unknown version, a variable of the environment that is not set.
std::shared_ptr<ToolProvider> mcp_tools(McpOptions options, net::HttpClient& http, Runtime& runtime);

}  // namespace antiphon::gateway
