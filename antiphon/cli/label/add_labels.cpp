#include "antiphon/cli/label/add_labels.hpp"

#include <map>

#include "antiphon/result/agreement.hpp"

namespace antiphon::cli {

namespace {

// What stands in both counts once: of each author only the newest label counts.
std::shared_ptr<const LabelBook> both(const LabelBook* own, const std::vector<Label>& stored) {
  auto labels = own ? own->labels() : std::vector<Label>();
  labels.insert(labels.end(), stored.begin(), stored.end());
  return std::make_shared<const LabelBook>(std::move(labels));
}

void show_agreement(ScenarioResult& result, const LabelBook& labels) {
  for (auto& criterion : result.criteria) {
    const auto floor = criterion.agreement ? criterion.agreement->floor : std::nullopt;
    auto agreement = labels.agreement(criterion.criterion, result.fingerprints.judge);
    if (!agreement || (criterion.agreement && criterion.agreement->n > agreement->n)) continue;  // the run knew more, by a file
    agreement->floor = floor;
    criterion.agreement = agreement;
  }
}

}  // namespace

void add_labels(std::vector<Scenario>& scenarios, const std::vector<Label>& stored) {
  if (stored.empty()) return;
  std::map<const LabelBook*, std::shared_ptr<const LabelBook>> books;  // scenarios share few files
  for (auto& scenario : scenarios) {
    if (!scenario.judge) continue;
    auto& book = books[scenario.labels.get()];
    if (!book) book = both(scenario.labels.get(), stored);
    scenario.labels = book;
  }
}

void show_agreement(BatchResult& batch, const LabelBook& labels) {
  for (auto& result : batch.scenarios) {
    show_agreement(result, labels);
    for (auto& attempt : result.earlier) show_agreement(attempt, labels);
  }
}

}  // namespace antiphon::cli
