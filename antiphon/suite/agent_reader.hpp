#pragma once

#include "antiphon/agent/participant.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// `{chat: …}`, `{http: …}`, `{process: …}`, `{model: …}`, `{websocket: …}`, `{twilio: …}`, `{composed: …}` or `human` (contracts.md §5). Empty where something
/// was reported.
ParticipantSpec read_agent(ReadContext& context, const Node& node);

/// A command: program and arguments, no shell. Shared with `setup`.
struct Command {
  std::vector<std::string> argv;
  std::string directory;  ///< `cwd`, else the folder of the file
  std::map<std::string, std::string> env;
};
/// The keys `run`, `cwd` and `env` of a mapping.
Command read_command(ReadContext& context, Fields& fields);

}  // namespace antiphon::suite
