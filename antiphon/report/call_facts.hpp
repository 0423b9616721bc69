#pragma once

#include "antiphon/base/json.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

/// When the call began on the clock of the run, in seconds: times of messages and checks are the run's, times of a call are its own.
double call_began_s(const ScenarioResult& result);

/// A call as the table of the page draws it: `{duration_s, user, agent, failed_s}`, voiced spans in seconds of the call, those that lie too close to be told
/// apart as one. Null without a call.
json::value call_lanes(const ScenarioResult& result);

}  // namespace antiphon
