#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/error.hpp"
#include "antiphon/cli/stored_batches.hpp"

namespace antiphon::cli {

/// Puts a batch into the store while it runs. What goes wrong on the way is kept for the end: a full disk must not cost a run its reports.
/// Called one at a time.
class StoreWriter {
 public:
  /// @param file empty: nothing is stored. @throws Error configuration when the file is no place for a store.
  StoreWriter(const std::string& file, const BatchResult& head, const std::vector<ScenarioResult>& unstarted);

  /// Labels of people on verdicts of earlier batches; none where nothing is stored.
  std::vector<Label> labels();
  void add(const ScenarioResult& result);
  /// @throws Error io, the first there was.
  void finish(const BatchResult& batch);

 private:
  void begin(const std::string& file, const BatchResult& head, const std::vector<ScenarioResult>& unstarted);

  std::unique_ptr<Store> store_;
  std::string batch_id_;
  std::map<std::string, std::size_t> index_;
  std::optional<Error> failure_;
};

}  // namespace antiphon::cli
