#include "antiphon/providers/stt/pocketsphinx/pocketsphinx.hpp"

#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/model_files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/stt/local/local_recogniser.hpp"
#include "antiphon/providers/stt/pocketsphinx/decoder.hpp"
#include "antiphon/providers/stt/pocketsphinx/vocabulary.hpp"

namespace antiphon::pocketsphinx {

namespace {

namespace fs = std::filesystem;

void check(const EarChoice& choice) {
  if (choice.recogniser != "pocketsphinx")
    throw Error(ErrorKind::configuration, fmt::format("there is no recogniser called '{}'", choice.recogniser)).with_hint("it is called pocketsphinx");
  if (!choice.language.empty() && !lower(choice.language).starts_with("en"))
    throw Error(ErrorKind::configuration, fmt::format("the recogniser pocketsphinx understands English, not {}", quote(choice.language)))
        .with_hint("name a vendor's recogniser for other languages");
  stt::read_stream_settings(choice.extra);
  phrases_in(choice.phrases);
  model_folder();
}

bool is_file(const std::string& text) {
  std::error_code error;
  return text.size() < 1024 && text.find('\n') == std::string::npos && fs::is_regular_file(text, error);
}

}  // namespace

std::string model_folder() {
  if (const auto own = find_model_folder("pocketsphinx-en-us")) return *own;
  const std::string packaged = "/usr/share/pocketsphinx/model/en-us";
  std::error_code error;
  if (fs::is_regular_file(packaged + "/en-us/mdef", error)) return packaged;
  throw Error(ErrorKind::configuration, "the models of the recogniser `pocketsphinx` are not installed").with_hint("install the package pocketsphinx-en-us");
}

std::vector<std::string> phrases_in(const std::vector<std::string>& phrases) {
  constexpr std::size_t most_bytes = std::size_t{4} << 20U;
  std::vector<std::string> texts;
  for (const auto& phrase : phrases) {
    if (!is_file(phrase)) {
      texts.push_back(phrase);
      continue;
    }
    for (auto& line : split(read_file(phrase, most_bytes), '\n'))
      if (!trim(line).empty()) texts.push_back(std::move(line));
  }
  return texts;
}

WordsKnown words_known(const std::string& text, const std::vector<std::string>& phrases) {
  const auto dictionary = Dictionary::installed();
  std::set<std::string> primed;
  for (const auto& phrase : phrases_in(phrases))
    for (const auto& sentence : readings(phrase)) primed.insert(sentence.begin(), sentence.end());
  WordsKnown known;
  for (const auto& sentence : reading(text))
    for (const auto& word : sentence) {
      ++known.words;
      if (!dictionary->knows(word) || (!primed.empty() && !primed.contains(word))) known.unknown.push_back(word);
    }
  return known;
}

SpeechRegistry::EarProvider provider() {
  const RecognitionCapabilities capabilities{.streaming = true, .partials = true, .word_times = true, .phrases = true, .waits_on_clock_alone = true};
  return {.make = [capabilities](const EarChoice& choice, const SpeechContext& context) -> std::unique_ptr<SpeechToText> {
            check(choice);
            return std::make_unique<stt::LocalRecogniser>("pocketsphinx/en-us", capabilities, context.runtime,
                                                          [](const RecognitionSettings& settings) { return open_decoder(settings.phrases); });
          },
          .check = check,
          .waits_on_clock_alone = true,
          .primed_by_phrases = true,
          .count_words =
              [](const std::string& text, const std::vector<std::string>& phrases) {
                const auto known = words_known(text, phrases);
                return WordCount{.words = known.words, .unknown = known.unknown.size()};
              }};
}

}  // namespace antiphon::pocketsphinx
