#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace antiphon {

/// How text fits a terminal. All texts are UTF-8; what is not is shown as U+FFFD.

/// Columns that `text` takes: two for wide East Asian characters and emoji, none for combining marks (Unicode TR11, abridged).
int display_width(std::string_view text);
/// At most `columns` wide; what was cut shows as `ellipsis`.
std::string cut_columns(std::string_view text, int columns, std::string_view ellipsis = "…");
/// `text` and spaces up to `columns`; longer text stays as it is.
std::string pad_columns(std::string_view text, int columns);
/// Lines of at most `columns`, broken at spaces where there are some. Line breaks of the text are kept. Never empty.
std::vector<std::string> wrap_columns(std::string_view text, int columns);

/// What a terminal may be sent: control characters (escape sequences among them) become spaces or U+FFFD; line breaks stay.
std::string printable(std::string_view text);
/// The same on one line: all white space is one space.
std::string one_line(std::string_view text);
/// For terminals that are not UTF-8: dashes, quotes, arrows and the like become their ASCII form, all else `?`.
std::string ascii(std::string_view text);

}  // namespace antiphon
