#include "antiphon/base/error.hpp"
#include "antiphon/providers/speech/vendor/deepgram.hpp"
#include "antiphon/providers/speech/vendor/elevenlabs.hpp"
#include "antiphon/providers/speech/vendor/failure.hpp"
#include "antiphon/providers/speech/vendor/openai_speech.hpp"

namespace {

void check(const antiphon::Recognition& heard) {
  if (heard.confidence && !(*heard.confidence >= 0 && *heard.confidence <= 1)) __builtin_trap();
  for (const auto& word : heard.words)
    if (word.text.empty() || word.end < word.start || word.start.count() < 0) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (speech::short_message(text).size() > 210) __builtin_trap();
  const auto answer = try_parse_json(text);
  if (!answer) return 0;
  const wire::Endpoint endpoint{.model = "m", .base_url = "http://h"};
  for (const auto& ear : {speech::openai_ear(endpoint), speech::elevenlabs_ear(endpoint), speech::deepgram_ear(endpoint)}) {
    try {
      check(ear->parse(*answer));
    } catch (const Error&) {
      // What is no transcription is refused.
    }
  }
  return 0;
}
