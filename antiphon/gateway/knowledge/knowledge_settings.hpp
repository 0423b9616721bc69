#pragma once

#include <memory>
#include <string>
#include <variant>

#include "antiphon/base/document_reader.hpp"
#include "antiphon/gateway/knowledge/knowledge_base.hpp"
#include "antiphon/providers/embed/registry.hpp"

namespace antiphon::gateway {

/// A file on this machine.
struct LocalStoreOptions {
  std::string file = "knowledge.db";
};

/// `knowledge:` in the configuration of a gateway (docs/gateway/knowledge.md).
struct KnowledgeSettings {
  std::string documents{};   ///< file or folder that the store mirrors; empty: the store holds what others put in
  ModelSettings embedder{};  ///< EMBEDDING_MODEL; empty: `lexical`
  std::variant<LocalStoreOptions, ChromaOptions, PgVectorOptions> store{};
  KnowledgeOptions options{};
};

/// Mistakes go to `reader`. Paths are relative to the file.
KnowledgeSettings read_knowledge(DocumentReader& reader, const Node& knowledge);

/// @throws Error configuration: the embedder, the file, a name of a table.
std::shared_ptr<KnowledgeBase> make_knowledge(const KnowledgeSettings& settings, Runtime& runtime, net::HttpClient& http, const EmbedderRegistry& embedders);

/// Opens the base and mirrors the documents of the settings. What was left out, for the log. @throws Error as `read_documents` and the store do.
Task<std::vector<std::string>> fill_knowledge(KnowledgeSettings settings, std::shared_ptr<KnowledgeBase> base, Deadline deadline);

}  // namespace antiphon::gateway
