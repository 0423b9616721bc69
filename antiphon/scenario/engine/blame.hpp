#pragma once

#include <exception>
#include <optional>
#include <string>

#include "antiphon/agent/participant.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/scenario/engine/watchdog.hpp"
#include "antiphon/scenario/scenario.hpp"

namespace antiphon {

/// The text of a failed assertion: our own, or one of a test framework that throws; nullopt for every other exception (SCN-16).
std::optional<std::string> assertion_text(std::exception_ptr failure);

/// Whose fault an exception is: what it says itself, else whoever was speaking, else ours (contracts.md §1).
RunError blame(std::exception_ptr failure, std::optional<Role> speaking);

/// The same for work that was stopped: a timeout belongs to whoever was awaited (contracts.md §3).
RunError blame_stop(Watchdog::Reason reason, std::optional<Role> speaking, std::optional<Party> awaited, const Scenario& scenario);

/// A measured value breaks the check, and nothing that might still have come could have mended it.
bool broken_for_good(const Check& check, const CheckResult& result);

}  // namespace antiphon
