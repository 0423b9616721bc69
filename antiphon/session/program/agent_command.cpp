#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/session/program/agent_program.hpp"

namespace antiphon::session {

namespace {

constexpr std::size_t largest_dispatch_file = 1024 * 1024;

struct Flags {
  std::string name, format, level = "info", simulation, connect_addr, listen = "127.0.0.1:8775", token, room;
  bool text = false;
};

void declare_common(CLI::App& app, Flags& flags) {
  app.add_option("--agent-name", flags.name, "Its name; else LIVEKIT_AGENT_NAME");
  app.add_option("--log-format", flags.format, "json or colored (start: json; dev and console: colored)")->check(CLI::IsMember({"json", "colored"}));
  app.add_option("--log-level", flags.level, "debug, info, warn or error")->capture_default_str();
  app.add_option("--simulation", flags.simulation, "=FILE: sessions simulate this dispatch; bare: whoever comes is a simulation's, none is turned away")
      ->expected(0, 1)
      ->default_str("yes");
}

void declare_listening(CLI::App& app, Flags& flags) {
  declare_common(app, flags);
  app.add_option("--listen", flags.listen, "HOST:PORT where controllers come; port 0 is any free one")->capture_default_str();
  app.add_option("--session-token", flags.token, "Bearer that WebSockets must bring; else ANTIPHON_SESSION_TOKEN");
}

LogLevel level_of(const Flags& flags) {
  if (const auto level = log_level_from(flags.level)) return *level;
  throw Error(ErrorKind::usage, fmt::format("there is no log level {}", quote(flags.level))).with_hint("use debug, info, warn or error");
}

std::optional<SimulationDispatch> dispatch_of(const Flags& flags, const AgentVariables& variables) {
  const bool is_file = !flags.simulation.empty() && flags.simulation != "yes";
  if (is_file) return parse_dispatch(read_file(flags.simulation, largest_dispatch_file));
  const auto given = variables(dispatch_variable);
  return given && !given->empty() ? std::optional(parse_dispatch(*given)) : std::nullopt;
}

std::string first_of(const std::string& flag, const std::optional<std::string>& variable, const std::string& otherwise) {
  if (!flag.empty()) return flag;
  return variable && !variable->empty() ? *variable : otherwise;
}

}  // namespace

AgentCommand parse_agent_command(const AgentProgram& program, std::vector<std::string> arguments, const AgentVariables& variables) {
  CLI::App app(fmt::format("The agent {}: a session that controllers drive.", quote(program.name)), program.name);
  app.require_subcommand(0, 1);
  Flags flags;
  auto* start = app.add_subcommand("start", "Host a session for each controller that comes, until SIGTERM");
  declare_listening(*start, flags);
  auto* dev = app.add_subcommand("dev", "As start, for people: begins anew when the program's file changes, ends at once");
  declare_listening(*dev, flags);
  auto* console = app.add_subcommand("console", "One session: for the controller that is dialled, or by lines of the terminal");
  declare_common(*console, flags);
  console->add_option("--connect-addr", flags.connect_addr, "HOST:PORT of the controller that waits for us");
  console->add_flag("--text", flags.text, "Audio stays off");
  auto* connect = app.add_subcommand("connect", "One session in a room");
  declare_common(*connect, flags);
  connect->add_option("--room", flags.room, "The room's name");
  AgentCommand command;
  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    command.help = app.help("", CLI::AppFormatMode::Normal);
    return command;
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorKind::usage, error.what()).with_hint(fmt::format("see `{} --help`", program.name));
  }
  if (!*start && !*dev && !*console && !*connect) {
    command.help = app.help();
    return command;
  }
  command.what = *start ? AgentCommand::What::start : *dev ? AgentCommand::What::dev : *console ? AgentCommand::What::console : AgentCommand::What::connect;
  command.agent_name = first_of(flags.name, variables("LIVEKIT_AGENT_NAME"), program.name);
  const bool for_machines = flags.format.empty() ? command.what == AgentCommand::What::start : flags.format == "json";
  command.log_format = for_machines ? LogFormat::json : LogFormat::colored;
  command.chose_log_format = !flags.format.empty();
  command.log_level = level_of(flags);
  command.simulating = !flags.simulation.empty();
  command.simulation = dispatch_of(flags, variables);
  command.connect_addr = flags.connect_addr, command.listen = flags.listen, command.room = flags.room, command.text = flags.text;
  command.token = first_of(flags.token, variables("ANTIPHON_SESSION_TOKEN"), "");
  return command;
}

}  // namespace antiphon::session
