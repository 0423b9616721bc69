#include "antiphon/scenario/engine/blame.hpp"

#include <algorithm>
#include <typeinfo>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

Party party_of(std::optional<Role> speaking) {
  if (!speaking) return Party::harness;
  switch (*speaking) {
    case Role::user: return Party::simulated_user;
    case Role::agent: return Party::agent;
    case Role::judge: return Party::judge;
  }
  return Party::harness;
}

std::string with_hint(const Error& error) { return error.hint().empty() ? error.message() : fmt::format("{}; {}", error.message(), error.hint()); }

std::string who(std::optional<Role> speaking, std::optional<Party> awaited) {
  if (awaited == Party::provider) return fmt::format("the {}'s model", speaking ? to_string(*speaking) : "scenario");
  if (!speaking) return "a step of the script";
  return *speaking == Role::user ? "the simulated user" : fmt::format("the {}", to_string(*speaking));
}

// More calls than allowed stay too many. Where none matched, `found` shows others, which say nothing about the count.
bool called_too_often(const ToolCalledCheck& check, const CheckResult& result) {
  if (!check.times || !result.found.is_array()) return false;
  const auto& calls = result.found.get_array();
  const auto matching = std::count_if(calls.begin(), calls.end(), [&](const json::value& call) {
    return find_string(call, "name") == check.name && !find(call, "differs") && !(check.arguments && find(call, "malformed"));
  });
  return matching > *check.times;
}

}  // namespace

std::optional<std::string> assertion_text(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const AssertionFailed& error) {
    return error.what();
  } catch (const std::exception& error) {
    // Test frameworks throw types of their own (GoogleTest with throw_on_failure, Catch2, doctest): known by name, so that none is a dependency.
    const std::string_view type = typeid(error).name();
    for (const auto* name : {"GoogleTestFailureException", "TestFailureException", "AssertionException"})
      if (type.find(name) != std::string_view::npos) return error.what();
  } catch (...) {}
  return std::nullopt;
}

RunError blame(std::exception_ptr failure, std::optional<Role> speaking) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return {error.party().value_or(party_of(speaking)), with_hint(error)};
  } catch (...) {
    const auto text = describe(failure);
    return {party_of(speaking), speaking ? fmt::format("the {} threw: {}", *speaking == Role::user ? "simulated user" : to_string(*speaking), text) : text};
  }
}

RunError blame_stop(Watchdog::Reason reason, std::optional<Role> speaking, std::optional<Party> awaited, const Scenario& scenario) {
  if (reason == Watchdog::Reason::interrupted) return {Party::harness, "interrupted"};
  const auto party = awaited ? *awaited : speaking == Role::agent ? Party::agent : Party::harness;
  if (reason == Watchdog::Reason::turn)
    return {party, fmt::format("{} gave no answer within {} (turn_timeout)", who(speaking, awaited),
                               format_duration(scenario.turn_timeout.value_or(default_turn_timeout)))};
  return {party, fmt::format("the run was not over within {} (timeout); it was waiting for {}", format_duration(scenario.timeout.value_or(default_timeout)),
                             who(speaking, awaited))};
}

bool broken_for_good(const Check& check, const CheckResult& result) {
  if (result.passed || result.inconclusive || result.found.is_null()) return false;
  if (const auto* text = std::get_if<TextCheck>(&check.what)) return text->kind == TextCheck::Kind::not_contains;
  if (const auto* tool = std::get_if<ToolCalledCheck>(&check.what)) return called_too_often(*tool, result);
  if (const auto* turns = std::get_if<TurnsCheck>(&check.what)) {
    // Only too many turns are final; too few might still have become enough.
    return turns->at_most && result.found.is_number() && result.found.to_number<double>() > *turns->at_most;
  }
  // Of these a later part of the call may still make better what is too little or too much so far.
  if (const auto* heard = std::get_if<HeardCheck>(&check.what)) return heard->by == HeardCheck::By::agent;
  if (is_about_a_call(check)) return !std::holds_alternative<TalkRatioCheck>(check.what);
  if (std::holds_alternative<LanguageCheck>(check.what) || std::holds_alternative<PiiCheck>(check.what)) return true;
  return std::holds_alternative<ToolNotCalledCheck>(check.what) || std::holds_alternative<LatencyCheck>(check.what);
}

}  // namespace antiphon
