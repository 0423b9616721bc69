#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "antiphon/agent/participant.hpp"
#include "antiphon/agent/simulated_case.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

/// nullptr: it has no say in how a run went.
ObjectsAtEnd* objects_at_end(Participant& participant);

/// Who objects, as people read it.
inline constexpr std::string_view agents_own_code = "the agent's own code", end_hook = "on_simulation_end";

/// Somebody who knows says that the world is not as it should be: a veto, whatever the others say. An error stays one. Pure.
void take_veto(ScenarioResult& result, std::string_view who, const std::string& reason);

/// That verdict could not be had: the harness's error, unless the run had failed already. Pure.
void take_missing_verdict(ScenarioResult& result, std::string_view who, const std::string& why);

}  // namespace antiphon
