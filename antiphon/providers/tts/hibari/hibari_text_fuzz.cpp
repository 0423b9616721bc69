#include <string>

#include "antiphon/providers/tts/hibari/phonemes.hpp"
#include "antiphon/providers/tts/text/plain_text.hpp"
#include "antiphon/providers/tts/text/readings.hpp"
#include "antiphon/providers/tts/text/sentences.hpp"

// From any text to the numbers that the network is given.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace antiphon;
  static const hibari::Lexicon lexicon(R"({"order":"ˈɔɹdəɹ","wasn't":"wˈʌzᵊnt","is":"ɪz"})", R"({"try":"tɹˈI"})");
  static const hibari::PhonemeIds ids(R"({" ":16,".":4,",":3,"s":61,"ə":83,"ɹ":123})");
  for (const auto& piece : spoken::sentences_of(spoken::plain_text({reinterpret_cast<const char*>(data), size}))) {
    const auto phonemes = hibari::phonemes_of(flite::analysed(spoken::with_readings(piece.text)), lexicon);
    for (const auto& part : ids.of(phonemes))
      if (part.size() < 3 || part.size() > hibari::most_phonemes + 2 || part.front() != 0 || part.back() != 0) __builtin_trap();
  }
  return 0;
}
