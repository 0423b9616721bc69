#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/providers/llm/model_meter.hpp"
#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/scenario/checks/check.hpp"
#include "antiphon/scenario/script/step.hpp"

namespace antiphon {

/// `automatic` is virtual where every participant waits on our clock alone, else wall.
enum class ClockChoice { automatic, wall, virtual_time };

/// A participant beside the usual three.
struct ExtraParticipant {
  Role role = Role::agent;
  ParticipantSpec spec{};
};

/// A rehearsal: who takes part, what they do, what must hold. A value: it may be run many times, several at once.
struct Scenario {
  std::string name{};
  std::string description{};
  ParticipantSpec agent{};
  ParticipantSpec user{};
  ParticipantSpec judge{};
  ModelSettings model{};        ///< of user and judge, unless they say otherwise
  std::vector<Step> script{};   ///< empty: `proceed()`
  std::vector<Check> checks{};  ///< on the whole run, at every end
  std::vector<ExtraParticipant> participants{};
  int max_turns = 10;
  bool max_turns_given = false;  ///< `lines` play to their end unless somebody said how many turns
  int min_turns = 0;
  Duration timeout = std::chrono::minutes(5);
  Duration turn_timeout = std::chrono::seconds(60);
  Budget budget{};
  ClockChoice clock = ClockChoice::automatic;
  std::optional<std::uint64_t> seed{};
  Role first = Role::user;
  json::object tools{};  ///< canned results by tool name: `{"returns": …}`, with `description` and `parameters` for models
  json::object metadata{};
  std::vector<std::string> tags{};
  std::string set = "default";

  std::string id{};     ///< unique in the batch; empty: the name
  std::string label{};  ///< short prefix for people; empty: the id
  std::string suite{};
  std::string file{};
  int line = 0;
  std::map<std::string, std::string> matrix{};
  std::optional<int> row{};
};

/// All that can be known to be wrong before the first step: no name, no agent, a role that the script needs and nobody plays (SCN-6), a
/// judge without criteria, no model (SCN-43), ranges. Empty: it may be run.
std::vector<std::string> validate(const Scenario& scenario, const ModelRegistry& models);

}  // namespace antiphon
