#include "antiphon/result/agreement.hpp"

namespace antiphon {

namespace {

json::value or_null(const std::optional<std::string>& text) { return text ? json::value(*text) : json::value(nullptr); }

json::object table_json(const VerdictTable& table) {
  json::object rows;
  for (const auto first : {CriterionStatus::passed, CriterionStatus::failed, CriterionStatus::inconclusive}) {
    json::object row;
    for (const auto second : {CriterionStatus::passed, CriterionStatus::failed, CriterionStatus::inconclusive})
      row.emplace(to_string(second), table.counts[static_cast<std::size_t>(first)][static_cast<std::size_t>(second)]);
    rows.emplace(to_string(first), std::move(row));
  }
  return rows;
}

json::object figure_json(const AgreementFigure& figure) {
  json::object object{{"n", figure.table.n()}, {"agreed", figure.table.agreed()}, {"scenarios", figure.clusters}};
  const auto& kappa = figure.kappa;
  object.emplace("kappa", kappa ? json::value(kappa->value) : json::value(nullptr));
  object.emplace("interval", kappa ? json::value(json::array{kappa->low, kappa->high}) : json::value(nullptr));
  object.emplace("table", table_json(figure.table));
  return object;
}

json::object criterion_json(const CriterionAgreement& one) {
  json::object object{{"criterion", or_null(one.criterion)}, {"judge", one.judge.hash}, {"model", one.judge.model}};
  for (auto& [key, value] : figure_json(one.figure)) object.emplace(key, value);
  object.emplace("contested", one.contested);
  return object;
}

json::object people_json(const PeopleAgreement& one) {
  json::object object{{"authors", json::array{json::value(one.first), json::value(one.second)}}};
  for (auto& [key, value] : figure_json(one.figure)) object.emplace(key, value);
  return object;
}

json::object disagreement_json(const Disagreement& one) {
  json::array people;
  for (const auto& opinion : one.people) people.push_back({{"author", opinion.author}, {"verdict", to_string(opinion.verdict)}, {"reason", opinion.reason}});
  return {{"criterion", or_null(one.criterion)},
          {"batch_id", one.batch_id},
          {"run_id", one.run_id},
          {"scenario", one.scenario},
          {"judged", one.judged ? json::value(to_string(*one.judged)) : json::value(nullptr)},
          {"people", std::move(people)}};
}

template <class List, class Convert>
json::array list_json(const List& list, Convert convert) {
  json::array array;
  for (const auto& item : list) array.push_back(convert(item));
  return array;
}

}  // namespace

json::object to_json(const LabelAgreement& agreement) {
  return {{"schema", "antiphon.agreement/1"},
          {"labels", agreement.labels},
          {"verdicts", agreement.places},
          {"without_judge", agreement.unjudged},
          {"authors", json::array(agreement.authors.begin(), agreement.authors.end())},
          {"overall", figure_json(agreement.overall)},
          {"criteria", list_json(agreement.criteria, criterion_json)},
          {"people", list_json(agreement.people, people_json)},
          {"disagreements", list_json(agreement.disagreements, disagreement_json)}};
}

}  // namespace antiphon
