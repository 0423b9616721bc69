#include "antiphon/base/error.hpp"
#include "antiphon/providers/embed/remote/wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    const auto embedded = antiphon::embed::parse_reply({reinterpret_cast<const char*>(data), size}, 2);
    if (embedded.vectors.size() != 2 || embedded.vectors[0].size() != embedded.vectors[1].size()) __builtin_trap();
  } catch (const antiphon::Error&) {}
  return 0;
}
