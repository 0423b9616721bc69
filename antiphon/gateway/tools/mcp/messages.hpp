#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "antiphon/base/json.hpp"
#include "antiphon/providers/llm/language_model.hpp"

/// The messages of the Model Context Protocol, without I/O: revision 2026-07-28 (no handshake, every request says who asks) and those
/// before it, 2024-11-05 to 2025-11-25 (a handshake, then a session).
/// @see https://modelcontextprotocol.io/specification/2026-07-28
namespace antiphon::gateway::mcp {

inline constexpr std::string_view modern_version = "2026-07-28";
inline constexpr std::string_view newest_legacy_version = "2025-11-25";
bool is_legacy_version(std::string_view version);

/// Error codes of JSON-RPC and of the protocol.
inline constexpr std::int64_t method_not_found = -32601, header_mismatch = -32020, unsupported_version = -32022;

struct RpcError {
  std::int64_t code = 0;
  std::string message{};
  json::value data{};
};
/// The answer to a request of ours; without an id where the server could not tell which one.
struct Response {
  std::optional<std::int64_t> id{};
  json::value result{};
  std::optional<RpcError> error{};
};
/// A request of the server, which legacy servers may send.
struct ServerRequest {
  json::value id{};
  std::string method{};
};
struct Notification {
  std::string method{};
  json::value params{};
};
using Incoming = std::variant<Response, ServerRequest, Notification>;

/// One message, or a batch of them (revision 2025-03-26).
/// @throws Error protocol, quoting what it is.
std::vector<Incoming> decode(std::string_view text);

/// Who we are, as a request of the modern revision carries it in `_meta`.
json::object request_meta();
std::string encode_request(std::int64_t id, std::string_view method, const json::object& params);
std::string encode_notification(std::string_view method, const json::object& params);
std::string encode_pong(const json::value& id);
std::string encode_refusal(const json::value& id, std::string_view method);

/// A parameter whose value also goes into a header (`x-mcp-header`).
struct HeaderParameter {
  std::vector<std::string> path{};  ///< names of members, outermost first
  std::string header{};             ///< `Mcp-Param-Region`
};
/// @throws Error protocol for annotations that a client must not accept.
std::vector<HeaderParameter> header_parameters(const json::value& schema);
/// Text of `value` as a header may carry it: as it is, or in base64 between markers.
std::string header_value(const json::value& value);

/// One tool as a server lists it.
struct ListedTool {
  std::string name{};
  std::string description{};
  json::value schema{};
};
struct ToolPage {
  std::vector<ListedTool> tools{};
  std::string next_cursor{};           ///< empty: this was the last
  std::vector<std::string> notices{};  ///< tools that were left out, and why
};
/// @throws Error protocol for what is no answer to `tools/list`.
ToolPage parse_tool_page(const json::value& result);

/// What a model is shown of the answer to `tools/call`: the structured content, else the texts, and a note for each picture or sound.
/// @throws Error invalid_input, with the text, where the tool says that it failed; unsupported where it asks for more input; protocol otherwise.
json::value parse_tool_result(const json::value& result);

/// The versions in an answer to `server/discover`, or in the error that refuses ours; empty where there are none.
std::vector<std::string> supported_versions(const Response& response);

}  // namespace antiphon::gateway::mcp
