#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/cli/environment.hpp"
#include "antiphon/result/label.hpp"

namespace antiphon::cli {

/// Where labels are kept: in the store, or in a file that can be committed beside a suite.
class LabelKeeper {
 public:
  virtual ~LabelKeeper() = default;
  virtual std::vector<Label> all() = 0;
  /// Keeps those that are not there yet, all or none. How many these were.
  virtual std::size_t add(const std::vector<Label>& labels) = 0;
  /// For people.
  virtual std::string name() const = 0;
};

/// @param file JSON Lines; empty: the store that `store_flag` or the project names.
/// @throws Error usage where there is no store.
std::unique_ptr<LabelKeeper> open_labels(const std::string& file, const std::string& store_flag, const Environment& environment);

}  // namespace antiphon::cli
