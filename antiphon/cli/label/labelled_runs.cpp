#include "antiphon/cli/label/labelled_runs.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/stored_batches.hpp"

namespace antiphon::cli {

namespace {

std::vector<std::string> run_ids(const BatchResult& batch) {
  std::vector<std::string> ids;
  for (const auto& result : batch.scenarios) {
    if (!result.run_id.empty()) ids.push_back(result.run_id);
    for (const auto& attempt : result.earlier) ids.push_back(attempt.run_id);
  }
  return ids;
}

std::string perhaps(const std::string& word, const std::vector<std::string>& candidates) {
  const auto near = nearest(word, candidates);
  return near ? fmt::format("; did you mean {}?", quote(*near)) : "";
}

[[noreturn]] void refuse_run(const BatchResult& batch, const std::string& run_id) {
  throw Error(ErrorKind::usage, fmt::format("the batch {} has no run {}{}", batch.batch_id, quote(run_id), perhaps(run_id, run_ids(batch))))
      .with_hint("its runs stand in result.json, each with its run_id");
}

}  // namespace

LabelledRuns::LabelledRuns(const std::vector<std::string>& results, std::string store_flag, const Environment& environment)
    : store_flag_(std::move(store_flag)), environment_(environment) {
  for (const auto& name : results) {
    auto batch = result_or_batch(name, store_flag_, environment_);
    auto id = batch.batch_id;
    batches_.insert_or_assign(std::move(id), std::move(batch));
  }
}

const BatchResult* LabelledRuns::batch(const std::string& batch_id) {
  if (const auto known = batches_.find(batch_id); known != batches_.end()) return &known->second;
  try {
    return &batches_.emplace(batch_id, open_store(store_flag_, environment_)->load(batch_id)).first->second;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::usage) return nullptr;
    throw;
  }
}

const ScenarioResult* LabelledRuns::find_where_known(const Label& label) {
  const auto* known = batch(label.batch_id);
  if (!known) return nullptr;
  const auto* run = find_run(*known, label.run_id);
  if (!run) refuse_run(*known, label.run_id);
  return run;
}

const ScenarioResult& LabelledRuns::find(const Label& label) {
  if (const auto* run = find_where_known(label)) return *run;
  std::vector<std::string> known;
  for (const auto& [id, batch] : batches_) known.push_back(id);
  throw Error(ErrorKind::usage, fmt::format("no batch {} is known here{}", quote(label.batch_id), perhaps(label.batch_id, known)))
      .with_hint("name its result.json as well, or the store that has it with --store");
}

const ScenarioResult& run_named(const BatchResult& batch, const std::string& name) {
  if (name.empty() && batch.scenarios.size() == 1) return batch.scenarios.front();
  std::vector<std::string> ids;
  std::vector<const ScenarioResult*> begun;
  for (const auto& result : batch.scenarios) {
    if (!name.empty() && result.id == name) return result;
    if (!name.empty() && result.run_id.starts_with(name)) begun.push_back(&result);
    ids.push_back(result.id);
  }
  if (!name.empty())
    if (const auto* run = find_run(batch, name)) return *run;
  if (begun.size() == 1) return *begun.front();
  if (name.empty())
    throw Error(ErrorKind::usage, fmt::format("the batch {} has {} runs, and it is not said which one is meant", batch.batch_id, batch.scenarios.size()))
        .with_hint("name one with --run: its run_id, or the id of its scenario");
  for (auto& id : run_ids(batch)) ids.push_back(std::move(id));
  throw Error(ErrorKind::usage, fmt::format("the batch {} has no run {}{}", batch.batch_id, quote(name), perhaps(name, ids)))
      .with_hint("name its run_id, or the id of its scenario");
}

}  // namespace antiphon::cli
