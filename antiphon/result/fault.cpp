#include "antiphon/result/fault.hpp"

#include <array>

namespace antiphon {

namespace {

json::object evidence_json(const FaultEvidence& evidence) {
  json::object object;
  if (evidence.message) object.emplace("message", *evidence.message);
  if (evidence.check) object.emplace("check", *evidence.check);
  if (!evidence.criterion.empty()) object.emplace("criterion", evidence.criterion);
  if (!evidence.quote.empty()) object.emplace("quote", evidence.quote);
  return object;
}

json::object standing_json(const PartyStanding& standing) {
  return {{"party", to_string(standing.party)}, {"standing", to_string(standing.state)}, {"why", standing.why}};
}

constexpr std::array states{PartyStanding::State::at_fault, PartyStanding::State::clear, PartyStanding::State::not_checked};

}  // namespace

std::string_view to_string(PartyStanding::State state) {
  switch (state) {
    case PartyStanding::State::at_fault: return "at_fault";
    case PartyStanding::State::clear: return "clear";
    case PartyStanding::State::not_checked: break;
  }
  return "not_checked";
}

std::optional<PartyStanding::State> standing_from(std::string_view name) {
  for (const auto state : states)
    if (to_string(state) == name) return state;
  return std::nullopt;
}

std::string_view to_string(Fault::By by) { return by == Fault::By::audit ? "audit" : "rule"; }

json::object to_json(const Fault& fault) {
  json::array evidence;
  for (const auto& piece : fault.evidence) evidence.push_back(evidence_json(piece));
  json::object object{{"party", to_string(fault.party)}, {"by", to_string(fault.by)}, {"why", fault.why}, {"evidence", std::move(evidence)}};
  if (!fault.rule.empty()) object.emplace("rule", fault.rule);
  object.emplace("certain", fault.certain);
  if (const auto& before = fault.rules_said)
    object.emplace("rules_said", json::object{{"party", to_string(before->party)}, {"rule", before->rule}, {"why", before->why}});
  json::array parties;
  for (const auto& standing : fault.parties) parties.push_back(standing_json(standing));
  if (!parties.empty()) object.emplace("parties", std::move(parties));
  return object;
}

}  // namespace antiphon
