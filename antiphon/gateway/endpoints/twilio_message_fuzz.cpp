#include <cstdint>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/gateway/endpoints/twilio_message.hpp"

/// What a stranger may send on a media stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto message = gateway::read_twilio_message(text);
    if (!message) return 0;
    if (const auto* key = std::get_if<gateway::TwilioKey>(&*message); key && std::string_view("0123456789*#ABCD").find(key->key) == std::string_view::npos)
      __builtin_trap();
    // What we say back of a stream that it named itself is JSON again.
    if (const auto* mark = std::get_if<gateway::TwilioMark>(&*message))
      for (const auto& answer :
           {gateway::twilio_mark(mark->stream, mark->name), gateway::twilio_clear(mark->stream), gateway::twilio_media(mark->stream, mark->name)})
        if (!try_parse_json(answer)) __builtin_trap();
  } catch (const Error&) {}
  if (gateway::escape_xml(text).find_first_of("<>\"") != std::string::npos) __builtin_trap();
  return 0;
}
