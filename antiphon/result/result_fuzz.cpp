#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/result/result.hpp"

// Any bytes are a result or an Error; what was read and written once can be read again. (Not to the last digit of every fraction: the parser rounds.)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string once;
  try {
    once = serialize(parse_batch(text));
  } catch (const Error&) {
    return 0;
  }
  const auto again = serialize(parse_batch(once));  // may not throw
  if (again.empty() || parse_batch(again).scenarios.size() != parse_batch(once).scenarios.size()) __builtin_trap();
  return 0;
}
