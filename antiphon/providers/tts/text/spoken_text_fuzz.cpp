#include <string>

#include "antiphon/providers/tts/text/plain_text.hpp"
#include "antiphon/providers/tts/text/readings.hpp"
#include "antiphon/providers/tts/text/sentences.hpp"

namespace spoken = antiphon::spoken;

namespace {

bool is_plain(const std::string& text) {
  for (const char c : text)
    if (c < ' ' || c > '~') return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& piece : spoken::sentences_of(spoken::plain_text(text))) {
    if (piece.text.empty() || piece.text.size() > spoken::longest_piece || !spoken::can_be_said(piece.text)) __builtin_trap();
    if (!is_plain(spoken::with_capitals_spelled(spoken::with_readings(piece.text), [](const std::string& word) { return word.size() % 2 == 0; })))
      __builtin_trap();
  }
  return 0;
}
