#include "antiphon/gateway/knowledge/knowledge_settings.hpp"

#include <fmt/format.h>

namespace antiphon::gateway {

namespace {

constexpr int most_sources = 20, longest_chunk = 2000;

ChromaOptions read_chroma(DocumentReader& reader, const Node& node) {
  DocumentFields fields(reader, node, "a Chroma server", "chroma: {url: \"http://127.0.0.1:8000\"}");
  ChromaOptions options;
  if (const auto* url = fields.get("url")) options.url = reader.url(*url, "url").value_or("");
  options.tenant = fields.text("tenant").value_or(options.tenant);
  options.database = fields.text("database").value_or(options.database);
  options.collection = fields.text("collection").value_or(options.collection);
  if (const auto* headers = fields.get("headers"))
    if (const auto texts = reader.named_texts(*headers, "headers"))
      for (const auto& [name, value] : *texts) options.headers.emplace_back(name, value);
  fields.finish();
  return options;
}

PgVectorOptions read_pgvector(DocumentReader& reader, const Node& node) {
  DocumentFields fields(reader, node, "a PostgreSQL server", "pgvector: {connection: \"postgresql://127.0.0.1/desk\"}");
  PgVectorOptions options;
  if (fields.require("connection", "connection: postgresql://127.0.0.1/desk")) options.connection = fields.text("connection").value_or("");
  options.table = fields.text("table").value_or(options.table);
  options.language = fields.text("language").value_or(options.language);
  fields.finish();
  return options;
}

/// Once it is known how long a chunk is.
void read_overlap(DocumentReader& reader, const Node& node, ChunkRules& rules) {
  const auto words = reader.integer(node, "overlap_words", 0, longest_chunk);
  if (!words) return;
  rules.overlap_words = static_cast<std::size_t>(*words);
  if (rules.overlap_words >= rules.most_words)
    reader.report(node, fmt::format("overlap_words has to be below chunk_words, which is {}", rules.most_words), "a chunk repeats a part of the one before");
}

struct StoreMaker {
  Runtime& runtime;
  net::HttpClient& http;
  std::shared_ptr<KnowledgeStore> operator()(const LocalStoreOptions& options) const { return local_store(runtime, options.file); }
  std::shared_ptr<KnowledgeStore> operator()(const ChromaOptions& options) const { return chroma_store(http, options); }
  std::shared_ptr<KnowledgeStore> operator()(const PgVectorOptions& options) const { return pgvector_store(runtime, options); }
};

}  // namespace

KnowledgeSettings read_knowledge(DocumentReader& reader, const Node& knowledge) {
  DocumentFields fields(reader, knowledge, "a knowledge base", "knowledge: {documents: knowledge/}");
  KnowledgeSettings settings;
  if (!fields.is_mapping()) return settings;
  if (const auto* documents = fields.get("documents")) settings.documents = resolve_path(*documents, documents->text);
  settings.embedder.model = fields.text("embedder").value_or("");
  settings.embedder.directory = directory_of(knowledge.where);
  const auto* file = fields.get("file");
  const auto* chroma = fields.get("chroma");
  const auto* pgvector = fields.get("pgvector");
  if ((file != nullptr) + (chroma != nullptr) + (pgvector != nullptr) > 1)
    reader.report(knowledge, "a knowledge base is kept in one of file, chroma and pgvector", "keep one of them");
  if (chroma)
    settings.store = read_chroma(reader, *chroma);
  else if (pgvector)
    settings.store = read_pgvector(reader, *pgvector);
  else
    settings.store = LocalStoreOptions{file ? resolve_path(*file, file->text) : resolve_path(knowledge, LocalStoreOptions().file)};
  if (const auto top = fields.integer("top", 1, most_sources)) settings.options.top = static_cast<std::size_t>(*top);
  if (const auto* threshold = fields.get("threshold")) settings.options.threshold = reader.number(*threshold, "threshold", 0, 1);
  if (const auto words = fields.integer("chunk_words", 10, longest_chunk)) settings.options.chunks.most_words = static_cast<std::size_t>(*words);
  if (const auto* overlap = fields.get("overlap_words")) read_overlap(reader, *overlap, settings.options.chunks);
  fields.finish();
  return settings;
}

std::shared_ptr<KnowledgeBase> make_knowledge(const KnowledgeSettings& settings, Runtime& runtime, net::HttpClient& http, const EmbedderRegistry& embedders) {
  auto store = std::visit(StoreMaker{runtime, http}, settings.store);
  return std::make_shared<KnowledgeBase>(runtime, std::move(store), embedders.open(settings.embedder), settings.options);
}

Task<std::vector<std::string>> fill_knowledge(KnowledgeSettings settings, std::shared_ptr<KnowledgeBase> base, Deadline deadline) {
  std::vector<std::string> notices;
  if (co_await base->open(deadline)) notices.push_back(fmt::format("{} was embedded anew by {}", base->store().name(), base->embedder().name()));
  if (settings.documents.empty()) co_return notices;
  auto read = read_documents(settings.documents);
  notices.insert(notices.end(), read.notices.begin(), read.notices.end());
  co_await base->mirror(std::move(read.documents), deadline);
  co_return notices;
}

}  // namespace antiphon::gateway
