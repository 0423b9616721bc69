#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "antiphon/result/verdict.hpp"

namespace antiphon {

/// Where a console report goes and what it may do there.
struct Terminal {
  std::ostream* out = nullptr;  ///< results
  std::ostream* err = nullptr;  ///< messages and the live line
  bool out_tty = false;
  bool err_tty = false;
  int width = 80;
  bool colour = false;
  bool utf8 = false;
};

/// Of this process: streams, window size, `COLUMNS`, `NO_COLOR`, `TERM=dumb`, and the locale's character set.
Terminal this_terminal();

/// Whether a locale's variables (the first that is set counts: LC_ALL, LC_CTYPE, LANG) name UTF-8.
bool is_utf8_locale(const char* lc_all, const char* lc_ctype, const char* lang);

/// SGR parameters of what the console distinguishes.
namespace sgr {
inline constexpr std::string_view passed = "2", failed = "1;31", error = "1;7", inconclusive = "33", user = "34", agent = "1", tool = "2", quiet = "2",
                                  strong = "1";
}

/// Words, signs and colours for one terminal.
class Style {
 public:
  explicit Style(const Terminal& terminal) : colour_(terminal.colour && terminal.out_tty), signs_(terminal.utf8 && terminal.out_tty), utf8_(terminal.utf8) {}

  std::string paint(std::string_view text, std::string_view code) const;
  /// `✗` or `FAIL`, painted.
  std::string mark(RunOutcome outcome) const;
  std::string_view bare_mark(RunOutcome outcome) const;
  /// Text of others: harmless to the terminal, on one line.
  std::string line(std::string_view text) const;
  /// The same, line breaks kept.
  std::string block(std::string_view text) const;
  /// Text of ours, in ASCII where it must be.
  std::string own(std::string_view text) const;
  std::string_view ellipsis() const { return utf8_ ? "…" : "..."; }
  bool utf8() const { return utf8_; }

 private:
  bool colour_;
  bool signs_;
  bool utf8_;
};

}  // namespace antiphon
