#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace antiphon::minilm {

/// The tokenizer of BERT, uncased: accents taken off, small letters, split at white space and punctuation, then into the longest pieces that
/// the vocabulary has. Immutable; thread safe.
class WordPiece {
 public:
  /// @param vocabulary one token a line; the line's number is its id. @throws Error configuration where [UNK], [CLS] or [SEP] is missing.
  explicit WordPiece(std::string_view vocabulary);
  /// From the `model.vocab` of a tokenizer.json. @throws Error configuration.
  static WordPiece from_tokenizer_json(std::string_view text);

  /// Ids of [CLS], the text and [SEP]: `most` at most, what is longer is cut.
  std::vector<int> encode(std::string_view text, std::size_t most) const;
  std::size_t size() const { return ids_.size(); }

 private:
  WordPiece() = default;
  void find_specials();
  void add_word(std::u32string_view word, std::vector<int>& ids) const;

  std::unordered_map<std::string, int> ids_;
  int unknown_ = 0, begin_ = 0, end_ = 0;
};

/// The words and marks of a text as BERT sees them.
std::vector<std::u32string> basic_words(std::string_view text);

}  // namespace antiphon::minilm
