#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "antiphon/adapters/layercode/layercode_line.hpp"
#include "antiphon/base/error.hpp"

// Lines as the messages of one call: signals, or an error that is the agent's; and a turn that is over at some time, whatever came.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  static asio::io_context context;
  static VirtualClock clock(context);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  wire::LayercodeEvents events(clock);
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    try {
      events.read(net::WsMessage::text(std::string(line)));
    } catch (const Error& error) {
      if (error.party() != Party::agent) __builtin_trap();
    }
    if (const auto at = events.over_at(); at && *at < clock.now()) __builtin_trap();
  }
  events.read(wire::LayercodeEvents::over_message());
  if (events.over_at()) __builtin_trap();
  return 0;
}
