#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "antiphon/result/result.hpp"

namespace antiphon::cli {

/// Keeps result.json valid while scenarios run: written at the start, then every two seconds, or more rarely
/// where writing takes longer than a twentieth of that, so that a process that is killed
/// leaves what was finished (PRD-63). Not thread safe: called one at a time.
class CheckpointFile {
 public:
  /// Writes the first one, in which nothing was run yet. @throws Error io.
  CheckpointFile(std::string path, const BatchResult& head, std::vector<ScenarioResult> unstarted);

  /// A disk that is full now may be free at the end: failures to write are left to the last write.
  void add(const ScenarioResult& result);
  /// Every scenario as one that was never begun.
  const std::vector<ScenarioResult>& unstarted() const { return unstarted_; }

 private:
  void write();

  std::string path_;
  BatchResult batch_;  ///< scenarios without their messages
  std::vector<ScenarioResult> unstarted_;
  std::map<std::string, std::size_t> index_;
  std::vector<std::string> texts_;  ///< of the scenarios: each is serialised once
  std::chrono::steady_clock::time_point next_;
};

}  // namespace antiphon::cli
