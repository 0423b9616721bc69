#pragma once

#include <string_view>
#include <vector>

#include "antiphon/gateway/language/locale_rules.hpp"

namespace antiphon::gateway {

/// The sentences of a written text, each with its final marks; together they are the whole text. Nothing ends within parentheses, nor at a full stop behind an
/// abbreviation or a single letter; a parenthesis that is a sentence of its own is one. Linear in the text.
std::vector<std::string_view> whole_sentences(std::string_view text, const Abbreviations& abbreviations);

/// Whether a question mark stands in it, of any script.
bool has_question_mark(std::string_view text);

}  // namespace antiphon::gateway
