#include "antiphon/providers/llm/openai/openai.hpp"

#include "antiphon/providers/llm/openai/response.hpp"

namespace antiphon::openai {

OpenAiWire::OpenAiWire(const wire::Endpoint& endpoint, const ModelSettings& settings)
    : url_(endpoint.base_url + "/chat/completions"),
      options_{.model = endpoint.model, .temperature = settings.temperature, .max_tokens = settings.max_tokens, .extra = settings.extra} {
  if (!endpoint.key.empty()) headers_.emplace_back("authorization", "Bearer " + endpoint.key);
}

net::HttpRequest OpenAiWire::request(const ChatRequest& request, bool streamed, const Refusals& refused) const {
  auto options = options_;
  options.stream = streamed;
  return {.url = url_, .headers = headers_, .body = chat_body(request, options, refused)};
}

ChatResponse OpenAiWire::parse(std::string_view body, const ChatRequest&) const { return parse_response(body); }

std::unique_ptr<wire::StreamDecoder> OpenAiWire::decoder(const ChatRequest&) const { return std::make_unique<ChunkAccumulator>(); }

std::optional<std::string> OpenAiWire::refused_parameter(std::string_view body) const { return openai::refused_parameter(body, options_.extra); }

}  // namespace antiphon::openai
