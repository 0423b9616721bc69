#include "antiphon/result/fault.hpp"

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

}  // namespace

std::string_view to_string(Fault::By by) { return by == Fault::By::audit ? "audit" : "rule"; }

json::object to_json(const Fault& fault) {
  json::array evidence;
  for (const auto& piece : fault.evidence) evidence.push_back(evidence_json(piece));
  json::object object{{"party", to_string(fault.party)}, {"by", to_string(fault.by)}, {"why", fault.why}, {"evidence", std::move(evidence)}};
  if (!fault.rule.empty()) object.emplace("rule", fault.rule);
  object.emplace("certain", fault.certain);
  return object;
}

}  // namespace antiphon
