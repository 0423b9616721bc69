#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/protocol/layercode/client_messages.hpp"
#include "antiphon/protocol/layercode/server_messages.hpp"

namespace {

// What was understood is written, understood again, and written the same.
template <class Read, class Write>
void pass(Read read, Write write, std::string_view text) {
  try {
    const auto once = write(read(text));
    if (write(read(once)) != once) std::abort();
  } catch (const antiphon::Error&) {}
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::layercode;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  pass(read_client_message, write_client_message, text);
  pass(read_server_message, write_server_message, text);
  return 0;
}
