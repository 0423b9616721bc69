#include "antiphon/providers/tts/flite/text_analysis.hpp"

#include <memory>

#include <flite/flite.h>

#include "antiphon/providers/tts/flite/library.hpp"

extern "C" {  // flite's headers leave these out
void usenglish_init(cst_voice*);
cst_lexicon* cmu_lex_init(void);
}

namespace antiphon::flite {

namespace {

/// A voice without sounds: its language alone. Lives as long as the process, as flite's own do.
struct Reader {
  cst_voice* voice = new_voice();
  cst_lexicon* lexicon = cmu_lex_init();

  Reader() {
    usenglish_init(voice);
    feat_set(voice->features, "lexicon", lexicon_val(lexicon));
  }
};

struct UtteranceDeleter {
  void operator()(cst_utterance* utterance) const { delete_utterance(utterance); }
};
using Utterance = std::unique_ptr<cst_utterance, UtteranceDeleter>;

Utterance read(const std::string& piece) {
  static const Reader reader;
  Utterance utterance(new_utterance());
  utt_set_input_text(utterance.get(), piece.c_str());
  utt_init(utterance.get(), reader.voice);
  for (const auto step : {default_tokenization, default_textanalysis, default_pos_tagger, default_phrasing, default_lexical_insertion, default_pause_insertion})
    step(utterance.get());
  if (reader.lexicon->postlex) reader.lexicon->postlex(utterance.get());
  return utterance;
}

bool is_vowel(const std::string& phone) { return !phone.empty() && std::string_view("aeiou").find(phone[0]) != std::string_view::npos; }

std::string feature(const cst_item* item, const char* name) { return item && item_feat_present(item, name) ? item_feat_string(item, name) : ""; }

std::vector<Phone> phones_of(const cst_item* word) {
  std::vector<Phone> phones;
  for (const auto* syllable = item_daughter(item_as(word, "SylStructure")); syllable; syllable = item_next(syllable)) {
    const bool stressed = feature(syllable, "stress") == "1";
    for (const auto* segment = item_daughter(syllable); segment; segment = item_next(segment)) {
      auto name = feature(segment, "name");
      const bool vowel = is_vowel(name);
      phones.push_back({std::move(name), vowel, vowel && stressed});
    }
  }
  return phones;
}

Word word_of(const cst_item* item) {
  const auto* in_token = item_as(item, "Token");
  const auto* token = item_parent(in_token);
  Word word{.name = feature(item, "name"),
            .token = feature(token, "name"),
            .marks_before = {},
            .marks = {},
            .begins_token = !item_prev(in_token),
            .phones = phones_of(item)};
  if (word.begins_token) word.marks_before = feature(token, "prepunctuation");
  if (!item_next(in_token)) word.marks = feature(token, "punc");
  return word;
}

}  // namespace

std::vector<Word> analysed(const std::string& piece) {
  const Session session(0);
  const auto utterance = read(piece);
  std::vector<Word> words;
  for (const auto* item = relation_head(utt_relation(utterance.get(), "Word")); item; item = item_next(item)) {
    auto word = word_of(item);
    if (!word.phones.empty() || !word.marks.empty()) words.push_back(std::move(word));
  }
  return words;
}

}  // namespace antiphon::flite
