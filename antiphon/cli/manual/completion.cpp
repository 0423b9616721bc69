#include "antiphon/cli/manual/completion.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::cli {

namespace {

std::string flags_of(const CommandFacts& command) {
  std::vector<std::string> names;
  for (const auto& flag : command.flags) names.insert(names.end(), flag.names.begin(), flag.names.end());
  return join(names, " ");
}

std::string commands_of(std::span<const CommandFacts> commands) {
  std::vector<std::string> names;
  for (const auto& command : commands)
    if (!command.name.empty()) names.push_back(command.name);
  return join(names, " ");
}

// In single quotes of a POSIX shell.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::string bash_script(std::span<const CommandFacts> commands) {
  std::string cases;
  for (const auto& command : commands)
    if (!command.name.empty()) cases += fmt::format("    {}) flags={} ;;\n", command.name, in_quotes(flags_of(command)));
  return fmt::format(R"(# bash completion of antiphon; made by `antiphon completion bash`.
_antiphon() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command='' flags='' word
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in
      -*) ;;
      *) command=$word; break ;;
    esac
  done
  case $command in
    '') mapfile -t COMPREPLY < <(compgen -W {} -- "$current"); return ;;
{}    *) return ;;
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -o filenames -F _antiphon antiphon
)",
                     in_quotes(commands_of(commands) + " " + flags_of(commands.front())), cases);
}

// `[`, `]` and `:` have a meaning in the specifications of _arguments.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_arguments(const CommandFacts& command) {
  std::string lines;
  for (const auto& flag : command.flags)
    for (const auto& name : flag.names)
      lines += fmt::format(" \\\n        {}", in_quotes(fmt::format("{}[{}]{}", name, zsh_text(flag.description), flag.takes_value ? ":value:_files" : "")));
  return lines + " \\\n        '*:file:_files'";
}

std::string zsh_script(std::span<const CommandFacts> commands) {
  std::string described, cases;
  for (const auto& command : commands) {
    if (command.name.empty()) continue;
    described += fmt::format("    {}\n", in_quotes(command.name + ":" + zsh_text(command.summary)));
    cases += fmt::format("    {})\n      _arguments{}\n      ;;\n", command.name, zsh_arguments(command));
  }
  return fmt::format(R"(#compdef antiphon
# zsh completion of antiphon; made by `antiphon completion zsh`.
_antiphon() {{
  local -a commands
  commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=${{words[2]}}
  shift words
  (( CURRENT-- ))
  case $command in
{}  esac
}}
compdef _antiphon antiphon
)",
                     described, cases);
}

std::string fish_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_flag(const FlagFacts& flag, const std::string& when) {
  std::string names;
  for (const auto& name : flag.names) names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  return fmt::format("complete -c antiphon -n {}{}{} -d {}\n", fish_text(when), names, flag.takes_value ? " -r" : "", fish_text(flag.description));
}

std::string fish_script(std::span<const CommandFacts> commands) {
  std::string out = "# fish completion of antiphon; made by `antiphon completion fish`.\n";
  for (const auto& command : commands) {
    const auto when = command.name.empty() ? std::string("__fish_use_subcommand") : "__fish_seen_subcommand_from " + command.name;
    if (!command.name.empty()) out += fmt::format("complete -c antiphon -n '__fish_use_subcommand' -f -a {} -d {}\n", command.name, fish_text(command.summary));
    for (const auto& flag : command.flags) out += fish_flag(flag, when);
  }
  return out;
}

}  // namespace

std::string completion_script(std::span<const CommandFacts> commands, std::string_view shell) {
  if (shell == "bash") return bash_script(commands);
  if (shell == "zsh") return zsh_script(commands);
  if (shell == "fish") return fish_script(commands);
  throw Error(ErrorKind::usage, fmt::format("there is no completion for the shell {}", quote(shell))).with_hint("antiphon completion bash, zsh or fish");
}

}  // namespace antiphon::cli
