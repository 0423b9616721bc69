#include "antiphon/providers/llm/gemini/gemini.hpp"

#include <algorithm>

#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/gemini/conversation.hpp"
#include "antiphon/providers/llm/gemini/request.hpp"
#include "antiphon/providers/llm/gemini/response.hpp"

namespace antiphon::gemini {

namespace {

// Addresses are written with and without the version, tuned models with their collection.
std::string model_url(const std::string& base_url, const std::string& model) {
  const bool versioned = base_url.ends_with("/v1") || base_url.ends_with("/v1beta") || base_url.ends_with("/v1alpha");
  return base_url + (versioned ? "/" : "/v1/") + (model.find('/') == std::string::npos ? "models/" : "") + model;
}

struct Telltale {
  std::string_view words;
  std::string_view parameter;
};

}  // namespace

GeminiWire::GeminiWire(const wire::Endpoint& endpoint, const ModelSettings& settings)
    : url_(model_url(endpoint.base_url, endpoint.model)),
      options_{
          .model = endpoint.model, .temperature = settings.temperature, .max_tokens = settings.max_tokens, .extra = settings.extra, .name = settings.model} {
  if (!endpoint.key.empty()) headers_.emplace_back("x-goog-api-key", endpoint.key);
}

net::HttpRequest GeminiWire::request(const ChatRequest& request, bool streamed, const wire::Refusals& refused) const {
  return {.url = url_ + (streamed ? ":streamGenerateContent?alt=sse" : ":generateContent"),
          .headers = headers_,
          .body = json::serialize(generate_body(request, options_, refused))};
}

ChatResponse GeminiWire::parse(std::string_view body, const ChatRequest& request) const { return parse_generated(body, calls_in(request)); }

std::unique_ptr<wire::StreamDecoder> GeminiWire::decoder(const ChatRequest& request) const { return std::make_unique<ChunkAccumulator>(calls_in(request)); }

std::optional<std::string> GeminiWire::refused_parameter(std::string_view body) const {
  constexpr Telltale sentences[] = {{"Developer instruction is not enabled", "systemInstruction"},
                                    {"JSON mode is not enabled", "responseSchema"},
                                    {"response mime type: 'application/json' is unsupported", "responseSchema"},
                                    {"missing a thought_signature", "thoughtSignature"},
                                    {"missing a `thought_signature`", "thoughtSignature"}};
  for (const auto& [words, parameter] : sentences)
    if (contains_ignoring_case(body, words)) return std::string(parameter);
  // The server speaks of its members in both spellings.
  constexpr Telltale names[] = {{"parametersJsonSchema", "parametersJsonSchema"},
                                {"parameters_json_schema", "parametersJsonSchema"},
                                {"responseJsonSchema", "responseJsonSchema"},
                                {"response_json_schema", "responseJsonSchema"},
                                {"responseSchema", "responseSchema"},
                                {"response_schema", "responseSchema"},
                                {"maxOutputTokens", "maxOutputTokens"},
                                {"max_output_tokens", "maxOutputTokens"},
                                {"temperature", "temperature"}};
  for (const auto& [words, parameter] : names)
    if (wire::refused_parameter(body, std::span(&words, 1), {})) return std::string(parameter);
  constexpr std::string_view certain[] = {"toolConfig", "tool_config", "functionCallingConfig", "function_calling_config"};
  const auto other = wire::refused_parameter(body, {}, options_.extra, certain);
  return other && std::find(std::begin(certain), std::end(certain), *other) != std::end(certain) ? "toolConfig" : other;
}

std::optional<ErrorKind> GeminiWire::kind_of(const net::HttpReply& reply) const { return kind_in(reply.body); }

std::optional<std::chrono::nanoseconds> GeminiWire::wait_in(std::string_view body) const { return gemini::wait_in(body); }

}  // namespace antiphon::gemini
