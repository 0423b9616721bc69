#include "antiphon/store/internal/migrations.hpp"

#include <array>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/store/sqlite/database.hpp"

namespace antiphon::store {

namespace {

constexpr std::array<std::string_view, 3> steps{// `head` is the batch without its scenarios, `result` one scenario with its messages, both as in result.json.
                                                R"sql(
CREATE TABLE batches (
  batch_id TEXT PRIMARY KEY,
  started_at TEXT NOT NULL,
  suite TEXT NOT NULL,
  seed INTEGER NOT NULL,
  finished INTEGER NOT NULL DEFAULT 0,
  head TEXT NOT NULL
) STRICT;
CREATE TABLE scenarios (
  batch_id TEXT NOT NULL REFERENCES batches (batch_id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  id TEXT NOT NULL,
  outcome TEXT NOT NULL,
  duration_s REAL NOT NULL,
  result TEXT NOT NULL,
  PRIMARY KEY (batch_id, position)
) STRICT, WITHOUT ROWID;
)sql",
                                                // For lists of batches and for a scenario's history.
                                                R"sql(
CREATE INDEX batches_by_start ON batches (started_at);
CREATE INDEX scenarios_by_id ON scenarios (id);
)sql",
                                                // What people say about verdicts. A label outlives its batch; newer ones stand beside those they replace.
                                                R"sql(
CREATE TABLE labels (
  label_id INTEGER PRIMARY KEY,
  batch_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  criterion TEXT,
  criterion_key TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('passed', 'failed', 'inconclusive')),
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  at TEXT NOT NULL,
  scenario TEXT NOT NULL,
  judged TEXT CHECK (judged IN ('passed', 'failed', 'inconclusive')),
  judge TEXT NOT NULL,
  judge_model TEXT NOT NULL
) STRICT;
CREATE INDEX labels_by_run ON labels (batch_id, run_id);
)sql"};

std::int64_t newest() { return static_cast<std::int64_t>(steps.size()); }

// A file without tables is a new one; otherwise its mark says whose it is. In this order: another process may make it ours at this moment, and
// its tables and its mark come together.
std::int64_t version_of(const Database& database) {
  const bool is_new = [&] {
    Statement tables(database, "SELECT count(*) FROM sqlite_master");
    tables.step();
    return tables.integer(0) == 0;
  }();
  if (!is_new && database.pragma("application_id") != application_id)
    throw Error(ErrorKind::configuration, fmt::format("{} is a database of another program", database.path())).with_hint("name another file with --store");
  const auto version = database.pragma("user_version");
  if (version > newest())
    throw Error(ErrorKind::configuration,
                fmt::format("the store {} was written by a newer antiphon (version {}, this one knows {})", database.path(), version, newest()))
        .with_hint("use that one, or name another file with --store");
  return version;
}

}  // namespace

std::span<const std::string_view> migrations() { return steps; }

void require_ours(const Database& database) { version_of(database); }

void migrate(const Database& database) {
  if (version_of(database) == newest()) return;
  Transaction transaction(database);
  for (auto version = version_of(database); version < newest(); ++version) database.execute(steps[static_cast<std::size_t>(version)]);
  database.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, newest()));
  transaction.commit();
}

void require_current(const Database& database) {
  if (version_of(database) == newest()) return;
  throw Error(ErrorKind::configuration, fmt::format("{} holds no batches of this version", database.path()))
      .with_hint("name the store of a run; a run brings an older one up to date");
}

}  // namespace antiphon::store
