#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/agent/participant.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// `{chat: …}`, `{http: …}`, `{process: …}`, `{model: …}`, `{websocket: …}`, `{twilio: …}`, `{session: …}`, `{layercode: …}`, `{composed: …}` or `human`
/// (contracts.md §5). Empty where something was reported.
ParticipantSpec read_agent(ReadContext& context, const Node& node);

/// A command: program and arguments, no shell. Shared with `setup`.
struct Command {
  std::vector<std::string> argv;
  std::string directory;  ///< `cwd`, else the folder of the file
  std::map<std::string, std::string> env;
};
/// The keys `run`, `cwd` and `env` of a mapping.
Command read_command(ReadContext& context, Fields& fields);

// What several kinds of agents have.
net::TlsOptions read_tls(ReadContext& context, Fields& owner);
net::Headers read_headers(ReadContext& context, Fields& fields, std::string_view key = "headers");
std::optional<std::string> read_socket_address(ReadContext& context, const Node& node, std::string_view key = "url");
/// What `make` makes, or its error at `node`; nothing where `problems_before` has grown.
ParticipantSpec made(ReadContext& context, const Node& node, std::size_t problems_before, const std::function<ParticipantSpec()>& make);

}  // namespace antiphon::suite
