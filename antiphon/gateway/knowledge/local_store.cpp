#include <algorithm>
#include <mutex>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/base/unicode.hpp"
#include "antiphon/gateway/knowledge/knowledge_store.hpp"
#include "antiphon/gateway/knowledge/packed_vector.hpp"
#include "antiphon/store/sqlite/database.hpp"

namespace antiphon::gateway {

namespace {

using store::Database;
using store::Statement;
using store::Transaction;

constexpr std::int64_t application_id = 0x416e744b;  // "AntK"
constexpr std::int64_t version = 1;
constexpr std::size_t most_question_words = 64;

constexpr std::string_view tables = R"sql(
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO facts VALUES ('embedder', ''), ('generation', '0');
CREATE TABLE documents (id TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE chunks (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL, position INTEGER NOT NULL, heading TEXT NOT NULL,
                     text TEXT NOT NULL, metadata TEXT NOT NULL, vector BLOB NOT NULL);
CREATE INDEX chunks_of_documents ON chunks (document, position);
CREATE VIRTUAL TABLE words USING fts5 (heading, text, tokenize = 'porter unicode61 remove_diacritics 2');
)sql";

store::DatabaseKind kind() {
  return {.name = "the knowledge index", .instead = "name another file", .otherwise = "", .when_damaged = "and load the documents again"};
}

/// One connection to the file. Used by one thread at a time.
class IndexFile {
 public:
  explicit IndexFile(const std::string& path) : database_(path, true, kind()) {
    // FULL: what a load returned from is there after a power cut, too. Loads are rare.
    database_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    if (database_.pragma("application_id") != application_id) make(path);  // who opens a file that is there never waits for its writer
    if (database_.pragma("user_version") != version)
      throw Error(ErrorKind::configuration, fmt::format("{} was made by another version of this program", path))
          .with_hint("move it away and load the documents again");
  }

  Database& database() { return database_; }

  std::string fact(std::string_view name) {
    Statement statement(database_, "SELECT value FROM facts WHERE name = ?");
    statement.bind(name);
    return statement.step() ? statement.text(0) : std::string();
  }

  KnowledgeState state() {
    KnowledgeState state{.embedder = fact("embedder")};
    Statement statement(database_, "SELECT id, digest FROM documents");
    while (statement.step()) state.digests.emplace(statement.text(0), statement.text(1));
    return state;
  }

  void write(const std::vector<IndexedDocument>& documents, const std::vector<std::string>& removed, const std::string& embedder, bool all) {
    Transaction transaction(database_);
    if (all) database_.execute("DELETE FROM words; DELETE FROM chunks; DELETE FROM documents");
    for (const auto& id : removed) remove(id);
    for (const auto& document : documents) {
      if (!all) remove(document.id);
      insert(document);
    }
    if (!embedder.empty()) Statement(database_, "UPDATE facts SET value = ? WHERE name = 'embedder'").bind(std::string_view(embedder)).run();
    database_.execute("UPDATE facts SET value = value + 1 WHERE name = 'generation'");
    transaction.commit();
  }

  std::vector<IndexedDocument> contents() {
    std::vector<IndexedDocument> documents;
    Statement statement(database_, fmt::format("SELECT {}, digest FROM chunks JOIN documents ON documents.id = document ORDER BY document, position", columns));
    while (statement.step()) {
      auto chunk = chunk_in(statement);
      if (documents.empty() || documents.back().id != chunk.document) documents.push_back({.id = chunk.document, .digest = statement.text(6)});
      documents.back().chunks.push_back({.chunk = std::move(chunk)});
    }
    return documents;
  }

  Chunk chunk(std::int64_t number) {
    Statement statement(database_, fmt::format("SELECT {} FROM chunks WHERE number = ?", columns));
    statement.bind(number);
    return statement.step() ? chunk_in(statement) : Chunk{};
  }

 private:
  static constexpr std::string_view columns = "chunks.id, document, position, heading, text, metadata";

  static Chunk chunk_in(const Statement& row) {
    const auto metadata = try_parse_json(row.text(5));
    return {.id = row.text(0),
            .document = row.text(1),
            .position = static_cast<int>(row.integer(2)),
            .heading = row.text(3),
            .text = row.text(4),
            .metadata = metadata && metadata->is_object() ? metadata->get_object() : json::object()};
  }

  void make(const std::string& path) {
    Transaction transaction(database_);
    if (database_.pragma("application_id") == application_id) return;  // another process was faster
    if (database_.pragma("schema_version") != 0)
      throw Error(ErrorKind::configuration, fmt::format("{} is a database of something else, not a knowledge index", path)).with_hint("name another file");
    database_.execute(tables);
    database_.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, version));
    transaction.commit();
  }

  void remove(const std::string& document) {
    Statement(database_, "DELETE FROM words WHERE rowid IN (SELECT number FROM chunks WHERE document = ?)").bind(std::string_view(document)).run();
    Statement(database_, "DELETE FROM chunks WHERE document = ?").bind(std::string_view(document)).run();
    Statement(database_, "DELETE FROM documents WHERE id = ?").bind(std::string_view(document)).run();
  }

  void insert(const IndexedDocument& document) {
    Statement(database_, "INSERT INTO documents VALUES (?, ?)").bind(std::string_view(document.id)).bind(std::string_view(document.digest)).run();
    for (const auto& [chunk, vector] : document.chunks) {
      Statement(database_, "INSERT INTO chunks (id, document, position, heading, text, metadata, vector) VALUES (?, ?, ?, ?, ?, ?, ?)")
          .bind(std::string_view(chunk.id))
          .bind(std::string_view(chunk.document))
          .bind(std::int64_t{chunk.position})
          .bind(std::string_view(chunk.heading))
          .bind(std::string_view(chunk.text))
          .bind(std::string_view(json::serialize(chunk.metadata)))
          .bind_blob(PackedVector(vector).encode())
          .run();
      Statement(database_, "INSERT INTO words (rowid, heading, text) VALUES (last_insert_rowid(), ?, ?)")
          .bind(std::string_view(chunk.heading))
          .bind(std::string_view(chunk.text))
          .run();
    }
  }

  Database database_;
};

/// The words of a question as FTS5 wants them: any of them may stand in a chunk; quoted, so that none is an operator.
std::string words_query(const std::string& question) {
  std::string query;
  std::size_t count = 0;
  for (const auto& word : words_of(question)) {
    if (++count > most_question_words) break;
    query += fmt::format("{}\"{}\"", query.empty() ? "" : " OR ", to_utf8(word));
  }
  return query;
}

/// Answers questions. Keeps the vectors of the file in memory, and reads them again when the file changed.
class Searcher {
 public:
  explicit Searcher(const std::string& path) : file_(path) {}

  std::vector<KnowledgeHit> search(const std::string& question, const Embedding& vector, std::size_t n, const std::stop_token& stop) {
    const std::lock_guard lock(mutex_);
    auto& database = file_.database();
    database.interrupt_when([stop] { return stop.stop_requested(); });
    database.execute("BEGIN");  // one state of the file for all that follows
    struct End {
      Database& database;
      ~End() {
        try {
          database.execute("COMMIT");
        } catch (const Error&) {
          // It only read.
        }
      }
    } end{database};
    refresh();
    std::vector<Near> near;
    for (const auto& [number, packed] : vectors_) near.push_back({number, packed.similarity(vector)});
    auto by_meaning = nearest(near);
    return fuse(hits(by_meaning), hits(by_words(question, near)), n);
  }

 private:
  struct Near {
    std::int64_t number = 0;
    double similarity = 0;
  };

  void refresh() {
    const auto generation = file_.fact("generation");
    if (generation == generation_) return;
    vectors_.clear();
    Statement statement(file_.database(), "SELECT number, vector FROM chunks ORDER BY number");
    while (statement.step())
      if (auto packed = PackedVector::decode(statement.text(1))) vectors_.emplace_back(statement.integer(0), std::move(*packed));
    generation_ = generation;
  }

  // Those that are like the question in nothing are no candidates.
  static std::vector<Near> nearest(std::vector<Near> near) {
    std::erase_if(near, [](const Near& one) { return one.similarity <= 0; });
    const auto count = static_cast<std::ptrdiff_t>(std::min(fused_candidates, near.size()));
    std::partial_sort(near.begin(), near.begin() + count, near.end(),
                      [](const Near& a, const Near& b) { return a.similarity > b.similarity || (a.similarity == b.similarity && a.number < b.number); });
    near.resize(static_cast<std::size_t>(count));
    return near;
  }

  std::vector<Near> by_words(const std::string& question, const std::vector<Near>& near) {
    const auto query = words_query(question);
    if (query.empty()) return {};
    std::vector<Near> found;
    // A word of a heading is worth two of the text.
    Statement statement(file_.database(), "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, 2.0, 1.0), rowid LIMIT ?");
    statement.bind(std::string_view(query)).bind(static_cast<std::int64_t>(fused_candidates));
    while (statement.step()) {
      const auto number = statement.integer(0);
      const auto at = std::lower_bound(near.begin(), near.end(), number, [](const Near& one, std::int64_t wanted) { return one.number < wanted; });
      if (at != near.end() && at->number == number) found.push_back(*at);
    }
    return found;
  }

  std::vector<KnowledgeHit> hits(const std::vector<Near>& list) {
    std::vector<KnowledgeHit> all;
    for (const auto& [number, similarity] : list) all.push_back({file_.chunk(number), similarity});
    return all;
  }

  std::mutex mutex_;
  IndexFile file_;
  std::string generation_ = "none";
  std::vector<std::pair<std::int64_t, PackedVector>> vectors_;  ///< by number
};

/// Connections of their own for reading and writing, so that a question never waits for a load.
class LocalStore final : public KnowledgeStore {
 public:
  LocalStore(Runtime& runtime, std::string path) : runtime_(runtime), name_(std::move(path)), files_(std::make_shared<Files>(name_)) {}
  const std::string& name() const override { return name_; }

  Task<KnowledgeState> state(Deadline deadline) override {
    return on_writer<KnowledgeState>([](IndexFile& file) { return file.state(); }, deadline);
  }
  Task<> upsert(std::vector<IndexedDocument> documents, std::string embedder, Deadline deadline) override {
    return on_writer<void>([documents = std::move(documents), embedder](IndexFile& file) { file.write(documents, {}, embedder, false); }, deadline);
  }
  Task<> remove(std::vector<std::string> documents, Deadline deadline) override {
    return on_writer<void>([documents = std::move(documents)](IndexFile& file) { file.write({}, documents, {}, false); }, deadline);
  }
  Task<> replace(std::vector<IndexedDocument> documents, std::string embedder, Deadline deadline) override {
    return on_writer<void>([documents = std::move(documents), embedder](IndexFile& file) { file.write(documents, {}, embedder, true); }, deadline);
  }
  Task<std::vector<IndexedDocument>> contents(Deadline deadline) override {
    return on_writer<std::vector<IndexedDocument>>([](IndexFile& file) { return file.contents(); }, deadline);
  }
  Task<std::vector<KnowledgeHit>> search(std::string question, Embedding vector, std::size_t n, Deadline deadline) override {
    std::function<std::vector<KnowledgeHit>(std::stop_token)> work = [files = files_, question = std::move(question), vector = std::move(vector),
                                                                      n](std::stop_token stop) { return files->searcher.search(question, vector, n, stop); };
    co_return co_await at_most(runtime_.clock, deadline, runtime_.blocking.run<std::vector<KnowledgeHit>>(runtime_.clock, std::move(work)), late());
  }

 private:
  struct Files {
    explicit Files(const std::string& path) : writer(path), searcher(path) {}
    std::mutex mutex;
    IndexFile writer;
    Searcher searcher;
  };

  Error late() const { return Error(ErrorKind::timeout, fmt::format("the knowledge index {} did not answer in time", name_)); }

  template <class T>
  Task<T> on_writer(std::function<T(IndexFile&)> use, Deadline deadline) {
    std::function<T(std::stop_token)> work = [files = files_, use = std::move(use)](std::stop_token stop) {
      const std::lock_guard lock(files->mutex);
      files->writer.database().interrupt_when([stop] { return stop.stop_requested(); });
      return use(files->writer);
    };
    co_return co_await at_most(runtime_.clock, deadline, runtime_.blocking.run<T>(runtime_.clock, std::move(work)), late());
  }

  Runtime& runtime_;
  std::string name_;
  std::shared_ptr<Files> files_;
};

}  // namespace

std::shared_ptr<KnowledgeStore> local_store(Runtime& runtime, std::string path) { return std::make_shared<LocalStore>(runtime, std::move(path)); }

}  // namespace antiphon::gateway
