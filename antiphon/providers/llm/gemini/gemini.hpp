#pragma once

#include <memory>
#include <string>

#include "antiphon/providers/llm/wire/body.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/llm/wire/wire.hpp"

namespace antiphon::gemini {

/// Google's Gemini API.
class GeminiWire final : public wire::Wire {
 public:
  GeminiWire(const wire::Endpoint& endpoint, const ModelSettings& settings);

  net::HttpRequest request(const ChatRequest& request, bool streamed, const wire::Refusals& refused) const override;
  ChatResponse parse(std::string_view body, const ChatRequest& request) const override;
  std::unique_ptr<wire::StreamDecoder> decoder(const ChatRequest& request) const override;
  std::optional<std::string> refused_parameter(std::string_view body) const override;
  std::optional<ErrorKind> kind_of(const net::HttpReply& reply) const override;
  std::optional<std::chrono::nanoseconds> wait_in(std::string_view body) const override;

 private:
  std::string url_;  ///< of the model, without the method
  net::Headers headers_;
  wire::BodyOptions options_;
};

}  // namespace antiphon::gemini
