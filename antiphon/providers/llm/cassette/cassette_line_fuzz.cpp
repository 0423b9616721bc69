#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "antiphon/providers/llm/cassette/call_text.hpp"
#include "antiphon/providers/llm/cassette/cassette_line.hpp"
#include "antiphon/providers/llm/cassette/difference.hpp"
#include "antiphon/providers/llm/cassette/played_call.hpp"

namespace {

using namespace antiphon;

// The checksum keeps most bytes from being looked at, so the rest of a line is tried with the right one as well.
std::string with_sum(std::string_view text) { return std::string(text) + ",\"sum\":\"" + sha256_hex(text).substr(0, 16) + "\"}"; }

void read(std::string_view line) {
  try {
    (void)decode_header(line);
  } catch (const Error&) {}
  try {
    const auto call = decode_call(line);
    (void)call_difference(call.request, "{\"messages\":[]}", call.role);
    const auto again = decode_call(encode(call));
    if (again.key != call.key || again.request != call.request || again.latency != call.latency) std::abort();
    (void)answer_from(call.answer, Remembered::cassette);
  } catch (const Error&) {}
}

}  // namespace

// Any bytes are a line of a cassette or an Error, and a line that is read is written as it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read(text);
  read(with_sum(text));
  (void)without_run_marks(text, "thread_1", {.dates = true, .times = true});
  return 0;
}
