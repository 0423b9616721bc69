#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <mutex>

#include <poll.h>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "antiphon/base/shared_library.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/knowledge/knowledge_store.hpp"

namespace antiphon::gateway {

namespace {

using WallTime = std::chrono::steady_clock;

constexpr int look_around_ms = 100;  // how soon a stop is seen
constexpr std::size_t longest_table = 48;

/// What is called of libpq, which brings twenty libraries with it (Kerberos, LDAP, GnuTLS): they are loaded with the first store.
struct Libpq {
  Libpq() {
    const SharedLibrary library("libpq.so.5", {.what = "the library of PostgreSQL", .remedy = "apt-get install libpq5"});
    library.find("PQclear", clear);
    library.find("PQconnectPoll", connect_poll);
    library.find("PQconnectStart", connect_start);
    library.find("PQconsumeInput", consume_input);
    library.find("PQerrorMessage", error_message);
    library.find("PQfinish", finish);
    library.find("PQflush", flush);
    library.find("PQgetResult", get_result);
    library.find("PQgetlength", get_length);
    library.find("PQgetvalue", get_value);
    library.find("PQisBusy", is_busy);
    library.find("PQntuples", ntuples);
    library.find("PQresultErrorMessage", result_error_message);
    library.find("PQresultStatus", result_status);
    library.find("PQsendQueryParams", send_query_params);
    library.find("PQsetNoticeProcessor", set_notice_processor);
    library.find("PQsetnonblocking", set_nonblocking);
    library.find("PQsocket", socket);
    library.find("PQstatus", status);
  }

  decltype(PQclear)* clear = nullptr;
  decltype(PQconnectPoll)* connect_poll = nullptr;
  decltype(PQconnectStart)* connect_start = nullptr;
  decltype(PQconsumeInput)* consume_input = nullptr;
  decltype(PQerrorMessage)* error_message = nullptr;
  decltype(PQfinish)* finish = nullptr;
  decltype(PQflush)* flush = nullptr;
  decltype(PQgetResult)* get_result = nullptr;
  decltype(PQgetlength)* get_length = nullptr;
  decltype(PQgetvalue)* get_value = nullptr;
  decltype(PQisBusy)* is_busy = nullptr;
  decltype(PQntuples)* ntuples = nullptr;
  decltype(PQresultErrorMessage)* result_error_message = nullptr;
  decltype(PQresultStatus)* result_status = nullptr;
  decltype(PQsendQueryParams)* send_query_params = nullptr;
  decltype(PQsetNoticeProcessor)* set_notice_processor = nullptr;
  decltype(PQsetnonblocking)* set_nonblocking = nullptr;
  decltype(PQsocket)* socket = nullptr;
  decltype(PQstatus)* status = nullptr;
};

const Libpq& pq() {
  static const Libpq functions;
  return functions;
}

struct FreeResult {
  void operator()(PGresult* result) const { pq().clear(result); }
};
using Result = std::unique_ptr<PGresult, FreeResult>;

struct FreeConnection {
  void operator()(PGconn* connection) const { pq().finish(connection); }
};

/// Until when, and whether somebody still wants it. On the wall clock: a server knows no other.
struct Patience {
  WallTime::time_point until;
  std::stop_token stop;
};

std::string text_of(const PGresult* result, int row, int column) {
  return {pq().get_value(result, row, column), static_cast<std::size_t>(pq().get_length(result, row, column))};
}

/// One connection, used by one thread at a time. Every wait ends: at the deadline, or when a stop is asked for.
class PgConnection {
 public:
  explicit PgConnection(std::string target) : target_(std::move(target)) {}

  Result run(const std::string& statement, const std::vector<std::string>& values, const Patience& patience) {
    connect(patience);
    std::vector<const char*> texts;
    for (const auto& value : values) texts.push_back(value.c_str());
    if (pq().send_query_params(link_.get(), statement.c_str(), static_cast<int>(texts.size()), nullptr, texts.data(), nullptr, nullptr, 0) == 0)
      fail(ErrorKind::closed);
    while (pq().flush(link_.get()) > 0) wait(POLLIN | POLLOUT, patience), pq().consume_input(link_.get());
    Result last;
    for (;;) {
      while (pq().is_busy(link_.get()) != 0) {
        wait(POLLIN, patience);
        if (pq().consume_input(link_.get()) == 0) fail(ErrorKind::closed);
      }
      Result next(pq().get_result(link_.get()));
      if (!next) break;
      const auto status = pq().result_status(next.get());
      if (!last || (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)) last = std::move(next);
    }
    if (!last) fail(ErrorKind::closed);
    const auto status = pq().result_status(last.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return last;
    const std::string why(trim(pq().result_error_message(last.get())));
    if (pq().status(link_.get()) != CONNECTION_OK) link_.reset();
    throw Error(ErrorKind::unavailable, "PostgreSQL: " + cut(repair_utf8(why), 300));
  }

  /// All or nothing.
  template <class Work>
  void transaction(const Patience& patience, Work work) {
    run("BEGIN", {}, patience);
    try {
      work();
      run("COMMIT", {}, patience);
    } catch (...) {
      link_.reset();  // the server rolls back what a connection leaves behind
      throw;
    }
  }

 private:
  void connect(const Patience& patience) {
    if (link_ && pq().status(link_.get()) == CONNECTION_OK) return;
    link_.reset(pq().connect_start(target_.c_str()));
    if (!link_ || pq().status(link_.get()) == CONNECTION_BAD) fail(ErrorKind::refused);
    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = pq().connect_poll(link_.get())) {
      if (state == PGRES_POLLING_FAILED) fail(ErrorKind::refused);
      wait(static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT), patience);
    }
    pq().set_notice_processor(link_.get(), [](void*, const char*) {}, nullptr);  // a library never prints
    if (pq().set_nonblocking(link_.get(), 1) != 0) fail(ErrorKind::io);
  }

  void wait(short events, const Patience& patience) {
    for (;;) {
      if (patience.stop.stop_requested()) give_up(Error(ErrorKind::cancelled, "PostgreSQL: stopped"));
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(patience.until - WallTime::now()).count();
      if (left <= 0) give_up(Error(ErrorKind::timeout, "PostgreSQL did not answer in time"));
      pollfd watched{.fd = pq().socket(link_.get()), .events = events, .revents = 0};
      const int ready = ::poll(&watched, 1, static_cast<int>(std::min<long long>(left, look_around_ms)));
      if (ready > 0) return;
      if (ready < 0 && errno != EINTR) fail(ErrorKind::io);
    }
  }

  [[noreturn]] void give_up(const Error& error) {
    link_.reset();
    throw Error(error);
  }
  [[noreturn]] void fail(ErrorKind kind) {
    const std::string why(link_ ? trim(pq().error_message(link_.get())) : "no memory");
    link_.reset();
    throw Error(kind, "PostgreSQL: " + cut(repair_utf8(why), 300)).with_hint("check `connection`, and that the server runs");
  }

  std::string target_;
  std::unique_ptr<PGconn, FreeConnection> link_;
};

std::string vector_text(const Embedding& vector) {
  std::string text = "[";
  for (const float value : vector) text += fmt::format("{}{}", text.size() > 1 ? "," : "", std::isfinite(value) ? value : 0.0F);
  return text + "]";
}

// PostgreSQL keeps no zero bytes.
std::string storable(std::string text) {
  std::erase(text, '\0');
  return text;
}

Chunk chunk_in(const PGresult* result, int row) {
  const auto metadata = try_parse_json(text_of(result, row, 5));
  return {.id = text_of(result, row, 0),
          .document = text_of(result, row, 1),
          .position = parse_integer(text_of(result, row, 2)).value_or(0),
          .heading = text_of(result, row, 3),
          .text = text_of(result, row, 4),
          .metadata = metadata && metadata->is_object() ? metadata->get_object() : json::object()};
}

/// The tables; blocks.
class PgIndex {
 public:
  explicit PgIndex(PgVectorOptions options) : options_(std::move(options)), connection_(options_.connection) {}

  KnowledgeState state(const Patience& patience) {
    make_tables(patience);
    KnowledgeState state;
    const auto facts = run(sql("SELECT value FROM {0}_facts WHERE name = 'embedder'"), {}, patience);
    if (pq().ntuples(facts.get()) > 0) state.embedder = text_of(facts.get(), 0, 0);
    const auto rows = run(sql("SELECT id, digest FROM {0}_documents"), {}, patience);
    for (int i = 0; i < pq().ntuples(rows.get()); ++i) state.digests.emplace(text_of(rows.get(), i, 0), text_of(rows.get(), i, 1));
    return state;
  }

  void write(const std::vector<IndexedDocument>& documents, const std::vector<std::string>& removed, const std::string& embedder, bool all,
             const Patience& patience) {
    make_tables(patience);
    connection_.transaction(patience, [&] {
      if (all) run(sql("DELETE FROM {0}_documents"), {}, patience);  // and with them their chunks; who reads meanwhile sees the old ones
      for (const auto& id : removed) run(sql("DELETE FROM {0}_documents WHERE id = $1"), {id}, patience);
      for (const auto& document : documents) {
        if (!all) run(sql("DELETE FROM {0}_documents WHERE id = $1"), {document.id}, patience);
        insert(document, patience);
      }
      if (!embedder.empty())
        run(sql("INSERT INTO {0}_facts VALUES ('embedder', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value"), {embedder}, patience);
    });
  }

  std::vector<IndexedDocument> contents(const Patience& patience) {
    make_tables(patience);
    const auto rows = run(sql("SELECT {1}, digest FROM {0} JOIN {0}_documents ON {0}_documents.id = document ORDER BY document, position"), {}, patience);
    std::vector<IndexedDocument> documents;
    for (int i = 0; i < pq().ntuples(rows.get()); ++i) {
      auto chunk = chunk_in(rows.get(), i);
      if (documents.empty() || documents.back().id != chunk.document) documents.push_back({.id = chunk.document, .digest = text_of(rows.get(), i, 6)});
      documents.back().chunks.push_back({.chunk = std::move(chunk)});
    }
    return documents;
  }

  // Vectors of another size are left over while another gateway embeds anew: they are passed over, not compared.
  std::vector<KnowledgeHit> search(const std::string& question, const Embedding& vector, std::size_t n, const Patience& patience) {
    make_tables(patience);
    const auto here = vector_text(vector);
    const auto most = std::to_string(fused_candidates), size = std::to_string(vector.size());
    auto by_meaning = hits(run(sql("SELECT {1}, 1 - (embedding <=> $1::vector) FROM {0} WHERE vector_dims(embedding) = $3::int ORDER BY embedding <=> "
                                   "$1::vector, {0}.id LIMIT $2::int"),
                               {here, most, size}, patience));
    auto by_words = hits(run(
        sql("SELECT {1}, 1 - (embedding <=> $1::vector) FROM {0}, (SELECT replace(plainto_tsquery('{2}', $4)::text, '&', '|')::tsquery AS asked) AS question "
            "WHERE vector_dims(embedding) = $3::int AND words @@ asked ORDER BY ts_rank_cd(words, asked) DESC, {0}.id LIMIT $2::int"),
        {here, most, size, storable(question)}, patience));
    std::erase_if(by_meaning, [](const KnowledgeHit& hit) { return hit.similarity <= 0; });
    return fuse(std::move(by_meaning), std::move(by_words), n);
  }

 private:
  static constexpr std::string_view columns = "{0}.id, document, position, heading, body, metadata";

  std::string sql(std::string_view text) const {
    return fmt::format(fmt::runtime(text), options_.table, fmt::format(fmt::runtime(columns), options_.table), options_.language);
  }
  Result run(const std::string& statement, const std::vector<std::string>& values, const Patience& patience) {
    return connection_.run(statement, values, patience);
  }

  void make_tables(const Patience& patience) {
    if (made_) return;
    // Two gateways that start at once would make them both.
    connection_.transaction(patience, [&] {
      run(sql("SELECT pg_advisory_xact_lock(hashtext('antiphon {0}'))"), {}, patience);
      run("CREATE EXTENSION IF NOT EXISTS vector", {}, patience);
      run(sql("CREATE TABLE IF NOT EXISTS {0}_facts (name text PRIMARY KEY, value text NOT NULL)"), {}, patience);
      run(sql("CREATE TABLE IF NOT EXISTS {0}_documents (id text PRIMARY KEY, digest text NOT NULL)"), {}, patience);
      run(sql("CREATE TABLE IF NOT EXISTS {0} (id text PRIMARY KEY, document text NOT NULL REFERENCES {0}_documents ON DELETE CASCADE, position int NOT NULL, "
              "heading text NOT NULL, body text NOT NULL, metadata jsonb NOT NULL, embedding vector NOT NULL, "
              "words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('{2}', heading), 'A') || to_tsvector('{2}', body)) STORED)"),
          {}, patience);
      run(sql("CREATE INDEX IF NOT EXISTS {0}_of_documents ON {0} (document, position)"), {}, patience);
      run(sql("CREATE INDEX IF NOT EXISTS {0}_words ON {0} USING gin (words)"), {}, patience);
    });
    made_ = true;
  }

  void insert(const IndexedDocument& document, const Patience& patience) {
    run(sql("INSERT INTO {0}_documents VALUES ($1, $2)"), {document.id, document.digest}, patience);
    for (const auto& [chunk, vector] : document.chunks)
      run(sql("INSERT INTO {0} (id, document, position, heading, body, metadata, embedding) VALUES ($1, $2, $3::int, $4, $5, $6::jsonb, $7::vector)"),
          {chunk.id, chunk.document, std::to_string(chunk.position), storable(chunk.heading), storable(chunk.text), json::serialize(chunk.metadata),
           vector_text(vector)},
          patience);
  }

  std::vector<KnowledgeHit> hits(const Result& rows) const {
    std::vector<KnowledgeHit> all;
    for (int i = 0; i < pq().ntuples(rows.get()); ++i) {
      const auto similarity = std::strtod(pq().get_value(rows.get(), i, 6), nullptr);
      all.push_back({chunk_in(rows.get(), i), std::isfinite(similarity) ? similarity : 0});  // NaN: one of them is all zero
    }
    return all;
  }

  PgVectorOptions options_;
  PgConnection connection_;
  bool made_ = false;
};

class PgVectorStore final : public KnowledgeStore {
 public:
  PgVectorStore(Runtime& runtime, PgVectorOptions options)
      : runtime_(runtime), name_("pgvector " + options.table), shared_(std::make_shared<Shared>(options)) {}
  const std::string& name() const override { return name_; }

  Task<KnowledgeState> state(Deadline deadline) override {
    return on_thread<KnowledgeState>([](PgIndex& index, const Patience& patience) { return index.state(patience); }, deadline, true);
  }
  Task<> upsert(std::vector<IndexedDocument> documents, std::string embedder, Deadline deadline) override {
    return on_thread<void>(
        [documents = std::move(documents), embedder](PgIndex& index, const Patience& patience) { index.write(documents, {}, embedder, false, patience); },
        deadline, true);
  }
  Task<> remove(std::vector<std::string> documents, Deadline deadline) override {
    return on_thread<void>([documents = std::move(documents)](PgIndex& index, const Patience& patience) { index.write({}, documents, {}, false, patience); },
                           deadline, true);
  }
  Task<> replace(std::vector<IndexedDocument> documents, std::string embedder, Deadline deadline) override {
    return on_thread<void>(
        [documents = std::move(documents), embedder](PgIndex& index, const Patience& patience) { index.write(documents, {}, embedder, true, patience); },
        deadline, true);
  }
  Task<std::vector<IndexedDocument>> contents(Deadline deadline) override {
    return on_thread<std::vector<IndexedDocument>>([](PgIndex& index, const Patience& patience) { return index.contents(patience); }, deadline, true);
  }
  Task<std::vector<KnowledgeHit>> search(std::string question, Embedding vector, std::size_t n, Deadline deadline) override {
    return on_thread<std::vector<KnowledgeHit>>([question = std::move(question), vector = std::move(vector), n](
                                                    PgIndex& index, const Patience& patience) { return index.search(question, vector, n, patience); },
                                                deadline, false);
  }

 private:
  /// Questions and loads have a connection each, so that neither waits for the other.
  struct Shared {
    explicit Shared(const PgVectorOptions& options) : writer(options), reader(options) {}
    std::mutex write_mutex, read_mutex;
    PgIndex writer, reader;
  };

  template <class T>
  Task<T> on_thread(std::function<T(PgIndex&, const Patience&)> use, Deadline deadline, bool writes) {
    constexpr auto longest = std::chrono::minutes(10);
    const auto left = deadline.is_never() ? Duration(longest) : std::min<Duration>(longest, deadline.left(runtime_.clock));
    const auto until = WallTime::now() + std::chrono::duration_cast<WallTime::duration>(left);
    std::function<T(std::stop_token)> work = [shared = shared_, use = std::move(use), until, writes](std::stop_token stop) {
      const std::lock_guard lock(writes ? shared->write_mutex : shared->read_mutex);
      return use(writes ? shared->writer : shared->reader, Patience{until, stop});
    };
    return runtime_.blocking.run<T>(runtime_.clock, std::move(work));
  }

  Runtime& runtime_;
  std::string name_;
  std::shared_ptr<Shared> shared_;
};

bool is_identifier(std::string_view name) {
  return !name.empty() && name.size() <= longest_table && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_'; });
}

}  // namespace

std::shared_ptr<KnowledgeStore> pgvector_store(Runtime& runtime, PgVectorOptions options) {
  for (const auto* name : {&options.table, &options.language})
    if (!is_identifier(*name))
      throw Error(ErrorKind::configuration, fmt::format("{} is no name of a table or language", quote(cut(*name, 80))))
          .with_hint("use small letters, digits and _");
  return std::make_shared<PgVectorStore>(runtime, std::move(options));
}

}  // namespace antiphon::gateway
