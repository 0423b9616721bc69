#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/result/label.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

/// One batch as a list shows it.
struct StoredBatch {
  std::string batch_id{};
  std::string started_at{};
  std::string suite{};
  std::uint64_t seed = 0;
  bool finished = false;  ///< false: it is under way, or its process ended before it did
  ResultSummary summary{};
};

/// Keeps batches beyond the run that made them (PRD-20), and what people said about them (SCN-103). What `add` returned from is kept whatever happens to the
/// process. Every call may wait for another process, thirty seconds at most; thread safe.
/// @throws Error (all members) io when nothing can be kept or read: what, where, why.
class Store {
 public:
  virtual ~Store() = default;

  /// A new batch; its scenarios are those that were selected, as never begun.
  virtual void begin(const BatchResult& batch) = 0;
  /// One of them, finished; `position` is its place among them.
  virtual void add(const std::string& batch_id, std::size_t position, const ScenarioResult& result) = 0;
  /// What the batch came to beside its scenarios, which all have been added.
  virtual void finish(const BatchResult& batch) = 0;

  /// Newest first.
  virtual std::vector<StoredBatch> list() = 0;
  /// Whole; what was never finished is as `begin` had it. @throws Error not_found for an id that is none.
  virtual BatchResult load(const std::string& batch_id) = 0;

  /// Labels of people on verdicts, with those that newer ones replaced; in the order in which they came.
  virtual std::vector<Label> labels() = 0;
  /// Keeps those that are not there yet, all or none. How many these were. @throws Error usage as `new_labels`.
  virtual std::size_t add_labels(const std::vector<Label>& labels) = 0;
};

enum class StoreAccess { read, write };

/// A file of SQLite, made where it is missing and brought to this program's version (`write`), or only read.
/// @throws Error configuration when it cannot be opened, is no database, is one of another program or of a newer version; io for all else.
std::unique_ptr<Store> open_sqlite_store(const std::string& path, StoreAccess access);

}  // namespace antiphon
