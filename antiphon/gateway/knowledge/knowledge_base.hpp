#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/gateway/knowledge/knowledge_store.hpp"

namespace antiphon::gateway {

struct KnowledgeOptions {
  std::size_t top = 3;                ///< chunks in an answer
  std::optional<double> threshold{};  ///< CONFIDENCE_THRESHOLD; unset: `default_threshold` of the embedder
  ChunkRules chunks{};
  Duration embedding_limit = std::chrono::seconds(30);  ///< of one request to the embedder
};

/// 0.6, the reference's, but for embedders whose similarities were measured to be on another scale: 0.2 for `minilm`, 0.1 for `lexical`
/// (docs/gateway/knowledge.md).
double default_threshold(const Embedder& embedder);

struct KnowledgeSource {
  std::string document{};
  std::string heading{};
  std::string text{};
  double similarity = 0;
  json::object metadata{};
};

struct KnowledgeAnswer {
  std::string text{};                      ///< what was found, put together; empty below the threshold
  double confidence = 0;                   ///< mean similarity of the sources, 0..1
  std::vector<KnowledgeSource> sources{};  ///< best first, also below the threshold
};

/// What the agent may look things up in (GTW-35). One for all sessions. Belongs to one executor; calls may overlap.
class KnowledgeBase {
 public:
  KnowledgeBase(Runtime& runtime, std::shared_ptr<KnowledgeStore> store, std::shared_ptr<Embedder> embedder, KnowledgeOptions options = {});

  /// Gets ready: what another embedder indexed is embedded again. Whether that was so.
  Task<bool> open(Deadline deadline);
  /// Puts documents in, new or changed; those that are there as they are cost nothing. How many were put in.
  Task<std::size_t> load(std::vector<Document> documents, Deadline deadline);
  /// As `load`, and takes out all that are not among them: the store then holds what a folder holds.
  Task<std::size_t> mirror(std::vector<Document> documents, Deadline deadline);
  Task<> remove(std::vector<std::string> documents, Deadline deadline);

  /// @param top how many chunks; 0: as the options say
  Task<KnowledgeAnswer> answer(std::string question, Deadline deadline, std::size_t top = 0);

  double threshold() const { return threshold_; }
  const KnowledgeStore& store() const { return *store_; }
  const Embedder& embedder() const { return *embedder_; }

 private:
  Task<std::vector<Embedding>> embed(std::vector<std::string> texts, Deadline deadline);
  Task<> embed_all(std::vector<IndexedDocument>& documents, Deadline deadline);
  std::string digest_of(const Document& document) const;
  Task<std::size_t> put(std::vector<Document> documents, const KnowledgeState& state, Deadline deadline);

  Runtime& runtime_;
  std::shared_ptr<KnowledgeStore> store_;
  std::shared_ptr<Embedder> embedder_;
  KnowledgeOptions options_;
  double threshold_;
};

}  // namespace antiphon::gateway
