#include "antiphon/report/terminal_person.hpp"

#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::string_view help =
    "stepping: Enter lets the next participant speak, text stands in its place; /succeed or /fail REASON ends the run, /proceed lets it run on\n";

// What a person says in one line. Without a bound a file without line ends (a device, say) would be read until the memory is full.
constexpr std::size_t line_limit = std::size_t{1} << 20;

[[noreturn]] void refuse_line() {
  throw Error(ErrorKind::too_large, fmt::format("a line of the standard input is longer than {} bytes", line_limit))
      .with_party(Party::harness)
      .with_hint("end each thing that is said with a line break");
}

std::string reason_after(std::string_view line, std::string_view command) { return std::string(trim(line.substr(command.size()))); }

bool is_command(std::string_view line, std::string_view command) {
  return line == command || (line.starts_with(command) && (line[command.size()] == ' ' || line[command.size()] == '\t'));
}

class TerminalPerson final : public Person {
 public:
  TerminalPerson(LineSource lines, std::ostream& out, bool prompts) : lines_(std::move(lines)), out_(out), prompts_(prompts) {}

  Task<std::optional<std::string>> say(Cue cue) override {
    for (;;) {
      auto line = co_await ask(cue, fmt::format("{} turn {}, you are the {}> ", shown(cue.label), cue.turn, to_string(cue.role)));
      if (!line || !trim(*line).empty()) co_return line;
    }
  }

  // What is piped in says nothing of when.
  Task<> hang_up(Cue cue) override {
    if (!prompts_) co_return co_await Person::hang_up(std::move(cue));
    co_await ask(cue, fmt::format("{} turn {}, speak (Enter hangs up)> ", shown(cue.label), cue.turn));
  }

  Task<Intervention> step(Cue cue) override {
    if (!std::exchange(helped_, true)) tell(help);
    for (;;) {
      const auto line = co_await ask(cue, fmt::format("{} turn {}, the {} is next> ", shown(cue.label), cue.turn, to_string(cue.role)));
      if (!line) co_return Intervention{.kind = Intervention::Kind::run_on};
      std::string why;
      if (auto decision = understood(*line, cue.role, why)) co_return *std::move(decision);
      tell(why);
    }
  }

 private:
  // What others wrote must not control the terminal.
  static std::string shown(std::string text) {
    for (auto& c : text)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return repair_utf8(text);
  }

  static std::optional<Intervention> understood(std::string_view line, Role role, std::string& why) {
    using Kind = Intervention::Kind;
    if (trim(line).empty()) return Intervention{};
    if (is_command(line, "/succeed")) return Intervention{.kind = Kind::succeed, .text = reason_after(line, "/succeed")};
    if (is_command(line, "/fail")) return Intervention{.kind = Kind::fail, .text = reason_after(line, "/fail")};
    if (is_command(line, "/proceed")) return Intervention{.kind = Kind::run_on};
    if (line.starts_with('/') && !line.starts_with("//")) {
      why = fmt::format("{} is no command; there is /succeed, /fail, /proceed, and //text for a text that begins with a slash\n", quote(cut(line, 40)));
      return std::nullopt;
    }
    if (role == Role::judge) {
      why = "the judge says nothing that others hear: press Enter to let it decide, or end the run with /succeed or /fail\n";
      return std::nullopt;
    }
    return Intervention{.kind = Kind::say, .text = std::string(line.starts_with("//") ? line.substr(1) : line)};
  }

  void tell(std::string_view text) {
    if (prompts_) out_ << text << std::flush;
  }

  Task<std::optional<std::string>> ask(Cue cue, std::string prompt) {
    tell(prompt);
    auto line = co_await cue.runtime.blocking.run<std::optional<std::string>>(cue.runtime.clock, lines_);
    if (!line) tell("\n");  // nobody has ended the line of the prompt
    co_return line;
  }

  LineSource lines_;
  std::ostream& out_;
  bool prompts_;
  bool helped_ = false;
};

}  // namespace

LineSource lines_of(std::istream& in) {
  return [&in](std::stop_token) -> std::optional<std::string> {
    std::string line;
    bool too_long = false;
    char c = 0;
    for (; in.get(c) && c != '\n'; too_long ? void() : line.push_back(c)) too_long = line.size() == line_limit;
    if (too_long) refuse_line();
    if (!in && line.empty()) return std::nullopt;
    if (line.ends_with('\r')) line.pop_back();
    return line;
  };
}

std::shared_ptr<Person> person_typing(LineSource lines, std::ostream& out, bool prompts) {
  return std::make_shared<TerminalPerson>(std::move(lines), out, prompts);
}

std::shared_ptr<Person> person_at_terminal() { return person_typing(lines_of(std::cin), std::cerr, ::isatty(STDIN_FILENO) == 1); }

}  // namespace antiphon
