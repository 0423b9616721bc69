#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/speech/vendor/deepgram_live.hpp"

namespace {

using antiphon::RecognitionEvent;

// Ends have no text and follow something final; nothing is told that is empty.
void read(std::string_view model, std::string_view messages) {
  const antiphon::wire::Endpoint endpoint{.model = std::string(model), .base_url = "http://h"};
  const auto reader = antiphon::speech::deepgram_live(endpoint)->reader();
  bool heard = false;
  for (const auto& message : antiphon::split(messages, '\n')) {
    try {
      for (const auto& event : reader->read(message)) {
        const bool is_end = event.kind == RecognitionEvent::Kind::end_of_utterance;
        if (is_end != event.heard.text.empty() || (is_end && !heard)) __builtin_trap();
        heard = !is_end && (heard || event.kind == RecognitionEvent::Kind::final);
        for (const auto& word : event.heard.words)
          if (word.text.empty() || word.end < word.start || word.start.count() < 0) __builtin_trap();
      }
    } catch (const antiphon::Error&) {
      // What is no message of this vendor's is refused.
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read("nova-3", text);
  read("flux-general-en", text);
  return 0;
}
