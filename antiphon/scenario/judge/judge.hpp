#pragma once

#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/result/criterion_keys.hpp"

namespace antiphon {

/// Whether a judge is shown something beside the conversation.
enum class Inclusion { automatic, on, off };

/// A judge played by a language model: two phases by function calling (contracts.md §6). A criterion that its verdict leaves out is asked for
/// once more, and what was answered before stands beside the new answers. Where that second asking breaks the protocol twice, or rests on what
/// does not exist, the run is an error of the judge's and the answers before are lost with it: a judge that breaks its contract is believed in
/// nothing (SCN-55), and an agent is not failed by half a verdict.
struct JudgeOptions {
  std::vector<std::string> criteria{};
  ModelSettings model{};                            ///< over the scenario's
  std::string system_prompt{};                      ///< replaces the built-in instructions of the verdict; the decision rule is added to it
  std::string context{};                            ///< what else the verdict is to rest on, such as the right answer; nobody but the judge is told
  Inclusion include_traces = Inclusion::automatic;  ///< the digest of the run's spans; automatic: wherever spans are recorded
  /// Of a call, for the verdict: automatic where the model is known to take sound (`model_hears`). Others judge the transcript, as all do by text.
  Inclusion include_audio = Inclusion::automatic;
  Inclusion include_timeline = Inclusion::automatic;  ///< who spoke when; automatic: of a call
  int token_threshold = 8192;                         ///< a transcript or digest of more estimated tokens is shown as its structure, with tools to look into it
  int max_discovery_steps = 10;                       ///< how often these may be used in one call of the judge; then it must decide
};
ParticipantSpec judge_agent(JudgeOptions options);
ParticipantSpec judge_agent(std::vector<std::string> criteria);

}  // namespace antiphon
