// Whatever the table of tokens, it is taken or refused with one Error.
#include <cstdint>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/stt/moonshine/moonshine.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    antiphon::moonshine::check_tokens({reinterpret_cast<const char*>(data), size});
  } catch (const antiphon::Error&) {
    // Refused.
  }
  return 0;
}
