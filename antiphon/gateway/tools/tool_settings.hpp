#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "antiphon/base/document_reader.hpp"
#include "antiphon/gateway/tools/http_tool.hpp"
#include "antiphon/gateway/tools/mcp/mcp_tools.hpp"
#include "antiphon/gateway/tools/sql_tool.hpp"

namespace antiphon::gateway {

class KnowledgeBase;

/// The tool that looks things up in the knowledge base.
struct KnowledgeToolOptions {
  ToolEntry entry{};  ///< its schema is the knowledge tool's own
};

/// One entry of `tools:` in the configuration of a gateway (docs/gateway/tools.md), or all tools of an MCP server.
struct ToolSettings {
  std::string name{};
  std::variant<HttpToolOptions, SqlToolOptions, McpOptions, KnowledgeToolOptions> options{};
};

/// Reads the mapping `tools:`; mistakes go to `reader`. Paths are relative to the file. Its `${…}` are filled at each call: the node is read before any
/// variables of the environment are put in.
std::vector<ToolSettings> read_tools(DocumentReader& reader, const Node& tools);

/// @param knowledge nullptr: there is none. @throws Error configuration as the kinds of tools do, and for a knowledge tool without a knowledge base.
std::shared_ptr<ToolProvider> make_tool(const ToolSettings& settings, Runtime& runtime, net::HttpClient& http, std::shared_ptr<KnowledgeBase> knowledge);

}  // namespace antiphon::gateway
