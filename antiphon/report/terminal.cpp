#include "antiphon/report/terminal.hpp"

#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/report/columns.hpp"

namespace antiphon {

namespace {

bool is_set(const char* value) { return value && *value; }

int window_width() {
  if (const char* columns = std::getenv("COLUMNS"); is_set(columns))
    if (const int width = std::atoi(columns); width > 0) return width;
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  }
  return 80;
}

struct Mark {
  std::string_view sign, word, code;
};

Mark mark_of(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::passed: return {"✓", "PASS", sgr::passed};
    case RunOutcome::failed: return {"✗", "FAIL", sgr::failed};
    case RunOutcome::inconclusive: return {"?", "INCONCLUSIVE", sgr::inconclusive};
    case RunOutcome::error: break;
  }
  return {"!", "ERROR", sgr::error};
}

}  // namespace

bool is_utf8_locale(const char* lc_all, const char* lc_ctype, const char* lang) {
  for (const auto* value : {lc_all, lc_ctype, lang})
    if (is_set(value)) return contains_ignoring_case(value, "utf-8") || contains_ignoring_case(value, "utf8");
  return false;
}

Terminal this_terminal() {
  const char* term = std::getenv("TERM");
  const bool dumb = is_set(term) && std::string_view(term) == "dumb";
  return {.out = &std::cout,
          .err = &std::cerr,
          .out_tty = !dumb && ::isatty(STDOUT_FILENO) == 1,
          .err_tty = !dumb && ::isatty(STDERR_FILENO) == 1,
          .width = window_width(),
          .colour = !is_set(std::getenv("NO_COLOR")),
          .utf8 = is_utf8_locale(std::getenv("LC_ALL"), std::getenv("LC_CTYPE"), std::getenv("LANG"))};
}

std::string Style::paint(std::string_view text, std::string_view code) const {
  return colour_ && !text.empty() && !code.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string_view Style::bare_mark(RunOutcome outcome) const { return signs_ ? mark_of(outcome).sign : mark_of(outcome).word; }
std::string Style::mark(RunOutcome outcome) const { return paint(bare_mark(outcome), mark_of(outcome).code); }
std::string Style::line(std::string_view text) const { return own(one_line(text)); }
std::string Style::block(std::string_view text) const { return own(printable(text)); }
std::string Style::own(std::string_view text) const { return utf8_ ? std::string(text) : ascii(text); }

}  // namespace antiphon
