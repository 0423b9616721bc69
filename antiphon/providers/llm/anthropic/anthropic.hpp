#pragma once

#include <memory>
#include <string>

#include "antiphon/providers/llm/wire/body.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/llm/wire/wire.hpp"

namespace antiphon::anthropic {

/// Anthropic's Messages API.
class AnthropicWire final : public wire::Wire {
 public:
  AnthropicWire(const wire::Endpoint& endpoint, const ModelSettings& settings);

  net::HttpRequest request(const ChatRequest& request, bool streamed, const wire::Refusals& refused) const override;
  ChatResponse parse(std::string_view body, const ChatRequest& request) const override;
  std::unique_ptr<wire::StreamDecoder> decoder(const ChatRequest& request) const override;
  std::optional<std::string> refused_parameter(std::string_view body) const override;

 private:
  std::string url_;
  net::Headers headers_;
  wire::BodyOptions options_;
};

}  // namespace antiphon::anthropic
