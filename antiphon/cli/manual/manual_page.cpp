#include "antiphon/cli/manual/manual_page.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::cli {

namespace {

// Hyphens as they are typed, and no line that begins like a request of roff.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string full_name(const CommandFacts& command, char between) {
  return command.name.empty() ? "antiphon" : fmt::format("antiphon{}{}", between, command.name);
}

std::string synopsis(const CommandFacts& command) {
  auto line = fmt::format(".B {}\n", roff(full_name(command, ' ')));
  if (command.name.empty()) return line + ".I COMMAND\n[\\fIOPTION\\fR ...]\n";
  if (!command.flags.empty()) line += "[\\fIOPTION\\fR ...]\n";
  for (const auto& positional : command.positionals) line += fmt::format("[\\fI{}\\fR ...]\n", roff(positional.names.front()));
  return line;
}

std::string entry(const FlagFacts& flag) {
  std::vector<std::string> names;
  for (const auto& name : flag.names) names.push_back("\\fB" + roff(name) + "\\fR" + (flag.takes_value && name.starts_with('-') ? " \\fIVALUE\\fR" : ""));
  return fmt::format(".TP\n{}\n{}\n", join(names, ", "), roff(flag.description));
}

std::string commands_section(std::span<const CommandFacts> commands) {
  std::string out = ".SH COMMANDS\n";
  for (const auto& command : commands)
    if (!command.name.empty())
      out += fmt::format(".TP\n\\fBantiphon {}\\fR\n{}. See \\fBantiphon\\-{}\\fR(1).\n", roff(command.name), roff(command.summary), roff(command.name));
  return out;
}

constexpr std::string_view exit_status = R"(.SH EXIT STATUS
.TP
.B 0
Everything passed.
.TP
.B 1
Something failed or stayed inconclusive.
.TP
.B 2
The command line or a file is wrong; nothing was run.
.TP
.B 3
A scenario could not be run, or a file could not be read or written.
.TP
.B 130
Interrupted.
)";

std::string examples(const CommandFacts& command) {
  if (command.footer.empty()) return "";
  return fmt::format(".SH EXAMPLES\n.nf\n{}\n.fi\n", roff(command.footer));
}

}  // namespace

std::string manual_page(std::span<const CommandFacts> commands, const CommandFacts& of) {
  auto page = fmt::format(".\\\" Made by `antiphon man`.\n.TH {} 1\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{}", roff(full_name(of, '-')), roff(full_name(of, '-')),
                          roff(of.summary), synopsis(of));
  if (of.name.empty()) page += commands_section(commands);
  if (!of.positionals.empty()) page += ".SH ARGUMENTS\n";
  for (const auto& positional : of.positionals) page += entry(positional);
  page += ".SH OPTIONS\n";
  for (const auto& flag : of.flags) page += entry(flag);
  page += exit_status;
  page += examples(of);
  if (!of.name.empty()) page += ".SH SEE ALSO\n\\fBantiphon\\fR(1)\n";
  return page;
}

}  // namespace antiphon::cli
