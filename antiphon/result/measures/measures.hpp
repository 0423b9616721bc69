#pragma once

#include "antiphon/result/measures/voice_measures.hpp"

namespace antiphon::voice {

/// All measures of a call; docs/metrics.md defines each. A pure function of the record, cheap, from any thread.
VoiceMeasures measure(const CallRecord& call);

/// Who answered whom: fills `user_turns`, `agent_turns` (VOX-92). Backchannels, hesitations, deliberate silence and all else that asks to be ignored are
/// no turns.
void keep_ledger(const CallRecord& call, VoiceMeasures& measures);

// Each fills its own figures; all but the first read the ledger.
void measure_talk(const CallRecord& call, VoiceMeasures& measures);
void measure_latency(const CallRecord& call, VoiceMeasures& measures);
void measure_interruptions(const CallRecord& call, VoiceMeasures& measures);
void measure_delivery(const CallRecord& call, VoiceMeasures& measures);
/// As others publish them, named and versioned.
void measure_published(const CallRecord& call, VoiceMeasures& measures);

}  // namespace antiphon::voice
