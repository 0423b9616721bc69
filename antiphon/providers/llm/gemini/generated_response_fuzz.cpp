#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/gemini/response.hpp"

// Any bytes are an answer or an Error, never anything else: once as a whole body, once as lines of streamed chunks.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    (void)antiphon::gemini::parse_generated(text).message.serialized();
  } catch (const antiphon::Error&) {}
  (void)antiphon::gemini::kind_in(text);
  (void)antiphon::gemini::wait_in(text);
  try {
    antiphon::gemini::ChunkAccumulator chunks;
    for (std::size_t begin = 0; begin < size;) {
      const auto end = std::min(text.find('\n', begin), size);
      chunks.add(text.substr(begin, end - begin));
      begin = end + 1;
    }
    (void)chunks.response().message.serialized();
  } catch (const antiphon::Error&) {}
  return 0;
}
