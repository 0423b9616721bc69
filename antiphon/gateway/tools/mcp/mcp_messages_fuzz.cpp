// Whatever a server says, it is read or refused with an Error; what is read as an answer of a tool can be shown to a model.
#include <cstdint>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/tools/mcp/messages.hpp"

namespace mcp = antiphon::gateway::mcp;

namespace {

template <class Read>
void attempt(Read read) {
  try {
    read();
  } catch (const antiphon::Error&) {
    // refused
  }
}

void use(const mcp::Response& response) {
  mcp::supported_versions(response);
  attempt([&] { antiphon::json_text(mcp::parse_tool_result(response.result)); });
  attempt([&] {
    for (const auto& tool : mcp::parse_tool_page(response.result).tools) mcp::header_parameters(tool.schema);
  });
  mcp::header_value(response.result);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  attempt([&] {
    for (const auto& message : mcp::decode(text)) {
      if (const auto* response = std::get_if<mcp::Response>(&message)) use(*response);
      if (const auto* request = std::get_if<mcp::ServerRequest>(&message)) mcp::encode_refusal(request->id, request->method);
    }
  });
  return 0;
}
