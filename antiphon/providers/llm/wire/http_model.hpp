#pragma once

#include <memory>
#include <string>

#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/llm/wire/wire.hpp"

namespace antiphon::wire {

/// A model behind HTTP: sends what its wire writes, reads what its wire understands, and nothing else.
///
/// A parameter that the model refuses is left out, then and ever after by this object (SCN-42). Belongs to one executor.
class HttpModel final : public LanguageModel {
 public:
  /// @param name `provider/name`, for messages.
  HttpModel(std::string name, Endpoint endpoint, std::unique_ptr<const Wire> wire, net::HttpClient& http, Clock& clock);

  Task<ChatResponse> complete(ChatRequest request, Deadline deadline) override;
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline deadline) override;
  const std::string& name() const override { return name_; }

 private:
  net::HttpRequest wire_request(const ChatRequest& request, bool streamed) const;
  ChatResponse read(const net::HttpReply& reply, const ChatRequest& request) const;
  /// True when the reply refuses a parameter that the next try will leave out; throws for every other failure.
  bool adapts(const net::HttpReply& reply);

  std::string name_;
  Endpoint endpoint_;
  std::unique_ptr<const Wire> wire_;
  net::HttpClient& http_;
  Clock& clock_;
  Refusals refused_;
};

}  // namespace antiphon::wire
