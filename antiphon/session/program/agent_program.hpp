#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/session/program/agent_log.hpp"
#include "antiphon/session/session_host.hpp"

namespace antiphon::session {

/// A process that is an agent (SES-10): all that its `main` does is `return run_agent(program, argc, argv)`.
struct AgentProgram {
  std::string name = "agent";  ///< unless `--agent-name` or LIVEKIT_AGENT_NAME says another one
  /// One agent for each session. @param simulated nullptr: nobody simulates anything
  std::function<std::unique_ptr<HostedAgent>(Runtime& runtime, const SimulationDispatch* simulated)> make;
  /// Asked at the end of a simulated session (`SessionHostOptions::on_simulation_end`); empty: no verdict.
  std::function<Task<>(HostedAgent& agent, SimulationContext& context)> on_simulation_end{};
};

/// The command line of such a process, read.
struct AgentCommand {
  enum class What { help, start, dev, console, connect };
  What what = What::help;
  std::string agent_name{};
  std::string connect_addr{};  ///< of `console`: who is dialled; empty: it is talked to by lines
  std::string listen{};        ///< of `start` and `dev`
  std::string token{};         ///< that WebSockets must bring
  std::string room{};          ///< of `connect`
  LogFormat log_format = LogFormat::json;
  bool chose_log_format = false;  ///< it was asked for, and not only usual
  LogLevel log_level = LogLevel::info;
  bool text = false;                               ///< of `console`: audio stays off
  bool simulating = false;                         ///< nobody is turned away for the load
  std::optional<SimulationDispatch> simulation{};  ///< of every session that brings none
  std::string help{};                              ///< of What::help
};

/// nullopt for a variable that is not set.
using AgentVariables = std::function<std::optional<std::string>(std::string_view name)>;

/// @param arguments without the program's own name. @throws Error usage, configuration for a dispatch that is none.
AgentCommand parse_agent_command(const AgentProgram& program, std::vector<std::string> arguments, const AgentVariables& variables);

/// Where the process meets the world.
struct AgentStreams {
  std::ostream& out;  ///< addresses and, of a console, the conversation
  std::ostream& log;
  std::function<std::optional<std::string>(std::stop_token)> read_line{};  ///< of a console by lines; nullptr: nobody is there
};

/// Runs it inside of something else, such as a test (SES-11): installs no signal handler, ends no process, leaves nothing running.
///
/// Ends by itself, or, once `stop` is requested, when answers under way have ended (`dev`: at once). What it refers to outlives it.
/// @throws Error where it cannot do what it was asked to.
Task<> host_agent(Runtime& runtime, const AgentProgram& program, AgentCommand command, AgentStreams streams, std::stop_token stop);

/// The whole process: SIGINT and SIGTERM end it politely, the second one at once. `dev` begins anew when its file changes.
/// @returns the exit code: 0, 2 usage, 3 any other error, 130 interrupted twice.
int run_agent(const AgentProgram& program, int argc, char** argv);

}  // namespace antiphon::session
