#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::spoken {

/// What a voice says in one go.
struct Piece {
  std::string text;           ///< one line, with something to say in it
  bool ends_sentence = true;  ///< false: a long sentence was cut here
  friend bool operator==(const Piece&, const Piece&) = default;
};

/// Longer sentences are cut, at a comma where there is one: the time to compute grows faster than the length.
inline constexpr std::size_t longest_piece = 220;
/// Words that nobody writes are cut, too.
inline constexpr std::size_t longest_word = 40;

/// Cuts plain text where a speaker takes a breath: after `.`, `!`, `?` (not those of "Dr. Smith", "No. 5", "e.g."), and at blank lines.
std::vector<Piece> sentences_of(std::string_view plain);

/// English words after which a full stop ends no sentence, in small letters and without that stop: "dr".
std::span<const std::string_view> abbreviations_before_names();
/// Those of which it ends none where a figure follows: "no".
std::span<const std::string_view> abbreviations_before_numbers();

}  // namespace antiphon::spoken
