#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "antiphon/adapters/antiphon/gateway_events.hpp"
#include "antiphon/base/error.hpp"

// Lines as the messages of one call, those that begin with a zero byte as audio: signals, or an error that is the agent's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  wire::GatewayEvents events;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const bool is_audio = line.starts_with('\0');
    try {
      const bool was_silent = !events.awaits_silence();
      const auto signals = events.read(is_audio ? net::WsMessage::binary(std::string(line)) : net::WsMessage::text(std::string(line)));
      if (is_audio && signals.size() != 1) __builtin_trap();
      if (!was_silent) events.read(wire::GatewayEvents::silent_message());
    } catch (const Error& error) {
      if (error.party() != Party::agent) __builtin_trap();
    }
  }
  return 0;
}
