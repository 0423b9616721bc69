#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/suite/dataset.hpp"

// Any bytes as CSV and as JSON lines: rows with the same columns, or Problems.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto parse : {suite::parse_csv, suite::parse_jsonl}) try {
      (void)parse(text, "fuzz");
    } catch (const Problems&) {}
  return 0;
}
