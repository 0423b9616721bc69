#include "antiphon/result/agreement.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::size_t kinds = 3;

// Agreement that is expected of two who say each verdict as often as these did.
double chance(const VerdictTable& table) {
  const auto n = static_cast<double>(table.n());
  double sum = 0;
  for (std::size_t i = 0; i < kinds; ++i) {
    double row = 0, column = 0;
    for (std::size_t j = 0; j < kinds; ++j) row += static_cast<double>(table.counts[i][j]), column += static_cast<double>(table.counts[j][i]);
    sum += row * column;
  }
  return sum / (n * n);
}

bool is_one_word(const VerdictTable& table) {
  for (std::size_t i = 0; i < kinds; ++i)
    if (table.counts[i][i] == table.n()) return true;
  return false;
}

double beyond_chance(double agreement, double chance) { return std::clamp((agreement - chance) / (1 - chance), -1.0, 1.0); }

// J. Cohen, "A coefficient of agreement for nominal scales", 1960, gives kappa's error with chance held fixed; his normal interval for the observed
// agreement is replaced by Wilson's, which holds for few pairs and does not shrink to nothing where all agree.
Estimate with_wilson(const VerdictTable& table, double kappa) {
  const auto share = wilson(static_cast<double>(table.agreed()), table.n());
  const auto by_chance = chance(table);
  return {.value = kappa, .low = beyond_chance(share.low, by_chance), .high = beyond_chance(share.high, by_chance)};
}

// A draw in which everybody says one thing has no kappa and tells nothing: it counts as what was found.
Estimate by_clusters(const std::vector<VerdictTable>& clusters, double kappa) {
  return resampled(clusters.size(), [&](const std::vector<std::size_t>& drawn) {
    VerdictTable table;
    for (const auto index : drawn) table.add(clusters[index]);
    return cohens_kappa(table).value_or(kappa);
  });
}

/// All that people said about one verdict.
struct Place {
  std::vector<const Label*> labels;  // by author

  const std::optional<JudgedVerdict>* judged() const {
    for (const auto* label : labels)
      if (label->judged) return &label->judged;
    return nullptr;
  }

  std::optional<CriterionStatus> people() const {
    std::array<std::size_t, kinds> votes{};
    for (const auto* label : labels) ++votes[static_cast<std::size_t>(label->verdict)];
    const auto most = std::max_element(votes.begin(), votes.end());
    if (std::count(votes.begin(), votes.end(), *most) > 1) return std::nullopt;
    return static_cast<CriterionStatus>(most - votes.begin());
  }

  const Label& first() const { return *labels.front(); }
};

std::vector<Place> places_of(const std::vector<Label>& newest) {
  std::vector<Place> places;
  for (const auto& label : newest) {
    if (places.empty() || place_of(places.back().first()) != place_of(label)) places.emplace_back();
    places.back().labels.push_back(&label);
  }
  return places;
}

// Without its scenario a run is a cluster of its own.
std::string cluster_of(const Label& label) { return label.scenario.empty() ? label.run_id : label.scenario; }

Disagreement disagreement_of(const Place& place, const std::optional<CriterionStatus>& judged) {
  const auto& label = place.first();
  Disagreement found{.criterion = label.criterion, .batch_id = label.batch_id, .run_id = label.run_id, .scenario = label.scenario, .judged = judged};
  for (const auto* one : place.labels) found.people.push_back({one->author, one->verdict, one->reason});
  return found;
}

struct Group {
  CriterionAgreement agreement;
  std::vector<VerdictPair> pairs;
};
using GroupKey = std::tuple<bool, std::string, std::string>;  // whole run, words, judge

GroupKey key_of(const Label& label, const JudgeMark& judge) { return {!label.criterion, label.criterion.value_or(""), judge.hash}; }

void measure_people(const std::vector<Place>& places, LabelAgreement& result) {
  std::map<std::pair<std::string, std::string>, std::vector<VerdictPair>> pairs;
  for (const auto& place : places)
    for (std::size_t i = 0; i < place.labels.size(); ++i)
      for (std::size_t j = i + 1; j < place.labels.size(); ++j)
        pairs[{place.labels[i]->author, place.labels[j]->author}].push_back({place.labels[i]->verdict, place.labels[j]->verdict, cluster_of(place.first())});
  for (auto& [authors, list] : pairs) result.people.push_back({authors.first, authors.second, measure_agreement(list)});
}

void measure_judges(const std::vector<Place>& places, LabelAgreement& result) {
  std::map<GroupKey, Group> groups;
  std::vector<VerdictPair> all;
  std::vector<Disagreement> among_people;
  for (const auto& place : places) {
    const auto people = place.people();
    const auto* judged = place.judged();
    const auto verdict = judged ? std::optional((*judged)->verdict) : std::nullopt;
    if (!people) among_people.push_back(disagreement_of(place, verdict));
    if (!judged) {
      ++result.unjudged;
      continue;
    }
    auto& group = groups[key_of(place.first(), (*judged)->judge)];
    group.agreement.criterion = place.first().criterion, group.agreement.judge = (*judged)->judge;
    if (!people) {
      ++group.agreement.contested;
      continue;
    }
    group.pairs.push_back({*people, *verdict, cluster_of(place.first())});
    if (place.first().criterion) all.push_back(group.pairs.back());
    if (people != verdict) result.disagreements.push_back(disagreement_of(place, verdict));
  }
  for (auto& [key, group] : groups) {
    group.agreement.figure = measure_agreement(group.pairs);
    result.criteria.push_back(std::move(group.agreement));
  }
  result.overall = measure_agreement(all);
  result.disagreements.insert(result.disagreements.end(), among_people.begin(), among_people.end());
}

}  // namespace

void VerdictTable::add(const VerdictTable& other) {
  for (std::size_t i = 0; i < kinds; ++i)
    for (std::size_t j = 0; j < kinds; ++j) counts[i][j] += other.counts[i][j];
}

std::size_t VerdictTable::n() const {
  std::size_t sum = 0;
  for (const auto& row : counts)
    for (const auto count : row) sum += count;
  return sum;
}

std::size_t VerdictTable::agreed() const { return counts[0][0] + counts[1][1] + counts[2][2]; }

std::optional<double> cohens_kappa(const VerdictTable& table) {
  if (table.n() == 0 || is_one_word(table)) return std::nullopt;
  return beyond_chance(static_cast<double>(table.agreed()) / static_cast<double>(table.n()), chance(table));
}

AgreementFigure measure_agreement(const std::vector<VerdictPair>& pairs) {
  AgreementFigure figure;
  std::map<std::string, VerdictTable> clusters;
  for (const auto& pair : pairs) {
    figure.table.add(pair.first, pair.second);
    clusters[pair.cluster].add(pair.first, pair.second);
  }
  figure.clusters = clusters.size();
  const auto kappa = cohens_kappa(figure.table);
  if (!kappa) return figure;
  figure.kappa = with_wilson(figure.table, *kappa);
  if (clusters.size() < 2 || clusters.size() == pairs.size()) return figure;
  std::vector<VerdictTable> tables;
  for (const auto& [name, table] : clusters) tables.push_back(table);
  const auto wide = by_clusters(tables, *kappa);
  figure.kappa->low = std::min(figure.kappa->low, wide.low), figure.kappa->high = std::max(figure.kappa->high, wide.high);
  return figure;
}

LabelAgreement measure_agreement(const std::vector<Label>& labels) {
  const auto newest = newest_labels(labels);
  const auto places = places_of(newest);
  LabelAgreement result{.labels = newest.size(), .places = places.size()};
  std::set<std::string> authors;
  for (const auto& label : newest) authors.insert(label.author);
  result.authors.assign(authors.begin(), authors.end());
  measure_judges(places, result);
  measure_people(places, result);
  return result;
}

LabelBook::LabelBook(std::vector<Label> labels) : labels_(std::move(labels)), criteria_(measure_agreement(labels_).criteria) {}

std::optional<JudgeAgreement> LabelBook::agreement(const std::string& criterion, const JudgeMark& judge) const {
  JudgeAgreement found;
  for (const auto& one : criteria_) {
    if (!one.criterion || trim(*one.criterion) != trim(criterion)) continue;
    const auto n = one.figure.table.n();
    if (one.judge.hash != judge.hash) {
      found.of_another_judge += n;
      continue;
    }
    found.n = n, found.agreed = one.figure.table.agreed();
    if (const auto& kappa = one.figure.kappa) found.kappa = kappa->value, found.low = kappa->low, found.high = kappa->high;
  }
  return found.n + found.of_another_judge > 0 ? std::optional(found) : std::nullopt;
}

}  // namespace antiphon
