#include <cstdint>
#include <string_view>

#include "antiphon/adapters/twilio/twiml.hpp"
#include "antiphon/base/error.hpp"

/// What an agent may answer a call with.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  try {
    const auto stream = wire::stream_of(wire::read_twiml({reinterpret_cast<const char*>(data), size}));
    if (stream.url.empty()) __builtin_trap();
  } catch (const Error& error) {
    if (error.party() != Party::agent || error.message().empty()) __builtin_trap();
  }
  return 0;
}
