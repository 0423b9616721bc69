#include "antiphon/cli/run/checkpoint_file.hpp"

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/scenario/run.hpp"

namespace antiphon::cli {

using namespace std::chrono_literals;

namespace {

constexpr auto pause = 2s;

}  // namespace

CheckpointFile::CheckpointFile(std::string path, const BatchResult& head, const std::vector<Scenario>& scenarios) : path_(std::move(path)), batch_(head) {
  for (const auto& scenario : scenarios) {
    index_.emplace(scenario.id, unstarted_.size());
    unstarted_.push_back(not_run(scenario));
  }
  batch_.scenarios = unstarted_;
  write();
}

void CheckpointFile::add(const ScenarioResult& result) {
  if (const auto it = index_.find(result.id); it != index_.end()) batch_.scenarios[it->second] = result;
  if (std::chrono::steady_clock::now() - written_ < pause) return;
  try {
    write();
  } catch (const Error&) {}
}

void CheckpointFile::write() {
  write_file_atomically(path_, serialize(batch_));
  written_ = std::chrono::steady_clock::now();
}

}  // namespace antiphon::cli
