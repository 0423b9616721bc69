#include "antiphon/cli/run/checkpoint_file.hpp"

#include <algorithm>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon::cli {

using namespace std::chrono_literals;

namespace {

constexpr auto shortest_pause = 2s;
constexpr int part = 20;  // of the time that may go into writing: runs wait meanwhile

// What a summary is made of. The rest is kept as text.
ScenarioResult outline(ScenarioResult result) {
  result.messages = {};
  result.timings = {};
  result.rolled_back = {};
  result.answer_s = {};
  result.metadata = {};
  result.user_report = {};
  return result;
}

}  // namespace

CheckpointFile::CheckpointFile(std::string path, const BatchResult& head, std::vector<ScenarioResult> unstarted)
    : path_(std::move(path)), batch_(head), unstarted_(std::move(unstarted)) {
  for (std::size_t i = 0; i < unstarted_.size(); ++i) {
    index_.emplace(unstarted_[i].id, i);
    texts_.push_back(serialize(unstarted_[i]));
    batch_.scenarios.push_back(outline(unstarted_[i]));
  }
  write();
}

void CheckpointFile::add(const ScenarioResult& result) {
  if (const auto it = index_.find(result.id); it != index_.end()) {
    texts_[it->second] = serialize(result);
    batch_.scenarios[it->second] = outline(result);
  }
  if (std::chrono::steady_clock::now() < next_) return;
  try {
    write();
  } catch (const Error&) {}
}

void CheckpointFile::write() {
  const auto begin = std::chrono::steady_clock::now();
  next_ = begin + shortest_pause;  // after a failure, too
  write_file_atomically(path_, serialize(batch_, texts_));
  const auto end = std::chrono::steady_clock::now();
  next_ = end + std::max<std::chrono::steady_clock::duration>(shortest_pause, part * (end - begin));
}

}  // namespace antiphon::cli
