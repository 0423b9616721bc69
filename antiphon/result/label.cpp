#include "antiphon/result/label.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/criterion_keys.hpp"

namespace antiphon {

namespace {

bool same_word(const Label& a, const Label& b) { return a.verdict == b.verdict && a.reason == b.reason; }

std::string what_of(const Label& label) { return label.criterion ? quote(cut(*label.criterion, 80)) : "the whole run"; }

CriterionStatus status_of(RunOutcome outcome) {
  return outcome == RunOutcome::passed ? CriterionStatus::passed : outcome == RunOutcome::failed ? CriterionStatus::failed : CriterionStatus::inconclusive;
}

[[noreturn]] void refuse_criterion(const Label& label, const ScenarioResult& run, const std::vector<std::string>& words) {
  if (words.empty())
    throw Error(ErrorKind::usage, fmt::format("the run {} has no criteria, and the label is on {}", label.run_id, what_of(label)))
        .with_hint("label the whole run");
  const auto near = nearest(*label.criterion, words);
  std::vector<std::string> quoted;
  for (const auto& text : words) quoted.push_back(quote(cut(text, 80)));
  throw Error(ErrorKind::usage, fmt::format("the run {} of {} has no criterion {}{}", label.run_id, quote(run.id), what_of(label),
                                            near ? fmt::format("; did you mean {}?", quote(*near)) : ""))
      .with_hint("its criteria: " + join(quoted, ", "));
}

std::size_t find_criterion(const Label& label, const ScenarioResult& run, const std::vector<std::string>& words, const std::vector<std::string>& keys) {
  const auto wanted = trim(*label.criterion);
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (trim(words[i]) == wanted && (label.criterion_key.empty() || label.criterion_key == keys[i])) found = i;
  // A key that fits no such sentence is of another order of criteria: the words are what a person read.
  for (std::size_t i = words.size(); i > 0 && !found; --i)
    if (trim(words[i - 1]) == wanted || keys[i - 1] == wanted) found = i - 1;
  if (!found) refuse_criterion(label, run, words);
  return *found;
}

}  // namespace

LabelPlace place_of(const Label& label) { return {label.batch_id, label.run_id, !label.criterion, label.criterion.value_or(""), label.criterion_key}; }

std::vector<Label> new_labels(const std::vector<Label>& known, const std::vector<Label>& offered) {
  std::map<std::tuple<LabelPlace, std::string, std::string>, const Label*> there;
  const auto key = [](const Label& label) { return std::tuple(place_of(label), label.author, label.at); };
  for (const auto& label : known) there.emplace(key(label), &label);
  std::vector<Label> fresh;
  for (const auto& label : offered) {
    const auto [place, is_new] = there.emplace(key(label), &label);
    if (is_new)
      fresh.push_back(label);
    else if (!same_word(*place->second, label))
      throw Error(ErrorKind::usage, fmt::format("{} said two things at {} about {} of the run {}: {} and {}", label.author, label.at, what_of(label),
                                                label.run_id, to_string(place->second->verdict), to_string(label.verdict)))
          .with_hint("remove the one that was not meant, or give the later one its own time");
  }
  return fresh;
}

std::vector<Label> newest_labels(const std::vector<Label>& labels) {
  std::map<std::pair<LabelPlace, std::string>, const Label*> newest;
  for (const auto& label : labels) {
    auto& best = newest[{place_of(label), label.author}];
    if (!best || best->at < label.at) best = &label;
  }
  std::vector<Label> list;
  list.reserve(newest.size());
  for (const auto& [key, label] : newest) list.push_back(*label);
  return list;
}

const ScenarioResult* find_run(const BatchResult& batch, std::string_view run_id) {
  for (const auto& result : batch.scenarios) {
    if (result.run_id == run_id) return &result;
    for (const auto& attempt : result.earlier)
      if (attempt.run_id == run_id) return &attempt;
  }
  return nullptr;
}

Label completed(Label label, const ScenarioResult& run) {
  label.scenario = without_repeat(run.id, run.repeat);
  label.judged.reset();
  if (!label.criterion) {
    label.criterion_key.clear();
    if (run.outcome != RunOutcome::error && !run.not_run) label.judged = JudgedVerdict{status_of(run.outcome), run.fingerprints.judge};
    return label;
  }
  std::vector<std::string> words;
  for (const auto& criterion : run.criteria) words.push_back(criterion.criterion);
  const auto keys = criterion_keys(words);
  const auto i = find_criterion(label, run, words, keys);
  label.criterion = words[i], label.criterion_key = keys[i];
  label.judged = JudgedVerdict{run.criteria[i].verdict(), run.fingerprints.judge};
  return label;
}

LabelFile read_labels(const std::string& path) { return parse_labels(read_file(path), path); }

}  // namespace antiphon
