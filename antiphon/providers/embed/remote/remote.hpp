#pragma once

#include "antiphon/net/http.hpp"
#include "antiphon/providers/embed/embedder.hpp"
#include "antiphon/providers/llm/retry.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"

namespace antiphon::embed {

/// Where embeddings are asked for.
struct RemoteModel {
  std::string name;  ///< `openai/text-embedding-3-small`
  wire::Endpoint endpoint;
  json::object extra{};
  RetryRules retry{};
};

/// One request, sent again as `RetryRules` say. @throws Error, party provider, that says how many tries there were.
Task<Embedded> ask(const RemoteModel& model, std::vector<std::string> texts, net::HttpClient& http, Clock& clock, Deadline deadline);

/// A model behind an OpenAI-compatible `/embeddings`. Each call has an executor and a clock of its own: it works, and waits between tries, in
/// real time, whatever the clock of the run.
class RemoteEmbedder final : public Embedder {
 public:
  explicit RemoteEmbedder(RemoteModel model) : model_(std::move(model)) {}
  Embedded embed(const std::vector<std::string>& texts, Duration limit, std::stop_token stop) override;
  const std::string& name() const override { return model_.name; }
  const EmbedderCapabilities& capabilities() const override { return capabilities_; }

 private:
  RemoteModel model_;
  EmbedderCapabilities capabilities_{.semantic = true, .remote = true};
};

}  // namespace antiphon::embed
