#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::hibari {

/// How words are said, in misaki's letters for sounds. Words are in small letters. Immutable; thread safe.
///
/// 178,000 words take 7 MB: all of them one after the other, and a table of where each begins.
class Lexicon {
 public:
  /// @param gold, silver JSON objects of word to sounds, or to an object whose DEFAULT says them; gold wins. @throws Error configuration.
  Lexicon(std::string_view gold, std::string_view silver);

  std::optional<std::string_view> exact(std::string_view word) const;
  /// Also the forms in -s, -ed and -ing of words that are there; empty where there is nothing.
  std::string sounds_of(std::string_view word) const;
  std::size_t words() const { return count_; }

 private:
  void add(std::string_view word, std::string_view sounds);
  std::size_t slot_of(std::string_view word) const;
  std::string_view word_at(std::uint32_t place) const { return {all_.data() + place}; }
  void grow();
  std::string with_s(std::string_view word) const;
  std::string with_ed(std::string_view word) const;
  std::string with_ing(std::string_view word) const;

  std::string all_ = std::string(1, '\0');  ///< word, zero, sounds, zero, …; place 0 is no word's
  std::vector<std::uint32_t> table_;
  std::size_t count_ = 0;
};

/// What a gzip file holds. @throws Error configuration naming `name` where it is damaged or holds more than 64 MB.
std::string unzipped(std::string_view bytes, std::string_view name);

}  // namespace antiphon::hibari
