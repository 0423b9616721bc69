#pragma once

#include <memory>
#include <string>

#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/openai/request.hpp"
#include "antiphon/providers/llm/openai/vendors.hpp"

namespace antiphon::openai {

/// A model behind an OpenAI-compatible address: translates to its wire and nothing else.
///
/// A parameter that the model refuses is left out, then and ever after by this object (SCN-42). Belongs to one executor.
class OpenAiModel final : public LanguageModel {
 public:
  OpenAiModel(Endpoint endpoint, const ModelSettings& settings, net::HttpClient& http, Clock& clock);

  Task<ChatResponse> complete(ChatRequest request, Deadline deadline) override;
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline deadline) override;
  const std::string& name() const override { return name_; }

 private:
  net::HttpRequest wire_request(const ChatRequest& request, bool streamed) const;
  /// True when the reply refuses a parameter that the next try will leave out; throws for every other failure.
  bool adapts(const net::HttpReply& reply);
  Error cleaned(const Error& error) const;

  Endpoint endpoint_;
  std::string name_;
  BodyOptions options_;
  net::HttpClient& http_;
  Clock& clock_;
  Refusals refused_;
};

}  // namespace antiphon::openai
