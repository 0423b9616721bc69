#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace antiphon {

/// What must not be misheard in an English text, in order, as it stands there: numbers and codes (in figures or in words, "one" alone is none), days and
/// months, names (words with a capital inside a sentence). Neighbours of one kind are one: "New York", "twenty five".
std::vector<std::string> entities_in(std::string_view text);

/// Whether the text holds the entity, both as they are spoken (`spoken_words`): "A-1007" stands in "it is a one zero zero seven".
bool holds_entity(std::string_view text, std::string_view entity);

}  // namespace antiphon
