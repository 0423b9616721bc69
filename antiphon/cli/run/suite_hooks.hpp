#pragma once

#include <map>
#include <string>
#include <vector>

#include "antiphon/result/result.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/suite/suite_file.hpp"

namespace antiphon::cli {

/// The commands around all scenarios of a suite, told `ANTIPHON_SUITE` and, after them, `ANTIPHON_OUTCOME`: the gravest of its results.
/// Used from one thread.
class SuiteHooks {
 public:
  explicit SuiteHooks(const std::vector<suite::SuiteFile>& suites);

  /// Blocks. Stops early, without complaint, when `stop` is requested.
  void before(StopSource stop);
  /// Why the scenarios of this suite cannot be run; nullptr: they can.
  const std::string* failure_of(const std::string& suite) const;
  /// Blocks. What fails becomes a notice of every scenario of its suite. Only suites whose `before` was begun. A stop that comes now ends the
  /// commands of the suite that it meets; one that came earlier ends none.
  void after(std::vector<ScenarioResult>& results, StopSource stop);

 private:
  struct Entry {
    std::string suite;
    Hooks hooks;
    bool begun = false;
  };

  std::vector<Entry> entries_;
  std::map<std::string, std::string> failures_;
  BlockingPool blocking_;
};

}  // namespace antiphon::cli
