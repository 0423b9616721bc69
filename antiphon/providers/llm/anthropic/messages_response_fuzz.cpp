#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/anthropic/response.hpp"

// Any bytes are a message or an Error, never anything else: once as a whole body, once as lines of streamed events.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    (void)antiphon::anthropic::parse_message(text).message.serialized();
  } catch (const antiphon::Error&) {}
  try {
    antiphon::anthropic::EventAccumulator events;
    for (std::size_t begin = 0; begin < size && !events.ended();) {
      const auto end = std::min(text.find('\n', begin), size);
      events.add(text.substr(begin, end - begin));
      begin = end + 1;
    }
    (void)events.response().message.serialized();
  } catch (const antiphon::Error&) {}
  return 0;
}
