#pragma once

#include <map>
#include <string>
#include <vector>

#include "antiphon/cli/environment.hpp"
#include "antiphon/result/label.hpp"

namespace antiphon::cli {

/// The runs that labels are on: of results that were named, and of the store where it has them.
class LabelledRuns {
 public:
  /// @param results result.json, folders, or batches of the store. @throws Error usage for one that is none of these.
  LabelledRuns(const std::vector<std::string>& results, std::string store_flag, const Environment& environment);

  /// @throws Error usage for a batch or run that nobody has, naming the nearest.
  const ScenarioResult& find(const Label& label);
  /// The same; nullptr where the batch is unknown, and only then.
  const ScenarioResult* find_where_known(const Label& label);

 private:
  const BatchResult* batch(const std::string& batch_id);

  std::string store_flag_;
  const Environment& environment_;
  std::map<std::string, BatchResult> batches_;
};

/// A run by its id, the id of its scenario, or the beginning of its id; without a name the only one there is. @throws Error usage otherwise.
const ScenarioResult& run_named(const BatchResult& batch, const std::string& name);

}  // namespace antiphon::cli
