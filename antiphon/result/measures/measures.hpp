#pragma once

#include "antiphon/result/measures/voice_measures.hpp"

namespace antiphon::voice {

/// All measures of a call; docs/metrics.md defines each. A pure function of the record, cheap, from any thread.
VoiceMeasures measure(const CallRecord& call);

/// Who answered whom: fills `user_turns`, `agent_turns` (VOX-92). Backchannels, hesitations, deliberate silence and all else that asks to be ignored are
/// no turns.
void keep_ledger(const CallRecord& call, VoiceMeasures& measures);

/// Where the agent let our user wait: after a turn of ours that it has not answered yet, inside a turn of its own, before the words that it opens the call
/// with. In order of time. Reads the ledger.
std::vector<VoicedSpan> waits(const CallRecord& call, const VoiceMeasures& measures);
/// Where the agent spoke over our user and should not have (VOX-93). In order of time. Reads the ledger.
std::vector<VoicedSpan> talk_over(const CallRecord& call, const VoiceMeasures& measures);

/// Who stops within it of a backchannel, or of what asks to be ignored, has stopped for it (τ-voice).
inline constexpr Duration quick_stop = std::chrono::seconds(1);

/// What a cut-in of ours came to.
struct CutInStop {
  Duration after{0};      ///< from its beginning to the agent's last voiced sample; `stop_window` where it is censored
  bool censored = false;  ///< it did not stop within `stop_window`
};
/// nullopt: the situation never came about, because the agent was not, or not any more, speaking.
std::optional<CutInStop> stop_of(const Interruption& interruption);
/// Whether it came within `cut_in_tolerance` of where it was meant to.
bool is_on_time(const Interruption& interruption);
/// How long the agent spoke on, gaps between sentences included, from where our user began; nullopt: it was silent then.
std::optional<Duration> spoke_on(const CallRecord& call, const UserUtterance& utterance);

/// What the agent did when something of ours should not have moved it. Check and figures judge it by the same `ignored`.
struct Reaction {
  std::optional<Duration> spoke_on{};        ///< where it was speaking: how long it went on
  bool said_all = false;                     ///< and then told itself that its turn was complete: whether it meant to say more nobody knows
  bool cut_off = false;                      ///< and then our side hung up: it had neither been silent for `stop_silence` nor cleared its words
  std::optional<Duration> answered_after{};  ///< where it was silent: from the end of what we said to a turn of its own that answers nothing else
  Duration listened{0};                      ///< how long our user was silent afterwards, as far as is known

  /// It spoke on for more than `quick_stop`, or stayed silent; false: it stopped within that, or answered within 2 s; nullopt: it cannot be told.
  std::optional<bool> ignored() const;
};
/// Reads the ledger.
Reaction reaction_to(const CallRecord& call, const VoiceMeasures& measures, std::size_t utterance);

// Each fills its own figures; all but the first read the ledger.
void measure_talk(const CallRecord& call, VoiceMeasures& measures);
void measure_latency(const CallRecord& call, VoiceMeasures& measures);
void measure_interruptions(const CallRecord& call, VoiceMeasures& measures);
void measure_delivery(const CallRecord& call, VoiceMeasures& measures);
/// What each answer's wait was made of, and what the agent claims of it.
void measure_parts(const CallRecord& call, VoiceMeasures& measures);
/// What each side understood of the other.
void measure_understanding(const CallRecord& call, VoiceMeasures& measures);
void measure_sides(const CallRecord& call, VoiceMeasures& measures);
/// As others publish them, named and versioned; reads the figures of all others.
void measure_published(const CallRecord& call, VoiceMeasures& measures);

}  // namespace antiphon::voice
