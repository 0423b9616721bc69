#include "antiphon/base/error.hpp"
#include "antiphon/base/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    const antiphon::SafeTensors tensors(std::string(reinterpret_cast<const char*>(data), size));
    for (const auto& name : tensors.names()) {
      try {
        if (tensors.floats(name, {2, 2}).size() != 4) __builtin_trap();
      } catch (const antiphon::Error&) {}
    }
  } catch (const antiphon::Error&) {}
  return 0;
}
