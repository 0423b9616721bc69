#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/openai/response.hpp"
#include "antiphon/providers/llm/wire/failure.hpp"

// Any bytes are a reply or an Error, never anything else: once as a whole body, once as lines of streamed chunks.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    (void)antiphon::openai::parse_response(text).message.serialized();
  } catch (const antiphon::Error&) {}
  (void)antiphon::wire::error_message(text);
  try {
    antiphon::openai::ChunkAccumulator chunks;
    for (std::size_t begin = 0; begin < size;) {
      const auto end = std::min(text.find('\n', begin), size);
      chunks.add(text.substr(begin, end - begin));
      begin = end + 1;
    }
    (void)chunks.response().message.serialized();
  } catch (const antiphon::Error&) {}
  return 0;
}
