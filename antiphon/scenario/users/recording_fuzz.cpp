#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/scenario/users/recording.hpp"

// Any bytes as a recorded conversation: messages of the user, or one error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto* scenario : {"", "one"}) {
    try {
      for (const auto& message : parse_recording(text, "recording.json", scenario)) message.text();
    } catch (const Error&) {}
  }
  return 0;
}
