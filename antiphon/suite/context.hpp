#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "antiphon/agent/participant.hpp"
#include "antiphon/agent/simulated_case.hpp"
#include "antiphon/net/local_server.hpp"
#include "antiphon/result/agreement.hpp"
#include "antiphon/suite/reader.hpp"

namespace antiphon::suite {

/// Users that say a recording again, by file and scenario: many cells of a matrix share one.
using ReplayCache = std::map<std::pair<std::string, std::string>, ParticipantSpec>;

/// Who plays simulated users in place of what the files say (SCN-102).
struct UserModel {
  std::string name;       ///< `provider/model`, or `agenda`: no language model
  std::string directory;  ///< relative `rules/FILE` paths are looked up here
  bool is_agenda() const { return name == "agenda"; }
};

/// A gateway of this process, as a suite names it by its configuration.
struct LocalAgent {
  net::LocalServerSpec server;
  bool runs_commands = false;  ///< it starts programs
};
/// @throws Problems, Error configuration for what is wrong with the configuration.
using OpenGateway = std::function<LocalAgent(const std::string& file)>;

/// Labels of people, by file.
using LabelCache = std::map<std::string, std::shared_ptr<const LabelBook>>;

/// What every reading function needs beside its node.
struct ReadContext {
  Reader& reader;
  bool commands_allowed = false;
  ReplayCache* replays = nullptr;                    ///< nullptr: each is read anew
  const UserModel* user_model = nullptr;             ///< nullptr: as the files say
  LabelCache* labels = nullptr;                      ///< nullptr: each file is read anew
  OpenGateway open_gateway{};                        ///< nullptr: there are none
  std::shared_ptr<const SimulatedCase> simulated{};  ///< the entry of a group that is read; nullptr: there is none
};

/// Reports that `what` runs commands and nobody has allowed that.
void report_commands(ReadContext& context, const Node& at, std::string_view what);

}  // namespace antiphon::suite
