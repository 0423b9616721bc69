#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/agent/simulated_case.hpp"
#include "antiphon/base/document.hpp"
#include "antiphon/providers/llm/cassette/cassette.hpp"
#include "antiphon/providers/llm/model_meter.hpp"
#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/scenario/checks/check.hpp"
#include "antiphon/scenario/hooks.hpp"
#include "antiphon/scenario/script/step.hpp"
#include "antiphon/scenario/voice/voice_options.hpp"

namespace antiphon {

class LabelBook;

/// `automatic` is virtual where every participant waits on our clock alone, else wall.
enum class ClockChoice { automatic, wall, virtual_time };

/// What holds where neither a scenario nor `configure` says otherwise.
inline constexpr int default_max_turns = 10;
inline constexpr Duration default_timeout = std::chrono::minutes(5);
inline constexpr Duration default_turn_timeout = std::chrono::seconds(60);

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
  ModelSettings audit{};        ///< says whose fault it was where the rules are not certain; none or `off`: nobody does
  ModelSettings embedding{};    ///< compares texts for `similar`: `lexical` (where none is given), `minilm`, `openai/text-embedding-3-small`
  VoiceOptions voice{};         ///< of our user, where the agent is spoken to
  std::vector<Step> script{};   ///< empty: `proceed()`
  std::vector<Check> checks{};  ///< on the whole run, at every end
  std::vector<ExtraParticipant> participants{};
  std::optional<int> max_turns{};  ///< unset: 10, or no limit where the user has lines to say or a recording to repeat
  int min_turns = 0;
  Budget budget{};
  std::optional<Duration> timeout{};       ///< of the whole run; unset: 5 min
  std::optional<Duration> turn_timeout{};  ///< of one participant's turn; unset: 60 s
  std::optional<ClockChoice> clock{};      ///< unset: automatic
  std::optional<std::uint64_t> seed{};
  Role first = Role::user;
  json::object tools{};  ///< canned results by tool name: `{"returns": …}`, with `description` and `parameters` for models
  json::object metadata{};
  std::vector<std::string> tags{};
  std::string set = "default";
  Hooks hooks{};
  std::shared_ptr<const SimulatedCase> simulated{};  ///< what `on_simulation_end` is told of it; nullptr: name and description
  EndHook on_simulation_end{};                       ///< asked once, when all else is decided: whether the world is as it should be (SES-9)
  std::optional<CassetteMode> cassettes{};           ///< unset: off
  std::string cassette_file{};                       ///< empty: below `cassettes/`, beside the suite or in the working directory (`cassette_path`)
  std::shared_ptr<const LabelBook> labels{};         ///< of people on verdicts: how well the judge agrees with them stands beside its own (SCN-103)
  std::optional<double> kappa_floor{};               ///< of that agreement, 0..1: below it the judge abstains; unset: it never does
  std::optional<std::string> cache{};                ///< calls to models are answered from the cache under this key; unset or empty: none

  std::string id{};     ///< unique in the batch; empty: the name
  std::string label{};  ///< short prefix for people; empty: the id
  std::string suite{};
  std::string file{};
  int line = 0, column = 0;
  Location agent_place{}, voice_place{};  ///< where a suite says who the agent is, and how our user speaks; line 0: nowhere
  std::map<std::string, std::string> matrix{};
  std::optional<int> row{};
  Fingerprints fingerprints{};  ///< copied into the result
  int repeats = 1;              ///< how often a batch plays it
  int repeat = 1;               ///< which of these this one is
  int attempt = 1;              ///< which try of this run; with the id it keys the random streams
};

/// Interruptions that nobody scripts: those of the call, with the simulated user's own probability (VOX-34); nullopt: none.
std::optional<InterruptionConfig> interruptions_of(const Scenario& scenario);

/// Whether a model is asked whose fault it was.
inline bool is_audited(const Scenario& scenario) { return !scenario.audit.empty() && scenario.audit.model != "off"; }

/// A mistake, and where it stands: in a suite file, where the scenario comes from one.
struct ScenarioProblem {
  std::string text;
  Location place{};
  std::string hint{};  ///< what to do about it; empty: the text says it
};

/// All that can be known to be wrong before the first step: no name, no agent, a role that the script needs and nobody plays (SCN-6), a
/// judge without criteria, no model (SCN-43), ranges. Empty: it may be run.
std::vector<ScenarioProblem> find_problems(const Scenario& scenario, const ModelRegistry& models,
                                           const SpeechRegistry& speech = *SpeechRegistry::with_defaults());
/// Their texts.
std::vector<std::string> validate(const Scenario& scenario, const ModelRegistry& models, const SpeechRegistry& speech = *SpeechRegistry::with_defaults());

}  // namespace antiphon
