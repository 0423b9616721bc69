#pragma once

#include <optional>
#include <string>

#include "antiphon/net/http.hpp"
#include "antiphon/session/items.hpp"
#include "antiphon/session/simulation.hpp"

namespace antiphon::session {

/// A simulated call that is over, as the agent's own code is asked about it over HTTP.
struct EndQuestion {
  std::string run_id{};
  SimulatedScenario scenario{};
  SimulationVerdict provisional{};
  SessionItems chat{};
  net::Headers headers{};  ///< beside the body: what the agent knew the conversation by, for one
};

/// Posts `{run_id, scenario: {label, instructions, agent_expectations, tags}, userdata, provisional: {success, reason}, chat: [item …]}` to `url`, and takes
/// `{"veto": null}` or `{"veto": "why"}` (contracts.md §13).
/// @returns the veto. @throws Error of the connection; protocol for any other answer.
Task<std::optional<std::string>> ask_end_hook(net::HttpClient& http, std::string url, EndQuestion question, Deadline deadline);

/// The same as a host's hook. @param http outlives the host
SimulationHook post_to(Clock& clock, net::HttpClient& http, std::string url);

/// What an HTTP hook has for its answer.
inline constexpr Duration end_hook_limit = std::chrono::seconds(45);

}  // namespace antiphon::session
