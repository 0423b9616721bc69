#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/cassette/shared_request.hpp"

namespace {

using namespace antiphon;

void write_and_read(std::string_view first, std::string_view second) {
  try {
    const auto earlier = request_from(first), now = request_from(second);
    if (request_from(now.text()) != now) std::abort();
    const auto text = compact_text(now, earlier, "k");
    if (text.size() > now.text().size() || expand(text, [&](std::string_view) { return &earlier; }) != now) std::abort();
  } catch (const Error&) {}
}

void read(std::string_view first, std::string_view second) {
  try {
    const auto earlier = request_from(first);
    (void)expand(second, [&](std::string_view key) { return key == "k" ? &earlier : nullptr; });
  } catch (const Error&) {}
}

}  // namespace

// Two texts, apart by a zero byte: a request and what stands in a later line. What is a request is written in terms of the other and read as it was;
// anything else is an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto middle = std::min(text.find('\0'), text.size());
  const auto first = text.substr(0, middle), second = text.substr(std::min(middle + 1, text.size()));
  write_and_read(first, second);
  read(first, second);
  return 0;
}
