#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/scenario/scenario.hpp"
#include "antiphon/suite/context.hpp"
#include "antiphon/suite/hooks_reader.hpp"

namespace antiphon::suite {

/// What may stand in a scenario and in `defaults` alike; what is not given stays unset.
struct SharedSettings {
  std::optional<int> max_turns, min_turns, repeat;
  std::optional<Duration> timeout, turn_timeout;
  std::optional<ClockChoice> clock;
  std::optional<CassetteMode> cassettes;
  std::optional<std::string> cache;
  std::optional<std::uint64_t> seed;
  std::optional<Role> first;
  std::optional<std::string> set;
  Budget budget;
  ModelSettings model;
  ModelSettings audit;
  ModelSettings embedding;
  json::object metadata;
  json::object tools;
  std::vector<std::string> tags;
  std::vector<Check> checks;
  ReadHooks hooks;
  VoiceOptions voice;
};

/// Runs of one scenario in one batch, at most.
inline constexpr int most_repeats = 10'000;
/// Whole numbers up to it are exact wherever JSON is read: a result must bring back its run.
inline constexpr std::int64_t most_seed = (std::int64_t{1} << 53) - 1;

/// Reads the shared keys of `fields`.
SharedSettings read_shared(ReadContext& context, Fields& fields);

/// `record`, `replay`, `auto`, `off`.
std::optional<CassetteMode> read_cassettes(Reader& reader, const Node& node);

/// `auto`, `wall`, `virtual`.
std::optional<ClockChoice> read_clock(Reader& reader, const Node& node);

/// The nodes of one run, variables expanded.
struct ScenarioNodes {
  const Node& scenario;
  const Node* agent = nullptr;     ///< of the suite, for scenarios without one of their own
  const Node* defaults = nullptr;  ///< of the suite
};

/// One run. Scalars of the scenario win over the defaults; tags, checks, metadata and tools add to them.
Scenario read_scenario(ReadContext& context, const ScenarioNodes& nodes);

}  // namespace antiphon::suite
