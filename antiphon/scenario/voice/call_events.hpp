#pragma once

#include "antiphon/result/call_record.hpp"

namespace antiphon::voice {

/// What one utterance or one turn adds to the timeline; nothing where nothing was heard of it.
std::vector<VoiceEvent> user_events(const UserUtterance& utterance);
std::vector<VoiceEvent> agent_events(const AgentTurn& turn);

/// The timeline of a call: who spoke when, with the agent's latencies, and what the engine and the agent told meanwhile. In order of time.
std::vector<VoiceEvent> events_of(const CallRecord& call, std::vector<VoiceEvent> told);

/// Fills in when the agent stopped for each interruption: its last voiced sample that is followed by 0.6 s without one, within 2 s (contracts.md §12).
void settle_interruptions(CallRecord& call);

}  // namespace antiphon::voice
