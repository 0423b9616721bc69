#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/gateway/knowledge/document.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/embed/embedder.hpp"

namespace antiphon::gateway {

struct IndexedChunk {
  Chunk chunk{};
  Embedding vector{};
};

/// A document as a store keeps it: whole, or not at all.
struct IndexedDocument {
  std::string id{};
  std::string digest{};  ///< of what it was made of: one that did not change need not be embedded again
  std::vector<IndexedChunk> chunks{};
};

struct KnowledgeState {
  std::string embedder{};                        ///< whose vectors these are; empty: nobody wrote that down
  std::map<std::string, std::string> digests{};  ///< by document
};

struct KnowledgeHit {
  Chunk chunk{};
  double similarity = 0;  ///< cosine with the question, in [-1, 1]
};

/// Where chunks and their vectors are kept. Belongs to one executor; calls may overlap.
/// @throws Error (all members) saying which store and why; cancelled, timeout.
class KnowledgeStore {
 public:
  virtual ~KnowledgeStore() = default;
  /// For people: `knowledge.db`, `chroma voice_kb`.
  virtual const std::string& name() const = 0;
  /// What is there; makes what has to be there first.
  virtual Task<KnowledgeState> state(Deadline deadline) = 0;
  /// Puts documents in, in place of those of the same id. Once it returned, they stay.
  virtual Task<> upsert(std::vector<IndexedDocument> documents, std::string embedder, Deadline deadline) = 0;
  virtual Task<> remove(std::vector<std::string> documents, Deadline deadline) = 0;
  /// These documents and no others. Who searches meanwhile finds what was there before.
  virtual Task<> replace(std::vector<IndexedDocument> documents, std::string embedder, Deadline deadline) = 0;
  /// All chunks, of all documents, in order, without vectors.
  virtual Task<std::vector<IndexedDocument>> contents(Deadline deadline) = 0;
  /// The best `n` for a question, best first.
  virtual Task<std::vector<KnowledgeHit>> search(std::string question, Embedding vector, std::size_t n, Deadline deadline) = 0;
};

/// How many of the nearest by meaning, and of the best by words, are put together.
inline constexpr std::size_t fused_candidates = 50;

/// One ranking from two, by reciprocal ranks: each place is worth 1 / (60 + place), and what stands in both adds up. Cosines and BM25 are on no
/// common scale, and ranks need none. The same chunk twice is one.
/// @see Cormack, Clarke, Büttcher: Reciprocal rank fusion outperforms Condorcet and individual rank learning methods (2009)
std::vector<KnowledgeHit> fuse(std::vector<KnowledgeHit> by_meaning, std::vector<KnowledgeHit> by_words, std::size_t n);

/// An index in one file of SQLite, made where it is missing: vectors compared one by one, words by its full-text search (BM25). What was written
/// survives a killed process; readers, also of other processes, go on while it is written.
/// @throws Error configuration when it is no such index; io.
std::shared_ptr<KnowledgeStore> local_store(Runtime& runtime, std::string path);

struct ChromaOptions {
  std::string url = "http://127.0.0.1:8000";
  std::string tenant = "default_tenant";
  std::string database = "default_database";
  std::string collection = "voice_kb";  ///< CHROMA_COLLECTION
  net::Headers headers{};               ///< such as a token
};

/// A collection of a Chroma server (HTTP API v2), by meaning alone: Chroma ranks no words.
std::shared_ptr<KnowledgeStore> chroma_store(net::HttpClient& http, ChromaOptions options);

struct PgVectorOptions {
  std::string connection{};          ///< as libpq takes it: `postgresql://user@host/base`; PGPASSWORD and the like hold
  std::string table = "voice_kb";    ///< letters, digits and _
  std::string language = "english";  ///< of PostgreSQL's text search
};

/// Tables of a PostgreSQL server with the extension `vector`: by meaning, and by words through its text search.
/// @throws Error configuration for a name of a table that is none.
std::shared_ptr<KnowledgeStore> pgvector_store(Runtime& runtime, PgVectorOptions options);

}  // namespace antiphon::gateway
