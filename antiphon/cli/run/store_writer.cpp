#include "antiphon/cli/run/store_writer.hpp"

#include <filesystem>

namespace antiphon::cli {

namespace {

void remove_files(const std::string& file) {
  std::error_code ignored;
  for (const auto* ending : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(file + ending, ignored);
}

}  // namespace

StoreWriter::StoreWriter(const std::string& file, const BatchResult& head, const std::vector<ScenarioResult>& unstarted) : batch_id_(head.batch_id) {
  if (file.empty()) return;
  std::error_code ignored;  // what it means is said by the file that cannot be opened
  std::filesystem::create_directories(std::filesystem::path(file).parent_path(), ignored);
  const bool is_new = !std::filesystem::exists(file, ignored);
  try {
    begin(file, head, unstarted);
  } catch (const Error& error) {
    store_.reset();
    if (is_new) remove_files(file);  // half a store takes the room that the reports may need
    if (error.kind() != ErrorKind::io) throw;
    failure_ = error;
  }
}

void StoreWriter::begin(const std::string& file, const BatchResult& head, const std::vector<ScenarioResult>& unstarted) {
  store_ = open_sqlite_store(file, StoreAccess::write);
  auto batch = head;
  batch.scenarios = unstarted;
  store_->begin(batch);
  for (std::size_t i = 0; i < unstarted.size(); ++i) index_.emplace(unstarted[i].id, i);
}

std::vector<Label> StoreWriter::labels() {
  if (!store_ || failure_) return {};
  try {
    return store_->labels();
  } catch (const Error& error) {
    failure_ = error;
    return {};
  }
}

void StoreWriter::add(const ScenarioResult& result) {
  if (!store_ || failure_) return;
  try {
    store_->add(batch_id_, index_.at(result.id), result);
  } catch (const Error& error) {
    failure_ = error;
  }
}

void StoreWriter::finish(const BatchResult& batch) {
  if (failure_) throw Error(*failure_);
  if (store_) store_->finish(batch);
}

}  // namespace antiphon::cli
