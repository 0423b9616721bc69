#pragma once

#include <memory>
#include <string>

#include "antiphon/providers/llm/openai/request.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/llm/wire/wire.hpp"

namespace antiphon::openai {

/// OpenAI's chat API, as many servers speak it.
class OpenAiWire final : public wire::Wire {
 public:
  OpenAiWire(const wire::Endpoint& endpoint, const ModelSettings& settings);
  /// @param url of the chat completions themselves
  OpenAiWire(std::string url, net::Headers headers, BodyOptions options) : url_(std::move(url)), headers_(std::move(headers)), options_(std::move(options)) {}

  net::HttpRequest request(const ChatRequest& request, bool streamed, const Refusals& refused) const override;
  ChatResponse parse(std::string_view body, const ChatRequest& request) const override;
  std::unique_ptr<wire::StreamDecoder> decoder(const ChatRequest& request) const override;
  std::optional<std::string> refused_parameter(std::string_view body) const override;

 private:
  std::string url_;
  net::Headers headers_;
  BodyOptions options_;
};

}  // namespace antiphon::openai
