#include "antiphon/result/sensitivity.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace antiphon {

namespace {

/// One scenario as it stands in its file, whoever plays its user and however often.
using Place = std::tuple<std::string, std::string, int, std::string, std::map<std::string, std::string>, int>;

Place place_of(const ScenarioResult& result) {
  auto matrix = result.matrix;
  matrix.erase(user_model_variable);
  // A name may hold the user model's, and in a file the line tells scenarios apart.
  return {result.suite, result.file, result.line, result.line > 0 ? std::string() : result.name, std::move(matrix), result.row.value_or(0)};
}

struct Played {
  std::map<std::string, std::vector<const ScenarioResult*>> by_model;
  const ScenarioResult* first = nullptr;
};

std::vector<std::string> names_of(const std::vector<ScenarioResult>& results) {
  std::vector<std::string> names;
  for (const auto& result : results)
    if (const auto it = result.matrix.find(user_model_variable); it != result.matrix.end() && std::find(names.begin(), names.end(), it->second) == names.end())
      names.push_back(it->second);
  return names;
}

// In order of first appearance.
std::vector<Played> scenarios_of(const std::vector<ScenarioResult>& results) {
  std::vector<Played> list;
  std::map<Place, std::size_t> index;
  for (const auto& result : results) {
    const auto model = result.matrix.find(user_model_variable);
    if (model == result.matrix.end()) continue;
    const auto [it, fresh] = index.emplace(place_of(result), list.size());
    if (fresh) list.push_back({.by_model = {}, .first = &result});
    list[it->second].by_model[model->second].push_back(&result);
  }
  return list;
}

// Under one user model every decided run passed, under another one none.
bool depends_on_user(const Played& scenario) {
  bool always = false, never = false;
  for (const auto& [model, runs] : scenario.by_model) {
    std::size_t passed = 0, failed = 0;
    for (const auto* run : runs)
      if (!run->not_run) passed += run->outcome == RunOutcome::passed, failed += run->outcome == RunOutcome::failed;
    always = always || (passed > 0 && failed == 0);
    never = never || (failed > 0 && passed == 0);
  }
  return always && never;
}

// Without what was said: only outcomes are counted.
ScenarioResult outcome_of(const ScenarioResult& result) {
  ScenarioResult light;
  light.not_run = result.not_run, light.outcome = result.outcome, light.fault = result.fault;
  return light;
}

void add_range(Sensitivity& sensitivity) {
  std::vector<double> rates;
  for (const auto& model : sensitivity.models)
    if (model.counts.pass_rate) rates.push_back(model.counts.pass_rate->value);
  if (rates.size() < 2) return;
  const auto [low, high] = std::minmax_element(rates.begin(), rates.end());
  sensitivity.range = Sensitivity::Range{*low, *high};
}

}  // namespace

Sensitivity user_model_sensitivity(const std::vector<ScenarioResult>& results) {
  Sensitivity sensitivity;
  const auto names = names_of(results);
  if (names.size() < 2) return sensitivity;
  std::map<std::string, std::vector<ScenarioResult>> runs;
  for (const auto& scenario : scenarios_of(results)) {
    if (scenario.by_model.size() < names.size()) {
      ++sensitivity.left_out;
      continue;
    }
    ++sensitivity.scenarios;
    for (const auto& [model, played] : scenario.by_model)
      for (const auto* run : played) runs[model].push_back(outcome_of(*run));
    if (depends_on_user(scenario)) sensitivity.dependent.push_back(without_repeat(scenario.first->id, scenario.first->repeat));
  }
  for (const auto& name : names) sensitivity.models.push_back({.name = name, .counts = summarize(runs[name])});
  add_range(sensitivity);
  return sensitivity;
}

json::object to_json(const Sensitivity& sensitivity) {
  json::array models, dependent;
  for (const auto& model : sensitivity.models) {
    auto counts = to_json(model.counts);
    counts.emplace("name", model.name);
    models.push_back(std::move(counts));
  }
  for (const auto& id : sensitivity.dependent) dependent.push_back(json::value(id));
  return {{"scenarios", sensitivity.scenarios},
          {"left_out", sensitivity.left_out},
          {"models", std::move(models)},
          {"range", sensitivity.range ? json::value{sensitivity.range->low, sensitivity.range->high} : json::value(nullptr)},
          {"dependent", std::move(dependent)}};
}

}  // namespace antiphon
