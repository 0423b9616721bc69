#include <cstdint>
#include <string_view>
#include <vector>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/endpoints/call_message.hpp"
#include "antiphon/gateway/endpoints/call_request.hpp"

/// What a stranger may send before and after the handshake: a target with its query, and text messages.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    if (const auto message = gateway::read_call_message(text))
      if (const auto* keys = std::get_if<gateway::CallerKeys>(&*message); keys && keys->digits.find_first_not_of("0123456789*#ABCD") != std::string::npos)
        __builtin_trap();
  } catch (const Error&) {}
  try {
    const auto request = gateway::read_call_request(text, {"en-US", "fr-FR"});
    if (request.caller_id.empty() || request.caller_id.size() > 128 || (request.locale != "en-US" && request.locale != "fr-FR")) __builtin_trap();
  } catch (const Error&) {}
  return 0;
}
