#pragma once

#include <string>
#include <string_view>

namespace antiphon::spoken {

/// A text in the characters that the voices of this build know: printable ASCII and new lines.
///
/// Accents are taken off, quotes, dashes and signs of money are written out; marks of Markdown, control characters, emoji and scripts that cannot be
/// said are left out. Bytes that are no UTF-8 are left out, too.
std::string plain_text(std::string_view text);

/// Has a letter or a digit.
bool can_be_said(std::string_view plain);

}  // namespace antiphon::spoken
