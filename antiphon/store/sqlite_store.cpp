#include <mutex>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/store/internal/label_rows.hpp"
#include "antiphon/store/internal/migrations.hpp"
#include "antiphon/store/sqlite/database.hpp"
#include "antiphon/store/store.hpp"

namespace antiphon {

namespace {

using store::Database;
using store::Statement;
using store::Transaction;

std::string head_of(const BatchResult& batch) {
  auto head = batch;
  head.scenarios.clear();
  auto object = to_json(head);
  object.erase("scenarios");
  object.erase("summary");
  return repair_utf8(json_text(object));
}

std::string_view outcome_of(const ScenarioResult& result) { return result.not_run ? "not_run" : to_string(result.outcome); }

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::string& path, StoreAccess access) : database_(path, access == StoreAccess::write) {
    if (access == StoreAccess::read) {
      store::require_current(database_);
      return;
    }
    store::require_ours(database_);  // before a pragma that would change somebody else's file
    // Readers never wait for a writer, and a killed process leaves whole transactions. A disk without shared memory keeps its own journal.
    database_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
    store::migrate(database_);
  }

  void begin(const BatchResult& batch) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(database_);
    Statement(database_, "INSERT INTO batches (batch_id, started_at, suite, seed, head) VALUES (?, ?, ?, ?, ?)")
        .bind(batch.batch_id)
        .bind(batch.started_at)
        .bind(repair_utf8(batch.suite))
        .bind(static_cast<std::int64_t>(batch.seed))
        .bind(head_of(batch))
        .run();
    for (std::size_t i = 0; i < batch.scenarios.size(); ++i) put(batch.batch_id, i, batch.scenarios[i]);
    transaction.commit();
  }

  void add(const std::string& batch_id, std::size_t position, const ScenarioResult& result) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(database_);
    put(batch_id, position, result);
    transaction.commit();
  }

  void finish(const BatchResult& batch) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(database_);
    Statement(database_, "UPDATE batches SET head = ?, finished = 1 WHERE batch_id = ?").bind(head_of(batch)).bind(batch.batch_id).run();
    transaction.commit();
  }

  std::vector<StoredBatch> list() override {
    const std::lock_guard lock(mutex_);
    std::vector<StoredBatch> batches;
    Statement rows(database_, "SELECT batch_id, started_at, suite, seed, finished FROM batches ORDER BY started_at DESC, batch_id DESC");
    while (rows.step())
      batches.push_back({.batch_id = rows.text(0),
                         .started_at = rows.text(1),
                         .suite = rows.text(2),
                         .seed = static_cast<std::uint64_t>(rows.integer(3)),
                         .finished = rows.integer(4) != 0});
    for (auto& batch : batches) batch.summary = summary_of(batch.batch_id);
    return batches;
  }

  // One text for one parser: what result.json would have been.
  BatchResult load(const std::string& batch_id) override {
    const std::lock_guard lock(mutex_);
    Statement head(database_, "SELECT head FROM batches WHERE batch_id = ?");
    if (!head.bind(batch_id).step()) throw Error(ErrorKind::not_found, fmt::format("no batch {} is in {}", quote(batch_id), database_.path()));
    auto text = head.text(0);
    if (text.empty()) throw Error(ErrorKind::io, fmt::format("the batch {} in {} is damaged", quote(batch_id), database_.path()));
    text.pop_back();
    text += ",\"scenarios\":[";
    Statement rows(database_, "SELECT result FROM scenarios WHERE batch_id = ? ORDER BY position");
    rows.bind(batch_id);
    std::string_view separator;
    while (rows.step()) {
      text.append(separator).append(rows.text(0));
      separator = ",";
    }
    return parse_batch(text + "]}");
  }

  std::vector<Label> labels() override {
    const std::lock_guard lock(mutex_);
    return store::read_labels(database_);
  }

  std::size_t add_labels(const std::vector<Label>& labels) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(database_);
    const auto fresh = new_labels(store::read_labels(database_), labels);
    for (const auto& label : fresh) store::insert_label(database_, label);
    transaction.commit();
    return fresh.size();
  }

 private:
  void put(const std::string& batch_id, std::size_t position, const ScenarioResult& result) {
    Statement(database_, "INSERT OR REPLACE INTO scenarios (batch_id, position, id, outcome, duration_s, result) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(batch_id)
        .bind(static_cast<std::int64_t>(position))
        .bind(repair_utf8(result.id))
        .bind(outcome_of(result))
        .bind(result.duration_s)
        .bind(serialize(result))
        .run();
  }

  ResultSummary summary_of(const std::string& batch_id) const {
    ResultSummary summary;
    Statement rows(database_, "SELECT outcome, count(*) FROM scenarios WHERE batch_id = ? GROUP BY outcome");
    rows.bind(batch_id);
    while (rows.step()) {
      const auto n = static_cast<std::size_t>(rows.integer(1));
      const auto outcome = rows.text(0);
      summary.total += n;
      (outcome == "passed"         ? summary.passed
       : outcome == "failed"       ? summary.failed
       : outcome == "inconclusive" ? summary.inconclusive
       : outcome == "not_run"      ? summary.not_run
                                   : summary.error) += n;
    }
    return summary;
  }

  Database database_;
  std::mutex mutex_;
};

}  // namespace

std::unique_ptr<Store> open_sqlite_store(const std::string& path, StoreAccess access) { return std::make_unique<SqliteStore>(path, access); }

}  // namespace antiphon
