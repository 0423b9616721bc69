#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/result/call_record.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

/// What became of a turn of our user (VOX-92).
enum class UserTurnOutcome {
  answered,
  silent,      ///< nothing was voiced in it: there was nothing to answer
  held,        ///< never answered, though our user was silent for 1.5 s
  overlapped,  ///< the agent spoke before it was over
  folded,      ///< answered together with the next
  not_sent,
  undecided,  ///< the call ended, or our user went on, before 1.5 s
};
std::string_view to_string(UserTurnOutcome outcome);

enum class AgentTurnKind { answer, re_prompt, own_initiative };
std::string_view to_string(AgentTurnKind kind);

/// What the wait for an answer was made of, in seconds: together they are the latency that was heard.
struct LatencyParts {
  double hold = 0;          ///< until the agent decided that our user had finished
  double model = 0;         ///< from there to its first tool call, or to the text that is spoken
  double continuation = 0;  ///< from its first tool call to the text that is spoken
  double synthesis = 0;     ///< from there to its first voiced sample
  double sum() const { return hold + model + continuation + synthesis; }
};

struct UserTurnEntry {
  std::size_t utterance = 0;
  UserTurnOutcome outcome = UserTurnOutcome::undecided;
  std::optional<std::size_t> agent_turn{};  ///< that answered it, or that spoke first
  std::optional<double> latency_s{};        ///< from our last voiced sample to its first; below 0 where it spoke first
  std::optional<LatencyParts> parts{};      ///< of an answered turn, where the agent tells enough
  bool premature = false;                   ///< our user began in a pause of the agent's, and the agent went on: never the agent's fault
};
struct AgentTurnEntry {
  std::size_t turn = 0;
  AgentTurnKind kind = AgentTurnKind::own_initiative;
};

/// Values of one kind in seconds, in order (VOX-4).
struct LatencyValues {
  std::vector<double> seconds{};
  std::size_t censored = 0;  ///< among them: those known only to be more
};
/// Counts below 0.2, 0.5, 0.8, 1, 1.5, 2, 3, 5, 10 s, and all above.
inline constexpr std::array<double, 9> latency_edges_s{0.2, 0.5, 0.8, 1, 1.5, 2, 3, 5, 10};
std::array<std::size_t, latency_edges_s.size() + 1> latency_histogram(const std::vector<double>& seconds);
/// p50 is the median, p95 and p99 stand at the index ceil(p · (n − 1)); nullopt without values.
std::optional<Latency> spoken_latency(std::vector<double> seconds);

struct LatencyMetrics {
  LatencyValues response{};     ///< heard: our last voiced sample to the answer's first
  LatencyValues first_audio{};  ///< the same to when that crossed the wire
  LatencyValues interrupt{};    ///< our cut-in to the agent's last voiced sample; a censored one is the window
};

/// A number and over how many it was taken.
struct Figure {
  double value = 0;
  std::size_t n = 0;
};

/// What was measured of a call (docs/metrics.md).
struct VoiceMeasures {
  std::vector<UserTurnEntry> user_turns{};
  std::vector<AgentTurnEntry> agent_turns{};
  LatencyMetrics latency{};
  std::map<std::string, std::optional<Figure>> figures{};  ///< by name; nullopt: nothing to measure it by
};

}  // namespace antiphon
