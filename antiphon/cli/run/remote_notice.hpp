#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/cli/environment.hpp"
#include "antiphon/scenario/scenario.hpp"

namespace antiphon::cli {

/// Host of an address when it is not this machine; nullopt for loopback and for what is no address.
std::optional<std::string> remote_host(const std::string& url);

/// Says once per suite and host that an agent beyond loopback has real tools (PRD-50). What was said is kept in
/// `${XDG_CACHE_HOME}/antiphon/told-remote-agents`; ANTIPHON_REMOTE_NOTICE=off keeps silent.
void tell_of_remote_agents(const std::vector<Scenario>& scenarios, Environment& environment);

}  // namespace antiphon::cli
