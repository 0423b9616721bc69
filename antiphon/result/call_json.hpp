#pragma once

#include "antiphon/base/json.hpp"
#include "antiphon/result/call_record.hpp"
#include "antiphon/result/measures/voice_measures.hpp"

namespace antiphon {

class Place;

/// Times are seconds. Members that say nothing are left out.
json::object to_json(const VoiceEvent& event);
json::object to_json(const CallRecord& call);
json::object to_json(const VoiceMeasures& measures);
/// `voice` of a scenario in `antiphon.result/1`: the call and what is measured of it.
json::object voice_json(const CallRecord& call);
/// The call of a `voice`; its measures follow from it. @throws Error protocol, naming the place.
CallRecord read_voice(const Place& place);

}  // namespace antiphon
