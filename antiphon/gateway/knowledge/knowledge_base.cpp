#include "antiphon/gateway/knowledge/knowledge_base.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/base/unicode.hpp"
#include "antiphon/providers/llm/cassette/call_text.hpp"

namespace antiphon::gateway {

namespace {

// The reference's; and what tells the questions of examples/support apart by embedders that were measured (docs/gateway/knowledge.md).
constexpr double reference_threshold = 0.6, minilm_threshold = 0.2, lexical_threshold = 0.1;
constexpr std::size_t texts_at_once = 64;
constexpr std::size_t longest_question = 2000;

// Words that say nothing about what a question is about. Where only spelling is compared, they would make every chunk look a little like it.
constexpr auto function_words = std::to_array<std::string_view>(
    {"a",    "about", "an",   "and",  "any",   "are",   "as",   "at",   "be",    "been", "but",   "by",  "can",    "could", "did",    "do",
     "does", "for",   "from", "get",  "had",   "has",   "have", "how",  "i",     "if",   "in",    "is",  "it",     "its",   "long",   "many",
     "may",  "me",    "much", "my",   "need",  "no",    "not",  "of",   "on",    "or",   "our",   "out", "please", "shall", "should", "so",
     "some", "tell",  "than", "that", "the",   "their", "them", "then", "there", "they", "this",  "to",  "until",  "up",    "us",     "was",
     "we",   "were",  "what", "when", "where", "which", "who",  "why",  "will",  "with", "would", "you", "your"});

std::string without_function_words(std::string_view question) {
  std::string words;
  for (const auto& word : words_of(question)) {
    const auto text = to_utf8(word);
    if (std::find(function_words.begin(), function_words.end(), text) == function_words.end()) words += (words.empty() ? "" : " ") + text;
  }
  return words.empty() ? std::string(question) : words;
}

std::string text_to_embed(const Chunk& chunk) { return chunk.heading.empty() ? chunk.text : chunk.heading + "\n" + chunk.text; }

}  // namespace

double default_threshold(const Embedder& embedder) {
  if (embedder.name().starts_with("minilm")) return minilm_threshold;
  return embedder.capabilities().semantic ? reference_threshold : lexical_threshold;
}

KnowledgeBase::KnowledgeBase(Runtime& runtime, std::shared_ptr<KnowledgeStore> store, std::shared_ptr<Embedder> embedder, KnowledgeOptions options)
    : runtime_(runtime),
      store_(std::move(store)),
      embedder_(std::move(embedder)),
      options_(options),
      threshold_(options.threshold.value_or(default_threshold(*embedder_))) {}

Task<bool> KnowledgeBase::open(Deadline deadline) {
  const auto state = co_await store_->state(deadline);
  if (state.embedder.empty() || state.embedder == embedder_->name() || state.digests.empty()) co_return false;
  auto documents = co_await store_->contents(deadline);
  co_await embed_all(documents, deadline);
  co_await store_->replace(std::move(documents), embedder_->name(), deadline);
  co_return true;
}

// Chunks belong to the digest: other rules cut another way.
std::string KnowledgeBase::digest_of(const Document& document) const {
  return sha256_hex(json::serialize(json::array{document.text, document.metadata, options_.chunks.most_words, options_.chunks.overlap_words}));
}

Task<std::size_t> KnowledgeBase::load(std::vector<Document> documents, Deadline deadline) {
  const auto state = co_await store_->state(deadline);
  co_return co_await put(std::move(documents), state, deadline);
}

Task<std::size_t> KnowledgeBase::mirror(std::vector<Document> documents, Deadline deadline) {
  const auto state = co_await store_->state(deadline);
  std::set<std::string> wanted;
  for (const auto& document : documents) wanted.insert(document.id);
  std::vector<std::string> gone;
  for (const auto& [id, digest] : state.digests)
    if (!wanted.contains(id)) gone.push_back(id);
  const auto count = co_await put(std::move(documents), state, deadline);
  if (!gone.empty()) co_await store_->remove(std::move(gone), deadline);
  co_return count;
}

Task<std::size_t> KnowledgeBase::put(std::vector<Document> documents, const KnowledgeState& state, Deadline deadline) {
  std::vector<IndexedDocument> changed;
  for (const auto& document : documents) {
    IndexedDocument indexed{.id = document.id, .digest = digest_of(document)};
    const auto there = state.digests.find(document.id);
    if (there != state.digests.end() && there->second == indexed.digest) continue;
    for (auto& chunk : chunks_of(document, options_.chunks)) indexed.chunks.push_back({.chunk = std::move(chunk)});
    changed.push_back(std::move(indexed));
  }
  const auto count = changed.size();
  if (count == 0) co_return 0;
  co_await embed_all(changed, deadline);
  co_await store_->upsert(std::move(changed), embedder_->name(), deadline);
  co_return count;
}

Task<> KnowledgeBase::remove(std::vector<std::string> documents, Deadline deadline) { return store_->remove(std::move(documents), deadline); }

Task<> KnowledgeBase::embed_all(std::vector<IndexedDocument>& documents, Deadline deadline) {
  std::vector<IndexedChunk*> chunks;
  for (auto& document : documents)
    for (auto& chunk : document.chunks) chunks.push_back(&chunk);
  for (std::size_t at = 0; at < chunks.size(); at += texts_at_once) {
    const auto end = std::min(chunks.size(), at + texts_at_once);
    std::vector<std::string> texts;
    for (auto i = at; i < end; ++i) texts.push_back(text_to_embed(chunks[i]->chunk));
    auto vectors = co_await embed(std::move(texts), deadline);
    for (auto i = at; i < end; ++i) chunks[i]->vector = std::move(vectors[i - at]);
  }
}

Task<std::vector<Embedding>> KnowledgeBase::embed(std::vector<std::string> texts, Deadline deadline) {
  const auto count = texts.size();
  const auto limit = deadline.is_never() ? options_.embedding_limit : std::min<Duration>(options_.embedding_limit, deadline.left(runtime_.clock));
  std::function<Embedded(std::stop_token)> work = [embedder = embedder_, texts = std::move(texts), limit](std::stop_token stop) {
    return embedder->embed(texts, limit, stop);
  };
  auto embedded = co_await at_most(runtime_.clock, deadline, runtime_.blocking.run<Embedded>(runtime_.clock, std::move(work)),
                                   Error(ErrorKind::timeout, fmt::format("the embedder {} did not answer in time", embedder_->name())));
  if (embedded.vectors.size() != count)
    throw Error(ErrorKind::protocol, fmt::format("the embedder {} gave {} vectors for {} texts", embedder_->name(), embedded.vectors.size(), count));
  co_return std::move(embedded.vectors);
}

Task<KnowledgeAnswer> KnowledgeBase::answer(std::string question, Deadline deadline, std::size_t top) {
  KnowledgeAnswer answer;
  question = cut(trim(question), longest_question);
  if (question.empty()) co_return answer;
  const auto compared = embedder_->capabilities().semantic ? question : without_function_words(question);
  auto vectors = co_await embed({compared}, deadline);
  const auto hits = co_await store_->search(std::move(question), std::move(vectors.front()), top > 0 ? top : options_.top, deadline);
  if (hits.empty()) co_return answer;
  double sum = 0;
  for (const auto& [chunk, similarity] : hits) {
    const auto positive = std::isfinite(similarity) ? std::clamp(similarity, 0.0, 1.0) : 0.0;
    sum += positive;
    answer.sources.push_back({.document = chunk.document, .heading = chunk.heading, .text = chunk.text, .similarity = positive, .metadata = chunk.metadata});
  }
  answer.confidence = sum / static_cast<double>(hits.size());
  if (answer.confidence < threshold_) co_return answer;
  for (const auto& source : answer.sources) answer.text += (answer.text.empty() ? "" : "\n\n") + source.text;
  co_return answer;
}

}  // namespace antiphon::gateway
