#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/gateway/knowledge/knowledge_store.hpp"
#include "antiphon/net/http_status.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t records_at_once = 100;  // servers allow some thousand; vectors are large
constexpr std::size_t reply_limit = std::size_t{64} << 20;
constexpr std::string_view embedder_key = "antiphon_embedder";

/// A metadata value of Chroma is a scalar: ours travels as JSON.
json::object metadata_of(const IndexedDocument& document, const Chunk& chunk) {
  return {{"document", chunk.document},
          {"position", chunk.position},
          {"heading", chunk.heading},
          {"digest", document.digest},
          {"metadata", json::serialize(chunk.metadata)}};
}

const json::value* element(const json::value* list, std::size_t index) {
  return list && list->is_array() && index < list->get_array().size() ? &list->get_array()[index] : nullptr;
}

std::string text_at(const json::value* list, std::size_t index) {
  const auto* value = element(list, index);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// A record of ours, or one that somebody else put in: then the record is the document.
Chunk chunk_from(std::string id, std::string text, const json::value* metadata) {
  Chunk chunk{.id = std::move(id), .text = std::move(text)};
  chunk.document = chunk.id;
  if (!metadata || !metadata->is_object()) return chunk;
  const auto document = find_string(*metadata, "document");
  const auto ours = find_string(*metadata, "metadata");
  if (!document || !ours) {
    chunk.metadata = metadata->get_object();
    return chunk;
  }
  chunk.document = *document;
  chunk.heading = find_string(*metadata, "heading").value_or("");
  chunk.position = static_cast<int>(find_number(*metadata, "position").value_or(0));
  if (const auto kept = try_parse_json(*ours); kept && kept->is_object()) chunk.metadata = kept->get_object();
  return chunk;
}

class ChromaStore final : public KnowledgeStore {
 public:
  ChromaStore(net::HttpClient& http, ChromaOptions options) : http_(http), options_(std::move(options)), name_("chroma " + options_.collection) {
    while (options_.url.ends_with('/')) options_.url.pop_back();
    base_ = fmt::format("{}/api/v2/tenants/{}/databases/{}/collections", options_.url, percent_encode(options_.tenant), percent_encode(options_.database));
  }
  const std::string& name() const override { return name_; }

  Task<KnowledgeState> state(Deadline deadline) override {
    co_await resolve(deadline);
    KnowledgeState state{.embedder = embedder_};
    for (std::size_t offset = 0;;) {
      const auto page = co_await post("/get", {{"limit", records_at_once}, {"offset", offset}, {"include", json::array{"metadatas"}}}, deadline);
      const auto count = size_of(page);
      for (std::size_t i = 0; i < count; ++i) {
        const auto* metadata = element(find(page, "metadatas"), i);
        const auto chunk = chunk_from(text_at(find(page, "ids"), i), {}, metadata);
        state.digests[chunk.document] = metadata ? find_string(*metadata, "digest").value_or("") : "";
      }
      if (count < records_at_once) co_return state;
      offset += count;
    }
  }

  Task<> upsert(std::vector<IndexedDocument> documents, std::string embedder, Deadline deadline) override {
    co_await resolve(deadline);
    if (embedder_ != embedder) {
      co_await describe(id_, options_.collection, embedder, deadline);
      embedder_ = embedder;
    }
    // Old chunks go first: were they to go last, those of the same id would go with them. A reader may miss a document for that moment.
    co_await remove_ids(documents, deadline);
    co_await put(id_, documents, deadline);
  }

  Task<> remove(std::vector<std::string> documents, Deadline deadline) override {
    co_await resolve(deadline);
    std::vector<IndexedDocument> named;
    for (auto& id : documents) named.push_back({.id = std::move(id)});
    co_await remove_ids(named, deadline);
  }

  // Beside the old collection, which takes the name over at the end: vectors of another size do not fit into a collection.
  Task<> replace(std::vector<IndexedDocument> documents, std::string embedder, Deadline deadline) override {
    co_await resolve(deadline);
    const auto fresh = options_.collection + "-new";
    co_await send("DELETE", "/" + percent_encode(fresh), {}, deadline, true);
    const auto made = co_await create(fresh, embedder, deadline);
    const auto id = find_string(made, "id").value_or("");
    co_await put(id, documents, deadline);
    co_await send("DELETE", "/" + percent_encode(options_.collection), {}, deadline);
    co_await describe(id, options_.collection, embedder, deadline);
    id_ = id;
    embedder_ = embedder;
  }

  Task<std::vector<IndexedDocument>> contents(Deadline deadline) override {
    co_await resolve(deadline);
    std::map<std::string, IndexedDocument> documents;
    for (std::size_t offset = 0;;) {
      const auto page = co_await post("/get", {{"limit", records_at_once}, {"offset", offset}, {"include", json::array{"documents", "metadatas"}}}, deadline);
      const auto count = size_of(page);
      for (std::size_t i = 0; i < count; ++i) {
        const auto* metadata = element(find(page, "metadatas"), i);
        auto chunk = chunk_from(text_at(find(page, "ids"), i), text_at(find(page, "documents"), i), metadata);
        auto& document = documents[chunk.document];
        document.id = chunk.document;
        document.digest = metadata ? find_string(*metadata, "digest").value_or("") : "";
        document.chunks.push_back({.chunk = std::move(chunk)});
      }
      if (count < records_at_once) break;
      offset += count;
    }
    std::vector<IndexedDocument> list;
    for (auto& [id, document] : documents) {
      std::sort(document.chunks.begin(), document.chunks.end(),
                [](const IndexedChunk& a, const IndexedChunk& b) { return a.chunk.position < b.chunk.position; });
      list.push_back(std::move(document));
    }
    co_return list;
  }

  Task<std::vector<KnowledgeHit>> search(std::string, Embedding vector, std::size_t n, Deadline deadline) override {
    co_await resolve(deadline);
    json::array questions;
    questions.emplace_back(json::array(vector.begin(), vector.end()));
    json::object question{{"query_embeddings", std::move(questions)}, {"n_results", n}, {"include", json::array{"documents", "metadatas", "distances"}}};
    const auto reply = co_await post("/query", std::move(question), deadline);
    const auto* ids = element(find(reply, "ids"), 0);
    const auto* distances = element(find(reply, "distances"), 0);
    if (!ids || !ids->is_array() || !distances) throw Error(ErrorKind::protocol, name_ + ": the answer to a query is none");
    std::vector<KnowledgeHit> hits;
    for (std::size_t i = 0; i < ids->get_array().size(); ++i) {
      const auto* distance = element(distances, i);
      auto chunk = chunk_from(text_at(ids, i), text_at(element(find(reply, "documents"), 0), i), element(element(find(reply, "metadatas"), 0), i));
      hits.push_back({std::move(chunk), distance && distance->is_number() ? 1 - distance->to_number<double>() : 0});
    }
    co_return hits;
  }

 private:
  static std::size_t size_of(const json::value& page) {
    const auto* ids = find(page, "ids");
    return ids && ids->is_array() ? ids->get_array().size() : 0;
  }

  Task<> resolve(Deadline deadline) {
    if (!id_.empty()) co_return;
    const auto collection = co_await create(options_.collection, {}, deadline);
    id_ = find_string(collection, "id").value_or("");
    if (id_.empty()) throw Error(ErrorKind::protocol, name_ + ": the server gave its collection no id");
    const auto* metadata = find(collection, "metadata");
    embedder_ = metadata ? find_string(*metadata, embedder_key).value_or("") : "";
  }

  Task<json::value> create(std::string name, std::string embedder, Deadline deadline) {
    json::object body{{"name", name}, {"get_or_create", true}, {"configuration", json::object{{"hnsw", json::object{{"space", "cosine"}}}}}};
    if (!embedder.empty()) body["metadata"] = json::object{{embedder_key, embedder}};
    return send("POST", "", body, deadline);
  }

  Task<> describe(std::string id, std::string name, std::string embedder, Deadline deadline) {
    json::object body{{"new_metadata", json::object{{embedder_key, embedder}}}};
    if (id != id_) body["new_name"] = name;
    co_await send("PUT", "/" + id, body, deadline);
  }

  Task<> remove_ids(const std::vector<IndexedDocument>& documents, Deadline deadline) {
    json::array ids;
    for (const auto& document : documents) ids.emplace_back(document.id);
    if (ids.empty()) co_return;
    const auto* where = "/delete";
    co_await post(where, {{"where", json::object{{"document", json::object{{"$in", ids}}}}}}, deadline);
    co_await post(where, {{"ids", ids}}, deadline);  // records of others are documents themselves
  }

  Task<> put(std::string collection, const std::vector<IndexedDocument>& documents, Deadline deadline) {
    json::array ids, texts, vectors, metadatas;
    for (const auto& document : documents) {
      for (const auto& [chunk, vector] : document.chunks) {
        ids.emplace_back(chunk.id);
        texts.emplace_back(chunk.text);
        vectors.push_back(json::array(vector.begin(), vector.end()));
        metadatas.push_back(metadata_of(document, chunk));
        if (ids.size() < records_at_once) continue;
        co_await put_some(collection, std::exchange(ids, {}), std::exchange(texts, {}), std::exchange(vectors, {}), std::exchange(metadatas, {}), deadline);
      }
    }
    if (!ids.empty()) co_await put_some(collection, std::move(ids), std::move(texts), std::move(vectors), std::move(metadatas), deadline);
  }

  Task<> put_some(std::string collection, json::array ids, json::array texts, json::array vectors, json::array metadatas, Deadline deadline) {
    json::object body{{"ids", std::move(ids)}, {"documents", std::move(texts)}, {"embeddings", std::move(vectors)}, {"metadatas", std::move(metadatas)}};
    co_await send("POST", fmt::format("/{}/upsert", collection), body, deadline);
  }

  /// To our collection; where it is gone, because another gateway put a new one in its place, once more to that.
  Task<json::value> post(std::string path, json::object body, Deadline deadline) {
    std::optional<Error> failed;
    try {
      co_return co_await send("POST", fmt::format("/{}{}", id_, path), body, deadline);
    } catch (const Error& error) {
      failed = error;
    }
    if (failed->status().value_or(0) != 404) throw Error(*failed);
    id_.clear();
    co_await resolve(deadline);
    co_return co_await send("POST", fmt::format("/{}{}", id_, path), body, deadline);
  }

  Task<json::value> send(std::string method, std::string path, json::object body, Deadline deadline, bool may_be_missing = false) {
    net::HttpRequest request{.method = std::move(method), .url = base_ + path, .headers = options_.headers, .reply_limit = reply_limit};
    if (!body.empty()) {
      request.headers.emplace_back("content-type", "application/json");
      request.body = json::serialize(body);
    }
    const auto reply = co_await http_.send(std::move(request), deadline);
    if (reply.status == 404 && may_be_missing) co_return nullptr;
    if (reply.status >= 400) {
      const auto said = try_parse_json(reply.body);
      const auto why = said ? find_string(*said, "message").value_or("") : std::string(trim(reply.body));
      throw Error(error_kind_of(reply.status), fmt::format("{} at {}: {} {}", name_, options_.url, reply.status, cut(repair_utf8(why), 200)))
          .with_status(reply.status);
    }
    if (trim(reply.body).empty()) co_return nullptr;
    auto value = try_parse_json(reply.body);
    if (!value) throw Error(ErrorKind::protocol, fmt::format("{} at {} answered what is no JSON", name_, options_.url));
    co_return std::move(*value);
  }

  net::HttpClient& http_;
  ChromaOptions options_;
  std::string name_, base_, id_, embedder_;
};

}  // namespace

std::shared_ptr<KnowledgeStore> chroma_store(net::HttpClient& http, ChromaOptions options) { return std::make_shared<ChromaStore>(http, std::move(options)); }

}  // namespace antiphon::gateway
