#pragma once

#include <vector>

#include "antiphon/base/text.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon::voice {

using Spans = std::vector<VoicedSpan>;

/// In order, joined where they touch or overlap, without empty ones.
Spans joined(Spans spans);
/// What lies in both; what lies in the first alone.
Spans common(const Spans& a, const Spans& b);
Spans without(const Spans& a, const Spans& b);
/// What lies in none, from 0 to `end`.
Spans gaps(const Spans& spans, Duration end);
Duration total(const Spans& spans);
/// The first of the longest; nullopt: there is none.
std::optional<VoicedSpan> longest_of(const Spans& spans);
/// Where nobody is voiced and no key sounds, from the beginning of the call to its end.
Spans silences_of(const CallRecord& call);

/// The edges of what was voiced in an utterance; where nothing was (keys, a file of noise) those of the utterance.
Duration voice_start(const UserUtterance& utterance);
Duration voice_end(const UserUtterance& utterance);

}  // namespace antiphon::voice
