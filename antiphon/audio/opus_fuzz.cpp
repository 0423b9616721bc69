// Whatever the packets, what comes out is at most 120 ms of samples or one Error; a decoder that refused one goes on.
#include <cstdint>
#include <cstdlib>

#include "antiphon/audio/opus.hpp"
#include "antiphon/base/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::audio;
  OpusUnpacker unpacker;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const auto length = std::min<std::size_t>(static_cast<unsigned char>(rest.front()), rest.size() - 1);
    const auto packet = rest.substr(1, length);
    try {
      if (length % 3 == 0) {
        if (unpacker.conceal(480, packet).size() != 480) std::abort();
      } else if (unpacker.decode(packet).size() > 2880) {
        std::abort();
      }
    } catch (const antiphon::Error&) {}
    rest.remove_prefix(1 + length);
  }
  return 0;
}
